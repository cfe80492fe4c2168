"""The figures above the worklist."""

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from math import ceil
from statistics import median

from kiosk.domain.calling import starts_at
from kiosk.domain.status import OPEN, RequestStatus
from kiosk.domain.working import WorkingCalendar
from kiosk.domain.worklist import Measures, WorkRow

_LOOKED_BACK = timedelta(days=28)
_ENOUGH = 5
"""Requests that a median needs: fewer say something about each of them."""


def measure(
    rows: Iterable[WorkRow],
    *,
    now: datetime,
    calendar: WorkingCalendar,
) -> Measures:
    """Count the rows and take the median of the waiting."""
    listed = tuple(rows)
    live = [row for row in listed if row.state.status in OPEN]
    due = [row.schedule.breach_at for row in live if row.schedule.breach_at is not None]
    tomorrow, since = _tomorrow(now, calendar), now - _LOOKED_BACK
    waits = [
        wait
        for row in listed
        if row.request.created_at > since and (wait := _hours_to_first(row, calendar)) is not None
    ]
    return Measures(
        open=len(live),
        call_now=sum(1 for row in live if row.schedule.call_now),
        due_today=sum(1 for at in due if at < tomorrow),
        overdue=sum(1 for at in due if at < now),
        unreachable=sum(1 for row in listed if row.state.status is RequestStatus.UNREACHABLE),
        median_hours_to_first_attempt=median(waits) if len(waits) >= _ENOUGH else None,
    )


def _tomorrow(now: datetime, calendar: WorkingCalendar) -> datetime:
    """Give the next midnight at the clinic; after closing time what is due next is not today's."""
    day = now.astimezone(calendar.zone).date() + timedelta(days=1)
    return datetime.combine(day, time.min, calendar.zone)


def _hours_to_first(row: WorkRow, calendar: WorkingCalendar) -> float | None:
    asked, attempts = row.request, row.state.attempts
    if not attempts:
        return None
    begins = starts_at(asked.created_at, asked.not_before, calendar.zone)
    return max(0.0, calendar.hours_between(begins, attempts[0][0]))


def percentile(values: Collection[float], share: float) -> float:
    """Give the smallest value that at least a share (0 to 1) of the values do not exceed.

    Raises ValueError where there are no values.
    """
    if not values:
        raise ValueError("nothing to take a percentile of")
    # Rounded first: 0.9 * 10 must not become the tenth of ten by a hair.
    rank = ceil(round(share * len(values), 9))
    return sorted(values)[max(rank, 1) - 1]
