"""How a screen of the desk asks, acts and looks for news."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, cast

from textual.widgets import Static

from kiosk.ui.asking import Answer, Asking
from kiosk.ui.base import Door, Trouble
from kiosk.ui.desk.session import DeskSide

if TYPE_CHECKING:
    from textual.worker import Worker

    from kiosk.ui.desk.host import Host

_WAIT = "One moment …"
_LONG = 1.0
"""Seconds that nobody wonders about."""


class AskingScreen(Asking[DeskSide]):
    """The base of `DeskScreen`: its way to the desks."""

    _looking: "Worker[None] | None" = None
    _under_way = 0
    """How many questions have no answer yet."""
    _waits_since = 0.0
    """Since when, in seconds of the app's clock."""

    @property
    def host(self) -> "Host":
        """The app, as far as a screen may know it."""
        return cast("Host", self.app)

    @property
    def door(self) -> Door[DeskSide]:
        return self.host.door

    async def ask(self, question: Callable[[DeskSide], Answer]) -> Answer | Trouble:
        """Ask a desk; a right that has gone signs out."""
        if not self._under_way:
            self._waits_since = self.host.monotonic()
        self._under_way += 1
        try:
            answer = await super().ask(question)
        finally:
            self._under_way -= 1
        if not self._under_way and self.said == _WAIT:
            self.say("")
        if isinstance(answer, Trouble) and answer.signed_out:
            self.host.expel(answer.for_staff)
        return answer

    def tell_wait(self) -> None:
        """Say that an answer takes its time, unless something is said already; once a second."""
        waits = self._under_way and self.host.monotonic() - self._waits_since >= _LONG
        if waits and not self.said:
            self.say(_WAIT)

    @property
    def said(self) -> str:
        """The sentence above the keys."""
        lines = self.query("#say").results(Static)
        return "".join(str(line.content) for line in lines)

    def look(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do `work`, which only looks for news, unless it is under way; `once` never waits for it.

        For `tick`: what somebody asks for by a key is not lost behind it.
        """
        if not self.is_gone and (self._looking is None or self._looking.is_finished):
            self._looking = self.run_worker(work())

    def act(
        self,
        question: Callable[[DeskSide], Answer],
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

    def come_back(self) -> None:
        """Called when the screen is in front again, after what was shown above it has gone."""
