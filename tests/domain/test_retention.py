"""When retention runs by itself, and what holds it up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.policy import Rules
from kiosk.domain.retention import (
    LONGEST_PAUSE,
    OVERDUE,
    KeptDays,
    RetentionHold,
    RetentionPast,
    RetentionStatus,
    retention_status,
)

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
POLICY = KeptDays.of(Rules())
AGREED = RetentionPast(POLICY, NOW - timedelta(days=2), None, None)


def status(
    past: RetentionPast, *, policy: KeptDays = POLICY, doubt: bool = False
) -> RetentionStatus:
    return retention_status(past, policy, NOW, is_doubtful=doubt)


def ran(**ago: float) -> RetentionPast:
    at = NOW - timedelta(**ago)
    return RetentionPast(POLICY, NOW - timedelta(days=100), at - timedelta(minutes=1), at)


def test_nothing_runs_before_somebody_has_agreed() -> None:
    found = status(RetentionPast())
    assert (found.hold, found.is_due, found.is_overdue) == (RetentionHold.NOT_AGREED, False, False)
    assert status(AGREED).is_due


@pytest.mark.parametrize("hours", [0, 1, 19])
def test_it_runs_once_a_day(hours: float) -> None:
    assert not status(ran(hours=hours)).is_due
    assert status(ran(hours=20)).is_due


def test_who_has_begun_is_left_to_end_and_a_cut_run_is_completed() -> None:
    for minutes, due in ((1, False), (59, False), (60, True)):
        begun = NOW - timedelta(minutes=minutes)
        past = RetentionPast(POLICY, AGREED.agreed_at, begun, NOW - timedelta(days=1))
        assert status(past).is_due is due


def test_a_shorter_policy_is_agreed_to_anew_and_a_longer_one_is_not() -> None:
    days = (POLICY.requests, POLICY.attendance, POLICY.passes, POLICY.exports)
    for place in range(len(days)):
        shorter = KeptDays(*(one - (at == place) for at, one in enumerate(days)))
        longer = KeptDays(*(one + (at == place) for at, one in enumerate(days)))
        assert status(ran(days=1), policy=shorter).hold is RetentionHold.SHORTER
        assert status(ran(days=1), policy=longer).hold is None


def test_a_clock_that_went_back_or_far_ahead_holds_it_up() -> None:
    assert status(ran(days=1), doubt=True).hold is RetentionHold.CLOCK_BEHIND
    assert status(ran(days=LONGEST_PAUSE.days)).hold is None
    ahead = status(ran(days=LONGEST_PAUSE.days, seconds=1))
    assert (ahead.hold, ahead.is_due) == (RetentionHold.CLOCK_AHEAD, False)
    old = RetentionPast(POLICY, NOW - timedelta(days=400))
    assert status(old).hold is RetentionHold.CLOCK_AHEAD


def test_who_agrees_again_lets_it_run_again() -> None:
    past = RetentionPast(POLICY, NOW, NOW - timedelta(days=90), NOW - timedelta(days=90))
    assert status(past).is_due


def test_a_run_that_nothing_did_is_complained_of() -> None:
    assert not status(ran(days=OVERDUE.days)).is_overdue
    assert status(ran(days=OVERDUE.days, seconds=1)).is_overdue
    assert not status(AGREED).is_overdue


@given(*(st.integers(1, 3650) for _ in range(4)))
def test_what_was_agreed_is_read_back(one: int, two: int, three: int, four: int) -> None:
    kept = KeptDays(one, two, three, four)
    assert KeptDays.from_id(kept.as_id()) == kept
    assert kept.is_within(kept)
    assert str(kept) == f"{one}, {two}, {three}, {four} days"
