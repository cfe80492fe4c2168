"""Where a callback request stands: a fold over what staff did and the visitor took back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kiosk.domain.requests import RequestPhase


class EventKind(StrEnum):
    """What staff did about a request; kinds that a version does not know change no state."""

    CLAIMED = "claimed"
    """`next_at` says when the claim ends by itself."""
    RELEASED = "released"
    ATTEMPT = "attempt"
    """`outcome` is an `AttemptResult`; `next_at` when they asked to be called instead."""
    HELD = "held"
    """`next_at` says until when."""
    CLOSED = "closed"
    """`outcome` is an `Outcome`."""
    MERGED = "merged"
    """`other_id` names the request that this one duplicates."""
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    """By the visitor's word to staff, or a typed reference that staff confirmed."""
    NOTE_DISMISSED = "note_dismissed"
    """A typed reference was not the visitor's."""
    REOPENED = "reopened"
    UNDONE = "undone"
    """`other_id` names the event that counts no longer."""


class RequestStatus(StrEnum):
    """Where a request stands, in the caller's terms."""

    NEW = "new"
    CLAIMED = "claimed"
    WAITING = "waiting"
    """Something was tried, or it is on hold; `next_at` says until when to wait."""
    REACHED = "reached"
    """The visitor was spoken to; only an outcome is missing."""
    UNREACHABLE = "unreachable"
    """Closed as unreachable or as a wrong number: a pile of its own, not an archive."""
    ESCALATED = "escalated"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """One event of a request."""

    id: UUID
    revision: int
    kind: str
    outcome: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a request."""

    status: RequestStatus
    reason: str
    """Why it left the list, as a code, or empty."""
    since: datetime | None
    """When it left the list."""


def standing(events: Iterable[RequestEvent], withdrawn_at: Iterable[datetime]) -> Standing:
    """Fold events and withdrawals by slip, in any order and with repeats.

    A withdrawal is the visitor's own word: only an outcome that staff closed with is shown before
    it, and a request that was reopened is still withdrawn.
    """
    by_id = {event.id: event for event in events}
    turns = [e for e in by_id.values() if e.kind in (EventKind.CLOSED, EventKind.REOPENED)]
    last = max(turns, key=lambda event: (event.revision, event.at, event.id), default=None)
    if last is not None and last.kind == EventKind.CLOSED:
        return Standing(RequestStatus.CLOSED, last.outcome or "closed", last.at)
    first = min(withdrawn_at, default=None)
    if first is not None:
        return Standing(RequestStatus.WITHDRAWN, "withdrawn", first)
    return Standing(RequestStatus.NEW, "", None)


def phase(
    state: Standing, created_at: datetime, confirmed_at: datetime | None
) -> tuple[RequestPhase, datetime]:
    """Say what the visitor's slip shows: where the request is, and since when.

    `confirmed_at` is when the centre had it, None where it is only on this kiosk.
    """
    if state.since is not None:
        closed = state.status is RequestStatus.CLOSED
        return RequestPhase.CLOSED if closed else RequestPhase.WITHDRAWN, state.since
    if confirmed_at is not None:
        return RequestPhase.WITH_CLINIC, confirmed_at
    return RequestPhase.KEPT_HERE, created_at
