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
