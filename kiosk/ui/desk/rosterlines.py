"""One session's roster as the rows of a list, and its figures in words."""

from collections.abc import Hashable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.roster import Arrival, Expected, PassStanding, Roster, SessionCard, Voided
from kiosk.domain.roster import VoidReason as Reason
from kiosk.ui.desk.hiding import HIDDEN
from kiosk.ui.desk.words import (
    STAGES,
    STANDINGS,
    VOID_REASONS,
    clock,
    people,
    to_five_minutes,
)
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.listing import Line

Person = Arrival | Expected | Voided
COLUMNS = (
    Column("Name", 18, 12, grows=True),
    Column("Came", 5),
    Column("With", 12, rank=1),
    Column("State", 33, 24, grows=True),
)


def in_order(roster: Roster) -> tuple[Person, ...]:
    """Return who came, the latest first; then who is expected; then who was taken off."""
    return (*reversed(roster.arrived), *roster.expected, *roster.voided)


def key_of(person: Person) -> Hashable:
    """Return what tells people of one roster apart, whatever happens to them."""
    match person:
        case Arrival():
            return min(person.fact_ids, default=person.check_in_id)
        case Expected():
            return person.participant_id
        case Voided():
            return ("off", person.check_in_id)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the rows are drawn now."""

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
                reason = _reason(person.reason)
                came = to_five_minutes(person.at, self.zone)
                return Line((self._name(person.name, "Guest"), came, "", f"taken off: {reason}"))

    def _arrival(self, person: Arrival) -> Line:
        came = to_five_minutes(person.at, self.zone)
        guest = "Guest" if person.standing is PassStanding.NONE else ""
        how = "by staff" if person.by_staff else STANDINGS[person.standing]
        state = "here"
        if person.clock_doubtful:
            state = "here; the kiosk's clock was wrong"
        elif person.kiosk_at is not None:
            state = "here; by a clock set right"
        elif person.standing in (PassStanding.UNKNOWN, PassStanding.REVOKED):
            state = f"here; {STANDINGS[person.standing]}, please ask"
        return Line((self._name(person.name, guest), came, how, state), "strong")

    def _name(self, name: str | None, otherwise: str) -> str:
        if name is None:
            return otherwise or "name not readable"
        return name if self.names else HIDDEN


def title(card: SessionCard, zone: ZoneInfo) -> str:
    """Return which session it is."""
    session = card.session
    hours = f"{clock(session.starts_at, zone)}–{clock(session.ends_at, zone)}"
    return f"{card.group_name} · {hours} · {session.room or session.label}"


def figures(card: SessionCard) -> str:
    """Return how full a session is, in a line."""
    parts = [f"{card.present} here" + (f" of {card.capacity}" if card.capacity else "")]
    if card.guests:
        parts.append("1 guest" if card.guests == 1 else f"{card.guests} guests")
    if card.capacity and card.present > card.capacity:
        parts.append("more than the room holds")
    if card.head_count is not None:
        parts.append(f"counted: {people(card.head_count)}")
    parts.append(
        STAGES[card.stage] + (f": {card.cancelled_reason}" if card.cancelled_reason else "")
    )
    return " · ".join(parts)


def _reason(code: str) -> str:
    return VOID_REASONS[Reason(code)] if code in set(Reason) else code


def id_of(person: Person | None) -> UUID | None:
    """Return whose record it is, where that is known."""
    return person.participant_id if isinstance(person, Arrival | Expected) else None
