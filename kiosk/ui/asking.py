"""How a screen asks the desks behind its door, and says what came of it; for both sides."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.visual import VisualType
from textual.widgets import Static

from kiosk.ui.base import Door, Side, Trouble
from kiosk.ui.sized import Sized

if TYPE_CHECKING:
    from textual.worker import Worker

Answer = TypeVar("Answer")


class Asking(Sized, Generic[Side]):
    """A screen whose work ends with it: an answer that comes later is nobody's any more."""

    _worker: "Worker[None] | None" = None

    @property
    def door(self) -> Door[Side]:
        """The way to the desks."""
        raise NotImplementedError

    async def ask(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        """Ask a desk, off the event loop; the asking work ends here if its screen has gone."""
        answer = await self.door.ask(question)
        self.end_if_gone()
        return answer

    def end_if_gone(self) -> None:
        """End the work that calls this, if its screen has gone; for after an await."""
        if self.is_gone:
            # As Textual ends it, but before the widgets are taken away instead of after that.
            raise asyncio.CancelledError

    def once(self, work: Callable[[], Coroutine[None, None, None]]) -> bool:
        """Do `work` beside the screen, not twice at a time; say whether it was begun.

        So no key waits for it. It ends with the screen; what a desk has begun by then is done all
        the same.
        """
        if self.is_gone or (self._worker is not None and not self._worker.is_finished):
            return False
        self._worker = self.run_worker(work())
        return True

    def say(self, words: VisualType, line: str = "#say") -> None:
        """Show `words` in the line `line`; empty words take it away.

        Nothing happens where the screen has no such line yet, or no more.
        """
        for static in self.query(line).results(Static):
            if static.content != words:  # every change lays the whole page out again
                static.update(words)
