"""How a screen asks the desks: off the event loop, and never twice at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, TypeVar, cast

from textual.widgets import Static

from kiosk.ui.base import Trouble
from kiosk.ui.terminal.app import LockedScreen

if TYPE_CHECKING:
    from textual.worker import Worker

    from kiosk.ui.desk.host import Host
    from kiosk.ui.desk.session import DeskSide

Answer = TypeVar("Answer")


class AskingScreen(LockedScreen):
    """The base of `DeskScreen`: its way to the desks."""

    _worker: "Worker[None] | None" = None
    _looking: "Worker[None] | None" = None

    @property
    def host(self) -> "Host":
        """The app, as far as a screen may know it."""
        return cast("Host", self.app)

    async def ask(self, question: "Callable[[DeskSide], Answer]") -> "Answer | Trouble":
        """Ask a desk, off the event loop; a right that has gone signs out.

        The asking work ends here if its screen has gone meanwhile.
        """
        answer = await self.host.door.ask(question)
        if self.is_gone:
            # As Textual ends it, but before the widgets are taken away instead of after that.
            raise asyncio.CancelledError
        if isinstance(answer, Trouble) and answer.signed_out:
            self.host.expel(answer.for_staff)
        return answer

    def once(self, work: Callable[[], Coroutine[None, None, None]]) -> bool:
        """Do `work` beside the screen, not twice at a time; say whether it was begun.

        It ends with the screen; what a desk has begun by then is done all the same.
        """
        if self.is_gone or (self._worker is not None and not self._worker.is_finished):
            return False
        self._worker = self.run_worker(work())
        return True

    def look(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do `work`, which only looks for news, unless it is under way; `once` never waits for it.

        For `tick`: what somebody asks for by a key is not lost behind it.
        """
        if not self.is_gone and (self._looking is None or self._looking.is_finished):
            self._looking = self.run_worker(work())

    def act(
        self,
        question: "Callable[[DeskSide], Answer]",
        done: str = "",
        then: Callable[[Answer], None] = lambda _answer: None,
    ) -> None:
        """Have a desk do something, say `done` and look again; trouble is said instead."""

        async def work() -> None:
            answer = await self.ask(question)
            if isinstance(answer, Trouble):
                self.say(answer.for_staff)
            else:
                self.say(done)
                then(answer)
                self.come_back()

        self.once(work)

    def say(self, sentence: str) -> None:
        """Show one sentence above the keys, or take it away."""
        for line in self.query("#say").results(Static):
            line.update(sentence)

    def come_back(self) -> None:
        """Called when the screen is in front again, after what was shown above it has gone."""
