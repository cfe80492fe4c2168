"""Lines on a terminal without any drawing, or on a pipe."""

import os
import select
import sys
import termios
import time
from io import TextIOWrapper

from kiosk.devices.memory import overwrite_freed
from kiosk.domain.text import STEERING, clean

_LONGEST = 4096
"""Bytes of a line; more of it is left out."""
_WIPE = "\x1b[3J\x1b[H\x1b[2J"
"""Clears the lines that can be scrolled back to, then the screen (xterm, "Control sequences")."""


class PlainLines:
    """Reads standard input by lines, with a time limit, and writes standard output."""

    def __init__(self) -> None:
        self._input = sys.stdin.fileno()
        self._read = b""
        """What was read of the next lines."""
        self._is_ended = False
        if isinstance(sys.stdout, TextIOWrapper):
            # A letter that the terminal lacks becomes a question mark.
            sys.stdout.reconfigure(errors="replace")

    def read(self, seconds: float | None) -> str | None:
        """Return the next line typed, None after so many seconds; EOFError at the input's end."""
        until = None if seconds is None else time.monotonic() + seconds
        while b"\n" not in self._read:
            if self._is_ended:
                raise EOFError
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return None
            if select.select([self._input], [], [], left)[0]:
                data = os.read(self._input, _LONGEST)
                self._is_ended = not data
                self._read += data
                if b"\n" not in self._read:
                    self._read = self._read[:_LONGEST]
        line, _, self._read = self._read.partition(b"\n")
        return clean(line.decode("utf-8", errors="replace"), _LONGEST)

    def tell(self, line: str) -> None:
        """Write one line."""
        sys.stdout.write(f"{STEERING.sub('', line)}\n")
        sys.stdout.flush()

    def clear(self) -> None:
        """Wipe a terminal, and what this process has freed; what went into a pipe stays."""
        self._read = b""
        if os.isatty(self._input):
            # What was typed ahead is no answer of whoever comes next.
            termios.tcflush(self._input, termios.TCIFLUSH)
        if sys.stdout.isatty():
            sys.stdout.write(_WIPE)
            sys.stdout.flush()
        overwrite_freed()
