"""Anomalies: records that do not quite fit, derived from facts and never stored with them.

Facts come late, twice, or from a wrong clock, and every one is kept; a person decides what they
mean.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kiosk.domain.attendance.attendance import (
    Bearer,
    CheckInFact,
    counting_facts,
    derive_attendance,
    person_of,
)
from kiosk.domain.attendance.check_in import Session
from kiosk.domain.clock_sync import FAR_OFF

LATE = timedelta(hours=1)
"""A fact that took longer to central was not on the list while it mattered."""


class AnomalyKind(StrEnum):
    """The kind of an anomaly; also the code in the column "flag" of an export."""

    STILL_HERE = "still_here"
    """Taken off a list, and another machine had seen them as well: they still count."""
    CANCELLED = "session_cancelled"
    """Somebody came to a session that was called off."""
    REVOKED = "revoked_pass"
    """A pass was shown that had been ended."""
    OUTSIDE = "outside_hours"
    """A kiosk checked somebody in while the session took nobody."""
    NO_SESSION = "unknown_session"
    """A check-in to a session that is not kept here."""
    UNPLACED = "without_session"
    """Somebody came while the machine's clock was wrong; staff know to which session."""
    GAP = "numbers_missing"
    """A machine's facts are numbered, and some have not come although later ones have."""
    CALLED = "called_after_withdrawal"
    """Somebody was rung after they had taken their request back."""
    SAME_REFERENCE = "same_reference"
    """Two requests have one reference: two machines share their symbols or their disk."""
    LOST = "records_lost"
    """A machine found records gone that it had kept: its file was put back to an older copy."""
    REFUSED = "visitor_refused"
    """A machine could keep nothing, and sent visitors to the counter."""
    CLOCK_DOUBTFUL = "clock_doubtful"
    """The machine's clock was wrong, and by how much is not known."""
    CLOCK_OFF = "clock_off"
    """The machine's clock was far off, as measured; the times are corrected."""
    TWO_MACHINES = "two_machines"
    """One pass was seen at one session by two machines; it counts once."""
    LATE = "late"
    """It came to central more than an hour after it happened."""


INFORMATIONAL = frozenset({AnomalyKind.CLOCK_OFF, AnomalyKind.TWO_MACHINES, AnomalyKind.LATE})
"""Counted rightly without anybody's doing; the others need a person."""


@dataclass(frozen=True, slots=True)
class FactTimes:
    """The times of a fact that is no check-in."""

    at: datetime
    """Corrected where the machine's clock was measured to be far off."""
    kiosk_at: datetime | None
    """What the machine's clock said, where `at` was corrected."""
    received_at: datetime | None
    """When central had it; None on one machine."""
    clock_doubtful: bool


Timed = CheckInFact | FactTimes
"""A fact with times."""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """One session with the facts about it."""

    session: Session
    cancelled: bool
    facts: tuple[CheckInFact, ...]
    bearers: Mapping[bytes, Bearer]


@dataclass(frozen=True, slots=True)
class FactAnomaly:
    """One fact with an anomaly."""

    kind: AnomalyKind
    fact: Timed
    machines: frozenset[UUID]
    """Whose it is; two where two saw the same."""
    session: Session | None = None
    group_name: str = ""
    reference: str = ""
    """Of the callback request that it is about."""
    fact_id: UUID | None = None
    """Of a check-in."""
    count: int = 1
    """For how many it stands."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """An anomaly of one session, one request, or one machine; names nobody."""

    kind: AnomalyKind
    at: datetime
    """What the machine's own clock said."""
    corrected: datetime
    """When it happened, as well as that is known."""
    received_at: datetime | None
    """When central had it; None on one machine."""
    machines: tuple[str, ...]
    """The two symbols of each."""
    count: int = 1
    """Facts or people alike; the times are those of the worst of them."""
    session: Session | None = None
    group_name: str = ""
    """As staff call it."""
    reference: str = ""

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to decide something about it."""
        return self.kind not in INFORMATIONAL


def time_anomalies(fact: Timed) -> Iterator[AnomalyKind]:
    """Yield the anomalies of when a fact was written, and when it came."""
    late = None if fact.received_at is None else fact.received_at - fact.at
    is_ahead = late is not None and late < -FAR_OFF
    # A measured clock whose fact comes at once has been proven right.
    is_proven = fact.kiosk_at is not None and late is not None and late <= LATE
    if is_ahead or (fact.clock_doubtful and not is_proven):
        yield AnomalyKind.CLOCK_DOUBTFUL
        return
    if fact.kiosk_at is not None:
        yield AnomalyKind.CLOCK_OFF
    if late is not None and late > LATE:
        yield AnomalyKind.LATE


def is_time_reliable(fact: Timed) -> bool:
    """Return whether the corrected time of a fact may be believed."""
    return AnomalyKind.CLOCK_DOUBTFUL not in time_anomalies(fact)


def session_anomalies(
    held: SessionFacts, opens_before: timedelta, group_name: str = ""
) -> Iterator[FactAnomaly]:
    """Yield the anomalies of one session's facts; `opens_before` its start it takes check-ins."""

    def found(kind: AnomalyKind, fact: CheckInFact, *others: CheckInFact) -> FactAnomaly:
        machines = frozenset(one.kiosk_id for one in (fact, *others) if one.kiosk_id is not None)
        return FactAnomaly(kind, fact, machines, held.session, group_name, fact_id=fact.id)

    by_id = {fact.id: fact for fact in held.facts}
    counted = counting_facts(by_id.values())
    for one in derive_attendance(by_id.values(), held.bearers).present:
        same = [by_id[id_] for id_ in one.fact_ids]
        if len({fact.kiosk_id for fact in same}) > 1:
            yield found(AnomalyKind.TWO_MACHINES, one.first, *same)
    for fact in by_id.values():
        if fact.about is None:  # what is about an arrival came with it, and is nobody more
            for kind in time_anomalies(fact):
                yield found(kind, fact)
        if fact.id in counted and fact.is_arrival:
            for kind in _arrival_anomalies(fact, held, opens_before):
                yield found(kind, fact)
    for fact in _unseen_by_voids(by_id, counted, held.bearers):
        yield found(AnomalyKind.STILL_HERE, fact)


