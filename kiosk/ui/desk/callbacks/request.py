"""One callback request: what may be said, its number, and what a caller can do about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    AddNote,
    Attempt,
    Book,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    HandOver,
    Hold,
    NotFound,
    Refusal,
    Refused,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.callbacks.state import (
    CLAIM_GOES_ON,
    OPEN_STATUSES,
    AttemptResult,
    Outcome,
    RequestStatus,
)
from kiosk.domain.callbacks.worklist import HistoryEntry, PhoneContact, Worklist, WorkRow
from kiosk.presentation.callbacks import describe_rest_hours, format_result
from kiosk.ui.desk.callbacks import questions as ask
from kiosk.ui.desk.callbacks.booking import BookingScreen
from kiosk.ui.desk.callbacks.duplicates import DuplicatesScreen
from kiosk.ui.desk.callbacks.text import (
    GONE,
    REFUSALS,
    describe_answer,
    describe_next_call,
    describe_request,
    describe_safety,
    describe_undone,
    format_duplicates,
    format_history,
    format_number,
    format_request_title,
    format_state_line,
    may_reveal,
)
from kiosk.ui.desk.dates import read_moment
from kiosk.ui.desk.messages import Exit, Question
from kiosk.ui.desk.questions import ask_sure, ask_unkept
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import pairs


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

    def __init__(self, row: WorkRow, *, is_next: bool = False) -> None:
        """`is_next`: it was claimed as the next call just now."""
        super().__init__()
        self._row: WorkRow | None = row
        """The request as it was read last; None once it is no longer kept."""
        self._is_next = is_next
        self._note = ""
        """A staff note that could not be kept yet."""
        self._turn: Claim | Release | None = Claim() if is_next else None
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
            if self._contact is not None:
                yield Key("a", "No answer", partial(self._do, Attempt(AttemptResult.NO_ANSWER)))
                yield Key("s", "Spoke", partial(self._do, Attempt(AttemptResult.REACHED_SELF)))
            yield Key("enter", "Result", self._ask_result)
        yield Key("n", "Next call", self._next)
        yield from self._action_keys(row)
        if self._snapshot is not None and self._snapshot.duplicates:
            yield Key("p", "Same number", self._show_duplicates)

    def on_mount(self) -> None:
        self._draw()
        if self._is_next and self._row is not None:
            self.say(describe_next_call(self._row, self.clinic.zone))
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
            if row.booked_for is not None:
                yield Key("b", "For their phone", self._show_booking)
                yield Key("m", "Move the talk", self._ask_talk)
            yield Key("o", "Reopen", self._reopen)
        yield self._note_key()
        if row.withdrawal_noted:
            yield Key("i", "Not theirs", self._dismiss)
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
        yield Key("g", "Give to", self._hand_over)
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
        if isinstance(answer, Done) and isinstance(action, Attempt):
            self._lead_on(answer.row, action.result)

    def _lead_on(self, row: WorkRow, result: AttemptResult) -> None:
        """Ask what came of a call after which only that is missing."""
        if result in CLAIM_GOES_ON and row.held_by_me:
            noted = f"Noted: {format_result(result.value)}."
            self.pose(ask.ask_outcome(row, self._close_as, noted))

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
        outcome = Outcome(code)
        if outcome is Outcome.SESSION_BOOKED:
            self._ask_talk()
        else:
            self._do(Close(outcome))

    def _ask_talk(self) -> None:
        """Ask when a talk is, with whom it was or else with the caller."""
        row, who = self._row, self.who
        if row is not None and who is not None:
            self._ask_talk_with(row.booked_with or who.login)

    def _ask_talk_with(self, whom: str) -> None:
        take = partial(self._take_talk_time, whom)
        self.pose(ask.ask_talk_time(whom, self.clinic.now(), self.clinic.calendar, take))

    def _take_talk_time(self, whom: str, answer: str) -> None:
        if answer == ask.OTHER_PERSON:
            self.once(self._ask_talk_person)
        elif answer == ask.NO_TIME:
            self._do(Close(Outcome.SESSION_BOOKED))
        elif answer == ask.OTHER_TIME:
            clinic, take = self.clinic, partial(self._take_typed, partial(self._book, whom))
            self.pose(ask.ask_typed_talk_time(clinic.now(), clinic.calendar, take))
        else:
            self._book(whom, datetime.fromisoformat(answer))

    async def _ask_talk_person(self) -> None:
        people = await self.ask(lambda side: side.callbacks.people())
        if isinstance(people, Trouble):
            self.say(people.for_staff)
        else:
            self.pose(ask.ask_person("Who will talk with them?", people, self._ask_talk_with))

    def _book(self, whom: str, at: datetime) -> None:
        self.once(partial(self._carry_out_with, whom, partial(Book, at)))

    async def _carry_out_with(
        self, login: str, make: "Callable[[UUID | None], Book | HandOver]"
    ) -> None:
        """Do what names one of the staff; an empty login names nobody."""
        people = await self.ask(lambda side: side.callbacks.people())
        if isinstance(people, Trouble):
            self.say(people.for_staff)
            return
        found = next((one.id for one in people if one.login == login), None)
        if login and found is None:
            self.say(REFUSALS[Refusal.NO_COLLEAGUE])
        else:
            await self._carry_out(make(found))

    def _show_booking(self) -> None:
        row = self._row
        if row is not None and row.booked_for is not None:
            self.open(partial(BookingScreen, row, row.booked_for))

    def _hand_over(self) -> None:
        self.once(self._ask_colleague)

    async def _ask_colleague(self) -> None:
        colleagues = await self.ask(lambda side: side.callbacks.colleagues())
        row = self._row
        if isinstance(colleagues, Trouble):
            self.say(colleagues.for_staff)
        elif row is not None:
            is_handed = bool(row.handed_to)
            if colleagues or is_handed:
                then = self._ask_handing_note
                self.pose(ask.ask_colleague(colleagues, then, is_handed=is_handed))
            else:
                self.say("Nobody else makes calls; C lets it go for everybody.")

    def _ask_handing_note(self, login: str) -> None:
        take = partial(self._hand_to, login)
        self.pose(ask.ask_handing_note(login, take, self._write))

    def _hand_to(self, login: str, note: str) -> None:
        self.once(partial(self._carry_out_with, login, partial(HandOver, note=note)))

    def _next(self) -> None:
        row = self._row
        if row is not None and row.held_by_me and self._contact is not None:
            self.say("First say how this call went: A no answer, S spoke, Enter for the rest.")
        elif row is not None and row.held_by_me and row.state.status is RequestStatus.REACHED:
            self.say("First say what came of it (X), or let it go (C).")
        elif self._note:
            self.say("First keep your note (T).")
        else:
            self.once(self._take_next)

    async def _take_next(self) -> None:
        answer = await self.ask(lambda side: side.callbacks.next_call(self._request_id))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer is None:
            clinic = self.clinic
            rest = describe_rest_hours(clinic.now(), clinic.calendar)
            self.say(rest or "There is no other call to make just now.")
        else:
            self.open(partial(RequestScreen, answer, is_next=True), instead=True)

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
