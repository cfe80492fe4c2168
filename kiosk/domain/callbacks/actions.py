"""Actions on a callback request: when they are allowed, how they end, and what they write."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, assert_never
from uuid import UUID

from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.scheduling import LONGEST_WAIT, may_give_up
from kiosk.domain.callbacks.state import (
    AttemptResult,
    CallbackState,
    EventKind,
    Outcome,
    RequestStatus,
    fits_policy,
)
from kiosk.domain.text import clean
from kiosk.domain.working_time import WorkingCalendar

if TYPE_CHECKING:
    from kiosk.domain.callbacks.worklist import WorkRow


@dataclass(frozen=True, slots=True)
class Claim:
    """Take a request for oneself; the claim ends by itself after a while."""


@dataclass(frozen=True, slots=True)
class Release:
    """Put a claimed request back on the list."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Record how a try to reach somebody ended."""

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
class Book:
    """Close a request with a talk that was agreed on, or move the talk of a closed one."""

    at: datetime
    """Aware."""
    with_staff: UUID | None = None
    """With whom; None where nobody is named yet."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Leave a request to a named colleague, or to everybody again; a claim of one's own ends.

    It is that colleague's next call, and anybody's who sees it late: see `may_be_next`.
    """

    to: UUID | None
    """The colleague's account; None for everybody."""
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
class AddNote:
    """Keep a staff note; open or closed, claimed or not, the request stays as it is."""

    note: str


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
    | Book
    | HandOver
    | Reopen
    | Escalate
    | Withdraw
    | AddNote
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
    NOTE_MISSING = "note_missing"
    """A note of blanks alone."""
    PAST = "past"
    """The time to wait for has passed already, or is more than 90 days away."""
    SAME_REQUEST = "same_request"
    """A request cannot be merged into itself or into one that is not open."""
    MESSAGE_NOT_ALLOWED = "message_not_allowed"
    """The visitor allowed no voicemail or no text."""
    NO_WRONG_NUMBER = "no_wrong_number"
    """Closed as a wrong number only after an attempt that says so."""
    CLOSED_DAY = "closed_day"
    """The clinic does not work on that day."""
    NOT_BOOKED = "not_booked"
    """Closed, and not with a talk: there is none to move."""
    NO_COLLEAGUE = "no_colleague"
    """There is no such account any more, or it does not make calls."""
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


class EventParts(NamedTuple):
    """What an action writes as its event, beside ids, revision, time and note."""

    kind: EventKind
    outcome: str | None = None
    next_at: datetime | None = None
    other_id: UUID | None = None
    with_staff: UUID | None = None


def refusal(
    state: CallbackState,
    action: Action,
    *,
    by: UUID,
    now: datetime,
    calendar: WorkingCalendar,
    asked: OpenedRequest,
    into: CallbackState | None = None,
) -> Refusal | None:
    """Return why the rules do not allow an action of `by` now; None where they allow it.

    Somebody else's claim is for the caller to look for first (`CallbackState.holder_at`); here it
    counts as not claimed. So is whether a colleague who is named is there. `into` is the state of
    the request to merge into, None where there is no such request or it is the same one; it is
    read for `Merge` alone.
    """
    match action:
        case Undo(reason):
            return _undo_refusal(state, reason)
        case Reopen():
            return _reopen_refusal(state)
        case AddNote(note):
            return None if clean(note) else Refusal.NOTE_MISSING
        case DismissNote():
            return None
        case Claim() | Escalate() | Withdraw() | HandOver():
            return _off_the_list(state)
        case Book(at):
            return _booking_refusal(state, at, by=by, now=now, calendar=calendar)
        case Release() | Attempt() | Hold() | Close() | Merge():
            off = _off_the_list(state)
            if off is not None or state.holder_at(now) != by:
                return off or Refusal.NOT_CLAIMED
            if isinstance(action, Close):
                return _close_refusal(state, action.outcome, now, calendar, asked)
            return _holder_refusal(state, action, now, asked, into)
        case _:
            assert_never(action)


def _undo_refusal(state: CallbackState, reason: str) -> Refusal | None:
    if not reason.strip():
        return Refusal.REASON_MISSING
    return Refusal.NOTHING_TO_UNDO if state.last_event_id is None else None


def _reopen_refusal(state: CallbackState) -> Refusal | None:
    if state.open:
        return Refusal.NOT_CLOSED
    return Refusal.BY_VISITOR if state.by_slip else None


def _off_the_list(state: CallbackState) -> Refusal | None:
    if state.open:
        return None
    withdrawn = state.by_slip and state.status is RequestStatus.WITHDRAWN
    return Refusal.BY_VISITOR if withdrawn else Refusal.NOT_OPEN


