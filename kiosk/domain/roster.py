"""Attendance as a facilitator sees it: derived from check-in facts, never stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kiosk.domain.sessions import Session


class PassStanding(StrEnum):
    """What is known of the pass behind an arrival."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    NONE = "none"
    """No pass: counted as a guest."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person who is present: a check-in fact without a void."""

    check_in_id: UUID
    session: Session
    at: datetime
    standing: PassStanding
    name: str | None
    """Opened by the roster key; None for guests and unknown passes."""
    by_staff: bool
    clock_doubtful: bool
    """True where the kiosk's clock stood before its last fact."""
    fact_ids: frozenset[UUID] = frozenset()
    """All facts behind this arrival, from whichever kiosks; a void names every one."""


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A new pass, to be shown or printed at once: its secret is kept nowhere."""

    digits: str
    """The 53 digits of the QR code."""
    name: str
    """The first name, as it was kept."""


class SessionStage(StrEnum):
    """Where one meeting stands."""

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
    capacity: int | None
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
