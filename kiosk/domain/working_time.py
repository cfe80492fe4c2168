"""The clinic's working hours: when calls are made, and how waiting time is counted."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = 3_600_000_000
"""Microseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Return an aware time as whole microseconds since 1970; exact until the year 2242."""
    return round(at.timestamp() * 1_000_000)


def moment(at: int) -> datetime:
    """Return microseconds since 1970 as a time in UTC."""
    return _EPOCH + timedelta(microseconds=at)


class Workday(NamedTuple):
    """One working day."""

    ordinal: int
    """Of its date (`date.toordinal`)."""
    opens: int
    """Microseconds since 1970, as all times here."""
    closes: int


def workday(day: date, opens: time, closes: time, zone: ZoneInfo) -> Workday | None:
    """Return a day's opening hours as times; None where the clocks skip all of them."""
    placed = Workday(day.toordinal(), _instant(day, opens, zone), _instant(day, closes, zone))
    return placed if placed.opens < placed.closes else None


def _instant(day: date, at: time, zone: ZoneInfo) -> int:
    """Return a local time in microseconds: the first of two, or the jump over it (PEP 495)."""
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
        """Return whether a time lies between opening and closing."""
        place = bisect_right(self._opens, at) - 1
        return place >= 0 and at < self._closes[place]

    def worked(self, at: int) -> int:
        """Return the working time from the first day here to a time."""
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return 0
        closes = self._closes[place]
        return self._worked[place] + (at if at < closes else closes) - self._opens[place]

    def after(self, start: int, span: int) -> int | None:
        """Return the first time by which `span` was worked since `start`; None if not in here."""
        if span <= 0:
            return start
        wanted = self.worked(start) + span
        if wanted > self._worked[-1]:
            return None
        place = bisect_left(self._worked, wanted) - 1
        return self._opens[place] + wanted - self._worked[place]

    def through(self, ordinal: int) -> int:
        """Return the number of working days up to a date, itself included."""
        return bisect_right(self._ordinals, ordinal)

    def closing(self, ordinal: int, number: int) -> int | None:
        """Return the closing time of the n-th working day after a date; None if not in here."""
        place = self.through(ordinal) + max(number, 1) - 1
        return self._closes[place] if place < len(self._closes) else None

    def next_closing(self, at: int) -> int | None:
        """Return the first closing time that is not before `at`; None if not in here."""
        place = bisect_left(self._closes, at)
        return self._closes[place] if place < len(self._closes) else None


OpeningHours = tuple[time, time]
"""Opening and closing on one day, clinic's time."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As settings, plans and reports name them; Monday is 0."""
OFFICE_WEEK: Mapping[int, OpeningHours] = {day: (time(8, 30), time(17, 30)) for day in range(5)}
"""Monday (0) to Friday."""

_FIRST_YEAR, _LAST_YEAR = 2000, 2199
"""Nothing was asked before; a clock that says otherwise is not worth a thousand years of days."""
_EARLIEST = datetime(_FIRST_YEAR, 1, 2, tzinfo=UTC)
_LATEST = datetime(_LAST_YEAR, 12, 30, tzinfo=UTC)
_DAY = timedelta(days=1)
_A_YEAR = 366


def read_hours(text: str) -> OpeningHours | None:
    """Return the hours of "08:30-17:30"; None for an empty text. ValueError for any other."""
    if not text.strip():
        return None
    opens, _, closes = (part.strip() for part in text.partition("-"))
    hours = time.fromisoformat(opens), time.fromisoformat(closes)
    if hours[0] >= hours[1]:
        raise ValueError("closes before it opens")
    return hours


