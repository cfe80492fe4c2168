"""The head of the desk's screens: where one is, who is signed in, and the time."""

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from kiosk.ui.widgets.columns import cell


@dataclass(frozen=True, slots=True)
class Ends:
    """What stands at the left and at the right."""

    left: str
    right: str
    short: str
    """For the right end where there is little room."""


class TopLine(Widget):
    """One row, on a tall screen three; a text at each end, the right one with a short form."""

    DEFAULT_CSS = """
    TopLine {
        dock: top; height: 1; background: $primary; color: $surface; text-style: bold;
    }
    """

    def __init__(self, words: "Ends") -> None:
        super().__init__()
        self._ends = words

    def show(self, words: "Ends") -> None:
        """Show other words; nothing is drawn where they are the same."""
        if words != self._ends:
            self._ends = words
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y != self.size.height // 2:
            return Strip.blank(width, self.rich_style)
        margin = max(1, (width - 118) // 2 + 1)
        room = width - 2 * margin
        left, right = self._ends.left, self._ends.right
        if cell_len(left) + 2 + cell_len(right) > room:
            right = self._ends.short
        words = " " * margin + cell(left, max(0, room - cell_len(right) - 1)) + " " + right
        return Strip([Segment(cell(words, width), self.rich_style)], width)
