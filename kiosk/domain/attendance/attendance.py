"""Attendance: who is present, a fold over check-in facts that comes out alike in any order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kiosk.domain.attendance.check_in import Session


class CheckInKind(StrEnum):
    """The kind of a check-in fact."""

    ARRIVED = "arrived"
    """Somebody with a pass, known or not."""
    GUEST = "guest"
    """Somebody without one."""
    VOID = "void"
    """The fact named by `void_of` does not count; it may be a head count."""
    FIRST_VISIT = "first_visit"
    """Whoever came by the arrival `about` is here for the first time, and asks to be met."""
    MET = "met"
    """A member of staff has met whoever came by the arrival `about`."""


ARRIVALS = frozenset({CheckInKind.ARRIVED, CheckInKind.GUEST})
"""The kinds that put somebody on a list."""


UNDONE_REASON = "undone"
"""The reason of a void that takes another void back."""


@dataclass(frozen=True, slots=True)
class CheckInFact:
    """One check-in fact, as any kiosk or desk wrote it."""

    id: UUID
    session_id: UUID
    kind: CheckInKind
    at: datetime
    """Corrected where the machine's clock was measured to be far off."""
    lookup: bytes | None = None
    void_of: UUID | None = None
    about: UUID | None = None
    """Of a first visit and of a meeting: the arrival."""
    by_staff: bool = False
    clock_doubtful: bool = False
    reason: str = ""
    """Of a void, as a code."""
    kiosk_id: UUID | None = None
    """The machine that wrote it."""
    kiosk_at: datetime | None = None
    """What that machine's clock said, where `at` was corrected."""
    received_at: datetime | None = None
    """When central had it; None on one machine."""

    @property
    def is_arrival(self) -> bool:
        """Whether it puts somebody on a list."""
        return self.kind in ARRIVALS


class FirstVisit(StrEnum):
    """Where somebody stands who came for the first time and asked to be met."""

    TO_MEET = "to_meet"
    MET = "met"


@dataclass(frozen=True, slots=True)
class Bearer:
    """The participant of a pass."""

    participant_id: UUID
    revoked_at: datetime | None
    """From then on nobody knows who shows it."""


@dataclass(frozen=True, slots=True)
class Presence:
    """One person who is present at one session."""

    first: CheckInFact
    """The earliest fact that counts; the one to show."""
    fact_ids: frozenset[UUID]
    """All facts that count; void every one of them to take the person off."""
    participant_id: UUID | None = None
    """Who it is, where that is known."""
    first_visit: FirstVisit | None = None
    """None where they did not ask to be met."""


@dataclass(frozen=True, slots=True)
class Absence:
    """One person of whom no fact counts any more at one session."""

    first: CheckInFact
    """Their earliest fact."""
    void_ids: frozenset[UUID]
    """The voids that count; void every one of them to put the person back."""
    last_void: CheckInFact
    participant_id: UUID | None = None
    """Who it is, where that is known."""
    first_visit: FirstVisit | None = None
    """None where they did not ask to be met."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who is present at sessions and who was taken off; both lists by arrival."""

    present: tuple[Presence, ...]
    taken_off: tuple[Absence, ...]


_NOBODY_KNOWN: Mapping[bytes, Bearer] = {}


def derive_attendance(
    facts: Iterable[CheckInFact], bearers: Mapping[bytes, Bearer] = _NOBODY_KNOWN
) -> Attendance:
    """Return who is present and who was taken off, by folding facts.

    Facts may come in any order and more than once, voids before what they name. Two kiosks that
    each saw the same pass make one presence, and so do two passes of one person (`bearers`, by
    lookup). A void takes off the fact it names and no other: an arrival that nobody knew of when
    they voided stays. A void that is itself voided takes nothing off. Who asked to be met at one of
    their arrivals has asked, and one meeting is enough.
    """
    by_id = {fact.id: fact for fact in facts}
    counted = counting_facts(by_id.values())
    people: dict[tuple[UUID, bytes | UUID], list[CheckInFact]] = {}
    voids: dict[UUID, list[CheckInFact]] = {}
    told: dict[UUID, set[CheckInKind]] = {}
    for fact in by_id.values():
        if fact.is_arrival:
            people.setdefault((fact.session_id, person_of(fact, bearers)), []).append(fact)
        elif fact.id not in counted:
            continue
        elif fact.kind is CheckInKind.VOID and fact.void_of is not None:
            voids.setdefault(fact.void_of, []).append(fact)
        elif fact.about is not None:
            told.setdefault(fact.about, set()).add(fact.kind)
    present_, taken_off = [], []
    for same in people.values():
        live = [fact for fact in same if fact.id in counted]
        first = min(live or same, key=_arrival)
        who = _known(first, bearers)
        visit = _first_visit(same, told)
        if live:
            present_.append(Presence(first, frozenset(fact.id for fact in live), who, visit))
        else:
            naming = [void for fact in same for void in voids[fact.id]]
            ids = frozenset(void.id for void in naming)
            taken_off.append(Absence(first, ids, max(naming, key=_arrival), who, visit))
    return Attendance(
        tuple(sorted(present_, key=lambda one: _arrival(one.first))),
        tuple(sorted(taken_off, key=lambda one: _arrival(one.first))),
    )


