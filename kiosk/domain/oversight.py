"""What a manager sees of the clinic's records: what goes, who did what, which kiosks there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kept(StrEnum):
    """What the clinic's policy says how long to keep."""

    REQUESTS = "requests"
    """Callback requests that are done with, and all that was noted about them."""
    ATTENDANCE = "attendance"
    """Check-ins and head counts."""
    PASSES = "passes"
    """Participants with their names, passes and memberships."""
    EXPORTS = "exports"
    """Files in the exports folder."""


@dataclass(frozen=True, slots=True)
class RetentionCount:
    """What of one kind has been kept for long enough."""

    kind: Kept
    kept: timedelta
    """How long the policy keeps it."""
    count: int
    """Requests, check-ins and head counts, participants, or files that would go now."""
    oldest: datetime | None
    """When the oldest of them was made; None where nothing would go."""


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What a run would delete now; nothing has been deleted."""

    at: datetime
    counts: tuple[RetentionCount, ...]
    """One for each `Kept`, in its order."""
    last_run: datetime | None
    """When a run last came to its end; None where none ever did."""

    @property
    def total(self) -> int:
        """How much would go in all."""
        return sum(one.count for one in self.counts)


@dataclass(frozen=True, slots=True)
class RetentionDone:
    """What a run has deleted."""

    at: datetime
    requests: int
    attendance: int
    passes: int
    """Participants, each with passes and memberships."""
    exports: int

    @property
    def total(self) -> int:
        """How much has gone in all."""
        return self.requests + self.attendance + self.passes + self.exports


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry of the audit trail for the eye."""

    position: int
    """Place in this machine's chain, from 0; the cursor to read on from."""
    at: datetime
    action: str
    """Code of `AuditAction`; a later version may have written others."""
    login: str
    """Who did it; empty for the machine itself and for names that nobody has."""
    subject: str
    """What it was done to: a reference, a login, else the end of an id; empty for nothing."""


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether this machine's audit trail is whole."""

    ok: bool
    entries: int
    """How many there are."""
    broken_at: int | None
    """Position of the first entry that was changed or is missing; None where all is well."""
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class KioskView:
    """One machine of the clinic, as far as this database knows."""

    name: str
    symbols: str
    """The two symbols that begin its reference codes."""
    here: bool
    """Whether it is this machine."""
    enrolled_at: datetime
    revoked_at: datetime | None
    contact_at: datetime | None
    """When the centre and it last spoke; None where they never did."""
    pending: int | None
    """Rows that wait to be sent; None where nothing has to be sent or nothing is known."""
    parked: int | None
    """Rows that the centre refuses; None as above."""
    version: str
    """Of its program at the last contact; empty where that is not known."""
