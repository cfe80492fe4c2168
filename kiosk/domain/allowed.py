"""What may be done about a request now, and what it writes."""

from datetime import datetime, timedelta
from typing import NamedTuple, assert_never
from uuid import UUID

from kiosk.domain.actions import (
    Action,
    Attempt,
    Claim,
    Close,
    DismissNote,
    Escalate,
    Hold,
    Merge,
    Refusal,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.attempts import may_give_up
from kiosk.domain.events import EventKind
from kiosk.domain.requests import OpenedRequest
from kiosk.domain.results import AttemptResult, Outcome, fits_policy
from kiosk.domain.status import RequestStatus, Standing
from kiosk.domain.working import WorkingCalendar

LONGEST_WAIT = timedelta(days=90)
"""Nothing is put on hold for longer."""


class EventParts(NamedTuple):
    """What an action writes as its event, beside ids, revision, time and note."""

    kind: EventKind
    outcome: str | None = None
    next_at: datetime | None = None
    other_id: UUID | None = None


def refusal(
    state: Standing,
    action: Action,
    *,
    by: UUID,
    now: datetime,
    calendar: WorkingCalendar,
    asked: OpenedRequest,
    into: Standing | None = None,
) -> Refusal | None:
    """Say why the rules do not allow an action of `by` now; None where they allow it.

    Somebody else's claim is for the desk to tell first (`Standing.holder_at`); here it reads
    as not claimed. `into` is where the request to merge into stands, None where there is no such
    request or it is the same one; it is read for `Merge` alone.
    """
    match action:
        case Undo(reason):
            return _undo_refusal(state, reason)
        case Reopen():
            return _reopen_refusal(state)
        case DismissNote():
            return None
        case Claim() | Escalate() | Withdraw():
            return _off_the_list(state)
        case Release() | Attempt() | Hold() | Close() | Merge():
            off = _off_the_list(state)
            if off is not None or state.holder_at(now) != by:
                return off or Refusal.NOT_CLAIMED
            if isinstance(action, Close):
                return _close_refusal(state, action.outcome, now, calendar, asked)
            return _holder_refusal(state, action, now, asked, into)
        case _:
            assert_never(action)


def _undo_refusal(state: Standing, reason: str) -> Refusal | None:
    if not reason.strip():
        return Refusal.REASON_MISSING
    return Refusal.NOTHING_TO_UNDO if state.last_event_id is None else None


def _reopen_refusal(state: Standing) -> Refusal | None:
    if state.open:
        return Refusal.NOT_CLOSED
    return Refusal.BY_VISITOR if state.by_slip else None


def _off_the_list(state: Standing) -> Refusal | None:
    if state.open:
        return None
    withdrawn = state.by_slip and state.status is RequestStatus.WITHDRAWN
    return Refusal.BY_VISITOR if withdrawn else Refusal.NOT_OPEN


def _holder_refusal(
    state: Standing,
    action: Release | Attempt | Hold | Merge,
    now: datetime,
    asked: OpenedRequest,
    into: Standing | None,
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
    state: Standing, action: Attempt, now: datetime, asked: OpenedRequest
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
    state: Standing,
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


def event_for(action: Action, state: Standing, *, claim_ends: datetime) -> EventParts:
    """Translate an allowed action into its event; `claim_ends` is for `Claim` alone."""
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
        case Merge(into):
            return EventParts(EventKind.MERGED, other_id=into)
        case Undo():
            return EventParts(EventKind.UNDONE, other_id=state.last_event_id)
        case Release() | Reopen() | Escalate() | Withdraw() | DismissNote():
            return EventParts(_PLAIN[type(action)])
        case _:
            assert_never(action)


_CLOSES_AS = {Outcome.WITHDRAWN: EventKind.WITHDRAWN, Outcome.ESCALATED: EventKind.ESCALATED}
_PLAIN: dict[type[Action], EventKind] = {
    Release: EventKind.RELEASED,
    Reopen: EventKind.REOPENED,
    Escalate: EventKind.ESCALATED,
    Withdraw: EventKind.WITHDRAWN,
    DismissNote: EventKind.NOTE_DISMISSED,
}
