"""The worklist: callback requests as a caller sees them, in the order to call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from kiosk.domain.requests import OpenedRequest
from kiosk.domain.status import Standing


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that was done about a request."""

    event_id: UUID
    revision: int
    at: datetime
    kind: str
    """Code of `EventKind`; a withdrawal by slip has the kind "withdrawn_by_slip"."""
    outcome: str
    """Code of `AttemptResult` or `Outcome`, or empty."""
    by: str
    """Login of the member of staff; empty for the visitor."""
    next_at: datetime | None
    note: str
    """Opened and cleaned; empty where there is none or it cannot be opened."""
    undone: bool
    other_id: UUID | None = None


class Schedule(NamedTuple):
    """What comes next for a request, by the clinic's rules."""

    attempts: int
    """How many calls count; CALL_LATER and texts do not, nor those before a reopening."""
    last_result: str
    """Code of the latest `AttemptResult`, or empty."""
    next_at: datetime | None
    """Not before this: held, asked to call later, or the pause after a miss."""
    hint: str
    """What to do next, as a code of `attempts.Hint`, or empty."""
    breach_at: datetime | None
    """By when the next step is due (first review or attempt, next attempt); None when closed."""
    call_now: bool
    """Whether its window contains this minute, nothing holds it, and nobody else has it."""
    working_age: float
    """Working hours since it was made."""
    may_give_up: bool
    """Whether the three-attempt rule allows to close it as unreachable."""


@dataclass(slots=True, unsafe_hash=True)
class WorkRow:
    """One callback request as a caller sees it: what was asked, its state, and what comes next.

    Never changed; not frozen, for ten thousand are made at once and freezing doubles that.
    """

    request: OpenedRequest
    state: Standing
    """Its `revision` goes back to the desk with an action."""
    schedule: Schedule
    holder: str = ""
    """Login of who has claimed it now, or empty."""
    held_by_me: bool = False
    claim_ends: datetime | None = None
    """When that claim ends; None where nobody holds it."""
    withdrawal_noted: bool = False
    """True where somebody typed this reference to withdraw it and staff have not settled it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What a caller needs for the call itself; asked for on purpose, and audited."""

    phone: str
    """Grouped for reading and dialling, for example "8123 4567" or "+44 20 7946 0000"."""
    e164: str


class Show(StrEnum):
    """Which part of the list to show."""

    CALL_NOW = "call_now"
    OPEN = "open"
    MINE = "mine"
    UNREACHABLE = "unreachable"
    """Unreachable and wrong numbers: a pile with an owner, not an archive."""
    ESCALATED = "escalated"
    NOTED = "noted"
    """With a typed withdrawal that waits for staff."""
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show of the worklist."""

    show: Show = Show.OPEN
    language: str = ""
    """Code of `CallLanguage`; empty for all."""
    text: str = ""
    """Part of a name or reference, any case."""
    window: str = ""
    """Code of `Window`; empty for all."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures above the list."""

    open: int
    call_now: int
    due_today: int
    """Open and due before midnight at the clinic, the overdue ones among them."""
    overdue: int
    unreachable: int
    median_hours_to_first_attempt: float | None
    """Working hours, of the requests made in the last 28 days; None below 5 of them."""


@dataclass(frozen=True, slots=True)
class Worklist:
    """One look at the whole list."""

    at: datetime
    rows: tuple[WorkRow, ...]
    """Every request in the order to call: call now first, then by what is due."""
    measures: Measures
    speaks: frozenset[str] = frozenset()
    """The languages that this caller speaks; empty for all."""


@dataclass(slots=True)
class ExportRow(WorkRow):
    """One row of the worklist as it leaves the desk in a file: with the number.

    Never changed, and not frozen, as `WorkRow`.
    """

    phone_e164: str = ""
    """For example +6581234567; empty where it was taken back or could not be opened."""
    phone_local: str = ""
    """As people here write it: 8123 4567; a foreign number with its country: +44 20 7946 0000."""
    flags: tuple[str, ...] = ()
    """Codes of `Oddness`: what is odd about its times."""

    @property
    def first_attempt_at(self) -> datetime | None:
        """When the first attempt was made."""
        attempts = self.state.attempts
        return attempts[0][0] if attempts else None

    @property
    def last_attempt_at(self) -> datetime | None:
        """When the latest attempt was made."""
        attempts = self.state.attempts
        return attempts[-1][0] if attempts else None
