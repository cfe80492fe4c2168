"""The foot of every screen: help now, language, finish and clear, always in the same place."""

from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kiosk.domain.health import LEAST_COLUMNS, LEAST_ROWS

Part = Literal["help", "language", "finish"]
Labels = dict[Part, tuple[str, str]]
"""The text of each part, long and short; the short ones serve where there is little room."""


class Bar(Widget):
    """Three large buttons drawn as one widget; they take taps, the screen takes their keys."""

    HEIGHT: ClassVar[int] = 3

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--help", "bar--language", "bar--finish"}
    DEFAULT_CSS = """
    Bar { dock: bottom; height: 3; background: $panel; color: $foreground; }
    Bar > .bar--help { background: $error; color: $surface; text-style: bold; }
    Bar > .bar--language { background: $panel; color: $foreground; }
    Bar > .bar--finish { background: $primary; color: $surface; text-style: bold; }
    """

    @staticmethod
    def fits(size: Size) -> bool:
        """Return whether a terminal of `size` has room for whole screens."""
        return size.width >= LEAST_COLUMNS and size.height >= LEAST_ROWS

    class Tapped(Message):
        """One of the three was tapped."""

        def __init__(self, part: Part) -> None:
            super().__init__()
            self.part = part

    def __init__(self, labels: Labels, *, too_small: str, notes: tuple[str, ...] = ()) -> None:
        """Take what is said under the language, in longer and in shorter words."""
        super().__init__()
        self._notes = notes
        self._labels = labels
        self._too_small = too_small
        self._down: Part | None = None
        """Where the finger was put down that is on the screen now."""

    def relabel(self, labels: Labels) -> None:
        """Show other text (letters, but function keys while the visitor types)."""
        if labels != self._labels:
            self._labels = labels
            self.refresh()

    def note(self, notes: tuple[str, ...]) -> None:
        """Say something else under the language."""
        if notes != self._notes:
            self._notes = notes
            self.refresh()

    def _widths(self) -> tuple[tuple[Part, int], ...]:
        """Return each part with its width in cells, in drawing order."""
        width = self.size.width
        if width < 64:
            side = width // 3
            return (("help", side), ("language", width - 2 * side), ("finish", side))
        finish = max(24, cell_len(self._labels["finish"][0]) + 6)
        return (("help", 22), ("language", width - 22 - finish), ("finish", finish))

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self.screen.has_class("-flat") or self.screen.has_class("-slim"):
            text = self._too_small if y == height // 2 else ""
            return Strip([Segment(text.center(width)[:width], self.rich_style)])
        stacked = height > 3
        segments = []
        for index, (part, cells) in enumerate(self._widths()):
            style = self.get_component_rich_style(f"bar--{part}")
            if not stacked:
                segments.append(Segment(self._format(part, y, cells), style))
            elif y // 3 == index:
                return Strip([Segment(self._format(part, y % 3, width), style)])
        return Strip(segments)

    def _format(self, part: Part, row: int, cells: int) -> str:
        """Return what stands in a row of the part, centred in `cells`."""
        text, room = "", cells - 2
        if row == 1:
            long, short = self._labels[part]
            text = long if cell_len(long) <= room else short
        elif row == 2 and part == "language":
            text = next((note for note in self._notes if cell_len(note) <= room), "")
        left = max(0, cells - cell_len(text)) // 2
        return " " * left + text + " " * (cells - left - cell_len(text))

    def _part_at(self, x: int, y: int) -> Part | None:
        if self.size.height > 3:
            parts: tuple[Part, ...] = ("help", "language", "finish")
            return parts[y // 3] if y // 3 < len(parts) else None
        left = 0
        for part, cells in self._widths():
            if left <= x < left + cells:
                return part
            left += cells
        return None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._down = self._part_at(event.x, event.y)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        down, self._down = self._down, None
        if down is not None and self._part_at(event.x, event.y) == down:
            self.post_message(self.Tapped(down))
