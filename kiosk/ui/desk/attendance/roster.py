"""One session's roster, live: who has come, who is expected, who was taken off."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import on
from textual.widget import Widget

from kiosk.domain.attendance.roster import (
    Arrival,
    Expected,
    PassState,
    Roster,
    RosterStep,
    RosterStepKind,
    SessionCard,
    SessionStage,
    Voided,
    VoidReason,
    is_far_count,
)
from kiosk.presentation.attendance import (
    PASS_STATES,
    STAGES,
    describe_far_count,
    format_void_reason,
)
from kiosk.ui.desk.messages import Place, PlaceOf
from kiosk.ui.desk.people import HIDDEN, PeopleScreen
from kiosk.ui.desk.questions import PLACED, ask_head_count, ask_place, ask_sure, ask_void_reason
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import (
    format_clock,
    format_day,
    format_people,
    format_to_five_minutes,
)
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing, cell

Person = Arrival | Expected | Voided
COLUMNS = (
    Column("Name", 18, 12, grows=True, keeps="start"),
    Column("Came", 5),
    Column("With", 12, rank=1),
    Column("State", 33, 24, grows=True),
)


def in_order(roster: Roster) -> tuple[Person, ...]:
    """Return who came, the latest first; then who is expected; then who was taken off."""
    return (*reversed(roster.arrived), *roster.expected, *roster.voided)


def person_key(person: Person) -> Hashable:
    """Return what tells people of one roster apart, whatever happens to them."""
    match person:
        case Arrival():
            return min(person.fact_ids, default=person.check_in_id)
        case Expected():
            return person.participant_id
        case Voided():
            return ("off", person.check_in_id)


@dataclass(frozen=True, slots=True)
class RosterRows:
    """Draws the rows, with the names or without."""

    zone: ZoneInfo
    names: bool

    def line(self, person: Person) -> Line:
        """Return one person's row."""
        match person:
            case Arrival():
                return self._arrival(person)
            case Expected():
                return Line((self._name(person.name, ""), "", "", "expected"))
            case Voided():
                reason = format_void_reason(person.reason)
                came = format_to_five_minutes(person.at, self.zone)
                return Line((self._name(person.name, "Guest"), came, "", f"taken off: {reason}"))

    def _arrival(self, person: Arrival) -> Line:
        came = format_to_five_minutes(person.at, self.zone)
        guest = "Guest" if person.pass_state is PassState.NONE else ""
        how = "by staff" if person.by_staff else PASS_STATES[person.pass_state]
        state = "here"
        if person.clock_doubtful:
            state = "here; the kiosk's clock was wrong"
        elif person.kiosk_at is not None:
            state = "here; by a clock set right"
        elif person.pass_state in (PassState.UNKNOWN, PassState.REVOKED):
            state = f"here; {PASS_STATES[person.pass_state]}, please ask"
        return Line((self._name(person.name, guest), came, how, state), "strong")

    def _name(self, name: str | None, otherwise: str) -> str:
        if name is None:
            return otherwise or "name not readable"
        return name if self.names else HIDDEN


def describe_arrival(person: Arrival, zone: ZoneInfo, *, names: bool) -> str:
    """Return who it is: the name where it is shown, and always when and how they came."""
    who = person.name if names else None
    if who is None:
        who = "A guest" if person.pass_state is PassState.NONE else "Somebody"
        who += " who"
    how = "put on the list by staff" if person.by_staff else WAYS[person.pass_state]
    return f"{who} came {format_to_five_minutes(person.at, zone)}, {how}"


def describe_unplaced(person: Arrival, number: int, of: int, *, names: bool) -> str:
    """Return who came while the kiosk's clock was wrong, and which of them it is."""
    who = person.name if names else None
    if who is None:
        who = "A guest" if person.pass_state is PassState.NONE else "Somebody"
    return f"{number + 1} of {of}: {who}, {WAYS[person.pass_state]}"


def describe_alike(person: Arrival, roster: Roster, zone: ZoneInfo) -> str:
    """Return, after `describe_arrival` without a name, that others came at that time and so."""
    words = describe_arrival(person, zone, names=False)
    alike = sum(describe_arrival(one, zone, names=False) == words for one in roster.arrived)
    if alike == 1 or person.name is None:
        return ""
    return f" (as {alike} did; their names show whom: Esc, then N)"


def format_roster_title(card: SessionCard, now: datetime, zone: ZoneInfo) -> str:
    """Return which session it is, with its day where that is not today."""
    session = card.session
    day = session.starts_at.astimezone(zone).date()
    is_today = day == now.astimezone(zone).date()
    when = "" if is_today else f" · {format_day(day)} {day.year}"
    hours = f"{format_clock(session.starts_at, zone)}–{format_clock(session.ends_at, zone)}"
    return f"{card.group_name}{when} · {hours} · {session.room or session.label}"


