"""The worklist: callback requests as a caller sees them, in the order to call."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kiosk.domain.status import RequestStatus


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


@dataclass(slots=True, unsafe_hash=True)
class WorkRow:
    """One callback request opened for a caller: cleaned text, without the phone number.

    Never changed; not frozen, for ten thousand are made at once and freezing doubles that.
    """

    id: UUID
    reference: str
    created_at: datetime
    received_at: datetime | None
    """When the centre had it; None on one machine."""
    status: RequestStatus
    reason: str
    """Why it left the list, as a code of `Outcome`, or empty."""
    revision: int
    """Of the latest event; goes back to the desk with an action."""
    preferred_name: str
    phone_masked: str
    """For example "+65 •••• 4567"."""
    windows: tuple[str, ...]
    """Codes of `Window`."""
    not_before: date | None
    call_language: str
    message_policy: str
    answered_by_other: str
    share_with_team: bool
    ui_language: str
    unreadable: bool
    """True where the sealed record could not be opened; the personal fields are then empty."""
    withdrawal_noted: bool
    """True where somebody typed this reference to withdraw it and staff have not settled it."""
    clock_doubtful: bool
    holder: str = ""
    """Login of who has claimed it now, or empty."""
    held_by_me: bool = False
    claim_ends: datetime | None = None
    attempts: int = 0
    """How many calls count; CALL_LATER and texts do not, nor those before a reopening."""
    last_result: str = ""
    """Code of the latest `AttemptResult`, or empty."""
    next_at: datetime | None = None
    """Not before this: held, asked to call later, or the pause after a miss."""
    hint: str = ""
    """What to do next, as a code of `attempts.Hint`, or empty."""
    breach_at: datetime | None = None
    """By when the next step is due (first review or attempt, next attempt); None when closed."""
    call_now: bool = False
    """Whether its window contains this minute, nothing holds it, and nobody else has it."""
    working_age: float = 0.0
    """Working hours since it was made."""
    may_give_up: bool = False
    """Whether the three-attempt rule allows to close it as unreachable."""
    stopped: bool = False
    """Whether a wrong person or number was reached: do not ring again."""
    duplicate_of: UUID | None = None
    """The request that this one was merged into."""


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
class ExportRow:
    """One callback request as it leaves the desk in a file; every text in it is cleaned.

    Never changed, and not frozen, as `WorkRow`.
    """

    id: UUID
    reference: str
    created_at: datetime
    received_at: datetime | None
    """When the centre had it; None on one machine."""
    status: RequestStatus
    reason: str
    """Why it left the list, as a code of `Outcome`, or empty."""
    preferred_name: str
    phone_e164: str
    """For example +6581234567; empty where it was taken back or could not be opened."""
    phone_local: str
    """As people here write it: 8123 4567; a foreign number with its country: +44 20 7946 0000."""
    windows: tuple[str, ...]
    """Codes of `Window`."""
    not_before: date | None
    call_language: str
    message_policy: str
    answered_by_other: str
    share_with_team: bool
    ui_language: str
    attempts: int
    """How many attempts count (CALL_LATER does not)."""
    first_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_result: str
    """Code of the latest `AttemptResult`, or empty."""
    next_at: datetime | None
    holder: str
    """Login of who has claimed it now, or empty."""
    closed_at: datetime | None
    """When it left the list."""
    withdrawal_noted: bool
    clock_doubtful: bool
    unreadable: bool
    """True where the sealed record could not be opened; the personal fields are then empty."""
    kiosk_at: datetime | None = None
    """What the kiosk's clock said, where that was far off and `created_at` is corrected."""
    flags: tuple[str, ...] = ()
    """Codes of `Oddness`: what is odd about its times."""