def _booking_refusal(
    state: CallbackState, at: datetime, *, by: UUID, now: datetime, calendar: WorkingCalendar
) -> Refusal | None:
    """Return why no talk can be booked then: what is booked already is moved without a claim."""
    if state.open and state.holder_at(now) != by:
        return Refusal.NOT_CLAIMED
    if not state.open and state.reason != Outcome.SESSION_BOOKED:
        return _off_the_list(state) if state.by_slip else Refusal.NOT_BOOKED
    return booking_problem(at, now=now, calendar=calendar)


def booking_problem(at: datetime, *, now: datetime, calendar: WorkingCalendar) -> Refusal | None:
    """Return why a talk cannot be at a time: past, too far away, or on a day that is not worked."""
    closed = calendar.week and not calendar.is_working_day(at.astimezone(calendar.zone).date())
    return _wait_refusal(at, now) or (Refusal.CLOSED_DAY if closed else None)


def _holder_refusal(
    state: CallbackState,
    action: Release | Attempt | Hold | Merge,
    now: datetime,
    asked: OpenedRequest,
    into: CallbackState | None,
) -> Refusal | None:
    match action:
        case Release():
            return None
        case Attempt():
            return _attempt_refusal(state, action, now, asked)
        case Hold(until):
            return _wait_refusal(until, now)
        case Merge():
            return None if into is not None and into.open else Refusal.SAME_REQUEST
        case _:
            assert_never(action)


def _attempt_refusal(
    state: CallbackState, action: Attempt, now: datetime, asked: OpenedRequest
) -> Refusal | None:
    if state.stopped:
        return Refusal.STOPPED
    if not fits_policy(action.result, asked.message_policy):
        return Refusal.MESSAGE_NOT_ALLOWED
    if action.result is AttemptResult.CALL_LATER:
        return _wait_refusal(action.again_at, now)
    return None


def _wait_refusal(until: datetime | None, now: datetime) -> Refusal | None:
    fits = until is not None and now < until <= now + LONGEST_WAIT
    return None if fits else Refusal.PAST


def _close_refusal(
    state: CallbackState,
    outcome: Outcome,
    now: datetime,
    calendar: WorkingCalendar,
    asked: OpenedRequest,
) -> Refusal | None:
    if outcome is Outcome.WRONG_NUMBER and not state.stopped:
        return Refusal.NO_WRONG_NUMBER
    if outcome is Outcome.UNREACHABLE and not may_give_up(
        state, now=now, calendar=calendar, asked=asked
    ):
        return Refusal.TOO_FEW_ATTEMPTS
    return None


def event_for(action: Action, state: CallbackState, *, claim_ends: datetime) -> EventParts:
    """Return the event of an allowed action; `claim_ends` is for `Claim` alone."""
    match action:
        case Claim():
            return EventParts(EventKind.CLAIMED, next_at=claim_ends)
        case Attempt(result, again_at):
            later = again_at if result is AttemptResult.CALL_LATER else None
            return EventParts(EventKind.ATTEMPT, result.value, later)
        case Hold(until):
            return EventParts(EventKind.HELD, next_at=until)
        case Close(outcome):
            # One thing has one name in the history, whichever key was pressed.
            kind = _CLOSES_AS.get(outcome)
            return EventParts(kind) if kind else EventParts(EventKind.CLOSED, outcome.value)
        case Book(at, with_staff):
            booked = Outcome.SESSION_BOOKED.value
            return EventParts(EventKind.CLOSED, booked, next_at=at, with_staff=with_staff)
        case HandOver(to):
            return EventParts(EventKind.HANDED_OVER, with_staff=to)
        case Merge(into):
            return EventParts(EventKind.MERGED, other_id=into)
        case Undo():
            return EventParts(EventKind.UNDONE, other_id=state.last_event_id)
        case Release() | Reopen() | Escalate() | Withdraw() | AddNote() | DismissNote():
            return EventParts(_PLAIN[type(action)])
        case _:
            assert_never(action)


_CLOSES_AS = {Outcome.WITHDRAWN: EventKind.WITHDRAWN, Outcome.ESCALATED: EventKind.ESCALATED}
_PLAIN: dict[type[Action], EventKind] = {
    Release: EventKind.RELEASED,
    Reopen: EventKind.REOPENED,
    Escalate: EventKind.ESCALATED,
    Withdraw: EventKind.WITHDRAWN,
    AddNote: EventKind.NOTED,
    DismissNote: EventKind.NOTE_DISMISSED,
}
