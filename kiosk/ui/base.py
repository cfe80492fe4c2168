"""The one door from the screens to the desks, off the event loop."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from kiosk.errors import KioskError

Side = TypeVar("Side")
Answer = TypeVar("Answer")
_log = logging.getLogger("kiosk")


@dataclass(frozen=True, slots=True)
class Trouble:
    """The desk could not answer; nothing happened that a visitor was not told about."""

    for_staff: str
    """One sentence without personal data."""


class Door(Generic[Side]):
    """Opens the desks in a thread of its own, then carries questions to them one at a time.

    Questions wait for the opening, so nobody needs to know whether it is done.
    """

    def __init__(self, boot: Callable[[], Side]) -> None:
        self._boot = boot
        self._side: Side | None = None
        self._broken = Trouble("The kiosk has not started.")
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")

    async def open(self) -> Trouble | None:
        """Build the desks; return what went wrong, if anything did."""
        answer = await self._off_the_loop(self._open)
        if isinstance(answer, Trouble):
            self._broken = answer
            return answer
        return None

    async def ask(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        """Carry `question` to the desks and return its answer; it never raises."""

        def answer() -> Answer | Trouble:
            return self._broken if self._side is None else question(self._side)

        return await self._off_the_loop(answer)

    def close(self) -> None:
        """Let the question under way finish and take no more."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _open(self) -> None:
        self._side = self._boot()

    async def _off_the_loop(self, work: Callable[[], Answer]) -> Answer | Trouble:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except Exception as error:
            return _trouble(error)


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
        return Trouble(str(error))
    return Trouble(f"{type(error).__name__} at {place}; see the log and restart the kiosk.")
