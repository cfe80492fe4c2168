"""The columns of a listing, a row of it, and how a row's texts are cut to their columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size

GAP = 2
"""Blank cells between two columns."""
Tone = Literal["", "strong", "due", "done"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a listing; widths are in cells."""

    title: str
    width: int
    """What its texts usually need."""
    least: int = 0
    """What it may shrink to; 0: it never shrinks."""
    rank: int = 0
    """Columns of the highest rank leave first where there is no room; 0 stays for good."""
    grows: bool = False
    """Whether it takes a share of what is left over."""
    right: bool = False
    """Whether it is aligned to the right, as numbers are."""

    @property
    def floor(self) -> int:
        """The least width it is drawn with."""
        return min(self.least or self.width, self.width)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is drawn: a cleaned text for each column, and how much it matters."""

    cells: tuple[str, ...]
    tone: Tone = ""
    """strong: bold; due: bold in the colour of warnings; done: its first text is struck through."""


def fit(columns: Sequence[Column], room: int) -> tuple[int, ...]:
    """Return the width of each column in `room` cells, gaps not counted; 0 for those that leave.

    What remains is spread evenly over the shrunken ones, then over those that grow.
    """
    shown = list(range(len(columns)))
    while len(shown) > 1 and _needed([columns[i] for i in shown]) > room:
        leaving = [i for i in shown if columns[i].rank]
        if not leaving:
            break
        shown.remove(max(leaving, key=lambda i: (columns[i].rank, i)))
    widths = [columns[i].floor if i in shown else 0 for i in range(len(columns))]
    left = room - _needed([columns[i] for i in shown])
    while left > 0 and (short := [i for i in shown if widths[i] < columns[i].width]):
        for i in short[:left]:
            widths[i] += 1
        left -= len(short[:left])
    growing = [i for i in shown if columns[i].grows]
    for turn, i in enumerate(growing):
        more = max(0, left) // (len(growing) - turn)
        widths[i] += more
        left -= more
    return tuple(widths)


def cell(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` in exactly `width` cells, with an ellipsis where it is cut."""
    if cell_len(text) > width:
        text = f"{set_cell_size(text, max(0, width - 1)).rstrip()}…" if width else ""
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def lay(columns: Sequence[Column], texts: Sequence[str], widths: Sequence[int]) -> tuple[str, str]:
    """Return the first text that is shown, and the rest of the row with all its blanks."""
    parts = [
        cell(text, width, right=column.right)
        for text, width, column in zip(texts, widths, columns, strict=True)
        if width
    ]
    row = (" " * GAP).join(parts)
    first = parts[0].rstrip() if parts else ""
    return first, row[len(first) :]


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.floor for column in columns) + GAP * max(0, len(columns) - 1)