def format_card(card: SessionCard) -> str:
    """Return how full a session is, and its stage, in a line."""
    capacity = card.session.capacity
    parts = [f"{card.present} here" + (f" of {capacity}" if capacity else "")]
    if card.guests:
        parts.append("1 guest" if card.guests == 1 else f"{card.guests} guests")
    if capacity and card.present > capacity:
        parts.append("more than the room holds")
    if card.head_count is not None:
        parts.append(f"counted: {format_people(card.head_count)}")
    parts.append(
        STAGES[card.stage] + (f": {card.cancelled_reason}" if card.cancelled_reason else "")
    )
    return " · ".join(parts)


def guest_adder(session_id: UUID) -> Callable[[DeskSide], int]:
    """Return what adds one guest; called twice, it adds the same guest."""
    ids: list[UUID] = []

    def add(side: DeskSide) -> int:
        ids.extend(() if ids else side.roster.new_guests(1))
        return side.roster.add_guests(session_id, ids)

    return add


WAYS = {
    PassState.KNOWN: "with a pass",
    PassState.UNKNOWN: "with an unknown pass",
    PassState.REVOKED: "with a revoked pass",
    PassState.NONE: "without a pass",
}
STEPS = {
    RosterStepKind.ADDED: "add",
    RosterStepKind.GUEST: "guest",
    RosterStepKind.TAKEN_OFF: "take off",
    RosterStepKind.PUT_BACK: "put back",
    RosterStepKind.COUNTED: "count",
    RosterStepKind.CLOSED: "close",
}
"""As the keys are called that do it."""
UNDONE = {
    RosterStepKind.ADDED: "They are off the list again.",
    RosterStepKind.GUEST: "One guest less.",
    RosterStepKind.TAKEN_OFF: "Put back.",
    RosterStepKind.PUT_BACK: "They are off the list again.",
    RosterStepKind.COUNTED: "That count no longer counts.",
    RosterStepKind.CLOSED: "The list is open again.",
}
_SHORT_NAME = 12
"""Cells of a name beside a key."""


def person_of_step(roster: Roster, step: RosterStep) -> Arrival | Voided | None:
    """Return whom a step was about, where they are on the roster as it left them."""
    people: tuple[Arrival | Voided, ...] = (*roster.arrived, *roster.voided)
    return next((one for one in people if step.arrivals & facts_of(one)), None)


def facts_of(person: Arrival | Voided) -> frozenset[UUID]:
    """Return the arrivals of a person that are known."""
    return person.fact_ids if isinstance(person, Arrival) else frozenset({person.check_in_id})


_CLOSABLE = (SessionStage.RUNNING, SessionStage.ENDED, SessionStage.UNRECONCILED)


