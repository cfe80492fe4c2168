"""Withdrawing a request: by its slip at once, or by its typed reference."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.attendance.check_in import SlipShown
from kiosk.domain.callbacks.request import RequestPhase, SlipState
from kiosk.ui.door import Trouble
from kiosk.ui.visitor.screen import GoTo, Received, VisitorRoute, VisitorScreen
from kiosk.ui.visitor.text import format_day_and_time
from kiosk.ui.widgets.buttons import Action, Pressable
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.touch_keyboard import LETTERS, TouchKeys, key_labels


class SlipScreen(VisitorScreen):
    """One sentence about the request; it names nobody."""

    AUTO_FOCUS = "#back"

    def __init__(self, state: SlipState) -> None:
        super().__init__()
        self._state = state

    def heading(self) -> str:
        return self._("Your request")

    def body(self) -> Iterable[Widget]:
        yield Static(self._format_state(), classes="question", markup=False)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        if self._state.phase in (RequestPhase.KEPT_HERE, RequestPhase.WITH_CLINIC):
            yield Action(self._("Withdraw it"), letter="W", id="withdraw", primary=True, apart=True)

    def _format_state(self) -> str:
        since = self._state.since
        zone, language = self.context.clinic.zone, self.visit.texts.language
        when = format_day_and_time(since, zone, language) if since is not None else ""
        match self._state.phase:
            case RequestPhase.KEPT_HERE:
                return self._("It is kept safely on this kiosk since {when}.").format(when=when)
            case RequestPhase.WITH_CLINIC:
                return self._("It is with the clinic since {when}.").format(when=when)
            case RequestPhase.WITHDRAWN:
                return self._("It is withdrawn. Nobody will call you about it.")
            case RequestPhase.CLOSED:
                return self._("It is done. You can always ask for another call.")
            case RequestPhase.NOT_KNOWN:
                return self._("It is not on this kiosk. Any staff member can look for you.")

    @on(Pressable.Pressed, "#withdraw")
    def withdraw(self) -> None:
        """Withdraw the request; a repeat is harmless."""
        self.once(self._withdraw)

    async def _withdraw(self) -> None:
        digits = self._state.slip_digits
        answer = await self.ask(lambda side: side.desk.withdraw_by_slip(digits))
        if isinstance(answer, Trouble):
            self.refuse()
        else:
            self.post_message(Received(SlipShown(answer)))


class TypedWithdrawalScreen(VisitorScreen):
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
        yield TouchKeys(LETTERS, labels=key_labels(self._), capital=True)

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
            self.refuse()
        elif answer:
            self.post_message(GoTo(VisitorRoute.NOTE_KEPT))
        else:
            self.say(self._("That code does not look right. Please check it once more."))
