"""Who is present: a fold over check-in facts that comes out alike in any order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kiosk.domain.sessions import Session


class CheckInKind(StrEnum):
    """What a check-in fact says."""

    ARRIVED = "arrived"
    """Somebody with a pass, known or not."""
    GUEST = "guest"
    """Somebody without one."""
    VOID = "void"
    """The fact named by `void_of` does not count."""


@dataclass(frozen=True, slots=True)
class CheckInFact:
    """One check-in fact, as any kiosk or desk wrote it."""

    id: UUID
    session_id: UUID
    kind: CheckInKind
    at: datetime
    lookup: bytes | None = None
    void_of: UUID | None = None
    by_staff: bool = False
    clock_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """One person who is present at one session."""

    first: CheckInFact
    """The earliest fact that counts; the one to show."""
    fact_ids: frozenset[UUID]
    """All facts that count; void every one of them to take the person off."""


def present(facts: Iterable[CheckInFact]) -> tuple[Presence, ...]:
    """Fold facts into the people who are present, by arrival.

    Facts may come in any order and more than once, voids before what they name. Two kiosks that
    each saw the same pass make one presence. A void takes off the fact it names and no other: an
    arrival that nobody knew of when they voided stays.
    """
    by_id = {fact.id: fact for fact in facts}
    voided = {fact.void_of for fact in by_id.values() if fact.kind is CheckInKind.VOID}
    people: dict[tuple[UUID, bytes | UUID], list[CheckInFact]] = {}
    for fact in by_id.values():
        if fact.kind is not CheckInKind.VOID and fact.id not in voided:
            # A guest is nobody in particular: each is a person of their own.
            person = fact.id if fact.lookup is None else fact.lookup
            people.setdefault((fact.session_id, person), []).append(fact)
    presences = (
        Presence(min(same, key=_arrival), frozenset(fact.id for fact in same))
        for same in people.values()
    )
    return tuple(sorted(presences, key=lambda presence: _arrival(presence.first)))


def _arrival(fact: CheckInFact) -> tuple[datetime, UUID]:
    return fact.at, fact.id


@dataclass(frozen=True, slots=True)
class Scan:
    """An earlier arrival of one pass at one session, beside one of its voids if there are any."""

    id: UUID
    at: datetime
    void_id: UUID | None


@dataclass(frozen=True, slots=True)
class PassStory:
    """What is known of one pass at one session."""

    since: datetime | None
    """When it arrived, if it is present."""
    voids: int
    """How many voids are known; the `nth` of its next arrival."""


def story(scans: Iterable[Scan]) -> PassStory:
    """Fold the earlier arrivals of one pass at one session; any order, repeats harmless."""
    rows = tuple(scans)
    voided = {scan.id for scan in rows if scan.void_id is not None}
    live = [scan.at for scan in rows if scan.id not in voided]
    voids = {scan.void_id for scan in rows if scan.void_id is not None}
    return PassStory(min(live, default=None), len(voids))


def choose(
    open_now: tuple[Session, ...],
    groups: frozenset[UUID],
    since: Mapping[UUID, datetime],
    opens_before: timedelta,
) -> Session | tuple[Session, ...]:
    """Say which of the open sessions a pass means, or which to ask about.

    `groups` are those the pass's holder is enrolled in; `since` says at which of the sessions the
    pass is present and since when. `open_now` holds at least one session.
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
