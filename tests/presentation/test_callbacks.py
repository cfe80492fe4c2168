"""Callback requests in plain words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.content.qr import qr_matrix
from kiosk.domain.working_time import WorkingCalendar
from kiosk.presentation.callbacks import (
    describe_rest_hours,
    format_calendar_event,
    format_due,
    format_talk,
)
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


OFFICE = WorkingCalendar(SINGAPORE)


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        (2, 12, ""),
        (2, 7, "It is too early to ring; the next calls are from 08:30."),
        (2, 18, "It is too late to ring; the next calls are from Tue 3 Mar, 08:30."),
        (6, 18, "It is too late to ring; the next calls are from Mon 9 Mar, 08:30."),
        (7, 10, "It is closed today; the next calls are from Mon 9 Mar, 08:30."),
    ],
)
def test_out_of_hours_it_is_said_when_one_rings_again(day: int, hour: int, said: str) -> None:
    at = datetime(2026, 3, day, hour, tzinfo=SINGAPORE)
    assert describe_rest_hours(at, OFFICE) == said


def test_a_clinic_without_hours_has_none_to_rest() -> None:
    assert describe_rest_hours(NOON, WorkingCalendar(SINGAPORE, {})) == ""


def test_a_holiday_is_no_day_to_ring() -> None:
    closed = WorkingCalendar(SINGAPORE, is_holiday=lambda day: day.day == 2)
    assert describe_rest_hours(NOON, closed).startswith("It is closed today; the next calls are")


def test_a_talk_in_a_calendar_says_nothing_of_the_clinic_and_fits_a_screen() -> None:
    event = format_calendar_event(NOON)
    assert event.splitlines() == [
        "BEGIN:VEVENT",
        "SUMMARY:Talk",
        "DTSTART:20260302T040000Z",
        "END:VEVENT",
    ]
    assert qr_matrix(event)  # which raises for what is too large
    assert format_talk(NOON, SINGAPORE) == "Monday 2 March 2026, 12:00"
