"""Working days along a line of microseconds, so that spans of years cost a few look-ups."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = 3_600_000_000
"""Microseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Give an aware time as whole microseconds since 1970; exact until the year 2242."""
    return round(at.timestamp() * 1_000_000)


def moment(at: int) -> datetime:
    """Give microseconds since 1970 as a time in UTC."""
    return _EPOCH + timedelta(microseconds=at)


class Workday(NamedTuple):
    """One working day."""

    ordinal: int
    """Of its date (`date.toordinal`)."""
    opens: int
    """Microseconds since 1970, as all times here."""
    closes: int


def workday(day: date, opens: time, closes: time, zone: ZoneInfo) -> Workday | None:
    """Place a day's hours on the line; None where the clocks skip all of them."""
    placed = Workday(day.toordinal(), _instant(day, opens, zone), _instant(day, closes, zone))
    return placed if placed.opens < placed.closes else None


def _instant(day: date, at: time, zone: ZoneInfo) -> int:
    """Find a local time: the first of two, the jump where the clocks skip it (PEP 495)."""
    local = datetime.combine(day, at, zone)
    utc = local.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        late, early = int(utc.timestamp()), int(local.replace(fold=1).timestamp())
        after = utc.astimezone(zone).utcoffset()
        seconds = range(early, late + 1)
        jump = bisect_left(
            seconds, 1, key=lambda s: datetime.fromtimestamp(s, zone).utcoffset() == after
        )
        utc = datetime.fromtimestamp(seconds[jump], UTC)
    return microseconds(utc)


class Workdays:
    """The working days of some whole years; nothing is known beyond them."""

    def __init__(self, first: int, last: int, days: Iterable[Workday]) -> None:
        """Take the years, both included, and their working days in order."""
        self.first, self.last = first, last
        # A day's distance from the edges: where it is New Year depends on the zone.
        self.since = datetime(first, 1, 2, tzinfo=UTC)
        self.until = datetime(last, 12, 31, tzinfo=UTC)
        rows = tuple(days)
        self._ordinals = [day.ordinal for day in rows]
        self._opens = [day.opens for day in rows]
        self._closes = [day.closes for day in rows]
        # Before each day, and after them all.
        self._worked = list(accumulate((day.closes - day.opens for day in rows), initial=0))

    def is_open(self, at: int) -> bool:
        """Say whether a time lies between opening and closing."""
        place = bisect_right(self._opens, at) - 1
        return place >= 0 and at < self._closes[place]

    def worked(self, at: int) -> int:
        """Give the working time from the first day here to a time."""
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return 0
        closes = self._closes[place]
        return self._worked[place] + (at if at < closes else closes) - self._opens[place]

    def after(self, start: int, span: int) -> int | None:
        """Give the first time by which so much was worked since `start`; None if not in here."""
        if span <= 0:
            return start
        wanted = self.worked(start) + span
        if wanted > self._worked[-1]:
            return None
        place = bisect_left(self._worked, wanted) - 1
        return self._opens[place] + wanted - self._worked[place]

    def through(self, ordinal: int) -> int:
        """Count the working days up to a date, itself included."""
        return bisect_right(self._ordinals, ordinal)

    def closing(self, ordinal: int, number: int) -> int | None:
        """Give the closing time of the n-th working day after a date; None if not in here."""
        place = self.through(ordinal) + max(number, 1) - 1
        return self._closes[place] if place < len(self._closes) else None

    def next_closing(self, at: int) -> int | None:
        """Give the first closing time that is not before `at`; None if not in here."""
        place = bisect_left(self._closes, at)
        return self._closes[place] if place < len(self._closes) else None
