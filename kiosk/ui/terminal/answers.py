"""What the terminal can show, by its own answers: words as pictures, or cells alone.

Nothing waits for an answer, and nothing is believed that nobody asked for. Kitty's question goes
only to a terminal of level 2 or higher: a Linux console or an old emulator could print it, and
tmux and screen, which answer for themselves as level 1, could not pass a picture on.
"""

import fcntl
import os
import re
import select
import struct
import termios
import time
import tty
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from kiosk.ui.terminal.modes import write_all
from kiosk.ui.terminal.sanitiser import Sanitiser, TokenKind

Protocol = Literal["sixel", "kitty"]

_ATTRIBUTES: Final = "\x1b[c"
"""Primary device attributes (DEC STD 070); parameter 4 is sixel graphics."""
_BESIDE: Final = "\x1b[?8452$p"
"""Is mode 8452 known (DECRQM), by which the cursor stays beside a sixel picture? Without it one on
the last row would scroll the screen."""
_CELL: Final = "\x1b[16t\x1b[14t"
"""Pixels of a cell, and of the text area (XTerm Control Sequences, XTWINOPS)."""
_QUERY: Final = "\x1b_Gi=4261,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
"""Kitty's graphics protocol: is one pixel understood? Nothing is shown."""
_UNDERSTOOD: Final = "\x1b_Gi=4261;OK"
_LATEST: Final = 60.0
"""Seconds after a question in which its answer still counts."""
_LEVEL: Final = 62
"""The first device attribute of a terminal of level 2, as foot and kitty are."""
_SIXEL: Final = 4
_KNOWN: Final = (1, 2)
"""A mode that is set, or not; 0 is one that is not known, 3 and 4 one that cannot be changed."""
_WIDTHS, _HEIGHTS = range(4, 65), range(8, 129)
"""Pixels of a cell that can be true."""


class CellSize(NamedTuple):
    """The size of one cell in pixels."""

    width: int
    height: int


class WindowSize(NamedTuple):
    """What the system knows of a terminal's size; 0 where it does not."""

    rows: int
    columns: int
    width: int
    """In pixels, as `height`."""
    height: int


@dataclass(frozen=True, slots=True)
class CanShow:
    """How words are shown as pictures, and into which cells."""

    protocol: Protocol
    cell: CellSize


def window_of(fd: int) -> WindowSize:
    """Return the size of a terminal (TIOCGWINSZ), all 0 where there is none."""
    with suppress(OSError):
        return WindowSize(*struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8))))
    return WindowSize(0, 0, 0, 0)