def _first_visit(
    same: Iterable[CheckInFact], told: Mapping[UUID, set[CheckInKind]]
) -> FirstVisit | None:
    """Return where the person of these arrivals stands; `told` are the kinds about each arrival."""
    kinds = {kind for fact in same for kind in told.get(fact.id, ())}
    if CheckInKind.FIRST_VISIT not in kinds:
        return None
    return FirstVisit.MET if CheckInKind.MET in kinds else FirstVisit.TO_MEET


def present_people(
    facts: Iterable[CheckInFact], bearers: Mapping[bytes, Bearer] = _NOBODY_KNOWN
) -> tuple[Presence, ...]:
    """Return the people who are present (see `derive_attendance`), by arrival."""
    return derive_attendance(facts, bearers).present


def counting_facts(facts: Iterable[CheckInFact]) -> frozenset[UUID]:
    """Return the ids of the facts that count, voids among them: those that no such void names.

    Voids that name each other in a ring cannot come about honestly; none of them counts, and they
    take nobody off.
    """
    by_id = {fact.id: fact for fact in facts}
    open_voids = dict.fromkeys(by_id, 0)
    for fact in by_id.values():
        target = _target(fact)
        if target in open_voids:
            open_voids[target] += 1
    settled = [id_ for id_, number in open_voids.items() if number == 0]
    counted, voided = set(settled), set[UUID]()
    # From the facts that nobody voids inwards: each decides about the one that it names.
    while settled:
        target = _target(by_id[settled.pop()])
        if target is None or target not in by_id or target in voided:
            continue
        voided.add(target)
        freed = _target(by_id[target])
        if freed in open_voids:
            open_voids[freed] -= 1
            if open_voids[freed] == 0:
                counted.add(freed)
                settled.append(freed)
    rings = {id_ for id_, fact in by_id.items() if fact.kind is CheckInKind.VOID}
    return frozenset(counted | (by_id.keys() - voided - rings))


def _target(fact: CheckInFact) -> UUID | None:
    return fact.void_of if fact.kind is CheckInKind.VOID else None


def person_of(fact: CheckInFact, bearers: Mapping[bytes, Bearer]) -> bytes | UUID:
    """Return the id or the lookup of the person of a fact; each guest is a person of their own."""
    return fact.id if fact.lookup is None else _known(fact, bearers) or fact.lookup


def _known(fact: CheckInFact, bearers: Mapping[bytes, Bearer]) -> UUID | None:
    """Return the participant of a fact, if known; a pass that was ended may be in other hands."""
    bearer = None if fact.lookup is None else bearers.get(fact.lookup)
    if bearer is None or (bearer.revoked_at is not None and bearer.revoked_at <= fact.at):
        return None
    return bearer.participant_id


def _arrival(fact: CheckInFact) -> tuple[datetime, UUID]:
    return fact.at, fact.id


@dataclass(frozen=True, slots=True)
class PassHistory:
    """What is known of one pass at one session."""

    since: datetime | None
    """When it arrived, if it is present."""
    voids: int
    """How many voids of it are known, undone or not; the `nth` of its next arrival."""
    arrival_id: UUID | None = field(default=None, compare=False)
    """Its earliest arrival that counts, if it is present."""


def pass_history(facts: Iterable[CheckInFact], lookup: bytes) -> PassHistory:
    """Return the history of one pass in the facts of one session, in any order, with repeats."""
    by_id = {fact.id: fact for fact in facts}
    counted = counting_facts(by_id.values())
    own = {fact.id for fact in by_id.values() if fact.lookup == lookup}
    voids = sum(_target(fact) in own for fact in by_id.values())
    first = min((by_id[id_] for id_ in own & counted), key=_arrival, default=None)
    if first is None:
        return PassHistory(None, voids)
    return PassHistory(first.at, voids, first.id)


def choose_session(
    open_now: tuple[Session, ...],
    groups: frozenset[UUID],
    since: Mapping[UUID, datetime],
    opens_before: timedelta,
) -> Session | tuple[Session, ...]:
    """Return the one open session that a pass is for, or those to ask about.

    `groups` are those the pass's holder is enrolled in; `since` holds, by session,
    since when the pass is present there. `open_now` holds at least one session.
    """
    if len(open_now) == 1:
        return open_now[0]
    own = tuple(session for session in open_now if session.group_id in groups)
    if len(own) == 1:
        return own[0]
    if not since:
        return open_now
    last = max(since.values())
    here = next(session for session in open_now if since.get(session.id) == last)
    # What was open at the last scan was on offer then; only what opened since is a new question.
    newer = tuple(s for s in open_now if s.id not in since and s.starts_at - opens_before > last)
    return (here, *newer) if newer else here
