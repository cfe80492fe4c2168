"""What a caller can do about one request: a key for each deed that makes sense now."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from kiosk.domain.actions import (
    Action,
    ActionResult,
    Attempt,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    Hold,
    NotFound,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.results import AttemptResult, Outcome
from kiosk.domain.worklist import WorkRow
from kiosk.ui.base import Trouble
from kiosk.ui.desk import callquestions as ask
from kiosk.ui.desk.callanswers import told
from kiosk.ui.desk.callsight import is_open
from kiosk.ui.desk.moments import read_moment
from kiosk.ui.desk.questions import sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.keyline import Key

Time = Callable[[datetime], None]


class CallDeeds(DeskScreen):
    """The base of a request's screen; a note that was typed goes with the next deed."""

    row: WorkRow | None = None
    """The request as it was seen last; None once it is no longer kept."""
    note: str = ""

    def renew(self, row: WorkRow | None) -> None:
        """Show the request as it is now."""
        raise NotImplementedError

    def deed_keys(self, row: WorkRow) -> Iterable[Key]:
        """The keys of what can be done about `row`."""
        if row.holder and not row.held_by_me:
            return
        if is_open(row):
            yield from self._open_keys(row)
        else:
            yield Key("o", "Reopen", self._reopen)
        yield Key("t", "Note ✎" if self.note else "Note", self._write_note)
        if row.withdrawal_noted:
            yield Key("n", "Not theirs", self._dismiss)
        if row.state.revision:
            yield Key("u", "Undo", self._undo)

    def _open_keys(self, row: WorkRow) -> Iterable[Key]:
        if row.held_by_me:
            yield Key("x", "Close", self._close)
            yield Key("h", "Hold", self._hold)
            yield Key("c", "Let go", partial(self.do, Release()))
        else:
            yield Key("c", "Claim", partial(self.do, Claim()))
        yield Key("e", "Escalate", self._escalate)
        yield Key("w", "Withdraw", self._withdraw)

    def do(self, action: Action) -> None:
        """Have the desk do something about the request as it was seen; say what became of it."""
        self.once(partial(self._do, action))

    async def _do(self, action: Action) -> None:
        row = self.row
        if row is None:
            return
        answer = await self.ask(
            lambda side: side.callbacks.act(row.request.id, row.state.revision, action)
        )
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._take(answer, action)

    def _take(self, answer: ActionResult, action: Action) -> None:
        if isinstance(answer, Done) and hasattr(action, "note"):
            self.note = ""
        self.renew(None if isinstance(answer, NotFound) else answer.row)
        facts = self.host.facts
        self.say(told(answer, action, facts.now(), facts.zone))

    def ask_result(self) -> None:
        """Ask how the call went."""
        if self.row is not None:
            self.put(ask.how_it_went(self.row, self._note_result))

    def _note_result(self, code: str) -> None:
        result = AttemptResult(code)
        if result is AttemptResult.CALL_LATER:
            self._ask_time("When shall they be called?", partial(self._call_later, result))
        else:
            self.do(Attempt(result, note=self.note))

    def _call_later(self, result: AttemptResult, at: datetime) -> None:
        self.do(Attempt(result, at, self.note))

    def _hold(self) -> None:
        self._ask_time("Leave it alone until when?", self._hold_until)

    def _hold_until(self, at: datetime) -> None:
        self.do(Hold(at))

    def _ask_time(self, title: str, then: Time) -> None:
        facts = self.host.facts
        take = partial(self._take_time, title, then)
        self.put(ask.until_when(title, facts.now(), facts.zone, take))

    def _take_time(self, title: str, then: Time, answer: str) -> None:
        facts = self.host.facts
        if answer != ask.OTHER_TIME:
            then(datetime.fromisoformat(answer))
            return
        take = partial(self._take_typed, then)
        self.put(ask.typed_time(title, facts.now(), facts.zone, take))

    def _take_typed(self, then: Time, typed: str) -> None:
        facts = self.host.facts
        at = read_moment(typed, facts.now(), facts.zone)
        if at is not None:
            then(at)

    def _close(self) -> None:
        if self.row is not None:
            self.put(ask.why_closed(self.row, self._close_as))

    def _close_as(self, code: str) -> None:
        self.do(Close(Outcome(code), self.note))

    def _reopen(self) -> None:
        self.do(Reopen(self.note))

    def _dismiss(self) -> None:
        lead = "The typed reference was not theirs; the request stays as it is."
        dismiss = partial(self.do, DismissNote())
        self.put(sure("Set the typed withdrawal aside?", lead, "Yes, set it aside", dismiss))

    def _escalate(self) -> None:
        lead = "Tell them yourself now as well: nobody watches this list for danger."
        title, yes = "Hand it to the duty clinician?", "Yes, hand it over"
        self.put(sure(title, lead, yes, lambda: self.do(Escalate(self.note))))

    def _withdraw(self) -> None:
        lead = "Only when they said so themselves. Nobody will ring them then."
        title, yes = "They take the request back?", "Yes, take it back"
        self.put(sure(title, lead, yes, lambda: self.do(Withdraw(self.note))))

    def _write_note(self) -> None:
        self.put(ask.a_note(self.note, self._keep_note))

    def _keep_note(self, text: str) -> None:
        self.note = text
        self.rekey()
        self.say("The note goes with what you do next." if text else "")

    def _undo(self) -> None:
        self.put(ask.why_undone(lambda reason: self.do(Undo(reason))))
