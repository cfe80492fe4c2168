"""Groups and their sessions as staff plan them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kiosk.domain.rules import LONGEST_SESSION
from kiosk.domain.text import clean

LONGEST_NAME = 60
LONGEST_LABEL = 40
LONGEST_ROOM = 60
LONGEST_ABOUT = 200
LONGEST_REASON = 80
"""Characters."""
MOST_PEOPLE = 999
"""The largest capacity that makes sense."""

GROUP_ENDED = "the group has ended"
NO_LONGER_PLANNED = "no longer in the plan"
CALLED_OFF = "called off in the calendar"
FILE_REASONS = frozenset({GROUP_ENDED, NO_LONGER_PLANNED, CALLED_OFF})
"""Reasons that a file may take back: no person gave them for this one session."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


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
    source: str | None = None
    """What an imported file calls it."""


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
    series_id: UUID | None = None
    """Shared by the sessions that were planned together."""
    source: str | None = None
    """What an imported file calls it."""


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group as a manager sees it."""

    plan: GroupPlan
    members: int
    upcoming: int
    """Sessions that are still to come and not called off."""
    next_at: datetime | None
    """When the next of them starts."""


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session as a manager sees it."""

    plan: SessionPlan
    group_name: str
    cancelled: str | None
    """Why it is called off; None where it takes place."""
    has_check_ins: bool


@dataclass(frozen=True, slots=True)
class SeriesFrom:
    """The sessions that were planned together, from a day on (clinic's time)."""

    series_id: UUID
    since: date


Which = Sequence[UUID] | SeriesFrom
"""Which sessions are meant: by their ids, or the rest of a series."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Sessions were called off."""

    sessions: int
    """How many; those that were called off before are not counted."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Sessions that were called off take place after all."""

    sessions: int
    """How many; those that were not called off are not counted."""


class PlanProblem(StrEnum):
    """Why a plan is not kept; nothing has changed."""

    NO_NAME = "no_name"
    NO_LABEL = "no_label"
    NO_ROOM = "no_room"
    ODD_LANGUAGE = "odd_language"
    """Not of the shape of a language's code, such as "en"."""
    ODD_CAPACITY = "odd_capacity"
    """Not 1 to 999."""
    ODD_TIMES = "odd_times"
    """The end is not after the start, or more than 24 hours after it."""
    PAST = "past"
    """The new start has passed already."""
    HAS_BEGUN = "has_begun"
    """The times of a session that has begun stay as they are, for people have come to them."""
    HAS_ENDED = "has_ended"
    """What has taken place cannot be called off."""
    IS_CANCELLED = "is_cancelled"
    """The session is called off."""
    NO_GROUP = "no_group"
    """The group of the session was put away."""
    NO_REASON = "no_reason"
    UNKNOWN = "unknown"
    """There is no such group, session or series."""
    EMPTY_SERIES = "empty_series"
    """No day is left to meet on."""
    ENDLESS_SERIES = "endless_series"
    """Neither a last day nor a count was given."""
    TOO_MANY = "too_many"
    """More sessions than one series may have."""


def tidy_group(plan: GroupPlan) -> GroupPlan | PlanProblem:
    """Clean the texts of a group, or say why it cannot be kept."""
    tidied = replace(
        plan,
        name=clean(plan.name, LONGEST_NAME),
        public_label=clean(plan.public_label, LONGEST_LABEL),
        room=clean(plan.room, LONGEST_ROOM),
        about=clean(plan.about, LONGEST_ABOUT),
    )
    if not tidied.name:
        return PlanProblem.NO_NAME
    if not tidied.public_label:
        return PlanProblem.NO_LABEL
    if not tidied.room:
        return PlanProblem.NO_ROOM
    if not _LANGUAGE.fullmatch(tidied.language):
        return PlanProblem.ODD_LANGUAGE
    return tidied if _may_hold(tidied.capacity) else PlanProblem.ODD_CAPACITY


def tidy_session(plan: SessionPlan) -> SessionPlan | PlanProblem:
    """Clean the text of a session, or say why it cannot be kept."""
    tidied = replace(plan, room=clean(plan.room, LONGEST_ROOM))
    if not tidied.room:
        return PlanProblem.NO_ROOM
    if not tidied.starts_at < tidied.ends_at <= tidied.starts_at + LONGEST_SESSION:
        return PlanProblem.ODD_TIMES
    return tidied if _may_hold(tidied.capacity) else PlanProblem.ODD_CAPACITY


def tidy_sessions(plans: Iterable[SessionPlan]) -> tuple[SessionPlan, ...] | PlanProblem:
    """Clean the texts of sessions, or say why one of them cannot be kept."""
    tidied = []
    for plan in plans:
        one = tidy_session(plan)
        if isinstance(one, PlanProblem):
            return one
        tidied.append(one)
    return tuple(tidied)


def change_problem(old: PlannedSession, new: SessionPlan, now: datetime) -> PlanProblem | None:
    """Say why a session cannot be changed; None where it can."""
    if old.cancelled is not None:
        return PlanProblem.IS_CANCELLED
    moved = (new.starts_at, new.ends_at) != (old.plan.starts_at, old.plan.ends_at)
    if moved and old.plan.starts_at <= now:
        return PlanProblem.HAS_BEGUN
    return PlanProblem.PAST if moved and new.starts_at <= now else None


def called_off(meant: Sequence[PlannedSession], which: Which) -> list[PlannedSession]:
    """Give those of `meant` that are called off; of a series, for the reason of the first."""
    off = [one for one in meant if one.cancelled is not None]
    if isinstance(which, SeriesFrom):
        return [one for one in off if one.cancelled == off[0].cancelled]
    return off


def _may_hold(people: int | None) -> bool:
    return people is None or 1 <= people <= MOST_PEOPLE
