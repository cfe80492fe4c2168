"""A day and a time as somebody types it: "tomorrow 14:30", "Thu 9am", "5 Mar 16:00"."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.text import ascii_digits

HOW = "Please write it like “tomorrow 14:30”, “Thu 9:00” or “5 Mar 16:00”."
MORNING = time(9)
"""When a day is meant and no hour."""
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
