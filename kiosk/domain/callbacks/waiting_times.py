"""Waiting times: the counts above the worklist, and what a receipt promises."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from math import ceil
from statistics import median

from kiosk.domain.callbacks.state import OPEN_STATUSES, RequestStatus
from kiosk.domain.callbacks.worklist import WorklistCounts, WorkRow, waits_from
from kiosk.domain.working_time import WorkingCalendar

_LOOKED_BACK = timedelta(days=28)
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
    tomorrow, since = _tomorrow(now, calendar), now - _LOOKED_BACK
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
    begins = waits_from(asked.created_at, asked.not_before, calendar.zone)
    return max(0.0, calendar.hours_between(begins, attempts[0][0]))


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
