"""The modes of the terminal: raw input, alternate screen, and the way back to a sane state.

Imports nothing heavy: the splash uses it before Textual is loaded.
"""

import contextlib
import os
import select
import termios
from typing import Any, Final

ENTER: Final = (
    "\x1b[?1049h"  # alternate screen
    "\x1b[2J"  # without pictures that a killed process has left on it
    "\x1b[?25l"  # no cursor
    "\x1b[?7l"  # no wrapping at the edge
)
LISTEN: Final = (
    # Presses and releases of the mouse, not its moves. The last way of writing them that a
    # terminal knows counts: SGR before urxvt before X10.
    "\x1b[?1000h\x1b[?1015h\x1b[?1006h"
    "\x1b[?2004h"  # bracketed paste
    "\x1b[>25u"  # kitty keyboard protocol: disambiguate, all keys, text
    "\x1b[?2026$p"  # ask for synchronised output
)
LEAVE: Final = (
    "\x1b[?2026l\x1b[?8452l\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l"
    "\x1b[<u\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l"
)
CLEAR: Final = "\x1b[0m\x1b[2J\x1b[3J\x1b[H"
"""Blanks the screen and what was scrolled off it."""
_PATIENCE: Final = 1.0
"""Seconds that a leaving process waits for a terminal that takes nothing."""

_INPUT_FLAG, _LOCAL_FLAG, _CONTROL = 0, 3, 6


class TerminalModes:
    """The state of one terminal; every change can be taken back, also from a dying process."""

    def __init__(self, input_fd: int = 0, output_fd: int = 1) -> None:
        self.input_fd = input_fd
        self.output_fd = output_fd
        self._before: list[Any] | None = None
        self._entered = False

    def raw_mode(self) -> None:
        """Stop echo, line editing and keyboard signals, so that nothing typed shows by itself.

        Once more where another program has used the terminal meanwhile.
        """
        # Without a terminal (a pipe in a test) there is nothing to change.
        with contextlib.suppress(termios.error):
            if self._before is None:
                self._before = termios.tcgetattr(self.input_fd)
            raw = termios.tcgetattr(self.input_fd)
            raw[_LOCAL_FLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            raw[_INPUT_FLAG] &= ~(
                termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
            )
            raw[_CONTROL][termios.VMIN] = 1
            raw[_CONTROL][termios.VTIME] = 0
            termios.tcsetattr(self.input_fd, termios.TCSANOW, raw)

    def enter(self) -> str:
        """Return what to write to take the whole screen over; empty once that is done."""
        if self._entered:
            return ""
        self._entered = True
        return ENTER

    def restore(self) -> None:
        """Leave the terminal as it was found, and drop keys that were not read; harmless twice.

        Writes past any buffer, for it also runs when the writer no longer does.
        """
        if self._entered:
            self._entered = False
            write_all(self.output_fd, LEAVE.encode(), patience=_PATIENCE)
        if self._before is not None:
            before, self._before = self._before, None
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.input_fd, termios.TCSAFLUSH, before)

    def farewell(self, sentence: str) -> None:
        """Leave `sentence` as the only thing on the screen."""
        self.restore()
        text = f"{CLEAR}\r\n  {sentence}\r\n"
        write_all(self.output_fd, text.encode(), patience=_PATIENCE)


def write_all(fd: int, data: bytes, *, patience: float | None = None) -> bool:
    """Write `data` as a whole; return False when the terminal has gone.

    With `patience`, also return False when it takes nothing for so many seconds.
    """
    view = memoryview(data)
    while view:
        try:
            if patience is not None and not select.select([], [fd], [], patience)[1]:
                return False
            view = view[os.write(fd, view) :]
        except BlockingIOError:
            select.select([], [fd], [], patience)
        except OSError:
            return False
    return True


MODES: Final = TerminalModes()
"""The terminal of this process."""
