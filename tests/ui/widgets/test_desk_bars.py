"""The line of keys: as few rows as it needs, every key to be clicked where it stands."""

from textual import events
from textual.app import App, ComposeResult

from kiosk.ui.theme import themes
from kiosk.ui.widgets.desk_bars import Key, KeyLine

WORDS = {"enter": "Open", "a": "Add", "m": "Member", "escape": "Back", "q": "Sign out"}


class Frame(App[None]):
    """The line alone on a screen."""

    def __init__(self) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = "calm"
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield KeyLine([Key(name, words, lambda: None) for name, words in WORDS.items()])

    def on_key_line_clicked(self, event: KeyLine.Clicked) -> None:
        self.heard.append(event.key.name)

    def tap(self, x: int, y: int) -> None:
        """Click a cell of the line; it is heard once the app has come to rest."""
        line = self.query_one(KeyLine).region
        at = (line.x + x, line.y + y)
        for kind in (events.MouseDown, events.MouseUp):
            event = kind(None, *at, 0, 0, 1, False, False, False, *at)
            event.set_sender(self)
            self.post_message(event)

    def rows(self) -> list[str]:
        """What it draws."""
        line = self.query_one(KeyLine)
        return [line.render_line(y).text.rstrip() for y in range(line.size.height)]


ROWS = {
    70: ["  Enter  Open   A  Add   M  Member   Esc  Back            Q  Sign out"],
    58: ["  Enter  Open  A  Add  M  Member  Esc  Back   Q  Sign out"],
    54: [" Enter Open  A Add  M Member  Esc Back     Q Sign out"],
    50: [" Enter Open A Add M Member Esc Back    Q Sign out"],
    44: ["  Enter  Open   A  Add   M  Member", "  Esc  Back                     Q  Sign out"],
}


async def test_keys_come_closer_before_they_take_another_row() -> None:
    app = Frame()
    async with app.run_test() as pilot:
        for width, expected in ROWS.items():
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            assert app.rows() == expected


async def test_every_key_is_clicked_where_it_stands() -> None:
    app = Frame()
    async with app.run_test() as pilot:
        for width in range(24, 130, 7):
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            app.heard.clear()
            rows = app.rows()
            for words in WORDS.values():
                y = next(y for y, row in enumerate(rows) if words in row)
                app.tap(rows[y].index(words), y)
            await pilot.pause()
            assert app.heard == list(WORDS), width
