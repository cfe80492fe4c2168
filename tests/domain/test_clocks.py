"""When a kiosk's clock is not to be believed."""

from datetime import UTC, datetime, timedelta

from kiosk.domain.clocks import TOLERANCE, is_doubtful

LAST = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_clock_before_the_last_fact_is_doubtful_and_a_small_correction_is_not() -> None:
    assert not is_doubtful(LAST, LAST)
    assert not is_doubtful(LAST + timedelta(days=400), LAST)
    assert not is_doubtful(LAST - TOLERANCE, LAST)
    assert is_doubtful(LAST - TOLERANCE - timedelta(microseconds=1), LAST)
    assert is_doubtful(datetime(1970, 1, 1, tzinfo=UTC), LAST)
