"""Sessions of groups: which are open for check-in now, which come later today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting of a group, as a visitor may see it."""

    id: UUID
    label: str
    """The neutral public label of the group, for example "Room 2"."""
    room: str
    """Where it meets, in words that help to find it."""
    starts_at: datetime
    """Aware, UTC."""
    ends_at: datetime
    """Aware, UTC."""
    enrolled: bool = False
    """Whether the group keeps a list of members (else anyone may come)."""
    about: str = ""
    """One neutral sentence about the group, shown when somebody asks for more."""
    group_id: UUID | None = None
    """The group that meets."""


@dataclass(frozen=True, slots=True)
class SessionsToday:
    """What the rest of the clinic's day holds, each list by start."""

    open_now: tuple[Session, ...]
    later: tuple[Session, ...]


def is_open(session: Session, now: datetime, opens_before: timedelta) -> bool:
    """Say whether `session` takes check-ins at `now` (aware): from before its start to its end."""
    return session.starts_at - opens_before <= now < session.ends_at


def today(
    sessions: Iterable[Session], now: datetime, zone: ZoneInfo, opens_before: timedelta
) -> SessionsToday:
    """Sort `sessions` into those open at `now` and those later on the same day in `zone`."""
    ordered = sorted(sessions, key=lambda s: (s.starts_at, s.label, s.id))
    day = now.astimezone(zone).date()
    open_now = tuple(s for s in ordered if is_open(s, now, opens_before))
    later = tuple(
        s
        for s in ordered
        if s.starts_at - opens_before > now and s.starts_at.astimezone(zone).date() == day
    )
    return SessionsToday(open_now, later)
