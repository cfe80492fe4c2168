"""Findings about the machine."""

import pytest

from kiosk.domain.health import (
    Verdict,
    capital_height,
    colour_finding,
    disk_finding,
    letters_finding,
    needed_height,
    terminal_finding,
)


def test_letters_at_arms_length_need_the_height_of_the_standard() -> None:
    assert needed_height(600) == pytest.approx(7.33, abs=0.01)


def test_more_rows_make_smaller_letters() -> None:
    assert capital_height(300, 24) == pytest.approx(7.75)
    assert letters_finding(300, 600, 24).verdict is Verdict.OK
    assert letters_finding(300, 600, 40).verdict is Verdict.LOOK


@pytest.mark.parametrize(
    ("columns", "rows", "verdict"),
    [(56, 16, Verdict.OK), (55, 16, Verdict.FAIL), (80, 15, Verdict.FAIL), (80, 24, Verdict.OK)],
)
def test_the_smallest_terminal_is_56_by_16(columns: int, rows: int, verdict: Verdict) -> None:
    assert terminal_finding(columns, rows).verdict is verdict


def test_a_terminal_without_colour_is_said_so() -> None:
    assert colour_finding("dumb", "", no_color=False).verdict is Verdict.LOOK
    assert colour_finding("xterm-256color", "truecolor", no_color=True).verdict is Verdict.LOOK
    assert colour_finding("foot", "truecolor", no_color=False).verdict is Verdict.OK


def test_a_nearly_full_disk_fails() -> None:
    assert disk_finding(100_000_000).verdict is Verdict.FAIL
    assert disk_finding(1_000_000_000).verdict is Verdict.LOOK
    assert disk_finding(50_000_000_000).verdict is Verdict.OK