def _arrival_anomalies(
    fact: CheckInFact, held: SessionFacts, opens_before: timedelta
) -> Iterator[AnomalyKind]:
    """Yield the anomalies of an arrival that counts."""
    begins, ends = held.session.starts_at - opens_before - FAR_OFF, held.session.ends_at + FAR_OFF
    if held.cancelled:
        yield AnomalyKind.CANCELLED
    elif is_time_reliable(fact) and not fact.by_staff and not begins <= fact.at < ends:
        yield AnomalyKind.OUTSIDE
    bearer = None if fact.lookup is None else held.bearers.get(fact.lookup)
    if bearer is not None and bearer.revoked_at is not None and bearer.revoked_at <= fact.at:
        yield AnomalyKind.REVOKED


def _unseen_by_voids(
    by_id: Mapping[UUID, CheckInFact], counted: frozenset[UUID], bearers: Mapping[bytes, Bearer]
) -> Iterator[CheckInFact]:
    """Yield arrivals that count although the person was taken off later on another machine."""
    taken_off: dict[bytes | UUID, list[tuple[CheckInFact, CheckInFact]]] = {}
    for void in by_id.values():
        target = by_id.get(void.void_of) if void.void_of is not None else None
        if void.id in counted and target is not None and target.is_arrival:
            taken_off.setdefault(person_of(target, bearers), []).append((void, target))
    for fact in by_id.values():
        if not fact.is_arrival or fact.id not in counted:
            continue
        if any(
            fact.at <= void.at and fact.kiosk_id != target.kiosk_id
            for void, target in taken_off.get(person_of(fact, bearers), ())
        ):
            yield fact


def merge_anomalies(
    found: Iterable[FactAnomaly], symbols: Mapping[UUID, str]
) -> tuple[Anomaly, ...]:
    """Return one anomaly for all that are alike: what needs a person first, then the latest first.

    Alike are those of one kind, of the same machines and, where there is one, the same session.
    `symbols` are the two symbols of each machine.
    """
    alike: dict[tuple[AnomalyKind, UUID | None, frozenset[UUID]], list[FactAnomaly]] = {}
    for one in found:
        session = None if one.session is None else one.session.id
        alike.setdefault((one.kind, session, one.machines), []).append(one)
    merged = [_merge(same, symbols) for same in alike.values()]
    return tuple(sorted(merged, key=_rank, reverse=True))


def _rank(one: Anomaly) -> tuple[bool, datetime, str, tuple[str, ...]]:
    return one.needs_a_person, one.corrected, one.kind.value, one.machines


def _merge(same: list[FactAnomaly], symbols: Mapping[UUID, str]) -> Anomaly:
    worst = max(same, key=lambda one: _badness(one.fact))
    references = {one.reference for one in same}
    return Anomaly(
        kind=worst.kind,
        at=worst.fact.kiosk_at or worst.fact.at,
        corrected=worst.fact.at,
        received_at=worst.fact.received_at,
        machines=tuple(sorted(symbols.get(machine, "?") for machine in worst.machines)),
        count=sum(one.count for one in same),
        session=worst.session,
        group_name=worst.group_name,
        reference=worst.reference if len(references) == 1 else "",
    )


def _badness(fact: Timed) -> tuple[timedelta, bool, datetime, datetime]:
    """Return what facts are ranked by: lateness, and then all else that an `Anomaly` holds."""
    late = timedelta() if fact.received_at is None else fact.received_at - fact.at
    return late, fact.received_at is not None, fact.at, fact.kiosk_at or fact.at
