"""One callback request: what may be said, its number, and what a caller can do about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    AddNote,
    Attempt,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    Hold,
    NotFound,
    Refusal,
    Refused,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.state import OPEN_STATUSES, AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.wishes import Topic, Wish
from kiosk.domain.callbacks.worklist import HistoryEntry, PhoneContact, Worklist, WorkRow
from kiosk.presentation.callbacks import (
    format_consent,
    format_due,
    format_origin,
    format_result,
    format_windows,
)
from kiosk.presentation.languages import format_call_language
from kiosk.presentation.wishes import format_wish
from kiosk.ui.desk.callbacks import questions as ask
from kiosk.ui.desk.callbacks.duplicates import DuplicatesScreen
from kiosk.ui.desk.callbacks.text import (
    GONE,
    REFUSALS,
    describe_answer,
    describe_safety,
    describe_undone,
    format_asked,
    format_history,
    format_next_step,
    format_request_title,
    format_state,
)
from kiosk.ui.desk.dates import read_moment
from kiosk.ui.desk.messages import Exit, Question
from kiosk.ui.desk.questions import ask_sure, ask_unkept
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import format_clock, format_day, format_moment
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import Sheet, pairs

_MAY_SEE = frozenset({RequestStatus.ESCALATED, RequestStatus.UNREACHABLE})
"""Where a number may have to be passed on or looked at, although nobody rings it now."""


_SHOWN_ELSEWHERE = frozenset({Wish.INTERPRETER, Wish.TEXT})


def may_reveal(row: WorkRow) -> bool:
    """Return whether the number is of use now: one's own calls, and what is handed on."""
    return row.held_by_me or row.state.status in _MAY_SEE


