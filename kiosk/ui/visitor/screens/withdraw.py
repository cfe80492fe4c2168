"""Withdrawing a request: scan the slip, or type its reference."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.ui.base import Trouble
from kiosk.ui.visitor.messages import NoteKept
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.touchkeys import LETTERS, TouchKeys, key_words


class Withdraw(VisitorScreen):
    """One field; the answer is the same whatever exists."""

    def heading(self) -> str:
        return self._("Withdraw a request")

    def lead(self) -> str:
        return self._("Show your slip to the scanner. Or type its code, such as 7K4Q-FMRX.")

    def body(self) -> Iterable[Widget]:
        yield Field(self.visit.reference, most=24)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Withdraw"), id="next", primary=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        yield TouchKeys(LETTERS, words=key_words(self._), capital=True)

    @on(Input.Changed)
    def keep(self, event: Input.Changed) -> None:
        """Keep what is typed."""
        self.visit.reference = event.value
        self.say("")

    @on(Input.Submitted)
    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Leave the reference as a note for staff."""
        self.once(self._go_on)

    async def _go_on(self) -> None:
        reference = self.visit.reference
        if not reference.strip():
            self.say(self._("Please type the code from your slip."))
            return
        answer = await self.ask(lambda side: side.desk.note_withdrawal(reference))
        if isinstance(answer, Trouble):
            self.say(self._("This could not be kept just now. Please ask at the counter."))
        elif answer:
            self.tell(NoteKept())
        else:
            self.say(self._("That code does not look right. Please check it once more."))
