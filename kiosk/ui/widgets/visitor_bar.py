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

    def __init__(self, labels: Labels, *, too_small: str) -> None:
        super().__init__()
        self._labels = labels
        self._too_small = too_small

    def relabel(self, labels: Labels) -> None:
        """Show other text (letters, but function keys while the visitor types)."""
        if labels != self._labels:
            self._labels = labels
            self.refresh()

    def _widths(self) -> tuple[tuple[Part, int], ...]:
        """Return each part with its width in cells, in drawing order."""
        width = self.size.width
        if width < 64:
            sides = [
                max(width // 3, cell_len(self._labels[part][1]) + 2) for part in ("help", "finish")
            ]
            return (("help", sides[0]), ("language", width - sum(sides)), ("finish", sides[1]))
        help_now = max(22, cell_len(self._labels["help"][0]) + 4)
        finish = max(24, cell_len(self._labels["finish"][0]) + 6)
        language = width - help_now - finish
        return (("help", help_now), ("language", language), ("finish", finish))

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
                segments.append(Segment(self._format(part, cells if y == 1 else 0, cells), style))
            elif y // 3 == index:
                return Strip(
                    [Segment(self._format(part, width if y % 3 == 1 else 0, width), style)]
                )
        return Strip(segments)

    def _format(self, part: Part, room: int, cells: int) -> str:
        """Return the part's text centred in `cells`, or blanks where `room` is 0."""
        long, short = self._labels[part] if room else ("", "")
        text = long if cell_len(long) <= cells - 2 else short
        left = max(0, cells - cell_len(text)) // 2
        return " " * left + text + " " * (cells - left - cell_len(text))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if self.size.height > 3:
            parts: tuple[Part, ...] = ("help", "language", "finish")
            if event.y // 3 < len(parts):
                self.post_message(self.Tapped(parts[event.y // 3]))
            return
        left = 0
        for part, cells in self._widths():
            if left <= event.x < left + cells:
                self.post_message(self.Tapped(part))
                return
            left += cells
