"""Days and times as people type them: "tomorrow 14:30", "Thu 9am", "5 Mar 16:00"."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.groups.groups import LARGEST_CAPACITY
from kiosk.domain.text import ascii_digits

HOW = "Please write it like “tomorrow 14:30”, “Thu 9:00” or “5 Mar 16:00”."
MORNING = time(9)
"""When a day is meant and no hour."""
_UTC = ZoneInfo("UTC")
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d{2})\s*(am|pm)?|\s*(am|pm))$")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_LEAST = 3
"""Letters that tell a day or a month."""


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the next such time after `now`, aware; None where it cannot be read.

    A day alone means its morning; an hour alone the next time that the clocks show it. A date
    written out may lie in the past.
    """
    words = " ".join(ascii_digits(text).casefold().replace(",", " ").replace(" at ", " ").split())
    local = now.astimezone(zone)
    found = _CLOCK.search(words)
    at: time | None = MORNING
    if found is not None:
        at, words = _time(found), words[: found.start()].strip()
    if at is None or (found is None and not words):
        return None
    days = _days(words, local.date())
    moments = [datetime.combine(day, at, zone) for day in days]
    return next((one for one in moments if one > now), moments[-1] if moments else None)


def read_past_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the latest such time up to `now`, aware; None where it cannot be read.

    A day alone means its morning, today's at the latest now; an hour alone the last time that the
    clocks showed it. One that can only lie ahead is returned as it is.
    """
    words = " ".join(ascii_digits(text).casefold().replace(",", " ").replace(" at ", " ").split())
    today = now.astimezone(zone).date()
    found = _CLOCK.search(words)
    at: time | None = None if found is None else _time(found)
    words = words if found is None else words[: found.start()].strip()
    if (found is not None and at is None) or (found is None and not words):
        return None
    moments = [datetime.combine(day, at or MORNING, zone) for day in _past_days(words, today)]
    if at is None and moments and moments[0].date() == today:
        return min(now, moments[0])
    return next((one for one in moments if one <= now), moments[-1] if moments else None)


def _past_days(words: str, today: date) -> list[date]:
    """Return the days that are meant, the latest first."""
    yesterday = today - timedelta(days=1)
    if words in ("", "today"):
        return [today, yesterday] if not words else [today]
    if words == "yesterday":
        return [yesterday]
    weekday = _place(words, _DAYS)
    if weekday is not None:
        latest = today - timedelta(days=(today.weekday() - weekday) % 7)
        return [latest, latest - timedelta(days=7)]
    words = _NAMED_DAY.sub("", words)
    if _SLASHED.fullmatch(words) or _WITH_YEAR.fullmatch(words):
        day = read_day(words, datetime.combine(today, MORNING, _UTC), _UTC)
        return [] if day is None else [day]
    return sorted(_dates(words, date(today.year - 1, 1, 1)), reverse=True)


def _time(found: re.Match[str]) -> time | None:
    hour, minute = int(found[1]), int(found[2] or 0)
    half = found[3] or found[4]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _days(words: str, today: date) -> list[date]:
    """Return the days that are meant, the soonest first; the first that is not over counts."""
    tomorrow = today + timedelta(days=1)
    if not words:
        return [today, tomorrow]
    if words in ("today", "tomorrow", "tmr"):
        return [today if words == "today" else tomorrow]
    weekday = _place(words, _DAYS)
    if weekday is not None:
        soonest = today + timedelta(days=(weekday - today.weekday()) % 7)
        return [soonest, soonest + timedelta(days=7)]
    return _dates(words, today)


def _dates(words: str, today: date) -> list[date]:
    if written := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
        return _valid([(int(written[1]), int(written[2]), int(written[3]))])
    day, month = 0, None
    if slashed := re.fullmatch(r"(\d{1,2})/(\d{1,2})", words):
        day, month = int(slashed[1]), int(slashed[2])
    elif (parts := words.split())[1:] and len(parts) == 2:
        number, name = parts if parts[0].isdecimal() else reversed(parts)
        day = int(number) if number.isdecimal() and len(number) <= 2 else 0
        place = _place(name, _MONTHS)
        month = None if place is None else place + 1
    years = [today.year, today.year + 1]
    return _valid([(year, month, day) for year in years]) if month else []


def _place(word: str, names: tuple[str, ...]) -> int | None:
    """Return the place of a name by its first three letters, where `word` goes on as it does."""
    if len(word) < _LEAST or not word.isalpha():
        return None
    return names.index(word[:_LEAST]) if word[:_LEAST] in names else None


def _valid(parts: list[tuple[int, int, int]]) -> list[date]:
    found = []
    for year, month, day in parts:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue  # 30 Feb, or 29 Feb of another year
    return found


HOW_DAY = "Such as “5 Mar 2026”, “5 Mar”, “Thu” or “tomorrow”."
HOW_CLOCK = "Such as “15:00” or “3pm”; the clinic's time."
_LAST_MINUTE = "23:59"
_WITH_YEAR = re.compile(r"(\d{1,2})[ ]?([a-z]{3,9})[ ]?(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_NAMED_DAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[ ](?=.*\d)")
_HOURS = re.compile(r"(\d{1,2})(\d{2})?")


def format_full_day(day: date) -> str:
    """Return a day such as "5 Mar 2026", which `read_day` reads as the same."""
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
    long_ago = datetime(1999, 12, 31, tzinfo=_UTC)
    at = read_moment(f"2000-01-01 {words}", long_ago, _UTC) if words else None
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
    """Return a number of people; None for an empty line, a sentence on what is wrong otherwise."""
    if not text.strip():
        return None
    number = read_number(text, LARGEST_CAPACITY)
    return number or f"Please type a number from 1 to {LARGEST_CAPACITY}, or nothing."


def _of_parts(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
