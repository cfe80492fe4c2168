"""How long to wait after failed sign-ins: two are free, then 5, 10, 20 … up to 900 seconds."""

from datetime import datetime, timedelta

FREE_FAILURES = 2
FORGOTTEN_AFTER = timedelta(days=1)
"""Failures this old no longer count, so nobody can lock a person out for good."""

_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(seconds=900)
_MOST_DOUBLINGS = 8
"""5 s doubled eight times is beyond the longest wait."""


def wait_after(failures: int) -> timedelta:
    """Give the wait that so many failures in a row ask for."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, _MOST_DOUBLINGS)
    return min(_FIRST * (1 << doublings), _LONGEST)


def wait_left(failures: int, failed_at: datetime, now: datetime) -> timedelta:
    """Give what is left of the wait at `now`; a clock that went back does not lengthen it."""
    passed = max(now - failed_at, timedelta(0))
    return max(wait_after(failures) - passed, timedelta(0))
