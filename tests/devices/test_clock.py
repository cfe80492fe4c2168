"""The machine's clock and randomness."""

from datetime import timedelta

from kiosk.devices.clock import SystemClock, entropy


def test_the_clock_is_aware_and_in_utc() -> None:
    first, second = SystemClock().now(), SystemClock().now()
    assert first.utcoffset() == timedelta(0)
    assert first <= second


def test_randomness_has_the_asked_length_and_does_not_repeat() -> None:
    assert len(entropy(16)) == 16
    assert entropy(16) != entropy(16)
