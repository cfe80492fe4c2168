"""The line of views: one row where it fits, every tab to be clicked, the shown one inverted."""

from textual.app import App, ComposeResult

from kiosk.ui.theme import themes
from kiosk.ui.widgets.desk_bars import TabLabel, TabLine

TABS = (
    TabLabel("a", "All of them", "All"),
    TabLabel("m", "Mine", "Mine"),
    TabLabel("x", "何もない", "無"),
)


class Frame(App[None]):
    """The line alone on a screen."""

    def __init__(self) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = "calm"
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield TabLine(TABS, "m")

    def on_tab_line_clicked(self, event: TabLine.Clicked) -> None:
        self.heard.append(event.tab.letter)

    @property
    def line(self) -> TabLine:
        """The widget."""
        return self.query_one(TabLine)

    def rows(self) -> list[str]:
        """What it draws."""
        return [self.line.render_line(y).text for y in range(self.line.size.height)]

    def inverted(self) -> str:
        """What stands on the colour of the bar."""
        ground = self.line.get_component_rich_style("tabline--shown").bgcolor
        strips = [self.line.render_line(y) for y in range(self.line.size.height)]
        return "".join(
            part.text
            for strip in strips
            for part in strip
            if part.style and part.style.bgcolor == ground
        )


ROWS = {
    40: [" A All of them  M Mine  X 何もない"],
    24: [" A All  M Mine  X 無"],
    16: [" A All  M Mine", " X 無"],
    5: [" A Al", " M Mi", " X 無"],
}


async def test_tabs_take_the_room_that_there_is() -> None:
    app = Frame()
    async with app.run_test() as pilot:
        for width, expected in ROWS.items():
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            assert [row.rstrip() for row in app.rows()] == expected


async def test_the_shown_tab_is_inverted() -> None:
    app = Frame()
    async with app.run_test(size=(40, 5)):
        assert app.inverted() == " M Mine "
        app.line.show("x")
        assert app.inverted() == " X 何もない "


async def test_tabs_are_clicked_where_they_stand() -> None:
    app = Frame()
    async with app.run_test(size=(16, 5)) as pilot:
        for x, y, heard in ((0, 0, "a"), (7, 0, "m"), (15, 0, ""), (3, 1, "x")):
            app.heard.clear()
            await pilot.click(TabLine, offset=(x, y))
            assert "".join(app.heard) == heard
