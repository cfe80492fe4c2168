"""Weekly series of sessions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.groups.groups import (
    MOST_SESSIONS,
    PlanProblem,
    Series,
    expand_series,
    plan_series,
)

BERLIN = ZoneInfo("Europe/Berlin")
SINGAPORE = ZoneInfo("Asia/Singapore")
MONDAYS = Series(UUID(int=1), frozenset({0}), time(15), 90, date(2026, 10, 12), count=4)


def local(series: Series, zone: ZoneInfo) -> list[str]:
    times = expand_series(series, zone)
    assert not isinstance(times, PlanProblem), times
    return [f"{start.astimezone(zone):%m-%d %H:%M}" for start, _ in times]


def test_the_local_time_stays_across_the_end_of_summer_time() -> None:
    assert local(MONDAYS, BERLIN) == ["10-12 15:00", "10-19 15:00", "10-26 15:00", "11-02 15:00"]
    times = expand_series(MONDAYS, BERLIN)
    assert not isinstance(times, PlanProblem)
    assert [start.hour for start, _ in times] == [13, 13, 14, 14]
    assert {end - start for start, end in times} == {timedelta(minutes=90)}


def test_a_time_that_is_left_out_counts_by_the_clock_before() -> None:
    night = replace(MONDAYS, weekdays=frozenset({6}), starts=time(2, 30), count=1)
    assert local(replace(night, first=date(2026, 3, 29)), BERLIN) == ["03-29 03:30"]


def test_a_time_that_comes_twice_is_the_first() -> None:
    night = replace(MONDAYS, weekdays=frozenset({6}), starts=time(2, 30), count=1)
    times = expand_series(replace(night, first=date(2026, 10, 25)), BERLIN)
    assert times == (
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    )


def test_left_out_days_are_not_counted() -> None:
    series = replace(MONDAYS, count=3, except_on=frozenset({date(2026, 10, 19)}))
    assert local(series, SINGAPORE) == ["10-12 15:00", "10-26 15:00", "11-02 15:00"]


def test_every_other_week_counts_from_the_week_of_the_first_day() -> None:
    series = replace(
        MONDAYS,
        weekdays=frozenset({0, 3}),
        first=date(2026, 10, 14),
        count=None,
        until=date(2026, 11, 12),
        every_weeks=2,
    )
    days = ["10-15 15:00", "10-26 15:00", "10-29 15:00", "11-09 15:00", "11-12 15:00"]
    assert local(series, SINGAPORE) == days


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"count": None}, PlanProblem.ENDLESS_SERIES),
        ({"minutes": 0}, PlanProblem.ODD_TIMES),
        ({"minutes": 1441}, PlanProblem.ODD_TIMES),
        ({"weekdays": frozenset()}, PlanProblem.EMPTY_SERIES),
        ({"weekdays": frozenset({7})}, PlanProblem.EMPTY_SERIES),
        ({"until": date(2026, 10, 11)}, PlanProblem.EMPTY_SERIES),
        ({"count": 0}, PlanProblem.EMPTY_SERIES),
        ({"count": MOST_SESSIONS + 1}, PlanProblem.TOO_MANY),
        ({"count": None, "until": date.max}, PlanProblem.TOO_MANY),
    ],
)
def test_a_series_that_will_not_do_is_told(change: dict[str, object], problem: PlanProblem) -> None:
    values = {name: getattr(MONDAYS, name) for name in Series.__slots__} | change
    assert expand_series(Series(**values), SINGAPORE) is problem


def test_it_ends_at_the_end_of_all_days() -> None:
    last = replace(MONDAYS, first=date(9999, 11, 29), count=9)
    assert 1 < len(local(last, SINGAPORE)) < 9


@given(
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times(),
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.integers(1, 30),
    st.integers(1, 5),
    st.sampled_from(["Asia/Singapore", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_every_session_is_on_a_weekday_of_the_rule_and_ids_follow_from_it(
    weekdays: frozenset[int], starts: time, first: date, count: int, every: int, name: str
) -> None:
    zone = ZoneInfo(name)
    series = Series(UUID(int=7), weekdays, starts, 60, first, count=count, every_weeks=every)
    plans = plan_series(series, UUID(int=2), "Room", None, zone)
    assert plans == plan_series(series, UUID(int=2), "Room", None, zone)
    assert not isinstance(plans, PlanProblem)
    assert len(plans) == len({plan.id for plan in plans}) == count
    monday = first - timedelta(days=first.weekday())
    for plan in plans:
        day = plan.starts_at.astimezone(zone).date()
        shifted = {day, (plan.starts_at - timedelta(hours=1)).astimezone(zone).date()}
        assert any(one.weekday() in weekdays for one in shifted)
        assert any((one - monday).days // 7 % every == 0 for one in shifted)
