"""Weekly series of sessions: planned in the clinic's time, so that 15:00 stays 15:00."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from kiosk.domain.groups import PlanProblem, SessionPlan

MOST_SESSIONS = 500
"""The most that one series may plan."""
HORIZON = timedelta(days=180)
"""How far ahead a rule without an end is planned."""
_DAY = timedelta(days=1)
_RAREST_WEEKS = 104


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


def expand(series: Series, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...] | PlanProblem:
    """Give start and end (UTC) of every session, by start.

    A local time that a change of clocks leaves out counts by the clock before the change, one
    that comes twice means the first (RFC 5545, 3.3.5). Each lasts `minutes` on any clock.
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
        found.append(at_local(day, series.starts, series.minutes, zone))
    return tuple(found) or PlanProblem.EMPTY_SERIES


def at_local(day: date, starts: time, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give start and end (UTC) of a session that starts at a local time and lasts `minutes`."""
    start = datetime.combine(day, starts.replace(tzinfo=None, fold=0), zone).astimezone(UTC)
    return start, start + timedelta(minutes=minutes)


def plan_series(
    series: Series, group_id: UUID, room: str, capacity: int | None, zone: ZoneInfo
) -> tuple[SessionPlan, ...] | PlanProblem:
    """Plan the sessions of a series, with ids that follow from the series and the start."""
    times = expand(series, zone)
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
    """Give how many weeks lie between two rounds of a series: 1 to 104."""
    return min(max(series.every_weeks, 1), _RAREST_WEEKS)


def _days(series: Series) -> Iterator[date]:
    """Give the days of the rule; ends by itself, for a rule may name no day at all."""
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
    """Give a day after which no rule of a permitted size has anything left."""
    weeks = (MOST_SESSIONS + len(series.except_on) + 2) * every
    ordinal = min(series.first.toordinal() + 7 * weeks, date.max.toordinal() - 7)
    return date.fromordinal(ordinal)
