"""What a caller can do about one request: a key for each deed that makes sense now."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.actions import (
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
    Refused,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.state import OPEN_STATUSES, AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import PhoneContact, Worklist, WorkRow
from kiosk.presentation.languages import format_call_language
from kiosk.ui.desk.callbacks import queries as asks
from kiosk.ui.desk.callbacks import questions as ask
from kiosk.ui.desk.callbacks.text import (
    GONE,
    describe_answer,
    describe_safety,
    format_asked,
    format_due,
    format_next_step,
    format_result,
    format_state,
    format_windows,
    history_lines,
)
from kiosk.ui.desk.callbacks.worklist import shown_name
from kiosk.ui.desk.dates import read_moment
from kiosk.ui.desk.messages import TwinsWanted
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import format_clock, format_day
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import Sheet, pairs
from kiosk.ui.widgets.list import cell

_LONGEST_NAME = 40
"""Cells of a name in a title; the lines about safety give all of it."""
_MAY_SEE = frozenset({RequestStatus.ESCALATED, RequestStatus.UNREACHABLE})
"""Where a number may have to be passed on or looked at, although nobody rings it now."""


def may_reveal(row: WorkRow) -> bool:
    """Say whether the number is of use now: one's own calls, and what is handed on."""
    return row.held_by_me or row.state.status in _MAY_SEE


def is_open(row: WorkRow) -> bool:
    """Say whether something is still to be done."""
    return row.state.status in OPEN_STATUSES


def format_request_title(row: WorkRow) -> str:
    """Return whose request it is."""
    who = shown_name(row)
    who = cell(who, _LONGEST_NAME) if cell_len(who) > _LONGEST_NAME else who
    return f"{who} · {row.request.reference}"


