"""Arrow keys find the thing that lies that way."""

from collections.abc import Iterator

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


class Table(Screen[None]):
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        with Grid():
            for name in ("a", "b", "c", "d", "e", "f"):
                yield Button(name, id=name)
        yield Button("hidden", id="hidden")
        yield Button("wide", id="wide")


def ways() -> Iterator[tuple[str, str, str | None]]:
    """Yield where from, which way, and what is there."""
    yield from (("a", "right", "b"), ("a", "down", "c"), ("a", "up", None), ("a", "left", None))
    yield from (("d", "up", "b"), ("d", "left", "c"), ("d", "down", "f"), ("d", "right", None))
    yield from (("e", "down", "wide"), ("f", "down", "wide"), ("wide", "up", "e"))


@pytest.mark.parametrize(("start", "way", "there"), ways())
async def test_each_way(start: str, way: str, there: str | None) -> None:
    app = Board()
    async with app.run_test(size=(40, 16)):
        screen = app.screen
        screen.query_one(f"#{start}").focus()
        screen.set_focus(screen.query_one(f"#{start}"))
        found = neighbour(screen, way)
        assert (found.id if found else None) == there


async def test_without_a_focus_the_first_thing_is_meant() -> None:
    app = Board()
    async with app.run_test(size=(40, 16)):
        found = neighbour(app.screen, "down")
        assert found is not None
        assert found.id == "a"