def no_holidays(_day: date) -> bool:
    """Return False: no day is a public holiday."""
    return False


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The clinic's working time: a week of hours without its public holidays and closed days.

    All times are aware. A time that the clocks skip is the moment of the jump; one that they show
    twice is meant the first time. A clinic that never works counts plain hours and days.
    """

    zone: ZoneInfo
    week: Mapping[int, OpeningHours] = field(default_factory=lambda: dict(OFFICE_WEEK))
    """Hours by weekday (Monday 0); a day that is missing is not worked."""
    is_holiday: Callable[[date], bool] = no_holidays
    _known: list[Workdays] = field(default_factory=list, init=False, repr=False, compare=False)
    """The years worked out so far: one element, replaced as a whole, for threads may ask."""
    _closings: dict[tuple[int, int], datetime] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `add_days` has answered: thousands of requests were made on the same few days."""

    def is_working_day(self, day: date) -> bool:
        """Return whether the clinic works on a day at all."""
        return day.weekday() in self.week and not self.is_holiday(day)

    def next_working_day(self, day: date) -> date:
        """Return the first working day from `day` on; `day` where a year from then has none."""
        days = (day + n * _DAY for n in range(_A_YEAR))
        return next((one for one in days if self.is_working_day(one)), day)

    def start_of_work(self, day: date, earliest: time) -> datetime:
        """Return `earliest` on a day, or its opening time where the clinic does not work then.

        On a day without hours it is `earliest`.
        """
        opens, closes = self.week.get(day.weekday(), (earliest, time.max))
        at = earliest if opens <= earliest < closes else opens
        return datetime.combine(day, at, self.zone)

    def is_open(self, at: datetime) -> bool:
        """Return whether the clinic works at a time; at closing time it does not."""
        at = _bounded(at)
        return self._around(at, at).is_open(microseconds(at))

    def hours_between(self, start: datetime, end: datetime) -> float:
        """Return the working hours from one time to another; negative where `end` is earlier."""
        if end < start:
            return -self.hours_between(end, start)
        start, end = _bounded(start), _bounded(end)
        days = self._around(start, end)
        return (days.worked(microseconds(end)) - days.worked(microseconds(start))) / HOUR

    def counting_to(self, end: datetime) -> Callable[[datetime], float]:
        """Return a function that counts hours from a start to `end`, for thousands of starts."""
        until = _bounded(end)
        days = self._around(until, until)
        worked = days.worked(microseconds(until))

        def hours(start: datetime) -> float:
            if days.since <= start <= until:
                return (worked - days.worked(microseconds(start))) / HOUR
            return self.hours_between(start, end)

        return hours

    def days_between(self, start: datetime, end: datetime) -> int:
        """Return the working days after the day of `start` up to that of `end`; 0 on one day."""
        if end < start:
            return -self.days_between(end, start)
        start, end = _bounded(start), _bounded(end)
        days = self._around(start, end)
        return days.through(self._ordinal(end)) - days.through(self._ordinal(start))

    def add_hours(self, at: datetime, hours: float) -> datetime:
        """Return the first time by which so many working hours (0 or more) have passed."""
        at = _bounded(at)
        start, span = microseconds(at), round(hours * HOUR)
        then = self._ask(at, lambda days: days.after(start, span))
        return at + timedelta(hours=hours) if then is None else then

    def add_days(self, at: datetime, days: int) -> datetime:
        """Return the closing time of the n-th working day (1 or more) after the day of `at`."""
        at = _bounded(at)
        ordinal = self._ordinal(at)
        answered = self._closings.get((ordinal, days))
        if answered is not None:
            return answered
        then = self._ask(at, lambda known: known.closing(ordinal, days))
        if then is None:
            return at + timedelta(days=days)
        self._closings[ordinal, days] = then
        return then

    def end_of_day(self, at: datetime) -> datetime:
        """Return the first closing time that is not before `at`."""
        at = _bounded(at)
        start = microseconds(at)
        return self._ask(at, lambda days: days.next_closing(start)) or at

    def _ordinal(self, at: datetime) -> int:
        return at.astimezone(self.zone).toordinal()

    def _ask(self, at: datetime, question: Callable[[Workdays], int | None]) -> datetime | None:
        """Return what the days around a time answer, or ever more years after; else None."""
        days = self._around(at, at)
        while (answer := question(days)) is None:
            if days.last == _LAST_YEAR:
                return None
            ahead = days.last + 1 + days.last - days.first
            days = self._lay_out(days.first, min(ahead, _LAST_YEAR))
        return moment(answer)

    def _around(self, start: datetime, end: datetime) -> Workdays:
        first, last = _LAST_YEAR, _FIRST_YEAR
        for known in self._known:
            if known.since <= start and end < known.until:
                return known
            first, last = known.first, known.last
        return self._lay_out(min(first, (start - _DAY).year), max(last, (end + _DAY).year))

    def _lay_out(self, first: int, last: int) -> Workdays:
        days = Workdays(first, last, self._days_of(first, last))
        self._known[:] = [days]
        return days

    def _days_of(self, first: int, last: int) -> Iterator[Workday]:
        for ordinal in range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self.is_working_day(day):
                placed = workday(day, *self.week[day.weekday()], self.zone)
                if placed is not None:
                    yield placed


def _bounded(at: datetime) -> datetime:
    if _EARLIEST <= at <= _LATEST:
        return at
    return _EARLIEST if at < _EARLIEST else _LATEST
