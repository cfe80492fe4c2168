"""Makes the process a kiosk before Textual is imported: variables, core dumps, keyboard signals."""

import atexit
import os
import resource
import signal
from collections.abc import MutableMapping
from types import FrameType
from typing import Final

from kiosk.ui.terminal.modes import MODES, write_all

_TRUECOLOUR_TERMS = ("alacritty", "foot", "kitty", "konsole", "tmux", "xterm")
"""Values of TERM, by their beginning, whose terminals draw 24-bit colour."""
_DROPPED = frozenset({"COLUMNS", "LINES", "ESCDELAY", "PYTHONASYNCIODEBUG"})
"""The size comes from the terminal alone; the others make Textual or asyncio talkative or slow."""

_UNUSED: Final = (
    signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF,
    signal.SIGIO, signal.SIGPWR, signal.SIGSTKFLT, signal.SIGTRAP, signal.SIGSYS, signal.SIGXCPU,
    *range(signal.SIGRTMIN, signal.SIGRTMAX + 1),
)  # fmt: skip
"""By default each ends the process at once, and what was on view would stay on the terminal."""


def harden_process() -> None:
    """Prepare this process; call it before anything imports Textual, which reads variables then.

    Textual's debug variables are dropped, no core is dumped, and signals that a keyboard can raise
    or that mean nothing here are ignored from now on.
    """
    harden_environment(os.environ)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A meaning that somebody has given to one before, such as a debugger, stays.
    unused = (number for number in _UNUSED if signal.getsignal(number) is signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, *unused):
        signal.signal(number, signal.SIG_IGN)


def harden_environment(variables: MutableMapping[str, str]) -> None:
    """Drop what would change or open Textual, and set what a kiosk needs."""
    for name in [name for name in variables if name.startswith("TEXTUAL") or name in _DROPPED]:
        del variables[name]
    variables["TEXTUAL_ANIMATIONS"] = "none"
    # A new screen waits for the first tick of its repaint timer; at rest the timer stands still.
    variables["TEXTUAL_FPS"] = "240"
    # Never ask for in-band resizing: its reports can freeze Textual.
    variables["TEXTUAL_SMOOTH_SCROLL"] = "0"
    term = variables.get("TERM", "")
    apple = variables.get("TERM_PROGRAM") == "Apple_Terminal"
    if not variables.get("COLORTERM") and term.startswith(_TRUECOLOUR_TERMS) and not apple:
        # xterm removes COLORTERM; without it Textual would draw 256 colours.
        variables["TEXTUAL_COLOR_SYSTEM"] = "truecolor"


EXIT_ASKED: Final = 0
"""SIGTERM, or the app ended itself."""
EXIT_BROKEN: Final = 70
"""The program broke (EX_SOFTWARE)."""
EXIT_TERMINAL_GONE: Final = 74
"""The terminal went away: end of input, an input error or SIGHUP (EX_IOERR)."""
EXIT_REPLACED: Final = 75
"""The records were replaced; the program starts again by itself (EX_TEMPFAIL)."""


_PAPER = "\x1b[48;2;251;247;239m"
_INK = "\x1b[38;2;28;43;51m"


def splash(sentence: str = "One moment, please.") -> None:
    """Show `sentence` in the middle of the alternate screen, and stop echo.

    The app takes the screen over as it is. Should the start fail, `leave_splash()` leaves the
    terminal as it was, so that a sentence for staff can be printed; it also runs at exit.
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
    MODES.raw_mode()
    colours = "" if "NO_COLOR" in os.environ else _PAPER + _INK
    # Painted cell by cell: not every terminal fills what it erases with the background.
    paper = "".join(f"\x1b[{row};1H{' ' * columns}" for row in range(1, rows + 1))
    row, column = max(1, rows // 2), max(1, (columns - len(sentence)) // 2 + 1)
    text = f"\x1b[{row};{column}H{sentence[:columns]}\x1b[0m"
    write_all(MODES.output_fd, f"{MODES.enter()}{colours}{paper}{text}".encode())


def leave_splash() -> None:
    """Leave the terminal as it was found; harmless when the app has already done so."""
    MODES.restore()


def _end(number: int, _frame: FrameType | None) -> None:
    MODES.restore()
    os._exit(EXIT_ASKED if number == signal.SIGTERM else EXIT_TERMINAL_GONE)
