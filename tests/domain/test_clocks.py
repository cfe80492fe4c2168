"""When a kiosk's clock is not to be believed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.clocks import TOLERANCE, corrected, is_doubtful, is_far_off

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


@given(st.datetimes(timezones=st.just(UTC)), st.none() | st.integers(-(2**63), 2**63 - 1))
def test_a_time_can_always_be_told(at: datetime, offset: int | None) -> None:
    told = corrected(at, offset)
    assert told.utcoffset() == timedelta()
    assert is_far_off(offset) or told == at
