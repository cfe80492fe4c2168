"""How long to wait: after failed sign-ins, and before the centre is asked again.

Sign-ins: two failures are free, then 5, 10, 20 … up to 900 seconds.
"""

from datetime import datetime, timedelta

FREE_FAILURES = 2
FORGOTTEN_AFTER = timedelta(days=1)
"""Failures this old no longer count, so nobody can lock a person out for good."""

_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(seconds=900)
_MOST_DOUBLINGS = 8
"""5 s doubled eight times is beyond the longest wait."""
_FIRST_RETRY = timedelta(seconds=1)
_LONGEST_RETRY = timedelta(seconds=60)
_MOST_RETRY_DOUBLINGS = 6


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


def retry_wait(failures: int, chance: float) -> timedelta:
    """Give the wait before the centre is asked again after so many failures in a row.

    Full jitter: any time between nothing and 1, 2, 4 … 60 seconds, by `chance` from 0 to 1, so
    that a fleet does not come back all at once (AWS Architecture Blog, "Exponential Backoff And
    Jitter").
    """
    if failures <= 0:
        return timedelta(0)
    doublings = min(failures - 1, _MOST_RETRY_DOUBLINGS)
    return min(_FIRST_RETRY * (1 << doublings), _LONGEST_RETRY) * chance
