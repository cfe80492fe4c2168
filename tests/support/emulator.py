"""A terminal emulator that draws what a program writes, for tests to read."""

import re
from typing import Final

import pyte

_UNKNOWN_TO_PYTE: Final = re.compile(rb"\x1b\[[<>=][0-9;]*[a-z]|\x1b\[\?[0-9;]*\$p")
"""Kitty keyboard and mode requests, whose last letter pyte would print."""
_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[0-9;:?<>=$ ]*|\][^\x07\x1b]*)?\Z")


class Emulator:
    """A screen of `columns` by `rows` cells, fed with bytes split anywhere."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.screen = pyte.Screen(columns, rows)
        """The cells with their colours, for pictures."""
        self._stream = pyte.ByteStream(self.screen)
        self._unfinished = b""

    def feed(self, data: bytes) -> None:
        data = self._unfinished + data
        cut = _UNFINISHED.search(data)
        self._unfinished = cut[0] if cut else b""
        whole = data[: len(data) - len(self._unfinished)]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", whole))

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        # What is seen from now on was drawn for the new size.
        self.screen.erase_in_display(2)

    @property
    def lines(self) -> list[str]:
        # Not pyte's own: it stumbles over the right half of a wide letter whose left half has gone.
        rows, columns = range(self.rows), range(self.columns)
        return ["".join(self.screen.buffer[y][x].data for x in columns) for y in rows]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)

    def find(self, text: str, occurrence: int = 0) -> tuple[int, int] | None:
        """Return column and row (from 0) where `text` stands in one row, or None."""
        for row in range(self.rows):
            line, starts = "", list[int]()
            for column in range(self.columns):
                data = self.screen.buffer[row][column].data
                starts += [column] * len(data)
                line += data
            at = line.find(text)
            while at >= 0:
                if occurrence == 0:
                    return starts[at], row
                occurrence -= 1
                at = line.find(text, at + 1)
        return None
