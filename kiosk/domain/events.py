"""What staff did about a callback request, as it is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


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


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """One event of a request."""

    id: UUID
    revision: int
    kind: str
    outcome: str | None
    at: datetime
    by_staff: UUID | None = None
    next_at: datetime | None = None
    other_id: UUID | None = None
