"""The promise on a visitor's receipt: within how many working days most people are called."""

from collections.abc import Sequence
from math import ceil

from kiosk.domain.measures import percentile

BEFORE_MEASURED = 3
"""Working days promised until there is enough to measure."""

ENOUGH = 20
"""Closed requests that a measured promise needs."""

MOST = 0.9
"""The share of visitors that "most people" stands for."""

LONGEST = 20
"""The longest promise in working days; beyond it the figure helps nobody."""


def promised_days(spans_in_working_days: Sequence[float]) -> int:
    """Give the promise in whole working days from the waits of closed requests.

    A wait is the span from a request to its first attempt (`WorkingCalendar.days_between`). Nine
    of ten were called within what is promised; below 20 waits it is 3.
    """
    if len(spans_in_working_days) < ENOUGH:
        return BEFORE_MEASURED
    return min(max(ceil(percentile(spans_in_working_days, MOST)), 1), LONGEST)
