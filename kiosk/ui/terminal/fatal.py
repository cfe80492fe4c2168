"""What happens when the program breaks: one sentence for visitors, type and place for staff.

Nothing else about an error is ever shown or logged: messages and local variables hold what
visitors typed.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import PurePath
from traceback import walk_tb
from types import TracebackType
from typing import Final

from kiosk.ui.terminal.modes import MODES
from kiosk.ui.terminal.startup import EXIT_ASKED

SENTENCE: Final = "Please ask at the counter."
_FRAMES: Final = 6
_LEAVE_WITHIN: Final = 5.0
"""Seconds that an orderly end may take."""

CrashLog = Callable[[str, str], None]
"""Takes the type of an error and its place."""


def log_crash(kind: str, place: str) -> None:
    """Log a crash by the standard library's logging."""
    logging.getLogger("kiosk").critical("crash %s at %s", kind, place)


def kind_of(error: BaseException) -> str:
    """Return the type of an error, and of the one it came from."""
    cause = error.__cause__ or error.__context__
    name = type(error).__qualname__
    return name if cause is None else f"{name} from {type(cause).__qualname__}"


def place_of(error: BaseException) -> str:
    """Return `file:line:function` of the innermost frames, the innermost first, no values."""
    frames = [
        f"{'/'.join(PurePath(frame.f_code.co_filename).parts[-2:])}:{line}:{frame.f_code.co_name}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return " < ".join(reversed(frames[-_FRAMES:])) or "unknown"


class Guard:
    """Hands an exception that leaves its block to `broken`, and lets it go no further."""

    def __init__(self, broken: Callable[[Exception], None]) -> None:
        self._broken = broken

    def __enter__(self) -> "Guard":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self._broken(error)
        return True


class LastResort:
    """Ends the process if it hangs while it leaves, so that a supervisor can start it again."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def arm(self, code: int) -> None:
        """Let the process have some seconds to end by itself; only the first call counts."""
        if self._timer is None:
            self._timer = threading.Timer(_LEAVE_WITHIN, _end_now, (code,))
            self._timer.daemon = True
            self._timer.start()

    def disarm(self) -> None:
        """Let the process go on: it ended in time."""
        if self._timer is not None:
            self._timer.cancel()


def _end_now(code: int) -> None:
    if code == EXIT_ASKED:
        MODES.restore()
    else:
        MODES.farewell(SENTENCE)
    os._exit(code)


def keep_errors_off_the_screen(crash_log: CrashLog) -> None:
    """Point what Python prints about errors to `crash_log`, for the rest of the process.

    That is uncaught exceptions of threads, exceptions nobody could raise, logging without a
    handler, and standard error itself where it is the terminal (libraries in C write there).
    """

    def in_thread(broken: threading.ExceptHookArgs) -> None:
        if broken.exc_value is not None:
            crash_log(kind_of(broken.exc_value), place_of(broken.exc_value))

    def unraisable(broken: "sys.UnraisableHookArgs") -> None:
        if broken.exc_value is not None:
            crash_log(kind_of(broken.exc_value), place_of(broken.exc_value))

    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
    logging.lastResort = None
    logging.raiseExceptions = False
    if os.isatty(2):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
