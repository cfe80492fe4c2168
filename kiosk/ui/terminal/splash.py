"""The first thing on the screen, painted before Textual is imported."""

import atexit
import os
import signal
from types import FrameType

from kiosk.ui.terminal.exits import EXIT_ASKED, EXIT_TERMINAL_GONE
from kiosk.ui.terminal.modes import MODES, write_all

_PAPER = "\x1b[48;2;251;247;239m"
_INK = "\x1b[38;2;28;43;51m"


def splash(sentence: str = "One moment, please.") -> None:
    """Show `sentence` in the middle of the alternate screen, and stop echo.

    The app takes the screen over as it is. Should the start fail, `leave_splash()` gives the
    terminal back, so that a sentence for staff can be printed; it also runs at exit.
    """
    if not os.isatty(MODES.output_fd):
        return
    try:
        columns, rows = os.get_terminal_size(MODES.output_fd)
    except OSError:
        columns, rows = 80, 24
    atexit.register(leave_splash)
    # Until the app has handlers of its own.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    MODES.hush()
    colours = "" if "NO_COLOR" in os.environ else _PAPER + _INK
    # Painted cell by cell: not every terminal fills what it erases with the background.
    paper = "".join(f"\x1b[{row};1H{' ' * columns}" for row in range(1, rows + 1))
    row, column = max(1, rows // 2), max(1, (columns - len(sentence)) // 2 + 1)
    words = f"\x1b[{row};{column}H{sentence[:columns]}\x1b[0m"
    write_all(MODES.output_fd, f"{MODES.enter()}{colours}{paper}{words}".encode())


def leave_splash() -> None:
    """Give the terminal back; harmless when the app has already done so."""
    MODES.restore()


def _end(number: int, _frame: FrameType | None) -> None:
    MODES.restore()
    os._exit(EXIT_ASKED if number == signal.SIGTERM else EXIT_TERMINAL_GONE)
