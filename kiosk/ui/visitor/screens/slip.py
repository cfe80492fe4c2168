"""A request's slip: what became of the request, other times, and withdrawing it; or its typed
reference, to withdraw it.
"""

from collections.abc import Iterable
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static
from typing_extensions import override

from kiosk.content.translations import Texts
from kiosk.domain.attendance.check_in import SlipShown
from kiosk.domain.callbacks.slips import MOVABLE_PHASES, OPEN_PHASES, RequestPhase, SlipState
from kiosk.ui.door import Trouble
from kiosk.ui.visitor.screen import Covered, GoTo, Maker, Received, VisitorRoute, VisitorScreen
from kiosk.ui.visitor.text import describe_news
from kiosk.ui.visitor.visit import CENTRAL_SECONDS, ShownSlip
from kiosk.ui.widgets.buttons import Action, Pressable
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.touch_keyboard import LETTERS, TouchKeys, key_labels


class SlipScreen(VisitorScreen):
    """What became of the request, in plain words; it names nobody.

    What this kiosk knows is there at once. Where there is a centre, its news take that place as
    soon as they come.
    """

    AUTO_FOCUS = "#back"

    def __init__(self, state: SlipState, *, has_asked: bool = False) -> None:
        """`has_asked`: whether `state` is what the centre has answered, in this visit."""
        super().__init__()
        self._state = state
        self._has_asked = has_asked
        self._is_asking = False
        """Whether an answer of the centre may still come."""
        self._is_away = False
        """Whether the centre was asked and has not answered."""

    @override
    def again(self) -> Maker:
        return partial(SlipScreen, self._state, has_asked=self._has_asked)

    def heading(self) -> str:
        return self._("Your request")

    def body(self) -> Iterable[Widget]:
        self._is_asking = self.context.clinic.has_central and not self._has_asked
        yield Static(self._told(), classes="question", id="told", markup=False)
        yield Static(self._more(), id="more-told", markup=False)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        other = Action(self._("Another time"), letter="A", id="other-time")
        take = Action(self._("Withdraw it"), letter="W", id="withdraw", primary=True, apart=True)
        other.display, take.display = self._offers()
        yield other
        yield take

    def on_mount(self) -> None:
        super().on_mount()
        if not self._has_asked:
            self.visit.slip = ShownSlip(self._state.slip_digits)
        self._is_asking &= self._state.phase is not RequestPhase.WITHDRAWN
        if self._is_asking and self._state.slip_digits:
            self.say(self._("Looking for news …"))
            self.run_worker(self._look())

    async def _look(self) -> None:
        """Ask the centre, which may be slow or away; nothing here waits for it."""
        digits = self._state.slip_digits
        answer = await self.door.ask_aside(lambda side: side.ask_central(digits), CENTRAL_SECONDS)
        self.end_if_detached()
        self._is_asking = False
        if isinstance(answer, Trouble):
            self._is_away = True
            is_known = self._state.phase is not RequestPhase.NOT_KNOWN
            self.say(self._describe_away() if is_known else "")
            self._show(self._state)
            return
        self.visit.slip = ShownSlip(digits, answer)
        self._has_asked = True
        state = await self.ask(lambda side: side.desk.slip_state(digits, answer))
        self.say("")
        self._show(self._state if isinstance(state, Trouble) else state)

    def _offers(self) -> tuple[bool, bool]:
        """Return whether other times may be chosen now, and whether it may be taken back."""
        phase = self._state.phase
        return phase in MOVABLE_PHASES, phase in OPEN_PHASES

    def _show(self, state: SlipState) -> None:
        """Show what is known now, and offer what can be done about it."""
        before, self._state = self._offers(), state
        self.say(self._told(), "#told")
        self.say(self._more(), "#more-told")
        offers = self._offers()
        if offers == before:
            return
        self.note_change()
        for action, offered in zip(("#other-time", "#withdraw"), offers, strict=True):
            for shown in self.query(action):
                shown.display = offered
        if self.focused is None or not self.focused.display:
            self.query_one("#back").focus()

    def _told(self) -> str:
        if self._state.phase is RequestPhase.NOT_KNOWN and self._is_asking:
            return self._("One moment, please.")
        if self._state.phase is RequestPhase.NOT_KNOWN and self._is_away:
            return self._describe_away()
        return "\n".join(describe_news(self._state.news, self.context))

    def covered(self, said: Texts) -> dict[str, Covered]:
        if self._state.phase in (RequestPhase.NOT_KNOWN, RequestPhase.WITHDRAWN):
            return {}
        public = said.pgettext("speech", "News of your request is on the screen.")
        return {self._told(): Covered(self._told(), public)}

    @property
    def is_result(self) -> bool:
        return self._state.phase is RequestPhase.WITHDRAWN

    def _describe_away(self) -> str:
        return self._("We cannot see news just now. Any staff member can tell you.")

    def _more(self) -> str:
        if not self._offers()[0]:
            return ""
        return self._("Does another time suit you better? Choose it here.")

    @on(Pressable.Pressed, "#other-time")
    def choose_other_times(self) -> None:
        """Ask which times suit better."""
        self.go_to(VisitorRoute.OTHER_TIMES)

    @on(Pressable.Pressed, "#withdraw")
    def withdraw(self) -> None:
        """Withdraw the request; a repeat is harmless."""
        self.once(self._withdraw)

    async def _withdraw(self) -> None:
        slip = self.visit.slip or ShownSlip(self._state.slip_digits)
        answer = await self.ask(lambda side: side.desk.withdraw_by_slip(slip.digits, slip.central))
        if isinstance(answer, Trouble):
            self.refuse()
        else:
            self.post_message(Received(SlipShown(answer)))


class TypedWithdrawalScreen(VisitorScreen):
    """One field; the answer is the same whatever exists."""

    def heading(self) -> str:
        return self.brief(self._("Withdraw a request"), self._("Withdraw"))

    def lead(self) -> str:
        return self._("Show your slip to the scanner. Or type its code, such as 7K4Q-FMRF.")

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
