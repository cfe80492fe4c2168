"""The one door from the screens to the desks, off the event loop."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from kiosk.errors import KioskError, SignedOut, StoreAway

Side = TypeVar("Side")
Answer = TypeVar("Answer")
_log = logging.getLogger("kiosk")


@dataclass(frozen=True, slots=True)
class Trouble:
    """The desk could not answer; what a visitor was shown as done is done all the same."""

    for_staff: str
    """One sentence without personal data."""
    signed_out: bool = False
    """True where the account may no longer work here."""
    passing: bool = False
    """True where it comes right by itself: the centre is away."""


class Door(Generic[Side]):
    """Opens the desks in a thread of its own, then carries questions to them one at a time.

    The first question opens them, and all others wait; nobody needs to know whether it is done.
    Where they cannot be opened, every question gets the same answer.
    """

    def __init__(self, boot: Callable[[], Side]) -> None:
        self._boot = boot
        self._side: Side | None = None
        self._broken: Trouble | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")

    async def ask(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        """Carry `question` to the desks and return its answer; it never raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._answer, question)

    @property
    def is_open(self) -> bool:
        """Whether the desks have been opened."""
        return self._side is not None

    def close(self) -> None:
        """Let the question under way finish and take no more."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _answer(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        try:
            if self._side is None:
                if self._broken is not None:
                    return self._broken
                self._side = self._boot()
            return question(self._side)
        except Exception as error:
            trouble = _trouble(error)
            # A centre that is away comes back: the next question tries to open the desks again.
            if self._side is None and not trouble.passing:
                self._broken = trouble
            return trouble


def _trouble(error: Exception) -> Trouble:
    """Log where it broke, without values, and return a sentence for staff."""
    place = "unknown"
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}:{code.co_name}"
        trace = trace.tb_next
    _log.error("desk trouble %s at %s", type(error).__name__, place)
    if isinstance(error, KioskError):
        passing = isinstance(error, StoreAway)
        return Trouble(str(error), signed_out=isinstance(error, SignedOut), passing=passing)
    return Trouble(f"{type(error).__name__} at {place}; see the log and restart the kiosk.")
