"""Groups, their sessions and series of sessions, as staff plan them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.text import clean

LONGEST_NAME = 60
LONGEST_LABEL = 40
LONGEST_ROOM = 60
LONGEST_ABOUT = 200
LONGEST_REASON = 80
"""Characters."""
LARGEST_CAPACITY = 999
"""The largest capacity that makes sense."""
MOST_SESSIONS = 500
"""The most that one series may plan."""
HORIZON = timedelta(days=180)
"""How far ahead a rule without an end is planned."""
_DAY = timedelta(days=1)
_RAREST_WEEKS = 104

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
class Series:
    """A meeting on the same weekdays at the same local time."""

    id: UUID
    """Made by the client; the same id plans the same sessions once."""
    weekdays: frozenset[int]
    """Monday 0 to Sunday 6."""
    starts: time
    """Clinic's time, naive."""
    minutes: int
    """How long each meeting lasts."""
    first: date
    """The first day on which one may take place."""
    until: date | None = None
    """The last day on which one may take place."""
    count: int | None = None
    """How many take place; days in `except_on` are not counted."""
    except_on: frozenset[date] = frozenset()
    every_weeks: int = 1
    """1 is every week; weeks begin on Monday and are counted from that of `first`."""


@dataclass(frozen=True, slots=True)
class SeriesFrom:
    """The sessions that were planned together, from a day on (clinic's time)."""

    series_id: UUID
    since: date


SessionSelection = Sequence[UUID] | SeriesFrom
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
    LONG_NAME = "long_name"
    LONG_LABEL = "long_label"
    LONG_ROOM = "long_room"
    LONG_ABOUT = "long_about"
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
    """Return a group with its texts cleaned, or why it cannot be kept."""
    tidied = replace(
        plan,
        name=clean(plan.name, LONGEST_NAME + 1),
        public_label=clean(plan.public_label, LONGEST_LABEL + 1),
        room=clean(plan.room, LONGEST_ROOM + 1),
        about=clean(plan.about, LONGEST_ABOUT + 1),
    )
    problem = _text_problem(tidied)
    if problem is not None:
        return problem
    if not _LANGUAGE.fullmatch(tidied.language):
        return PlanProblem.ODD_LANGUAGE
    return tidied if _may_hold(tidied.capacity) else PlanProblem.ODD_CAPACITY


def _text_problem(plan: GroupPlan) -> PlanProblem | None:
    """Return which of a group's cleaned texts is missing or too long."""
    texts = (
        (plan.name, LONGEST_NAME, PlanProblem.NO_NAME, PlanProblem.LONG_NAME),
        (plan.public_label, LONGEST_LABEL, PlanProblem.NO_LABEL, PlanProblem.LONG_LABEL),
        (plan.room, LONGEST_ROOM, PlanProblem.NO_ROOM, PlanProblem.LONG_ROOM),
        (plan.about or "-", LONGEST_ABOUT, None, PlanProblem.LONG_ABOUT),
    )
    for text, longest, missing, too_long in texts:
        if not text or len(text) > longest:
            return too_long if text else missing
    return None


def tidy_session(plan: SessionPlan) -> SessionPlan | PlanProblem:
    """Return a session with its text cleaned, or why it cannot be kept."""
    tidied = replace(plan, room=clean(plan.room, LONGEST_ROOM + 1))
    if not tidied.room:
        return PlanProblem.NO_ROOM
    if len(tidied.room) > LONGEST_ROOM:
        return PlanProblem.LONG_ROOM
    if not tidied.starts_at < tidied.ends_at <= tidied.starts_at + LONGEST_SESSION:
        return PlanProblem.ODD_TIMES
    return tidied if _may_hold(tidied.capacity) else PlanProblem.ODD_CAPACITY


def fill_from_group(plan: SessionPlan, group: GroupPlan) -> SessionPlan:
    """Return a session of `group`, in the group's room and for as many where it says neither."""
    capacity = group.capacity if plan.capacity is None else plan.capacity
    return replace(plan, group_id=group.id, room=plan.room or group.room, capacity=capacity)


