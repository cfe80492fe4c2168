"""Days and times as somebody types them."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.desk.dates import read_moment, read_past_moment
from tests.support.desks import NOON

SINGAPORE = ZoneInfo("Asia/Singapore")


def read(text: str) -> str:
    found = read_moment(text, NOON, SINGAPORE)
    return "" if found is None else f"{found.astimezone(SINGAPORE):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:30", "2026-03-02 14:30"),
        ("2.30 pm", "2026-03-02 14:30"),
        ("11:00", "2026-03-03 11:00"),
        ("12:00", "2026-03-03 12:00"),
        ("12am", "2026-03-03 00:00"),
        ("12 pm", "2026-03-03 12:00"),
        ("today 16:00", "2026-03-02 16:00"),
        ("Tomorrow", "2026-03-03 09:00"),
        ("tomorrow at 9.15", "2026-03-03 09:15"),
        ("Thu 9am", "2026-03-05 09:00"),
        ("thursday, 16:00", "2026-03-05 16:00"),
        ("mon 14:30", "2026-03-02 14:30"),
        ("mon", "2026-03-09 09:00"),
        ("5 Mar 16:00", "2026-03-05 16:00"),
        ("March 5", "2026-03-05 09:00"),
        ("5/3 16:00", "2026-03-05 16:00"),
        ("1 mar", "2027-03-01 09:00"),
        ("2026-04-01 8:00", "2026-04-01 08:00"),
        ("2026-01-01", "2026-01-01 09:00"),
        ("today 9:00", "2026-03-02 09:00"),
        ("١٤:٣٠", "2026-03-02 14:30"),
    ],
)
def test_the_next_such_time_is_meant(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11:00", "2026-03-02 11:00"),
        ("14:30", "2026-03-01 14:30"),
        ("today", "2026-03-02 09:00"),
        ("today 16:00", "2026-03-02 16:00"),
        ("yesterday 16:00", "2026-03-01 16:00"),
        ("Thu 9am", "2026-02-26 09:00"),
        ("mon 9:00", "2026-03-02 09:00"),
        ("mon 14:30", "2026-02-23 14:30"),
        ("5 Feb", "2026-02-05 09:00"),
        ("5 Mar 16:00", "2025-03-05 16:00"),
        ("1/3 16:00", "2026-03-01 16:00"),
        ("5 Mar 2024 16:00", "2024-03-05 16:00"),
        ("Thu 5 Feb", "2026-02-05 09:00"),
        ("29 Feb", ""),
        ("2026-01-01 8:00", "2026-01-01 08:00"),
        ("2026-05-01 8:00", "2026-05-01 08:00"),
        ("soon", ""),
        ("", ""),
        ("25:00", ""),
    ],
)
def test_the_last_such_time_is_meant(text: str, expected: str) -> None:
    found = read_past_moment(text, NOON, SINGAPORE)
    shown = "" if found is None else f"{found.astimezone(SINGAPORE):%Y-%m-%d %H:%M}"
    assert shown == expected


@given(st.text() | st.from_regex(r"(mon|today|5 mar|29 feb)? ?[0-9]{0,2}(:[0-9]{2})?"))
def test_no_text_breaks_the_reading_of_a_time_that_was(text: str) -> None:
    found = read_past_moment(text, NOON, SINGAPORE)
    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    ["", "  ", "soon", "25:00", "13 pm", "0am", "9:60", "30 Feb", "32 mar", "5 foo", "mo", "9",
     "0000-00-00", "99/99", "tomorrow tomorrow", "²/3", "5 mar mar 9:00"],
)  # fmt: skip
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert read(text) == ""


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    found = read_moment(text, NOON, SINGAPORE)
    assert found is None or found.tzinfo is not None


@given(st.dates(date(2026, 3, 3), date(2027, 3, 1)), st.times())
def test_a_written_date_is_that_date(day: date, at: time) -> None:
    assert read(f"{day} {at:%H:%M}") == f"{day} {at:%H:%M}"
