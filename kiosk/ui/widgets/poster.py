"""A poster for a waiting room: the time in large figures, in dim colours whatever the theme is."""

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from kiosk.ui.theme import QUIET, THEMES

_FIGURES = {
    "0": "111101101101111", "1": "010110010010111", "2": "111001111100111",
    "3": "111001111001111", "4": "101101111001001", "5": "111100111001111",
    "6": "111100111101111", "7": "111001001001001", "8": "111101111101111",
    "9": "111101111001111", ":": "01010",
}  # fmt: skip
"""Five rows of three blocks each, of one for the colon."""
_ROWS = 5
_AROUND = (8, 8)
"""Columns and rows that the figures leave free in all."""
_LARGEST = 3
"""Times the smallest size of the figures."""


@dataclass(frozen=True, slots=True)
class PosterText:
    """What a poster shows."""

    time: str
    """Figures and colons, or empty."""
    lines: tuple[str, ...]


def poster_rows(text: PosterText, size: tuple[int, int]) -> list[Strip]:
    """Return the rows of a poster that fills `size` (columns, rows)."""
    columns, rows = size
    tokens = THEMES[QUIET]
    ground = Style(bgcolor=tokens["background"], color=tokens["foreground"])
    lines = [*_large_figures(text.time, size)]
    for line in text.lines:
        lines += ["", line] if len(lines) + 2 <= rows else []
    above = max(0, rows - len(lines)) // 2
    lines = [*[""] * above, *lines, *[""] * rows][:rows]
    return [Strip([Segment(_centred(line, columns), ground)]) for line in lines]


def _centred(line: str, columns: int) -> str:
    return set_cell_size(" " * (max(0, columns - cell_len(line)) // 2) + line, columns)


def _large_figures(time: str, size: tuple[int, int]) -> list[str]:
    """Return the rows of `time` in blocks, as large as there is room for; none without room."""
    parts = [_FIGURES[sign] for sign in time]
    blocks = sum(len(part) // _ROWS for part in parts) + len(parts) - 1
    columns, rows = (cells - free for cells, free in zip(size, _AROUND, strict=True))
    scale = min(_LARGEST, columns // (2 * blocks), rows // _ROWS) if parts else 0
    drawn = []
    for row in range(_ROWS):
        wide = " ".join(part[row * len(part) // _ROWS :][: len(part) // _ROWS] for part in parts)
        line = wide.translate(
            {ord("0"): "  " * scale, ord("1"): "██" * scale, ord(" "): "  " * scale}
        )
        drawn += [line] * scale
    return drawn


class Poster(Widget):
    """Fills the screen."""

    DEFAULT_CSS = """
    Poster { width: 100%; height: 1fr; }
    """

    def __init__(self, text: PosterText) -> None:
        super().__init__()
        self._text = text

    def show(self, text: PosterText) -> None:
        """Show another time."""
        if text != self._text:
            self._text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        rows = poster_rows(self._text, (self.size.width, self.size.height))
        return rows[y] if y < len(rows) else Strip.blank(self.size.width)