def format_state_line(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return the state of a request in a line."""
    words = format_state(row, now, zone)
    parts = [words[:1].upper() + words[1:]]
    if row.claim_ends is not None and row.holder:
        parts[0] += f" until {format_clock(row.claim_ends, zone)}"
    if row.state.status is RequestStatus.REACHED and row.holder:
        parts.append("spoken to")
    by_when = format_due(row.schedule, now, zone)
    if by_when:
        parts.append(by_when)
    if row.withdrawal_noted:
        parts.append("somebody typed this reference to take it back: please ask")
    if row.wants_other_time:
        parts.append("other times suit them better than the booked one: please ring")
    return " · ".join(parts)


def format_number(row: WorkRow, contact: PhoneContact | None) -> str:
    """Return the number where it was asked for, else as much of it as anybody may see."""
    if contact is not None:
        return f"Ring {contact.phone}"
    masked = row.request.phone_masked or "no number"
    return f"{masked}   R shows it" if may_reveal(row) else masked


def describe_request(
    row: WorkRow, now: datetime, zone: ZoneInfo, topics: Sequence[Topic] = ()
) -> list[tuple[str, str]]:
    """Return (label, text) of what is known of the call; `topics` are the clinic's."""
    found = [("Language", _format_language(row))]
    if wishes := _format_wishes(row, now, zone, topics):
        found.append(("Wishes", wishes))
    found += [("When", _format_when(row)), ("Tries", _format_tries(row))]
    if row.state.status in OPEN_STATUSES and (step := format_next_step(row, now, zone)):
        found.append(("Next", step))
    found.append(("Asked", format_asked(row, zone)))
    origin = row.request.origin
    if origin.entered_by is not None:
        found += [
            ("Came by", format_origin(origin, row.entered_by)),
            ("Yes", format_consent(origin)),
        ]
    return found


def _format_language(row: WorkRow) -> str:
    code = row.request.call_language
    words = format_call_language(code)
    if code == CallLanguage.OTHER:
        words = "another language; ask which"
    return f"{words}, with an interpreter" if Wish.INTERPRETER in row.request.wishes else words


def _format_wishes(row: WorkRow, now: datetime, zone: ZoneInfo, topics: Sequence[Topic]) -> str:
    """Return what is wished for, but what stands elsewhere: the interpreter, and a text."""
    held = {code for code in row.request.wishes if code not in _SHOWN_ELSEWHERE}
    codes = [*(wish for wish in Wish if wish in held), *sorted(held - set(Wish))]
    words = [format_wish(code, topics) for code in codes]
    if row.for_another_until is not None:
        until = format_moment(row.for_another_until, now, zone)
        words[0] += f" (rather a colleague's until {until})"
    return "; ".join(words)


def _format_when(row: WorkRow) -> str:
    request = row.request
    words = format_windows(request.windows)
    if request.not_before is not None:
        words = f"{words}, from {format_day(request.not_before)}"
    return words if request.retimed_at is None else f"{words} (chosen later, by slip)"


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


@dataclass(frozen=True, slots=True)
class RequestSnapshot:
    """One request as its screen shows it."""

    worklist: Worklist
    """The worklist that it was taken from."""
    row: WorkRow
    history: tuple[HistoryEntry, ...]
    duplicates: tuple[WorkRow, ...]
    """Other requests of the same number."""


def read_request(
    request_id: UUID, seen: Worklist | None, side: DeskSide
) -> RequestSnapshot | NotFound | None:
    """Return one request, or None where nothing on the worklist has changed since `seen`."""
    desk = side.callbacks
    worklist = desk.worklist()
    if worklist is seen:
        return None
    row = next((row for row in worklist.rows if row.request.id == request_id), None)
    if row is None:
        return NotFound()
    return RequestSnapshot(worklist, row, desk.history(request_id), desk.duplicates(request_id))


class RequestScreen(DeskScreen):
    """What may be said comes first; the number only when it is asked for, and not for long.

    A key for each action that makes sense now; a note is kept once it is written.
    """

    every = 5
    AUTO_FOCUS = ""

    def __init__(self, row: WorkRow) -> None:
        super().__init__()
        self._row: WorkRow | None = row
        """The request as it was read last; None once it is no longer kept."""
        self._note = ""
        """A staff note that could not be kept yet."""
        self._turn: Claim | Release | None = None
        """The claim or release that was the last thing done on this screen; an undo turns it."""
        self._request_id = row.request.id
        self._contact: PhoneContact | None = None
        """The number, while it is shown."""
        self._snapshot: RequestSnapshot | None = None
        self._seen: Worklist | None = None
        """The worklist of the snapshot; None: the next poll reads the request whatever it is."""

    def heading(self) -> str:
        return format_request_title(self._row) if self._row else "One request"

    def lead(self) -> str:
        row, clinic = self._row, self.clinic
        return format_state_line(row, clinic.now(), clinic.zone) if row else GONE

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="both"):
            with Vertical(id="call"):
                yield Static("", id="safety", markup=False)
                yield Static("", id="number", markup=False)
                yield Static("", id="details", markup=False)
                yield Static("", id="duplicates", markup=False)
            with Vertical(id="past"):
                yield Static("What was done", id="past-title", markup=False)
                yield Static("", id="history", markup=False)

    def keys(self) -> Iterable[Key]:
        row = self._row
        if row is None:
            return
        if self._contact is None and may_reveal(row):
            yield Key("r", "Number", self._reveal)
        if row.held_by_me and not row.state.stopped:
            yield Key("enter", "Result", self._ask_result)
        yield from self._action_keys(row)
        if self._snapshot is not None and self._snapshot.duplicates:
            yield Key("p", "Same number", self._show_duplicates)

    def on_mount(self) -> None:
        self._draw()
        self.poll(self._read)

    def come_back(self) -> None:
        self._seen = None
        self.poll(self._read)

    def poll_again(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        answer = await self.ask(partial(read_request, self._request_id, self._seen))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, NotFound):
            self._snapshot = None
            self._set(None)
        elif answer is not None:
            self._seen, self._snapshot = answer.worklist, answer
            self._set(answer.row)

    def _renew(self, row: WorkRow | None) -> None:
        self._contact = None if row is None or self._row is None else self._kept(row)
        self._set(row)
        self._seen = None
        self.poll(self._read)

    def _kept(self, row: WorkRow) -> PhoneContact | None:
        """Return the number while nothing was done about it that ends the call."""
        is_same = self._row is not None and row.state.revision == self._row.state.revision
        return self._contact if is_same else None

    def _set(self, row: WorkRow | None) -> None:
        self._row = row
        if row is None or not may_reveal(row):
            self._contact = None
        self._draw()

    def _draw(self) -> None:
        row, snapshot = self._row, self._snapshot
        now, zone = self.clinic.now(), self.clinic.zone
        self.query_one("#both").display = row is not None
        if row is not None:
            self._put("#safety", "\n".join(describe_safety(row)))
            number = self.query_one("#number", Static)
            number.set_class(self._contact is not None, "-shown")
            number.update(format_number(row, self._contact))
            asked = describe_request(row, now, zone, self.clinic.wishes.topics)
            self.query_one("#details", Static).update(pairs(asked))
            duplicates = snapshot.duplicates if snapshot else ()
            self._put("#duplicates", format_duplicates(duplicates, now, zone))
            history = format_history(snapshot.history, now, zone) if snapshot else ()
            self.query_one("#history", Static).update(pairs(history or (("Nothing yet", ""),)))
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

    def _show_duplicates(self) -> None:
        if self._row is not None:
            self.open(partial(DuplicatesScreen, self._row, RequestScreen))

    @property
    def unkept(self) -> Callable[[DeskSide], object] | None:
        return partial(self._write, self._note) if self._note else None

    def leave(self, exit_: Exit) -> None:
        if not self._note or self._row is None:
            super().leave(exit_)
        else:
            drop = partial(super().leave, exit_)
            self.pose(ask_unkept(self._note, partial(self._keep_note, self._note), drop))

    def pose(self, question: Question) -> None:
        """Ask it, with whom it is about."""
        if self._row is not None:
            super().pose(replace(question, about=format_request_title(self._row)))

    def _action_keys(self, row: WorkRow) -> Iterable[Key]:
        """Return the keys of what can be done about `row` now."""
        if row.holder and not row.held_by_me:
            yield self._note_key()
            return
        if row.state.status in OPEN_STATUSES:
            yield from self._open_keys(row)
        else:
            yield Key("o", "Reopen", self._reopen)
        yield self._note_key()
        if row.withdrawal_noted:
            yield Key("n", "Not theirs", self._dismiss)
        if row.state.revision:
            yield Key("u", "Undo", self._undo)

    def _note_key(self) -> Key:
        return Key("t", "Note ✎" if self._note else "Note", self._write_note)

    def _open_keys(self, row: WorkRow) -> Iterable[Key]:
        if row.held_by_me:
            yield Key("x", "Close", self._close)
            yield Key("h", "Hold", self._hold)
            yield Key("c", "Let go", partial(self._do, Release()))
        else:
            yield Key("c", "Claim", partial(self._do, Claim()))
        yield Key("e", "Escalate", self._escalate)
        yield Key("w", "Withdraw", self._withdraw)

    def _do(self, action: Action, seen: WorkRow | None = None) -> None:
        """Have the desk do `action` to the request as it was seen, and show what became of it."""
        self.once(partial(self._carry_out, action, seen))

    async def _carry_out(self, action: Action, seen: WorkRow | None = None) -> None:
        row = seen or self._row
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
        if isinstance(answer, Done):
            self._turn = action if isinstance(action, Claim | Release) else None
        if isinstance(action, AddNote) and isinstance(answer, Done | NotFound):
            self._note = ""
        self._renew(None if isinstance(answer, NotFound) else answer.row)
        self.say(describe_answer(answer, action, self.clinic.now(), self.clinic.zone))

    def _ask_result(self) -> None:
        if self._row is not None:
            self.pose(ask.ask_result(self._row, self._attempt))

    def _attempt(self, code: str) -> None:
        result = AttemptResult(code)
        if result is AttemptResult.CALL_LATER:
            self._ask_time("When shall they be called?", partial(self._call_later, result))
        else:
            self._do(Attempt(result))

    def _call_later(self, result: AttemptResult, at: datetime) -> None:
        self._do(Attempt(result, at))

    def _hold(self) -> None:
        self._ask_time("Leave it alone until when?", self._hold_until)

    def _hold_until(self, at: datetime) -> None:
        self._do(Hold(at))

    def _ask_time(self, title: str, then: Callable[[datetime], None]) -> None:
        take = partial(self._take_time, title, then)
        self.pose(ask.ask_time(title, self.clinic.now(), self.clinic.calendar, take))

    def _take_time(self, title: str, then: Callable[[datetime], None], answer: str) -> None:
        if answer != ask.OTHER_TIME:
            then(datetime.fromisoformat(answer))
            return
        take = partial(self._take_typed, then)
        self.pose(ask.ask_typed_time(title, self.clinic.now(), self.clinic.zone, take))

    def _take_typed(self, then: Callable[[datetime], None], typed: str) -> None:
        at = read_moment(typed, self.clinic.now(), self.clinic.zone)
        if at is not None:
            then(at)

    def _close(self) -> None:
        if self._row is not None:
            self.pose(ask.ask_outcome(self._row, self._close_as))

    def _close_as(self, code: str) -> None:
        self._do(Close(Outcome(code)))

    def _reopen(self) -> None:
        self._do(Reopen())

    def _dismiss(self) -> None:
        lead = "The typed reference was not theirs; the request stays as it is."
        dismiss = partial(self._do, DismissNote())
        self.pose(ask_sure("Set the typed withdrawal aside?", lead, "Yes, set it aside", dismiss))

    def _escalate(self) -> None:
        lead = "Tell them yourself now as well: nobody watches this list for danger."
        title, yes = "Hand it to the duty clinician?", "Yes, hand it over"
        self.pose(ask_sure(title, lead, yes, partial(self._do, Escalate())))

    def _withdraw(self) -> None:
        lead = "Only when they said so themselves. Nobody will ring them then."
        title, yes = "They take the request back?", "Yes, take it back"
        self.pose(ask_sure(title, lead, yes, partial(self._do, Withdraw())))

    def _write_note(self) -> None:
        self.pose(ask.ask_note(self._note, self._keep_note, self._write))

    def _keep_note(self, text: str) -> None:
        self._note = text
        self.rekey()
        # Not by `once`: it may not be lost behind what is under way.
        self.run_worker(self._carry_out(AddNote(text)))

    def _write(self, text: str, side: DeskSide) -> object:
        revision = 0 if self._row is None else self._row.state.revision
        return side.callbacks.act(self._request_id, revision, AddNote(text))

    def _undo(self) -> None:
        row, back = self._row, self._turn_back
        if row is None:
            return
        if isinstance(self._turn, Claim) and row.held_by_me:
            lead, let_go = "It goes back on the list.", partial(back, Release())
            self.pose(ask_sure("Undo: you claimed it?", lead, "Yes, let go", let_go))
        elif isinstance(self._turn, Release) and row.state.open and not row.holder:
            lead, claim = "It is yours again then.", partial(back, Claim())
            self.pose(ask_sure("Undo: you let it go?", lead, "Yes, claim it again", claim))
        else:
            self.once(self._ask_undo)

    def _turn_back(self, action: Claim | Release) -> None:
        self.once(partial(self._carry_back, action))

    async def _carry_back(self, action: Claim | Release) -> None:
        await self._carry_out(action)
        self._turn = None

    async def _ask_undo(self) -> None:
        """Read what the latest entry is, then ask why that one is taken back."""
        answer = await self.ask(partial(read_request, self._request_id, None))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, RequestSnapshot):
            row, last = answer.row, answer.row.state.last_event_id
            self._set(row)
            entry = next((one for one in answer.history if one.event_id == last), None)
            if entry is None:
                self.say(REFUSALS[Refusal.NOTHING_TO_UNDO])
            else:
                what = describe_undone(entry, self.clinic.now(), self.clinic.zone)
                self.pose(ask.ask_undo_reason(what, lambda why: self._do(Undo(why), row)))
        else:
            self._set(None)

    def on_key(self, event: events.Key) -> None:
        for sheet in self.query(Sheet):
            sheet.scroll_by_arrow(event.key)
