"""A scanned slip: where the request stands, and a way to withdraw it at once."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.requests import RequestPhase, RequestState
from kiosk.ui.base import Trouble
from kiosk.ui.visitor.messages import SlipAnswered
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.words import day_and_clock
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.pressable import Pressable


class Slip(VisitorScreen):
    """One sentence about the request; it names nobody."""

    AUTO_FOCUS = "#back"

    def __init__(self, state: RequestState, zone: ZoneInfo) -> None:
        super().__init__()
        self._state = state
        self._zone = zone

    def heading(self) -> str:
        return self._("Your request")

    def body(self) -> Iterable[Widget]:
        yield Static(self._sentence(), classes="question", markup=False)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        if self._state.phase in (RequestPhase.KEPT_HERE, RequestPhase.WITH_CLINIC):
            yield Action(self._("Withdraw it"), letter="W", id="withdraw", primary=True)

    def _sentence(self) -> str:
        since = self._state.since
        language = self.visit.texts.language
        when = day_and_clock(since, self._zone, language) if since is not None else ""
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
            self.say(self._("This could not be kept just now. Please ask at the counter."))
        else:
            self.tell(SlipAnswered(answer))