class RosterScreen(PeopleScreen):
    """A list that follows the kiosk; the names in it are hidden until asked for."""

    place: ClassVar[Place | None] = Place.ROSTER

    def __init__(self, session_id: UUID) -> None:
        super().__init__()
        self._session_id = session_id
        self._mark = b""
        self._roster: Roster | None = None
        self._last_step: RosterStep | None = None
        """What was done here last, which can be undone."""
        self._unplaced: tuple[Arrival, ...] = ()
        """Who came while the kiosk's clock was wrong, and is on no list yet."""

    @property
    def route(self) -> PlaceOf:
        return PlaceOf(Place.ROSTER, self._session_id)

    def heading(self) -> str:
        roster = self._roster
        if roster is None:
            return "One moment …"
        return format_roster_title(roster.card, self.clinic.now(), self.clinic.zone)

    def lead(self) -> str:
        return format_card(self._roster.card) if self._roster else ""

    def body(self) -> Iterable[Widget]:
        yield Listing[Person](
            COLUMNS, key=person_key, draw=self._line, empty="Nobody has come yet."
        )

    def keys(self) -> Iterable[Key]:
        match self._current:
            case Expected():
                yield Key("enter", "Is here", self._check_in)
            case Voided():
                yield Key("enter", "Put back", self._put_back)
        if self._last_step is not None:
            yield Key("u", f"Undo {self._describe_step(self._last_step)}", self._take_back)
        if self._roster is not None:
            yield self.name_key()
            yield Key("a", "Add", self._add)
            yield Key("m", "Member", self._add_member)
            yield Key("g", "Guest", self._add_guest)
            if self._unplaced:
                yield Key("w", f"Waiting ({len(self._unplaced)})", self._place)
            yield Key("h", "Count", self._count)
            if self._roster.card.stage in _CLOSABLE:
                yield Key("c", "Close", self._close)
        if isinstance(self._current, Arrival):
            yield Key("v", "Take off", self._void)

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    def tick(self) -> None:
        super().tick()
        self.poll(self._read)

    async def _read(self) -> None:
        mark = self._mark
        answer = await self.ask(lambda side: side.roster.news(self._session_id, mark))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer is not None and mark == self._mark:
            self._mark, self._roster = answer.mark, answer.roster
            self._last_step, self._unplaced = answer.last_step, answer.unplaced
            self.redraw()

    def redraw(self) -> None:
        if self._roster is not None:
            self.query_one(Listing).set_rows(in_order(self._roster))
            self.rehead()
            self.rekey()

    def _line(self, person: Person) -> Line:
        return RosterRows(self.clinic.zone, self.names_shown).line(person)

    @property
    def _current(self) -> object:
        return self.current_row(object)

    @on(Listing.Chosen)
    def open_person(self) -> None:
        """Do the one thing that Enter means for the person under the cursor."""
        match self._current:
            case Expected():
                self._check_in()
            case Voided():
                self._put_back()

    def _check_in(self) -> None:
        person = self._current
        if isinstance(person, Expected):
            id_, person_id = self._session_id, person.participant_id
            self.act(lambda side: side.roster.add_member(id_, person_id), "Checked in.")

    def _add(self) -> None:
        self.go_to(PlaceOf(Place.ADD_BY_NAME, self._session_id))

    def _add_member(self) -> None:
        self.go_to(PlaceOf(Place.ADD_MEMBER, self._session_id))

    def _add_guest(self) -> None:
        self.act(guest_adder(self._session_id), "One guest more.")

    def _place(self, number: int = 0) -> None:
        """Ask of one after the other who came while the clock was wrong: was it to this group?"""
        if number < len(self._unplaced):
            person = self._unplaced[number]
            about = describe_unplaced(person, number, len(self._unplaced), names=self.names_shown)
            then = partial(self._place_answered, number, person.fact_ids)
            self.pose(ask_place(about, then, names=self.names_shown))

    def _place_answered(self, number: int, fact_ids: frozenset[UUID], answer: str) -> None:
        id_ = self._session_id
        if answer == PLACED:
            self.act(lambda side: side.roster.place(id_, fact_ids), "On the list.")
        else:
            self._place(number + 1)

    def _void(self) -> None:
        person = self._current
        if isinstance(person, Arrival):
            about = describe_arrival(person, self.clinic.zone, names=self.names_shown)
            if not self.names_shown and self._roster is not None:
                about += describe_alike(person, self._roster, self.clinic.zone)
            self.pose(ask_void_reason(about, partial(self._void_for, person.fact_ids)))

    def _void_for(self, fact_ids: frozenset[UUID], reason: str) -> None:
        why = VoidReason(reason)
        self.act(lambda side: side.roster.void(fact_ids, why), "Taken off.")

    def _put_back(self) -> None:
        person = self._current
        if isinstance(person, Voided):
            void_ids = person.void_ids
            self.act(lambda side: side.roster.undo_void(void_ids), "Put back.")

    def _describe_step(self, step: RosterStep) -> str:
        """Return what an undo takes back, and of whom, in a few words."""
        words = STEPS[step.kind]
        if step.kind in (RosterStepKind.COUNTED, RosterStepKind.CLOSED):
            return f"{words} ({step.people})"
        person = None if self._roster is None else person_of_step(self._roster, step)
        if person is None or step.kind is RosterStepKind.GUEST:
            return words
        who = person.name if self.names_shown else None
        came = format_to_five_minutes(person.at, self.clinic.zone)
        return f"{words} ({came if who is None else cell(who, min(cell_len(who), _SHORT_NAME))})"

    def _take_back(self) -> None:
        step, id_ = self._last_step, self._session_id
        if step is not None:
            self._last_step = None
            self.act(lambda side: side.roster.undo(id_, step), UNDONE[step.kind])

    def _count(self) -> None:
        if self._roster is not None:
            self.pose(
                ask_head_count(
                    self._roster.card, partial(self._check_count, self._counted), close=False
                )
            )

    def _check_count(self, keep: Callable[[str], None], people: str) -> None:
        """Ask once about a count that is far from the list, then keep it."""
        card, counted = self._roster.card if self._roster else None, int(people)
        if card is None or counted == card.head_count or not is_far_count(card.present, counted):
            keep(people)
            return
        title, lead = (
            describe_far_count(card.present, counted),
            "What is in the room is what counts.",
        )
        self.pose(ask_sure(title, lead, "Yes, it is right", partial(keep, people)))

    def _counted(self, people: str) -> None:
        count, id_ = int(people), self._session_id
        self.act(lambda side: side.roster.count_heads(id_, count), "Kept.")

    def _close(self) -> None:
        if self._roster is not None:
            self.pose(
                ask_head_count(
                    self._roster.card, partial(self._check_count, self._close_with), close=True
                )
            )

    def _close_with(self, people: str) -> None:
        count, id_ = int(people), self._session_id
        self.act(lambda side: side.roster.reconcile(id_, count), "The list is closed.")