def tidy_sessions(plans: Iterable[SessionPlan]) -> tuple[SessionPlan, ...] | PlanProblem:
    """Return sessions with their texts cleaned, or why one of them cannot be kept."""
    tidied = []
    for plan in plans:
        one = tidy_session(plan)
        if isinstance(one, PlanProblem):
            return one
        tidied.append(one)
    return tuple(tidied)


def change_problem(old: PlannedSession, new: SessionPlan, now: datetime) -> PlanProblem | None:
    """Return why a session cannot be changed; None where it can."""
    if old.cancelled is not None:
        return PlanProblem.IS_CANCELLED
    moved = (new.starts_at, new.ends_at) != (old.plan.starts_at, old.plan.ends_at)
    if moved and old.plan.starts_at <= now:
        return PlanProblem.HAS_BEGUN
    return PlanProblem.PAST if moved and new.starts_at <= now else None


def called_off(meant: Sequence[PlannedSession], which: SessionSelection) -> list[PlannedSession]:
    """Return those of `meant` that are called off; of a series, for the reason of the first."""
    off = [one for one in meant if one.cancelled is not None]
    if isinstance(which, SeriesFrom):
        return [one for one in off if one.cancelled == off[0].cancelled]
    return off


def _may_hold(people: int | None) -> bool:
    return people is None or 1 <= people <= LARGEST_CAPACITY


def expand_series(
    series: Series, zone: ZoneInfo
) -> tuple[tuple[datetime, datetime], ...] | PlanProblem:
    """Return start and end (UTC) of every session, by start.

    A local time that a change of clocks leaves out counts by the clock before the change, one
    that comes twice means the first (RFC 5545 iCalendar, 3.3.5). Each lasts `minutes` on any clock.
    """
    if series.until is None and series.count is None:
        return PlanProblem.ENDLESS_SERIES
    if not 0 < series.minutes <= 24 * 60:
        return PlanProblem.ODD_TIMES
    found: list[tuple[datetime, datetime]] = []
    for day in _days(series):
        if series.count is not None and len(found) >= series.count:
            break
        if len(found) == MOST_SESSIONS:
            return PlanProblem.TOO_MANY
        found.append(session_times(day, series.starts, series.minutes, zone))
    return tuple(found) or PlanProblem.EMPTY_SERIES


def session_times(
    day: date, starts: time, minutes: int, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return start and end (UTC) of a session that starts at a local time and lasts `minutes`."""
    start = datetime.combine(day, starts.replace(tzinfo=None, fold=0), zone).astimezone(UTC)
    return start, start + timedelta(minutes=minutes)


def plan_series(
    series: Series, group_id: UUID, room: str, capacity: int | None, zone: ZoneInfo
) -> tuple[SessionPlan, ...] | PlanProblem:
    """Return the sessions of a series, with ids that follow from the series and the start."""
    times = expand_series(series, zone)
    if isinstance(times, PlanProblem):
        return times
    return tuple(
        SessionPlan(
            id=uuid5(series.id, start.isoformat()),
            group_id=group_id,
            starts_at=start,
            ends_at=end,
            room=room,
            capacity=capacity,
            series_id=series.id,
        )
        for start, end in times
    )


def weeks_between(series: Series) -> int:
    """Return the number of weeks between two rounds of a series: 1 to 104."""
    return min(max(series.every_weeks, 1), _RAREST_WEEKS)


def _days(series: Series) -> Iterator[date]:
    """Yield the days of the rule; ends by itself, for a rule may name no day at all."""
    monday = series.first - series.first.weekday() * _DAY
    every = weeks_between(series)
    last = series.until or _far(series, every)
    weekdays = sorted(day for day in series.weekdays if day in range(7))
    while monday <= last:
        for weekday in weekdays:
            day = monday + weekday * _DAY
            if series.first <= day <= last and day not in series.except_on:
                yield day
        if date.max - monday <= every * 7 * _DAY + 6 * _DAY:
            return
        monday += every * 7 * _DAY


def _far(series: Series, every: int) -> date:
    """Return a day after which no rule of a permitted size has anything left."""
    weeks = (MOST_SESSIONS + len(series.except_on) + 2) * every
    ordinal = min(series.first.toordinal() + 7 * weeks, date.max.toordinal() - 7)
    return date.fromordinal(ordinal)
