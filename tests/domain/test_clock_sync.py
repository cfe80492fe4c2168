"""When a kiosk's clock is not to be believed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.clock_sync import (
    TOLERANCE,
    ClockReading,
    SyncProblem,
    better_offset,
    corrected,
    describe_sync_problem,
    is_doubtful,
    is_far_off,
    read_clock,
    retry_wait,
)

LAST = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_clock_before_the_last_fact_is_doubtful_and_a_small_correction_is_not() -> None:
    assert not is_doubtful(LAST, LAST)
    assert not is_doubtful(LAST + timedelta(days=400), LAST)
    assert not is_doubtful(LAST - TOLERANCE, LAST)
    assert is_doubtful(LAST - TOLERANCE - timedelta(microseconds=1), LAST)
    assert is_doubtful(datetime(1970, 1, 1, tzinfo=UTC), LAST)


def test_only_a_clock_that_was_measured_to_be_far_off_is_corrected() -> None:
    at = LAST
    assert corrected(at, None) == corrected(at, 0) == corrected(at, 59_999) == at
    assert corrected(at, 60_000) == at + timedelta(minutes=1)
    assert corrected(at, -60_000) == at - timedelta(minutes=1)
    year = timedelta(days=365) // timedelta(milliseconds=1)
    assert corrected(at, -year) == at - timedelta(days=365)


@pytest.mark.parametrize("offset", [2**63 - 1, -(2**63), 10**17])
def test_an_offset_beyond_the_calendar_changes_nothing(offset: int) -> None:
    assert corrected(LAST, offset) == LAST


@pytest.mark.parametrize(
    "end", [datetime(9999, 12, 31, 23, tzinfo=UTC), datetime(1, 1, 1, 1, tzinfo=UTC)]
)
def test_a_corrected_time_can_be_told_in_any_zone(end: datetime) -> None:
    offset = (end - LAST) // timedelta(milliseconds=1)
    for hours in (-14, 14):
        corrected(LAST, offset).astimezone(timezone(timedelta(hours=hours)))


@given(st.datetimes(timezones=st.just(UTC)), st.none() | st.integers(-(2**63), 2**63 - 1))
def test_a_time_can_always_be_told(at: datetime, offset: int | None) -> None:
    told = corrected(at, offset)
    assert told.utcoffset() == timedelta()
    assert is_far_off(offset) or told == at


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(
    offset=st.integers(-(10**10), 10**10),
    there=st.integers(0, 5000),
    back=st.integers(0, 5000),
)
def test_a_measured_clock_is_off_by_no_more_than_its_doubt(
    offset: int, there: int, back: int
) -> None:
    answered = NOON + timedelta(milliseconds=there + back)
    centre = NOON + timedelta(milliseconds=there + offset)
    reading = read_clock(NOON, answered, centre)
    assert reading is not None
    assert abs(reading.offset_ms - offset) <= reading.doubt_ms + 1


def test_a_clock_that_was_put_back_during_the_question_tells_nothing() -> None:
    assert read_clock(NOON, NOON - timedelta(milliseconds=1), NOON) is None


@pytest.mark.parametrize(
    ("known", "reading", "kept"),
    [
        (None, ClockReading(7, 60_000), 7),
        (5, ClockReading(9, 1000), 9),
        (5, ClockReading(900, 1001), 5),
        (5, ClockReading(3_600_000, 1500), 3_600_000),
    ],
)
def test_a_slow_answer_replaces_an_offset_only_where_it_shows_it_wrong(
    known: int | None, reading: ClockReading, kept: int
) -> None:
    assert better_offset(known, reading) == kept


@pytest.mark.parametrize("problem", SyncProblem)
def test_every_problem_has_a_sentence_that_says_what_waits(problem: SyncProblem) -> None:
    assert describe_sync_problem(problem).endswith(".")
    assert describe_sync_problem(problem, 1).endswith("Nothing is lost: 1 record waits here.")
    assert "1200 records wait" in describe_sync_problem(problem, 1200)


@given(failures=st.integers(-1, 10_000), chance=st.floats(0, 1))
def test_the_wait_before_another_try_is_between_nothing_and_a_minute(
    failures: int, chance: float
) -> None:
    assert timedelta(0) <= retry_wait(failures, chance) <= timedelta(seconds=60)


def test_the_longest_wait_doubles_up_to_a_minute() -> None:
    waits = [retry_wait(count, 1).total_seconds() for count in range(9)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert retry_wait(4, 0.5) == timedelta(seconds=4)
