"""The clinic's working hours, beside a plain count of minutes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kiosk.content.holidays import public_holidays
from kiosk.domain.working_time import OFFICE_WEEK, OpeningHours, WorkingCalendar, read_hours
from tests.support.amounts import amount

SINGAPORE = ZoneInfo("Asia/Singapore")
OFFICE = WorkingCalendar(SINGAPORE)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FRIDAY = date(2026, 3, 6)

NIGHT: OpeningHours = (time(0, 15), time(6))
"""Hours across which the clocks of most zones change."""
CALENDARS = (
    OFFICE,
    WorkingCalendar(SINGAPORE, {5: (time(9), time(12)), 6: (time(23), time(23, 59))}),
    WorkingCalendar(ZoneInfo("Europe/Berlin"), dict.fromkeys(range(7), NIGHT)),
    WorkingCalendar(
        ZoneInfo("America/New_York"), {**OFFICE_WEEK, 6: NIGHT}, lambda day: day.day % 10 == 0
    ),
    WorkingCalendar(ZoneInfo("Australia/Lord_Howe"), dict.fromkeys(range(7), NIGHT)),
)

CHANGES = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 25))
"""Days on which clocks change somewhere."""

minutes = st.integers(0, 500 * 24 * 60).map(
    lambda count: datetime(2025, 10, 1, tzinfo=UTC) + count * MINUTE
)
changes = st.builds(
    lambda day, count: datetime.combine(day, time(12), UTC) - count * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(0, 36 * 60),
)
times = minutes | changes
calendars = st.sampled_from(CALENDARS)


def at(hour: int, minute: int = 0, day: date = FRIDAY, zone: ZoneInfo = SINGAPORE) -> datetime:
    return datetime.combine(day, time(hour, minute), zone)


def worked_minutes(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """Count the minutes of the clock on the wall that lie in the hours of their day."""
    count, now = 0, start
    while now < end:
        local = now.astimezone(calendar.zone)
        hours = calendar.week.get(local.weekday())
        open_ = hours is not None and hours[0] <= local.time() < hours[1]
        count += open_ and not calendar.is_holiday(local.date())
        now += MINUTE
    return count


@given(calendars, times, st.integers(0, 6 * 24 * 60))
def test_hours_are_those_of_a_plain_count_of_minutes(
    calendar: WorkingCalendar, start: datetime, length: int
) -> None:
    end = start + length * MINUTE
    counted = worked_minutes(calendar, start, end)
    assert calendar.hours_between(start, end) * 60 == pytest.approx(counted)
    assert calendar.hours_between(end, start) == -calendar.hours_between(start, end)


@given(calendars, times)
def test_open_is_what_a_minute_adds_to(calendar: WorkingCalendar, now: datetime) -> None:
    assert calendar.is_open(now) == (calendar.hours_between(now, now + MINUTE) > 0)


@given(calendars, times, st.floats(0.01, 3000))
def test_added_hours_are_the_hours_between(
    calendar: WorkingCalendar, start: datetime, hours: float
) -> None:
    end = calendar.add_hours(start, hours)
    assert calendar.hours_between(start, end) == pytest.approx(hours, abs=1e-6)
    # The first such time: a moment before, less had been worked.
    assert calendar.hours_between(start, end - MINUTE / 60) < hours - 1e-7


@given(calendars, times, st.integers(1, 300))
def test_added_days_are_the_days_between(
    calendar: WorkingCalendar, start: datetime, days: int
) -> None:
    end = calendar.add_days(start, days)
    assert calendar.days_between(start, end) == days
    assert calendar.end_of_day(end) == end
    assert not calendar.is_open(end)
    assert calendar.is_open(end - MINUTE)


@given(calendars, times, times, times)
def test_spans_add_up(
    calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    between = calendar.hours_between
    assert between(one, two) + between(two, three) == pytest.approx(between(one, three))
    days = calendar.days_between
    assert days(one, two) + days(two, three) == days(one, three)


@settings(max_examples=amount(40, 200))
@given(calendars, times, st.lists(times, max_size=3))
def test_counting_to_one_end_counts_the_same(
    calendar: WorkingCalendar, end: datetime, starts: list[datetime]
) -> None:
    count = calendar.counting_to(end)
    for start in starts:
        assert count(start) == calendar.hours_between(start, end)


@settings(max_examples=amount(20, 200))
@given(st.lists(st.tuples(times, st.integers(0, 400)), min_size=2, max_size=3))
def test_answers_do_not_hang_on_what_was_asked_before(asked: list[tuple[datetime, int]]) -> None:
    used = WorkingCalendar(SINGAPORE)
    for start, days in asked:
        fresh = WorkingCalendar(SINGAPORE)
        assert used.add_days(start, days + 1) == fresh.add_days(start, days + 1)
        assert used.end_of_day(start) == fresh.end_of_day(start)
        end = start - timedelta(days=days)
        assert used.hours_between(end, start) == fresh.hours_between(end, start)


def test_a_weekend_is_not_worked() -> None:
    friday, monday = at(16, 30), at(9, 30, date(2026, 3, 9))
    assert OFFICE.hours_between(friday, monday) == 2.0
    assert OFFICE.add_hours(friday, 2) == monday
    assert OFFICE.days_between(friday, monday) == 1
    assert OFFICE.add_days(friday, 1) == at(17, 30, date(2026, 3, 9))
    assert OFFICE.add_days(at(11, day=date(2026, 3, 7)), 1) == at(17, 30, date(2026, 3, 9))


def test_hours_that_end_at_closing_time_end_today() -> None:
    assert OFFICE.add_hours(at(16, 30), 1) == at(17, 30)
    assert OFFICE.add_hours(at(20), 0) == at(20)


def test_the_end_of_the_day_is_the_next_closing_time() -> None:
    assert OFFICE.end_of_day(at(7)) == at(17, 30)
    assert OFFICE.end_of_day(at(17, 30)) == at(17, 30)
    assert OFFICE.end_of_day(at(17, 31)) == at(17, 30, date(2026, 3, 9))


def test_opening_time_is_open_and_closing_time_is_not() -> None:
    assert OFFICE.is_open(at(8, 30))
    assert not OFFICE.is_open(at(8, 29))
    assert not OFFICE.is_open(at(17, 30))


def test_public_holidays_are_not_worked_across_the_turn_of_a_year() -> None:
    calendar = WorkingCalendar(
        SINGAPORE, is_holiday=public_holidays("SG", closed_on=[date(2026, 12, 31)])
    )
    # Thursday 24 December 2026: Christmas, the weekend, then a closed day and New Year.
    before = at(12, day=date(2026, 12, 24))
    closings = [
        calendar.add_days(before, days).astimezone(SINGAPORE).date() for days in range(1, 6)
    ]
    assert [day.day for day in closings] == [28, 29, 30, 4, 5]
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 1, 4))


@pytest.mark.parametrize(
    ("zone", "hours", "now"),
    [
        ("Pacific/Auckland", (time(0), time(8)), datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("America/New_York", (time(20), time(23)), datetime(2027, 1, 1, 2, tzinfo=UTC)),
    ],
)
def test_the_year_is_the_clinics_own(zone: str, hours: OpeningHours, now: datetime) -> None:
    def calendar() -> WorkingCalendar:
        return WorkingCalendar(ZoneInfo(zone), dict.fromkeys(range(7), hours))

    assert calendar().is_open(now)
    assert calendar().hours_between(now, now + MINUTE) * 60 == pytest.approx(1)


def test_a_night_shift_loses_and_gains_the_hour_of_the_clocks() -> None:
    night = CALENDARS[2]
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 4.75), (autumn, 6.75), (FRIDAY, 5.75)):
        noon = at(12, day=day, zone=night.zone)
        assert night.hours_between(noon - 13 * HOUR, noon) == hours


@pytest.mark.parametrize("hours", [(time(2, 15), time(5)), (time(1), time(2, 45))])
def test_a_time_that_the_clocks_skip_is_the_moment_of_the_jump(hours: OpeningHours) -> None:
    calendar = WorkingCalendar(ZoneInfo("Europe/Berlin"), {6: hours})
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    day = jump - 6 * HOUR, jump + 6 * HOUR
    assert calendar.hours_between(*day) * 60 == worked_minutes(calendar, *day)
    assert calendar.is_open(jump) != calendar.is_open(jump - MINUTE)


def test_a_day_that_a_zone_left_out_is_not_worked() -> None:
    apia = WorkingCalendar(ZoneInfo("Pacific/Apia"))
    thursday = datetime(2011, 12, 29, 12, tzinfo=apia.zone)
    assert apia.add_days(thursday, 1).astimezone(apia.zone).date() == date(2012, 1, 2)


@pytest.mark.parametrize(
    "calendar",
    [WorkingCalendar(SINGAPORE, {}), WorkingCalendar(SINGAPORE, is_holiday=lambda _day: True)],
)
def test_a_clinic_that_never_works_counts_plain_time(calendar: WorkingCalendar) -> None:
    now = at(12)
    assert not calendar.is_open(now)
    assert calendar.hours_between(now, now + 900 * HOUR) == 0
    assert calendar.add_hours(now, 4) == now + 4 * HOUR
    assert calendar.add_days(now, 2) == now + timedelta(days=2)
    assert calendar.end_of_day(now) == now


@settings(max_examples=amount(40, 200))
@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_no_clock_is_too_wrong(start: datetime, end: datetime) -> None:
    assume(start <= end)
    assert OFFICE.hours_between(start, end) >= 0
    assert OFFICE.days_between(start, end) >= 0
    for answer in (OFFICE.add_hours(end, 4), OFFICE.add_days(end, 5), OFFICE.end_of_day(end)):
        assert answer.utcoffset() == timedelta(0)


def test_hours_are_read_from_settings() -> None:
    assert read_hours(" 08:30 - 17:30 ") == OFFICE_WEEK[0]
    assert read_hours(" ") is None
    for text in ("17:30-08:30", "8-17", "08:30", "08:30-08:30"):
        with pytest.raises(ValueError, match=r"."):
            read_hours(text)
