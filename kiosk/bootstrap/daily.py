"""What a machine does once a day beside its screens: cleaning its own file, and retention."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap.kiosk import Kiosk
from kiosk.errors import KioskError, StoreBusy

if TYPE_CHECKING:
    from pathlib import Path


_log = logging.getLogger("kiosk.daily")
VISITOR_LOCK: Final = "visitor.lock"
"""Held by the visitor's kiosk of a data folder."""
_FIRST_SECONDS: Final = 60.0
"""How long the first screens have the machine to themselves."""
_LOOK_SECONDS: Final = 600.0
_PATIENCE_SECONDS: Final = 1.0
_END_SECONDS: Final = 1.0
"""How long the end of the program waits for what is under way; the next look completes it."""
_DAY: Final = timedelta(days=1)


class _EndedError(Exception):
    """The program ends, and what is under way with it."""


class DailyWork:
    """Cleans a machine's own file, and deletes what is due where a manager has agreed."""

    def __init__(
        self,
        kiosk: Kiosk,
        is_free: Callable[[], bool] = lambda: True,
        stop: Event | None = None,
        cleaned_at: datetime | None = None,
    ) -> None:
        """`is_free` returns whether nobody is served now; `cleaned_at` is when it was cleaned."""
        self._kiosk = kiosk
        self._is_free = is_free
        self._stop = stop or Event()
        self._cleaned_at = cleaned_at

    def look(self) -> None:
        """Do what is due, if nobody is served; an error waits for the next look."""
        if not self._is_free():
            return
        try:
            self._clean()
            done = run_retention(self._kiosk, self._wait)
            if done is not None:
                _log.info("retention: %d gone", done)
        except KioskError as error:
            _log.error("the daily work was not done: %s", type(error).__name__)
        except _EndedError:
            _log.info("the daily work was cut off by the end; it is completed later")

    def keep(self) -> None:
        """Look again and again until the end."""
        pause = _FIRST_SECONDS
        while not self._stop.wait(pause):
            self.look()
            pause = _LOOK_SECONDS

    def _clean(self) -> None:
        now = self._kiosk.clock.now()
        # A clock that was set back must not put it off without end.
        if self._cleaned_at is None or abs(now - self._cleaned_at) >= _DAY:
            self._kiosk.clean()
            self._cleaned_at = now

    def _wait(self, _done: int, _of: int) -> None:
        """Wait between two small transactions for as long as somebody is served."""
        while not self._is_free() and not self._stop.wait(_PATIENCE_SECONDS):
            pass
        if self._stop.is_set():
            raise _EndedError


def start_daily(
    kiosk: Kiosk,
    opened: ExitStack,
    is_free: Callable[[], bool],
    cleaned_at: datetime | None = None,
) -> None:
    """Begin the daily work in a thread of its own; `opened` ends it."""
    stop = Event()
    work = DailyWork(kiosk, is_free, stop, cleaned_at)
    thread = Thread(target=work.keep, name="daily", daemon=True)

    def end() -> None:
        stop.set()
        thread.join(_END_SECONDS)

    thread.start()
    opened.callback(end)


def run_retention(kiosk: Kiosk, progress: Callable[[int, int], None]) -> int | None:
    """Delete what is due, where a manager has agreed; return how much, None where nothing was."""
    from kiosk.usecases.admin.retention import run_by_itself

    done = run_by_itself(kiosk.context(), progress)
    return None if done is None else done.total


def has_visitors(folder: "Path") -> bool:
    """Return whether a visitor's kiosk runs on a data folder; it then sees to the daily work."""
    from kiosk.records.database.lock import lock_folder

    if not (folder / VISITOR_LOCK).exists():
        return False
    try:
        lock_folder(folder, VISITOR_LOCK).release()
    except StoreBusy:
        return True
    return False