def format_state_line(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return where it stands, in a line."""
    words = format_state(row, now, zone)
    parts = [words[:1].upper() + words[1:]]
    if row.claim_ends is not None and row.holder:
        parts[0] += f" until {format_clock(row.claim_ends, zone)}"
    if row.state.status is RequestStatus.REACHED and row.holder:
        parts.append("spoken to")
    by_when = format_due(row, now, zone)
    if by_when:
        parts.append(_format_due(by_when))
    if row.withdrawal_noted:
        parts.append("somebody typed this reference to take it back: please ask")
    return " · ".join(parts)


def _format_due(by_when: str) -> str:
    if by_when == "now":
        return "call now"
    return by_when if by_when.endswith("late") else f"due {by_when}"


def format_number(row: WorkRow, contact: PhoneContact | None) -> str:
    """Return the number where it was asked for, else as much of it as anybody may see."""
    if contact is not None:
        return f"Ring {contact.phone}"
    masked = row.request.phone_masked or "no number"
    return f"{masked}   R shows it" if may_reveal(row) else masked


def request_details(row: WorkRow, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return labels and words for what is known of the call."""
    found = [
        ("Language", _format_language(row)),
        ("When", _format_when(row)),
        ("Tries", _format_tries(row)),
    ]
    if is_open(row) and (step := format_next_step(row, now, zone)):
        found.append(("Next", step))
    found.append(("Asked", format_asked(row, zone)))
    return found


def _format_language(row: WorkRow) -> str:
    code = row.request.call_language
    words = format_call_language(code)
    if code == CallLanguage.OTHER:
        words = "another language; ask which"
    return words


def _format_when(row: WorkRow) -> str:
    request = row.request
    words = format_windows(request.windows)
    return (
        words if request.not_before is None else f"{words}, from {format_day(request.not_before)}"
    )


def _format_tries(row: WorkRow) -> str:
    schedule = row.schedule
    if not schedule.last_result:
        return "none yet"
    counted = f"{schedule.attempts}; " if schedule.attempts else ""
    return f"{counted}the latest: {format_result(schedule.last_result)}"


def format_duplicates(rows: tuple[WorkRow, ...], now: datetime, zone: ZoneInfo) -> str:
    """Return how many other requests have the same number; empty for none."""
    if not rows:
        return ""
    if len(rows) > 1:
        return f"{len(rows)} other requests of the same number (P)."
    return f"One other request of the same number: {format_state(rows[0], now, zone)} (P)."


Time = Callable[[datetime], None]


class CallActions(DeskScreen):
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
        self.say(describe_answer(answer, action, facts.now(), facts.zone))

    def ask_result(self) -> None:
        """Ask how the call went."""
        if self.row is not None:
            self.put(ask.ask_how_it_went(self.row, self._note_result))

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
        self.put(ask.ask_until_when(title, facts.now(), facts.zone, take))

    def _take_time(self, title: str, then: Time, answer: str) -> None:
        facts = self.host.facts
        if answer != ask.OTHER_TIME:
            then(datetime.fromisoformat(answer))
            return
        take = partial(self._take_typed, then)
        self.put(ask.ask_typed_time(title, facts.now(), facts.zone, take))

    def _take_typed(self, then: Time, typed: str) -> None:
        facts = self.host.facts
        at = read_moment(typed, facts.now(), facts.zone)
        if at is not None:
            then(at)

    def _close(self) -> None:
        if self.row is not None:
            self.put(ask.ask_why_closed(self.row, self._close_as))

    def _close_as(self, code: str) -> None:
        self.do(Close(Outcome(code), self.note))

    def _reopen(self) -> None:
        self.do(Reopen(self.note))

    def _dismiss(self) -> None:
        lead = "The typed reference was not theirs; the request stays as it is."
        dismiss = partial(self.do, DismissNote())
        self.put(ask_sure("Set the typed withdrawal aside?", lead, "Yes, set it aside", dismiss))

    def _escalate(self) -> None:
        lead = "Tell them yourself now as well: nobody watches this list for danger."
        title, yes = "Hand it to the duty clinician?", "Yes, hand it over"
        self.put(ask_sure(title, lead, yes, lambda: self.do(Escalate(self.note))))

    def _withdraw(self) -> None:
        lead = "Only when they said so themselves. Nobody will ring them then."
        title, yes = "They take the request back?", "Yes, take it back"
        self.put(ask_sure(title, lead, yes, lambda: self.do(Withdraw(self.note))))

    def _write_note(self) -> None:
        self.put(ask.ask_note(self.note, self._keep_note))

    def _keep_note(self, text: str) -> None:
        self.note = text
        self.rekey()
        self.say("The note goes with what you do next." if text else "")

    def _undo(self) -> None:
        self.put(ask.ask_why_undone(lambda reason: self.do(Undo(reason))))


class RequestScreen(CallActions):
    """What may be said comes first; the number only when it is asked for, and not for long."""

    every = 5
    AUTO_FOCUS = ""

    def __init__(self, row: WorkRow) -> None:
        super().__init__()
        self.row = row
        self._request_id = row.request.id
        self._contact: PhoneContact | None = None
        self._sight: asks.Sight | None = None
        self._seen: Worklist | None = None

    def heading(self) -> str:
        return format_request_title(self.row) if self.row else "One request"

    def lead(self) -> str:
        facts = self.host.facts
        return format_state_line(self.row, facts.now(), facts.zone) if self.row else GONE

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="both"):
            with Vertical(id="call"):
                yield Static("", id="safety", markup=False)
                yield Static("", id="number", markup=False)
                yield Static("", id="facts", markup=False)
                yield Static("", id="twins", markup=False)
            with Vertical(id="past"):
                yield Static("What was done", id="past-title", markup=False)
                yield Static("", id="history", markup=False)

    def keys(self) -> Iterable[Key]:
        row = self.row
        if row is None:
            return
        if self._contact is None and may_reveal(row):
            yield Key("r", "Number", self._reveal)
        if row.held_by_me and not row.state.stopped:
            yield Key("enter", "Result", self.ask_result)
        yield from self.deed_keys(row)
        if self._sight is not None and self._sight.twins:
            yield Key("p", "Same number", self._show_twins)

    def on_mount(self) -> None:
        self._draw()
        self.look(self._read)

    def come_back(self) -> None:
        self._seen = None
        self.look(self._read)

    def look_again(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        answer = await self.ask(partial(asks.news, self._request_id, self._seen))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, NotFound):
            self._sight = None
            self._set(None)
        elif answer is not None:
            self._seen, self._sight = answer.seen, answer
            self._set(answer.row)

    def renew(self, row: WorkRow | None) -> None:
        self._contact = None if row is None or self.row is None else self._kept(row)
        self._set(row)
        self._seen = None
        self.look(self._read)

    def _kept(self, row: WorkRow) -> PhoneContact | None:
        """Return the number while nothing was done about it that ends the call."""
        is_same = self.row is not None and row.state.revision == self.row.state.revision
        return self._contact if is_same else None

    def _set(self, row: WorkRow | None) -> None:
        self.row = row
        if row is None or not may_reveal(row):
            self._contact = None
        self._draw()

    def _draw(self) -> None:
        row, facts = self.row, self.host.facts
        now, zone = facts.now(), facts.zone
        self.query_one("#both").display = row is not None
        if row is not None:
            self._put("#safety", "\n".join(describe_safety(row)))
            number = self.query_one("#number", Static)
            number.set_class(self._contact is not None, "-shown")
            number.update(format_number(row, self._contact))
            self.query_one("#facts", Static).update(pairs(request_details(row, now, zone)))
            found = self._sight
            self._put("#twins", format_duplicates(found.twins, now, zone) if found else "")
            told = history_lines(found.history, now, zone) if found else ()
            self.query_one("#history", Static).update(pairs(told or (("Nothing yet", ""),)))
        self.rehead()
        self.rekey()

    def _put(self, name: str, words: str) -> None:
        line = self.query_one(name, Static)
        line.display = bool(words)
        line.update(words)

    def _reveal(self) -> None:
        self.once(self._ask_number)

    async def _ask_number(self) -> None:
        answer = await self.ask(lambda side: side.callbacks.reveal(self._request_id))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, NotFound):
            self._set(None)
        elif isinstance(answer, Refused):
            self._set(answer.row)
            self.say("It was taken back. Please do not ring them.")
        elif not answer.phone:
            self.say("This number cannot be opened. Please ask a manager about the keys.")
        else:
            self._contact = answer
            self._draw()

    def _show_twins(self) -> None:
        if self.row is not None:
            self.tell(TwinsWanted(self.row))

    def on_key(self, event: events.Key) -> None:
        for sheet in self.query(Sheet):
            sheet.scroll_by_arrow(event.key)
