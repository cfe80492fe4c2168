"""How a screen asks the desks, tells the app what happened, and says what came of it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, TypeVar, cast

from textual.visual import VisualType
from textual.widgets import Static

from kiosk.ui.base import Trouble
from kiosk.ui.terminal.app import LockedScreen
from kiosk.ui.visitor.messages import Intent, Want, Wants

if TYPE_CHECKING:
    from textual.worker import Worker

    from kiosk.ui.visitor.host import Host
    from kiosk.ui.visitor.parts import VisitorSide
    from kiosk.ui.visitor.visit import Visit

Answer = TypeVar("Answer")


class AskingScreen(LockedScreen):
    """A screen whose work ends with it: an answer that comes later is nobody's any more."""

    _worker: "Worker[None] | None" = None

    @property
    def host(self) -> "Host":
        """The app, as far as a screen may know it."""
        return cast("Host", self.app)

    @property
    def visit(self) -> "Visit":
        """The visit under way."""
        return self.host.visit

    def _(self, message: str) -> str:
        """Return `message` in the visit's language."""
        return self.visit.texts.gettext(message)

    async def ask(self, question: "Callable[[VisitorSide], Answer]") -> "Answer | Trouble":
        """Ask a desk, off the event loop; the asking work ends here if its screen has gone."""
        answer = await self.host.door.ask(question)
        if self.is_gone:
            # As Textual ends it, but before the widgets are taken away instead of after that.
            raise asyncio.CancelledError
        return answer

    def once(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do `work` beside the screen, so that help never waits for it, and not twice at a time.

        It ends with the screen; what a desk has begun by then is done all the same.
        """
        if not self.is_gone and (self._worker is None or self._worker.is_finished):
            self._worker = self.run_worker(work())

    def tell(self, intent: Intent) -> None:
        """Tell the app what happened here."""
        intent.origin = self
        self.post_message(intent)

    def want(self, want: Want) -> None:
        """Tell the app where the visitor wants to be."""
        self.tell(Wants(want))

    def say(self, words: VisualType, line: str = "#say") -> None:
        """Show `words` in a line, by default under the field; empty words take it away.

        Nothing happens where the screen has no such line yet, or no more.
        """
        for static in self.query(line).results(Static):
            if static.content != words:  # every change lays the whole page out again
                static.update(words)
