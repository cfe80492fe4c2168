"""Roles, the keys they open, and logins."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.domain.staff import (
    PassphraseProblem,
    Purpose,
    Role,
    check_passphrase,
    normalise_login,
    purposes_of_roles,
    sign_in_wait,
    sign_in_wait_left,
)


def test_roles_open_their_own_purpose_and_no_other() -> None:
    assert purposes_of_roles([Role.FACILITATOR]) == {Purpose.ROSTER}
    assert purposes_of_roles([Role.CALLER]) == {Purpose.CALLBACKS}
    assert purposes_of_roles([Role.MANAGER]) == set(Purpose)
    assert purposes_of_roles([]) == frozenset()


def test_logins_are_one_spelling() -> None:
    assert normalise_login("  Ｍei  LIN ") == "mei lin"


NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_two_failures_are_free_then_the_wait_doubles_to_a_quarter_of_an_hour() -> None:
    waits = [int(sign_in_wait(failures).total_seconds()) for failures in range(13)]
    assert waits == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert sign_in_wait(10_000) == timedelta(seconds=900)


def test_the_wait_runs_down() -> None:
    assert sign_in_wait_left(4, NOW, NOW + timedelta(seconds=4)) == timedelta(seconds=6)
    assert sign_in_wait_left(4, NOW, NOW + timedelta(seconds=10)) == timedelta(0)


def test_a_clock_that_went_back_does_not_lengthen_it() -> None:
    assert sign_in_wait_left(4, NOW, NOW - timedelta(days=365)) == timedelta(seconds=10)


@pytest.mark.parametrize("text", ["", "eleven char", "            x", "ﬁ" * 5])
def test_short_ones_are_refused(text: str) -> None:
    assert check_passphrase(text) is PassphraseProblem.TOO_SHORT


def test_twelve_characters_of_any_script_will_do() -> None:
    assert check_passphrase("dino demo dune") == "dino demo dune"
    assert check_passphrase("அன்பே சிவம் என்று") == "அன்பே சிவம் என்று"


def test_keyboards_that_spell_differently_agree() -> None:
    assert check_passphrase("ｃａｆe\u0301 con leche") == check_passphrase("café con leche")


def test_endless_ones_are_refused() -> None:
    assert check_passphrase("x" * 257) is PassphraseProblem.TOO_LONG
