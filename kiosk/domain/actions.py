"""What staff can do about a callback request, and what the desk answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from kiosk.domain.results import AttemptResult, Outcome

if TYPE_CHECKING:
    from kiosk.domain.worklist import WorkRow


@dataclass(frozen=True, slots=True)
class Claim:
    """Take a request for oneself; the claim ends by itself after a while."""


@dataclass(frozen=True, slots=True)
class Release:
    """Give a claimed request back to the list."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Say how a try to reach somebody ended."""

    result: AttemptResult
    again_at: datetime | None = None
    """When they asked to be called instead (CALL_LATER), aware."""
    note: str = ""
    """Short and optional; the visitor can ask to read it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Leave a request alone until a time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Close:
    """Take a request off the list."""

    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Put a closed, merged or escalated request back."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Hand a request over to the duty clinician."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The visitor took it back, by word or by a reference that was typed and is now confirmed."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class DismissNote:
    """The typed withdrawal of this reference was not the visitor's; it is marked no longer."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The same person asked twice: close this request as a duplicate of another open one."""

    into: UUID


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the latest thing done to a request that was not undone; needs a reason."""

    reason: str


Action = (
    Claim
    | Release
    | Attempt
    | Hold
    | Close
    | Reopen
    | Escalate
    | Withdraw
    | DismissNote
    | Merge
    | Undo
)


class Refusal(StrEnum):
    """Why the clinic's rules do not allow an action now."""

    NOT_OPEN = "not_open"
    """It is closed, merged, withdrawn or escalated: reopen it first."""
    NOT_CLOSED = "not_closed"
    """There is nothing to reopen."""
    NOT_CLAIMED = "not_claimed"
    """Claim it first."""
    STOPPED = "stopped"
    """A wrong person or number was reached: no more calls to it."""
    TOO_FEW_ATTEMPTS = "too_few_attempts"
    """Unreachable only after three attempts as the rule wants them."""
    NOTHING_TO_UNDO = "nothing_to_undo"
    REASON_MISSING = "reason_missing"
    PAST = "past"
    """The time to wait for has passed already, or is more than 90 days away."""
    SAME_REQUEST = "same_request"
    """A request cannot be merged into itself or into one that is not open."""
    MESSAGE_NOT_ALLOWED = "message_not_allowed"
    """The visitor allowed no voicemail or no text."""
    NO_WRONG_NUMBER = "no_wrong_number"
    """Closed as a wrong number only after an attempt that says so."""
    BY_VISITOR = "by_visitor"
    """The visitor took it back with the slip: only the visitor can ask again."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is committed."""

    row: "WorkRow"
    """The request as it is now."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Somebody else has claimed it; nothing was written."""

    login: str
    until: datetime
    row: "WorkRow"


@dataclass(frozen=True, slots=True)
class OutOfDate:
    """Somebody changed it since the list was read; nothing was written."""

    row: "WorkRow"
    """The request as it is now."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The rules do not allow it now; nothing was written."""

    reason: Refusal
    row: "WorkRow"


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such request here any more (retention)."""


ActionResult = Done | HeldBy | OutOfDate | Refused | NotFound
