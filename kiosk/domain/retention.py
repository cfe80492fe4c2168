"""Retention: what the clinic's policy deletes now, and what a run has deleted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RetentionKind(StrEnum):
    """A kind of records that the clinic's policy keeps for a time."""

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
    """One for each `RetentionKind`, in its order."""
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
