"""Retention: what the policy deletes now, what a run has deleted, and when it runs by itself."""

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kiosk.domain.policy import Rules

LONGEST_PAUSE = timedelta(days=14)
"""A clock that has moved on by more since the last run is not believed before a manager has been
asked: it may have been set wrong, and what it lets go cannot be brought back."""
OVERDUE = timedelta(days=3)
"""A run that is later than this is complained of."""
_AGAIN = timedelta(hours=20)
"""From one run to the next; a day would move it later and later."""
_AT_WORK = timedelta(hours=1)
"""Who has begun is left to end; after this the run was cut off, and another one completes it."""
_DAYS_BYTES = 4


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
class KeptDays:
    """How many days a policy keeps each kind of records: what a manager agrees to."""

    requests: int
    attendance: int
    passes: int
    exports: int

    @classmethod
    def of(cls, rules: Rules) -> "KeptDays":
        """Return those of a clinic's rules."""
        return cls(
            rules.closed_requests_kept.days,
            rules.attendance_kept.days,
            rules.passes_kept.days,
            rules.exports_kept.days,
        )

    @classmethod
    def from_id(cls, id_: UUID) -> "KeptDays":
        """Return those that `as_id` has written."""
        starts = range(0, len(id_.bytes), _DAYS_BYTES)
        return cls(*(int.from_bytes(id_.bytes[at : at + _DAYS_BYTES]) for at in starts))

    def as_id(self) -> UUID:
        """Return the days as an id: an entry of the audit trail holds nothing else."""
        return UUID(bytes=b"".join(days.to_bytes(_DAYS_BYTES) for days in astuple(self)))

    def is_within(self, agreed: "KeptDays") -> bool:
        """Return whether nothing goes earlier than was agreed."""
        return all(
            own >= theirs for own, theirs in zip(astuple(self), astuple(agreed), strict=True)
        )

    def __str__(self) -> str:
        """Return the days in the order of `RetentionKind`."""
        return f"{', '.join(map(str, astuple(self)))} days"


@dataclass(frozen=True, slots=True)
class RetentionPast:
    """What the audit trail tells of retention up to a time."""

    agreed: KeptDays | None = None
    """What a manager has agreed to last; None where nobody ever did."""
    agreed_at: datetime | None = None
    begun_at: datetime | None = None
    """When a run last began."""
    done_at: datetime | None = None
    """When one last came to its end."""


class RetentionHold(StrEnum):
    """Why retention does not run by itself."""

    NOT_AGREED = "not_agreed"
    """No manager has seen what would go, and agreed."""
    SHORTER = "shorter"
    """The policy keeps something for less long than was agreed."""
    CLOCK_BEHIND = "clock_behind"
    """The clock stands before the last record."""
    CLOCK_AHEAD = "clock_ahead"
    """The clock has moved on by more than LONGEST_PAUSE since the last run."""


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """Whether retention runs by itself, and when it did."""

    at: datetime
    past: RetentionPast
    hold: RetentionHold | None
    """None where it runs."""
    is_clock_behind: bool = False
    """Whether the clock stands before the last record: then no manager may run it either."""

    @property
    def is_due(self) -> bool:
        """Whether a run is to begin now."""
        done, begun = self.past.done_at, self.past.begun_at
        if self.hold is not None or (done is not None and self.at - done < _AGAIN):
            return False
        is_cut_off = begun is None or self.at - begun >= _AT_WORK
        return is_cut_off or (done is not None and begun is not None and begun <= done)

    @property
    def is_overdue(self) -> bool:
        """Whether it should have run, and nothing did it."""
        last = _latest(self.past.done_at, self.past.agreed_at)
        return self.hold is None and last is not None and self.at - last > OVERDUE


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What a run would delete now; nothing has been deleted."""

    at: datetime
    counts: tuple[RetentionCount, ...]
    """One for each `RetentionKind`, in its order."""
    status: RetentionStatus
    """Whether it goes by itself."""

    @property
    def last_run(self) -> datetime | None:
        """When a run last came to its end; None where none ever did."""
        return self.status.past.done_at

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


def retention_status(
    past: RetentionPast, policy: KeptDays, now: datetime, *, is_doubtful: bool
) -> RetentionStatus:
    """Return whether retention runs by itself on `policy` now; `is_doubtful` is about the clock."""
    hold = _find_hold(past, policy, now, is_doubtful=is_doubtful)
    return RetentionStatus(now, past, hold, is_doubtful)


def _find_hold(
    past: RetentionPast, policy: KeptDays, now: datetime, *, is_doubtful: bool
) -> RetentionHold | None:
    if is_doubtful:
        return RetentionHold.CLOCK_BEHIND
    if past.agreed is None:
        return RetentionHold.NOT_AGREED
    if not policy.is_within(past.agreed):
        return RetentionHold.SHORTER
    last = _latest(past.done_at, past.agreed_at)
    if last is None or now - last > LONGEST_PAUSE:
        return RetentionHold.CLOCK_AHEAD
    return None


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)
