"""What a manager sees of the clinic's records: what goes, and who did what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class RetentionKind(StrEnum):
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

    kind: RetentionKind
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
    """Place in its machine's chain, from 0."""
    at: datetime
    action: str
    """Code of `AuditAction`; a later version may have written others."""
    login: str
    """Who did it; empty for the machine itself and for names that nobody has."""
    subject: str
    """What it was done to: a reference, a login, else the end of an id; empty for nothing."""
    machine: str = ""
    """Where: the name of the kiosk or desk machine."""
    machine_id: UUID | None = None
    """Its id; with time and position the place to read on from."""


@dataclass(frozen=True, slots=True)
class Trail:
    """What a check has found of one machine's trail."""

    machine: str
    """Its name; empty for one that is not known."""
    entries: int
    broken_at: int | None
    """Position of the first entry that was changed or is missing; None where all is well."""


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the audit trail is whole: this machine's, at the centre those of all machines."""

    trails: tuple[Trail, ...]
    """This machine's first."""
    checked_at: datetime

    @property
    def ok(self) -> bool:
        """Whether every trail is whole."""
        return not self.broken

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return sum(trail.entries for trail in self.trails)

    @property
    def broken(self) -> tuple[Trail, ...]:
        """The trails that are not whole."""
        return tuple(trail for trail in self.trails if trail.broken_at is not None)

    @property
    def broken_at(self) -> int | None:
        """Where the first broken trail is broken; None where all is well."""
        return self.broken[0].broken_at if self.broken else None
