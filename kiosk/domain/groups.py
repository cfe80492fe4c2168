"""Groups and their sessions as staff plan them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A group to be kept."""

    id: UUID
    name: str
    """As staff call it."""
    public_label: str
    """As the public screens call it: neutral, for example "Room 2"."""
    room: str
    language: str = "en"
    about: str = ""
    """One neutral sentence, shown when somebody asks for more."""
    capacity: int | None = None
    enrolled: bool = False
    """Whether it keeps a list of members; else anyone may come."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One meeting of a group to be kept."""

    id: UUID
    group_id: UUID
    starts_at: datetime
    """Aware, UTC."""
    ends_at: datetime
    """Aware, UTC; at most 24 hours after the start."""
    room: str
    capacity: int | None = None
