"""Arrow keys find the thing that lies that way."""

import pytest
from textual.app import App, ComposeResult
from textual.containers import Grid
from textual.screen import Screen
from textual.widgets import Button

from kiosk.ui.widgets.movement import neighbour


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


@pytest.mark.parametrize(("start", "way", "there"), WAYS)
async def test_each_way(start: str, way: str, there: str | None) -> None:
    app = Board()
    async with app.run_test(size=(40, 16)):
        screen = app.table
        screen.set_focus(screen.query_one(f"#{start}"))
        found = neighbour(screen, way)
        assert (found.id if found else None) == there


async def test_without_a_focus_the_first_thing_is_meant() -> None:
    app = Board()
    async with app.run_test(size=(40, 16)):
        found = neighbour(app.table, "down")
        assert found is not None
        assert found.id == "a"
