"""What a form's lines say: days such as "5 Mar 2026" or "Thu", hours such as "3pm", numbers."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from kiosk.domain.groups import MOST_PEOPLE
from kiosk.domain.text import ascii_digits
from kiosk.ui.desk.moments import read_moment

HOW_DAY = "Such as “5 Mar 2026”, “5 Mar”, “Thu” or “tomorrow”."
HOW_CLOCK = "Such as “15:00” or “3pm”; the clinic's time."
_LAST_MINUTE = "23:59"
_WITH_YEAR = re.compile(r"(\d{1,2})[ ]?([a-z]{3,9})[ ]?(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_NAMED_DAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[ ](?=.*\d)")
_HOURS = re.compile(r"(\d{1,2})(\d{2})?")


def write_day(day: date) -> str:
    """Write a day so that `read_day` reads the same."""
    return f"{day.day} {day:%b} {day.year}"


def read_day(text: str, now: datetime, zone: ZoneInfo) -> date | None:
    """Return the day that is meant; without a year the next such day, today among them."""
    words = " ".join(ascii_digits(text).casefold().replace(",", " ").split())
    words = _NAMED_DAY.sub("", words)
    if found := _SLASHED.fullmatch(words):
        return _of_parts(found[3], found[2], found[1])
    if found := _WITH_YEAR.fullmatch(words):
        some = read_moment(f"1 {found[2]} {_LAST_MINUTE}", now, zone)
        return None if some is None else _of_parts(found[3], str(some.month), found[1])
    at = read_moment(f"{words} {_LAST_MINUTE}", now, zone) if words else None
    return None if at is None else at.date()


def read_days(text: str, now: datetime, zone: ZoneInfo) -> frozenset[date] | str:
    """Return the days of a list with commas; the first part that cannot be read instead."""
    days = set()
    for part in filter(None, (part.strip() for part in text.replace(";", ",").split(","))):
        day = read_day(part, now, zone)
        if day is None:
            return part
        days.add(day)
    return frozenset(days)


def read_clock(text: str) -> time | None:
    """Return a local time of day; "15" and "1500" are read as well."""
    words = ascii_digits(text).strip().casefold()
    if found := _HOURS.fullmatch(words):
        words = f"{found[1]}:{found[2] or '00'}"
    zone = ZoneInfo("UTC")
    long_ago = datetime(1999, 12, 31, tzinfo=zone)
    at = read_moment(f"2000-01-01 {words}", long_ago, zone) if words else None
    return None if at is None else at.time()


def minutes_between(starts: time, ends: time) -> int:
    """Return how long it is from one time of day to the next such time, 0 to 1439."""
    span = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return span % (24 * 60)


def read_number(text: str, most: int) -> int | None:
    """Return a number from 1 to `most`; None where it is none."""
    digits = ascii_digits(text).strip()
    if not digits.isascii() or not digits.isdecimal() or len(digits) > len(str(most)):
        return None
    return int(digits) if 1 <= int(digits) <= most else None


def read_capacity(text: str) -> int | str | None:
    """Return for how many there is room; None for an empty line, a sentence for an odd one."""
    if not text.strip():
        return None
    number = read_number(text, MOST_PEOPLE)
    return number or f"Please type a number from 1 to {MOST_PEOPLE}, or nothing."


def _of_parts(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
