"""Waiting times: the counts above the worklist, and what a receipt promises."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from statistics import median

from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.state import (
    OPEN_STATUSES,
    AttemptResult,
    CallbackState,
    RequestStatus,
)
from kiosk.domain.callbacks.worklist import WorklistCounts, WorkRow, waits_from
from kiosk.domain.clock_sync import FAR_OFF
from kiosk.domain.suppression import LEAST
from kiosk.domain.working_time import WorkingCalendar

MEASURED_OVER = timedelta(days=28)
"""How far back waiting times are measured."""
_STILL_SAID = timedelta(days=7)
"""How long a measured wait is said for: a clinic that measures no more says nothing."""
_LEAST_WAITS = 5
"""Requests that a median needs: a median of fewer shows how long each one waited."""


def count_worklist(
    rows: Iterable[WorkRow],
    *,
    now: datetime,
    calendar: WorkingCalendar,
) -> WorklistCounts:
    """Return the counts of the rows, and the median wait for a first attempt in working hours.

    The median is of requests made in the last 28 days; None where fewer than 5 were tried.
    """
    listed = tuple(rows)
    live = [row for row in listed if row.state.status in OPEN_STATUSES]
    due = [row.schedule.breach_at for row in live if row.schedule.breach_at is not None]
    tomorrow, since = _tomorrow(now, calendar), now - MEASURED_OVER
    waits = [
        wait
        for row in listed
        if row.request.created_at > since and (wait := _hours_to_first(row, calendar)) is not None
    ]
    return WorklistCounts(
        open=len(live),
        call_now=sum(1 for row in live if row.schedule.call_now),
        due_today=sum(1 for at in due if at < tomorrow),
        overdue=sum(1 for row in live if row.schedule.late_by(now) is not None),
        unreachable=sum(1 for row in listed if row.state.status is RequestStatus.UNREACHABLE),
        median_hours_to_first_attempt=median(waits) if len(waits) >= _LEAST_WAITS else None,
    )


def _tomorrow(now: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the next midnight at the clinic; what is due after closing time is not today's."""
    day = now.astimezone(calendar.zone).date() + timedelta(days=1)
    return datetime.combine(day, time.min, calendar.zone)


def _hours_to_first(row: WorkRow, calendar: WorkingCalendar) -> float | None:
    asked, attempts = row.request, row.state.attempts
    if not attempts:
        return None
    begins = _waits_from(asked, attempts[0][0], calendar)
    return max(0.0, calendar.hours_between(begins, attempts[0][0]))


def _waits_from(
    asked: OpenedRequest, rung_at: datetime | None, calendar: WorkingCalendar
) -> datetime:
    """Return from when on a request waited; a day chosen after the first call changes nothing."""
    if rung_at is not None and asked.retimed_at is not None and rung_at < asked.retimed_at:
        return asked.created_at
    return waits_from(asked.created_at, asked.not_before, calendar.zone, asked.retimed_at)


def percentile(values: Collection[float], share: float) -> float:
    """Return the smallest value that at least a share (0 to 1) of the values do not exceed.

    Raises ValueError where there are no values.
    """
    if not values:
        raise ValueError("nothing to take a percentile of")
    # Rounded first: 0.9 * 10 must not become the tenth of ten by a hair.
    rank = ceil(round(share * len(values), 9))
    return sorted(values)[max(rank, 1) - 1]


DEFAULT_PROMISE = 3
"""Working days promised until there is enough to measure."""

LEAST_CLOSED_REQUESTS = 20
"""Closed requests that a measured promise needs."""

PROMISED_SHARE = 0.9
"""The share of visitors that "most people" stands for."""

LONGEST_PROMISE = 20
"""The longest promise in working days; a longer one helps nobody."""


def promised_days(spans_in_working_days: Sequence[float]) -> int:
    """Return the promise in whole working days, from the waits of closed requests.

    A wait is the span from a request to its first attempt (`WorkingCalendar.days_between`). Nine
    of ten were called within what is promised; below 20 waits it is 3.
    """
    if len(spans_in_working_days) < LEAST_CLOSED_REQUESTS:
        return DEFAULT_PROMISE
    return min(max(ceil(percentile(spans_in_working_days, PROMISED_SHARE)), 1), LONGEST_PROMISE)


@dataclass(frozen=True, slots=True)
class MeasuredWait:
    """How long people waited for a first call lately, as home says it."""

    days: int
    """Working days within which most people were rung."""
    aim: int
    """Working days within which the clinic means to ring."""
    at: datetime
    """When it was measured."""

    @property
    def is_missed(self) -> bool:
        """Whether most people waited longer than the clinic means them to."""
        return self.days > self.aim

    def is_fresh(self, now: datetime) -> bool:
        """Return whether it is still worth saying: not old, and not of a time to come."""
        return now - _STILL_SAID <= self.at <= now + FAR_OFF


def measure_waits(
    requests: Iterable[tuple[OpenedRequest, CallbackState]],
    *,
    now: datetime,
    calendar: WorkingCalendar,
    aim: int,
) -> MeasuredWait | None:
    """Return the wait for a first call of the requests made in the last four weeks.

    Whoever was not rung yet counts once they wait longer than the clinic's `aim` (working days):
    else a pile that nobody touches would look like a promise kept. Whoever took it back before is
    left out. None below 5 people, for a small number tells of each.
    """
    waits = []
    for asked, state in requests:
        if not now - MEASURED_OVER <= asked.created_at <= now:
            continue
        rung = next(
            (at for at, result in state.attempts if result != AttemptResult.TEXT_SENT), None
        )
        if rung is None and not state.open:
            continue
        begins = _waits_from(asked, rung, calendar)
        days = max(0, calendar.days_between(begins, rung or now))
        if rung is not None or days > aim:
            waits.append(days)
    if len(waits) < LEAST:
        return None
    most = ceil(percentile(waits, PROMISED_SHARE))
    return MeasuredWait(min(max(most, 1), LONGEST_PROMISE), aim, now)
