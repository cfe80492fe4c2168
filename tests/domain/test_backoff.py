"""How long to wait after failed sign-ins."""

from datetime import UTC, datetime, timedelta

from kiosk.domain.backoff import wait_after, wait_left

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_two_failures_are_free_then_the_wait_doubles_to_a_quarter_of_an_hour() -> None:
    waits = [int(wait_after(failures).total_seconds()) for failures in range(13)]
    assert waits == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert wait_after(10_000) == timedelta(seconds=900)


def test_the_wait_runs_down() -> None:
    assert wait_left(4, NOW, NOW + timedelta(seconds=4)) == timedelta(seconds=6)
    assert wait_left(4, NOW, NOW + timedelta(seconds=10)) == timedelta(0)


def test_a_clock_that_went_back_does_not_lengthen_it() -> None:
    assert wait_left(4, NOW, NOW - timedelta(days=365)) == timedelta(seconds=10)
