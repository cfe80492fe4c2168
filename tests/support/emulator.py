"""A terminal emulator that draws what a program writes, for tests to read."""

import re
from codecs import getincrementaldecoder
from typing import Any, Final

import pyte
from pyte import modes
from pyte.screens import Char, wcwidth

_UNKNOWN_TO_PYTE: Final = re.compile(
    rb"\x1b\[[<>=][0-9;]*[a-z]|\x1b\[\?[0-9;]*\$p|\x1b[P_][^\x1b]*\x1b\\"
)
"""Kitty keyboard and mode requests, whose last letter pyte would print, and pictures."""
_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[0-9;:?<>=$ ]*|\][^\x07\x1b]*|[P_][^\x1b]*\x1b?)?\Z")
_USUAL: Final = re.compile(r"\x1b\[(?:([0-9;]*)m|([0-9]+);([0-9]+)H)|([^\x00-\x1f\x7f-\x9f]+)")
"""Styles, places and text: nearly all that is drawn, which pyte would read letter by letter."""
_PLACE, _TEXT = 3, 4
"""The last groups of a place and of text."""


class Emulator:
    """A screen of `columns` by `rows` cells, fed with bytes split anywhere."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.screen = _Screen(columns, rows)
        """The cells with their colours, for pictures."""
        self._stream = pyte.Stream(self.screen)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._unfinished = b""
        self._lines = [""] * rows

    def feed(self, data: bytes) -> None:
        data = self._unfinished + data
        cut = _UNFINISHED.search(data)
        self._unfinished = cut[0] if cut else b""
        whole = data[: len(data) - len(self._unfinished)]
        self._draw(self._decoder.decode(_UNKNOWN_TO_PYTE.sub(b"", whole)))

    def _draw(self, text: str) -> None:
        screen, stream, at = self.screen, self._stream, 0
        while at < len(text):
            usual = _USUAL.match(text, at) if stream._taking_plain_text else None
            if usual is None:
                stream.feed(text[at])
                at += 1
                continue
            at = usual.end()
            if usual.lastindex == _TEXT:
                screen.draw(usual[_TEXT])
            elif usual.lastindex == _PLACE:
                screen.cursor_position(int(usual[2]), int(usual[3]))
            else:
                screen.restyle(usual[1])

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        # What is seen from now on was drawn for the new size.
        self.screen.erase_in_display(2)
        self.screen.dirty.update(range(rows))
        self._lines = [""] * rows

    @property
    def lines(self) -> list[str]:
        # Not pyte's own: it stumbles over the right half of a wide letter whose left half has gone.
        for y in self.screen.dirty:
            if y < self.rows:
                self._lines[y] = "".join(self._letters(y))
        self.screen.dirty.clear()
        return self._lines.copy()

    def _letters(self, y: int) -> list[str]:
        row = self.screen.buffer[y]
        return [row[x].data for x in range(self.columns)]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)

    def find(self, text: str, occurrence: int = 0) -> tuple[int, int] | None:
        """Return column and row (from 0) where `text` stands in one row, or None."""
        for row, line in enumerate(self.lines):
            at = line.find(text)
            while at >= 0:
                if occurrence == 0:
                    return self._column(row, at), row
                occurrence -= 1
                at = line.find(text, at + 1)
        return None

    def _column(self, row: int, at: int) -> int:
        """Return in which column the letter at an index of a row's text stands."""
        starts = [x for x, letters in enumerate(self._letters(row)) for _ in letters]
        return starts[at]


class _Screen(pyte.Screen):
    """Draws a run of letters at once where each takes one cell and all fit into the row."""

    def __init__(self, columns: int, lines: int) -> None:
        self._styles: dict[tuple[Char, str], Char] = {}
        self._cells: dict[Char, _Cells] = {}
        super().__init__(columns, lines)

    def draw(self, data: str) -> None:
        cursor, style = self.cursor, self.cursor.attrs
        known = self._cells.get(style)
        if known is None:
            known = self._cells[style] = _Cells(style)
        cells: list[Any] = [known[letter] for letter in data]
        end = cursor.x + len(cells)
        if end > self.columns or modes.IRM in self.mode or not all(cells):
            # A mark may join the last letter of another row.
            self.dirty.update(range(self.lines))
            super().draw(data)
            return
        self.buffer[cursor.y].update(zip(range(cursor.x, end), cells, strict=True))
        self.dirty.add(cursor.y)
        cursor.x = end

    def restyle(self, numbers: str) -> None:
        """Take another style, by the numbers of its sequence."""
        change = self.cursor.attrs, numbers
        if change not in self._styles:
            self.select_graphic_rendition(
                *(min(int(number or 0), 9999) for number in numbers.split(";"))
            )
            self._styles[change] = self.cursor.attrs
        self.cursor.attrs = self._styles[change]


class _Cells(dict[str, Char | None]):
    """The cells of one style by their letter; None for a letter of another width than one."""

    def __init__(self, style: Char) -> None:
        super().__init__()
        self.style = style

    def __missing__(self, letter: str) -> Char | None:
        cell = self.style._replace(data=letter) if wcwidth(letter) == 1 else None
        self[letter] = cell
        return cell
