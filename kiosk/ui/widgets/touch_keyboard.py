"""The on-screen keyboard: one widget that draws all keys, shown while the visitor uses touch."""

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

DELETE, SHIFT, SPACE = "delete", "shift", "space"
LETTERS: tuple[tuple[str, ...], ...] = (
    (*"1234567890", DELETE),
    (*"qwertyuiop", "@"),
    (*"asdfghjkl", "'", "/"),
    (SHIFT, *"zxcvbnm", "-", ".", SPACE),
)
PHONE: tuple[tuple[str, ...], ...] = (
    ("1", "2", "3"),
    ("4", "5", "6"),
    ("7", "8", "9"),
    ("+", "0", DELETE),
)
PIN: tuple[tuple[str, ...], ...] = (
    ("1", "2", "3"),
    ("4", "5", "6"),
    ("7", "8", "9"),
    ("0", DELETE),
)


class TouchKeys(Widget):
    """Takes taps as they go down, in order, and leaves the focus where it is."""

    can_focus = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--even", "keys--odd", "keys--down"}
    DEFAULT_CSS = """
    TouchKeys { height: 12; width: 100%; max-width: 112; display: none; background: $panel; }
    TouchKeys > .keys--even { background: $surface; color: $foreground; text-style: bold; }
    TouchKeys > .keys--odd { background: $panel; color: $foreground; text-style: bold; }
    TouchKeys > .keys--down { background: $primary; color: $surface; text-style: bold; }
    """

    class Typed(Message):
        """A key was tapped: a character, or `DELETE`."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self, rows: tuple[tuple[str, ...], ...], *, labels: dict[str, str], capital: bool = False
    ) -> None:
        super().__init__()
        self._rows = rows
        self._labels = labels
        self._capital = capital
        self._down: tuple[int, int] | None = None

    @property
    def _high(self) -> int:
        """Rows of cells to a row of keys."""
        return max(1, self.size.height // len(self._rows))

    def _edges(self, row: int) -> list[int]:
        """Return the left edge of each key of `row`, and the right edge of the last."""
        count, width = len(self._rows[row]), self.size.width
        return [width * index // count for index in range(count + 1)]

    def _label(self, key: str) -> str:
        if key in self._labels:
            return self._labels[key]
        return key.upper() if self._capital else key

    def render_line(self, y: int) -> Strip:
        row, line = divmod(y, self._high)
        if row >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        edges = self._edges(row)
        segments = []
        for column, key in enumerate(self._rows[row]):
            cells = edges[column + 1] - edges[column]
            shade = "even" if (row + column) % 2 == 0 else "odd"
            if self._down == (row, column):
                shade = "down"
            text = self._label(key) if line == self._high // 2 else ""
            left = max(0, cells - cell_len(text)) // 2
            text = " " * left + text + " " * max(0, cells - left - cell_len(text))
            segments.append(Segment(text, self.get_component_rich_style(f"keys--{shade}")))
        return Strip(segments)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        row = int(event.y) // self._high
        if row >= len(self._rows):
            return
        edges = self._edges(row)
        column = sum(edge <= event.x for edge in edges[1:])
        if column >= len(self._rows[row]):
            return
        self._down = (row, column)
        self._tap(self._rows[row][column])
        self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        self._down = None
        self.refresh()

    def _tap(self, key: str) -> None:
        if key == SHIFT:
            self._capital = not self._capital
            return
        if key == DELETE:
            self.post_message(self.Typed(DELETE))
            return
        self.post_message(self.Typed(" " if key == SPACE else self._label(key)))
        self._capital = key == SPACE and SHIFT in self._rows[-1]


def key_labels(translate: Callable[[str], str]) -> dict[str, str]:
    """Return the labels of the keys that type no letter, by `translate` (a screen's `_`)."""
    _ = translate
    return {DELETE: _("Del"), SHIFT: _("Caps"), SPACE: _("Space")}
