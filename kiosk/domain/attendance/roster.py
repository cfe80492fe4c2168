"""Attendance as a facilitator sees it: derived from check-in facts, never stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from uuid import UUID

from kiosk.domain.attendance.check_in import Session, is_open

LARGEST_HEAD_COUNT = 999
"""No head count goes beyond it; a longer number is a slip of the finger."""
_FEW_PEOPLE, _MANY_PEOPLE = 5, 10
"""A difference of fewer is nothing to ask about; one of so many is, where it doubles a number."""
RECONCILE_WITHIN = timedelta(hours=72)
"""How long after its end a session's list may stay open before somebody has to look."""


class PassState(StrEnum):
    """The state of the pass behind an arrival."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    NONE = "none"
    """No pass: counted as a guest."""


def is_far_count(listed: int, counted: int) -> bool:
    """Return whether a head count is so far from the list that it may be a slip of the finger.

    That is ten people or more where one number is twice the other, or five or more where it is ten
    times the other, as a digit too many or too few makes it.
    """
    fewer, more = sorted((listed, counted))
    apart = more - fewer
    return (apart >= _MANY_PEOPLE and more >= 2 * fewer) or (
        apart >= _FEW_PEOPLE and more >= 10 * fewer
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person who is present: a check-in fact without a void."""

    check_in_id: UUID
    session: Session
    at: datetime
    pass_state: PassState
    name: str | None
    """Opened by the roster key; None for guests and unknown passes."""
    by_staff: bool
    clock_doubtful: bool
    """True where the kiosk's clock stood before its last fact."""
    fact_ids: frozenset[UUID] = frozenset()
    """All facts behind this arrival, from whichever kiosks; a void names every one."""
    participant_id: UUID | None = None
    """Whose pass it is, where that is known; takes a pass that is handed out."""
    kiosk_at: datetime | None = None
    """What the kiosk's clock said, where that was far off and `at` is corrected."""


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A new pass, to be shown or printed at once: its secret is kept nowhere."""

    digits: str
    """The 53 digits of the QR code."""
    name: str
    """The first name, as it was kept."""


class SessionStage(StrEnum):
    """The stage of one meeting."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    """Takes check-ins and has not begun."""
    RUNNING = "running"
    ENDED = "ended"
    """Over, and its list not closed yet."""
    RECONCILED = "reconciled"
    UNRECONCILED = "unreconciled"
    """Ended more than 72 hours ago and nobody closed its list."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class SessionCard:
    """One of the day's sessions, without anybody's name."""

    session: Session
    group_name: str
    """As staff call it."""
    stage: SessionStage
    present: int
    """Everybody who is checked in, guests among them."""
    guests: int
    head_count: int | None
    """The latest one."""
    cancelled_reason: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A member of an enrolled group who has not arrived; inside the peer team only."""

    participant_id: UUID
    name: str | None
    """None where it cannot be opened."""


@dataclass(frozen=True, slots=True)
class Voided:
    """Somebody who was taken off the list; can be put back."""

    check_in_id: UUID
    void_ids: frozenset[UUID]
    """The voids to take back."""
    name: str | None
    at: datetime
    """When they had arrived."""
    voided_at: datetime
    reason: str
    """Code of `VoidReason`."""


@dataclass(frozen=True, slots=True)
class Roster:
    """One session as a facilitator sees it."""

    card: SessionCard
    arrived: tuple[Arrival, ...]
    """By arrival."""
    expected: tuple[Expected, ...]
    """By name; empty for open groups: they have no absent."""
    voided: tuple[Voided, ...]
    at: datetime


class VoidReason(StrEnum):
    """Why somebody is taken off a list."""

    MISTAKE = "mistake"
    WRONG_SESSION = "wrong_session"
    LEFT = "left_at_once"
    ASKED = "asked_to_be_removed"
    DUPLICATE = "counted_twice"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a participant's record, as staff who hold the roster key see them."""

    participant_id: UUID
    name: str | None
    language: str
    groups: frozenset[UUID]
    passes: int
    """How many passes of theirs are in use."""
    last_pass_at: datetime | None


@dataclass(frozen=True, slots=True)
class Added:
    """A member of staff put somebody on the list; it is committed."""

    check_in_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """They were on the list already; nothing new was written."""

    since: datetime


class RosterStepKind(Enum):
    """What a member of staff did to a session's list."""

    ADDED = auto()
    GUEST = auto()
    TAKEN_OFF = auto()
    PUT_BACK = auto()
    COUNTED = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class RosterStep:
    """One thing that was done to a session's list, which can be taken back."""

    kind: RosterStepKind
    ids: frozenset[UUID]
    """Of the facts that were written: arrivals, voids, voids of voids, or the head count."""
    arrivals: frozenset[UUID] = frozenset()
    """Of the person that it is about."""
    people: int = 0
    """Of a head count."""


@dataclass(frozen=True, slots=True)
class RosterNews:
    """A session's roster, its mark, and what an undo takes back."""

    mark: bytes
    roster: Roster
    last_step: RosterStep | None
    unplaced: tuple[Arrival, ...]
    """Who came while the kiosk's clock was wrong, and is on no list yet."""


@dataclass(frozen=True, slots=True)
class GroupName:
    """A group that a member can be enrolled in."""

    id: UUID
    name: str
    """As staff call it."""
    enrolled: bool
    """Whether it keeps a list of members."""


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One person at one session, for an export; those who were taken off are in it too."""

    check_in_id: UUID
    session: Session
    group_name: str
    """As staff call it."""
    cancelled: bool
    """Whether the session was called off."""
    head_count: int | None
    """The session's latest one."""
    arrived_at: datetime
    pass_state: PassState
    name: str | None
    by_staff: bool
    kiosk: str
    """Name of the machine that saw them first, or empty."""
    clock_doubtful: bool
    present: bool
    """False where they were taken off."""
    reason: str
    """Why they were taken off, a code of `VoidReason`, or empty."""
    kiosk_at: datetime | None = None
    """What the kiosk's clock said, where that was far off and `arrived_at` is corrected."""
    flags: tuple[str, ...] = ()
    """Codes of `AnomalyKind`, for somebody to look at."""


def session_stage(
    session: Session,
    now: datetime,
    opens_before: timedelta,
    *,
    cancelled: bool,
    reconciled: bool,
) -> SessionStage:
    """Return the stage of a session at `now` (aware); no list is closed before the start."""
    if cancelled:
        return SessionStage.CANCELLED
    if now < session.starts_at:
        opened = is_open(session, now, opens_before)
        return SessionStage.OPEN if opened else SessionStage.SCHEDULED
    if reconciled:
        return SessionStage.RECONCILED
    if now < session.ends_at:
        return SessionStage.RUNNING
    waited = now - session.ends_at >= RECONCILE_WITHIN
    return SessionStage.UNRECONCILED if waited else SessionStage.ENDED
