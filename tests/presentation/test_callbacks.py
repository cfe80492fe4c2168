"""Callback requests in plain words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.presentation.callbacks import format_due
from tests.support.desks import NOON
from tests.support.rows import row

SINGAPORE = ZoneInfo("Asia/Singapore")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("breach_at", "call_now", "expected"),
    [
        (None, False, ""),
        (NOON + HOUR, True, "call now"),
        (NOON + HOUR, False, "by 13:00"),
        (NOON + DAY, False, "by 3 Mar"),
        (NOON, False, "by 12:00"),
        (NOON - MINUTE / 2, False, "late"),
        (NOON - 59 * MINUTE, False, "59 min late"),
        (NOON - HOUR, True, "1 h late"),
        (NOON - 23 * HOUR, False, "23 h late"),
        (NOON - 12 * DAY, False, "12 d late"),
    ],
)
def test_due_says_what_is_late_before_all_else(
    breach_at: datetime | None, call_now: bool, expected: str
) -> None:
    schedule = row(breach_at=breach_at, call_now=call_now).schedule
    assert format_due(schedule, NOON, SINGAPORE) == expected
