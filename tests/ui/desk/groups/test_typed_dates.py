"""Days, hours and numbers as forms read them."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.desk.dates import (
    format_full_day,
    minutes_between,
    read_capacity,
    read_clock,
    read_day,
    read_days,
    read_number,
)
from tests.support.desks import NOON

ZONE = ZoneInfo("Asia/Singapore")
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("Tomorrow", date(2026, 3, 3)),
        ("mon", TODAY),
        ("Sunday", date(2026, 3, 8)),
        ("5 Mar", date(2026, 3, 5)),
        ("Thu 5 Mar", date(2026, 3, 5)),
        ("1 mar", date(2027, 3, 1)),
        ("1 March 2026", date(2026, 3, 1)),
        ("29 Feb 2028", date(2028, 2, 29)),
        ("5/3/2026", date(2026, 3, 5)),
        ("2025-12-31", date(2025, 12, 31)),
        ("5 Mar 2031", date(2031, 3, 5)),
        ("", None),
        ("30 Feb 2026", None),
        ("5 Mär 2026", None),
        ("5", None),
        ("99/99/2026", None),
        ("5 mon 2026", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert read_day(text, NOON, ZONE) == day


@given(st.integers(-9000, 30000))
def test_a_written_day_is_read_again(days: int) -> None:
    day = TODAY + timedelta(days=days)
    assert read_day(format_full_day(day), NOON, ZONE) == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("15:00", time(15)),
        ("9.30", time(9, 30)),
        ("9", time(9)),
        ("1630", time(16, 30)),
        ("3pm", time(15)),
        ("12 am", time(0)),
        ("0:00", time(0)),
        ("24:00", None),
        ("13pm", None),
        ("", None),
        ("noon", None),
        ("2000-01-01", None),
    ],
)
def test_hours(text: str, at: time | None) -> None:
    assert read_clock(text) == at


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_not(text: str) -> None:
    read_day(text, NOON, ZONE)
    read_clock(text)
    read_days(text, NOON, ZONE)
    read_capacity(text)


def test_lists_of_days() -> None:
    assert read_days("", NOON, ZONE) == frozenset()
    both = frozenset({date(2026, 3, 9), date(2026, 4, 6)})
    assert read_days("9 Mar, 6 Apr 2026,", NOON, ZONE) == both
    assert read_days("9 Mar, whenever", NOON, ZONE) == "whenever"


def test_numbers() -> None:
    assert [read_number(text, 52) for text in ("1", "52", "53", "0", "x", "")] == [
        1, 52, None, None, None, None,
    ]  # fmt: skip
    assert read_capacity(" ") is None
    assert read_capacity("１２") == 12
    assert isinstance(read_capacity("1000"), str)


def test_lengths() -> None:
    assert minutes_between(time(15), time(16, 30)) == 90
    assert minutes_between(time(22), time(0)) == 120
    assert minutes_between(time(9), time(9)) == 0
