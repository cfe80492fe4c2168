"""The one door from the screens to the desks, off the event loop."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import Generic, TypeVar

from kiosk.errors import KioskError, SignedOut, StoreReplaced

Side = TypeVar("Side")
Answer = TypeVar("Answer")
Instead = TypeVar("Instead")
_log = logging.getLogger("kiosk")


@dataclass(frozen=True, slots=True)
class Trouble:
    """The desk could not answer; what a visitor was shown as done is done all the same."""

    for_staff: str
    """One sentence without personal data."""
    signed_out: bool = False
    """True where the account may no longer work here."""


class Door(Generic[Side]):
    """Opens the desks in a thread of its own, then carries questions to them one at a time.

    The first question opens them, and all others wait; nobody needs to know whether it is done.
    Where they cannot be opened, the next question tries again.
    """

    def __init__(self, boot: Callable[[], Side]) -> None:
        self._boot = boot
        self._side: Side | None = None
        self._logged = ""
        """The trouble that was logged last; the same again is not, until a question is answered."""
        self.replaced = ""
        """For staff, once the records were replaced; only a new start of the program helps then."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")

    async def ask(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        """Carry `question` to the desks and return its answer; it never raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._answer, question)

    async def ask_aside(
        self, question: Callable[[Side], Answer], seconds: float | None = None
    ) -> Answer | Trouble:
        """Carry a question that may wait for the network, in a thread that nothing else waits for.

        It only reads, and nothing that a desk keeps from one question to the next. Trouble once
        `seconds` have passed; what is asked goes on until its own end, unheard.
        """
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answer | Trouble] = loop.create_future()

        def give(answer: Answer | Trouble) -> None:
            if not answered.done():
                answered.set_result(answer)

        def work() -> None:
            answer = self._answer(question)
            # The program may have ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(give, answer)

        Thread(target=work, name="aside", daemon=True).start()
        try:
            return await asyncio.wait_for(answered, seconds)
        except TimeoutError:
            return Trouble("The centre has not answered in time.")

    @property
    def is_open(self) -> bool:
        """Whether the desks have been opened."""
        return self._side is not None

    def close(self) -> None:
        """Let the question under way finish and take no more."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _answer(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        return attempt(partial(self._carry, question), self._trouble)

    def _carry(self, question: Callable[[Side], Answer]) -> Answer:
        if self._side is None:
            self._side = self._boot()
        answer = question(self._side)
        self._logged = ""
        return answer

    def _trouble(self, error: Exception) -> Trouble:
        """Log where it broke, without values, and return a sentence for staff."""
        what = describe_error(error)
        if what != self._logged:
            self._logged = what
            _log.error("desk trouble %s", what)
        if isinstance(error, StoreReplaced):
            self.replaced = str(error)
            return Trouble(self.replaced, signed_out=True)
        if isinstance(error, KioskError):
            return Trouble(str(error), signed_out=isinstance(error, SignedOut))
        return Trouble(f"{what}; see the log and restart the kiosk.")


def attempt(
    work: Callable[[], Answer], on_error: Callable[[Exception], Instead]
) -> Answer | Instead:
    """Do what a screen has asked for; where it breaks, by any error, return `on_error` of it."""
    try:
        return work()
    except Exception as error:
        return on_error(error)


def describe_error(error: Exception) -> str:
    """Return the type of an error and where it broke, without values."""
    place = "unknown"
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}:{code.co_name}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