class Asking:
    """Asks one terminal and keeps what it has answered; pure, driven by a clock."""

    def __init__(self) -> None:
        self._open: dict[str, float] = {}
        """The questions without an answer, and when each was asked (monotonic seconds)."""
        self._level = 0
        self._has_sixel = self._keeps_beside = self._has_kitty = False
        self._cells: dict[str, CellSize] = {}
        """The size of a cell by what told it: its own report, the text area, the system."""

    def begin(self, window: WindowSize, at: float) -> str:
        """Return what to write to ask all that can be asked at once."""
        first = self._ask("attributes", _ATTRIBUTES, at) + self._ask("beside", _BESIDE, at)
        return first + self._ask_cell(window, at)

    def resized(self, window: WindowSize, at: float) -> str:
        """Return what to write after another size; cells of another size need other pictures."""
        return self._ask_cell(window, at) if self._level else ""

    def heard(self, answer: str, window: WindowSize, at: float) -> str:
        """Take an answer that came at `at`; return what to ask next, or nothing."""
        numbers = [int(number) for number in re.findall(r"\d+", answer)]
        if answer.endswith("c") and self._is_due("attributes", at):
            return self._take_attributes(numbers, at)
        if answer.endswith("t"):
            kind, height, width = numbers
            if kind == 4 and self._is_due("area", at) and window.rows and window.columns:
                self._take_cell("area", width // window.columns, height // window.rows)
            elif kind == 6 and self._is_due("cell", at):
                self._take_cell("cell", width, height)
        elif answer.endswith("y") and self._is_due("beside", at):
            self._keeps_beside = numbers[-1] in _KNOWN
        elif answer == _UNDERSTOOD and self._is_due("kitty", at):
            self._has_kitty = True
        return ""

    @property
    def _protocol(self) -> Protocol | None:
        if self._has_sixel:
            return "sixel" if self._keeps_beside else None
        return "kitty" if self._has_kitty else None

    @property
    def can_show(self) -> CanShow | None:
        """How pictures can be shown, once all that is needed has been answered."""
        # The thread of the app may begin to ask anew meanwhile.
        cell = next(filter(None, map(self._cells.get, ("cell", "area", "system"))), None)
        if self._protocol is None or cell is None:
            return None
        return CanShow(self._protocol, cell)

    @property
    def why_not(self) -> str:
        """Why there are no pictures, for staff; empty where there are."""
        if self.can_show is not None:
            return ""
        if not self._level:
            return "it does not say what it is"
        if self._level < _LEVEL:
            return "it is too simple, or tmux or screen stands in between"
        if self._protocol is None:
            return "it has neither Kitty graphics nor sixel graphics that keep the screen in place"
        return "it does not say how large its cells are"

    @property
    def is_answered(self) -> bool:
        """Whether all that is needed for pictures is known, or no answer can still bring it."""
        if self._protocol is None:
            return self._open.keys().isdisjoint({"attributes", "beside", "kitty"})
        return "cell" in self._cells

    def _ask(self, question: str, sequence: str, at: float) -> str:
        self._open[question] = at
        return sequence

    def _ask_cell(self, window: WindowSize, at: float) -> str:
        self._cells.clear()
        if window.rows and window.columns:
            width, height = window.width // window.columns, window.height // window.rows
            self._take_cell("system", width, height)
        self._open["area"] = at
        return self._ask("cell", _CELL, at)

    def _is_due(self, question: str, at: float) -> bool:
        """Return whether an answer to the question counts, which it does once."""
        asked = self._open.pop(question, None)
        return asked is not None and at - asked <= _LATEST

    def _take_attributes(self, numbers: list[int], at: float) -> str:
        self._level = numbers[0]
        if self._level < _LEVEL:
            return ""
        if _SIXEL in numbers[1:]:
            # A VT340, and so xterm, scrolls the screen all the same.
            self._has_sixel = self._level == _LEVEL
            return ""
        return self._ask("kitty", _QUERY, at)

    def _take_cell(self, source: str, width: int, height: int) -> None:
        likely = width in _WIDTHS and height in _HEIGHTS and width <= height <= 4 * width
        if likely:
            self._cells[source] = CellSize(width, height)


def ask_terminal(input_fd: int, output_fd: int, patience: float = 1.0) -> Asking:
    """Ask a terminal that no app uses, and wait for its answers so many seconds at most."""
    asking, sanitiser = Asking(), Sanitiser()
    before = termios.tcgetattr(input_fd)
    tty.setcbreak(input_fd, termios.TCSANOW)
    try:
        began = time.monotonic()
        write_all(output_fd, asking.begin(window_of(output_fd), began).encode(), patience=patience)
        while not asking.is_answered:
            left = began + patience - time.monotonic()
            if left <= 0 or not select.select([input_fd], [], [], left)[0]:
                break
            now = time.monotonic()
            for token in sanitiser.feed(os.read(input_fd, 4096), now):
                if token.kind is TokenKind.ANSWER:
                    more = asking.heard(token.text, window_of(output_fd), now)
                    write_all(output_fd, more.encode(), patience=patience)
    finally:
        termios.tcsetattr(input_fd, termios.TCSAFLUSH, before)
    return asking
