"""Arrow keys find the thing that lies that way."""

from textual.app import App, ComposeResult
from textual.containers import Grid
from textual.screen import Screen
from textual.widgets import Button

from kiosk.ui.widgets.layout import Progress, neighbour


class Board(App[None]):
    """Six things in two columns, and one wide thing below them."""

    CSS = """
    Grid { grid-size: 2; height: 12; }
    Button { width: 100%; height: 3; }
    #hidden { display: none; }
    """

    def get_default_screen(self) -> Screen[None]:
        return Table()

    @property
    def table(self) -> "Table":
        """The screen."""
        assert isinstance(self.screen, Table)
        return self.screen


class Table(Screen[None]):
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        with Grid():
            for name in ("a", "b", "c", "d", "e", "f"):
                yield Button(name, id=name)
        yield Button("hidden", id="hidden")
        yield Button("wide", id="wide")


WAYS = (
    ("a", "right", "b"),
    ("a", "down", "c"),
    ("a", "up", None),
    ("a", "left", None),
    ("d", "up", "b"),
    ("d", "left", "c"),
    ("d", "down", "f"),
    ("d", "right", None),
    ("e", "down", "wide"),
    ("f", "down", "wide"),
    ("wide", "up", "e"),
)
"""Where from, which way, and what is there."""


async def test_each_way() -> None:
    app = Board()
    async with app.run_test(size=(40, 16)):
        screen = app.table
        # Without a focus the first thing is meant.
        found = neighbour(screen, "down")
        assert found is not None
        assert found.id == "a"
        for start, way, there in WAYS:
            screen.set_focus(screen.query_one(f"#{start}"))
            found = neighbour(screen, way)
            assert (found.id if found else None) == there, (start, way)


class Frame(App[None]):
    """The bar alone on a screen."""

    def compose(self) -> ComposeResult:
        yield Progress()


async def test_the_bar_fills_as_work_is_done() -> None:
    app = Frame()
    async with app.run_test(size=(60, 5)):
        bar = app.query_one(Progress)

        def shown() -> list[str]:
            return str(bar.content).split("\n")

        bar.show("Gathering", 0, 0)
        assert shown() == ["░" * 40, "Gathering"]
        bar.show("Writing", 2_500, 10_000)
        assert shown() == ["█" * 10 + "░" * 30, "Writing 2,500 of 10,000"]
        bar.show("Written:", 7, 7)
        assert shown() == ["█" * 40, "Written: 7 of 7"]
