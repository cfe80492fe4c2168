"""The clinic's working hours: when calls are made, and how waiting time is counted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.workdays import HOUR, Workday, Workdays, microseconds, moment, workday

Hours = tuple[time, time]
"""Opening and closing on one day, clinic's time."""

OFFICE_WEEK: Mapping[int, Hours] = {day: (time(8, 30), time(17, 30)) for day in range(5)}
"""Monday (0) to Friday."""

_FIRST_YEAR, _LAST_YEAR = 2000, 2199
"""Nothing was asked before; a clock that says otherwise is not worth a thousand years of days."""
_EARLIEST = datetime(_FIRST_YEAR, 1, 2, tzinfo=UTC)
_LATEST = datetime(_LAST_YEAR, 12, 30, tzinfo=UTC)
_DAY = timedelta(days=1)


def read_hours(text: str) -> Hours | None:
    """Read "08:30-17:30"; None for an empty text, a day without work. Raises ValueError."""
    if not text.strip():
        return None
    opens, _, closes = (part.strip() for part in text.partition("-"))
    hours = time.fromisoformat(opens), time.fromisoformat(closes)
    if hours[0] >= hours[1]:
        raise ValueError("closes before it opens")
    return hours


def no_holidays(_day: date) -> bool:
    """Say that no day is a public holiday."""
    return False


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When the clinic works: a week of hours without its public holidays and closed days.

    All times are aware. A time that the clocks skip is the moment of the jump; one that they show
    twice is meant the first time. A clinic that never works counts plain hours and days.
    """

    zone: ZoneInfo
    week: Mapping[int, Hours] = field(default_factory=lambda: dict(OFFICE_WEEK))
    """Hours by weekday (Monday 0); a day that is missing is not worked."""
    is_holiday: Callable[[date], bool] = no_holidays
    _known: list[Workdays] = field(default_factory=list, init=False, repr=False, compare=False)
    """The years worked out so far: one element, replaced as a whole, for threads may ask."""
    _closings: dict[tuple[int, int], datetime] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `add_days` has answered: thousands of requests were made on the same few days."""

    def is_working_day(self, day: date) -> bool:
        """Say whether the clinic works on a day at all."""
        return day.weekday() in self.week and not self.is_holiday(day)

    def is_open(self, at: datetime) -> bool:
        """Say whether the clinic works at a time; at closing time it does not."""
        at = _sane(at)
        return self._around(at, at).is_open(microseconds(at))

    def hours_between(self, start: datetime, end: datetime) -> float:
        """Count the working hours from one time to another; negative where `end` is earlier."""
        if end < start:
            return -self.hours_between(end, start)
        start, end = _sane(start), _sane(end)
        days = self._around(start, end)
        return (days.worked(microseconds(end)) - days.worked(microseconds(start))) / HOUR

    def counting_to(self, end: datetime) -> Callable[[datetime], float]:
        """Give what counts as `hours_between` up to `end`: half the work where thousands ask."""
        until = _sane(end)
        days = self._around(until, until)
        worked = days.worked(microseconds(until))

        def hours(start: datetime) -> float:
            if days.since <= start <= until:
                return (worked - days.worked(microseconds(start))) / HOUR
            return self.hours_between(start, end)

        return hours

    def days_between(self, start: datetime, end: datetime) -> int:
        """Count the working days after the day of `start` up to the day of `end`; 0 on one day."""
        if end < start:
            return -self.days_between(end, start)
        start, end = _sane(start), _sane(end)
        days = self._around(start, end)
        return days.through(self._ordinal(end)) - days.through(self._ordinal(start))

    def add_hours(self, at: datetime, hours: float) -> datetime:
        """Give the first time by which so many working hours (0 or more) have passed."""
        at = _sane(at)
        start, span = microseconds(at), round(hours * HOUR)
        then = self._look(at, lambda days: days.after(start, span))
        return at + timedelta(hours=hours) if then is None else then

    def add_days(self, at: datetime, days: int) -> datetime:
        """Give the closing time of the n-th working day (1 or more) after the day of `at`."""
        at = _sane(at)
        ordinal = self._ordinal(at)
        answered = self._closings.get((ordinal, days))
        if answered is not None:
            return answered
        then = self._look(at, lambda known: known.closing(ordinal, days))
        if then is None:
            return at + timedelta(days=days)
        self._closings[ordinal, days] = then
        return then

    def end_of_day(self, at: datetime) -> datetime:
        """Give the first closing time that is not before `at`."""
        at = _sane(at)
        start = microseconds(at)
        return self._look(at, lambda days: days.next_closing(start)) or at

    def _ordinal(self, at: datetime) -> int:
        return at.astimezone(self.zone).toordinal()

    def _look(self, at: datetime, question: Callable[[Workdays], int | None]) -> datetime | None:
        """Ask the days around a time, then ever more years after them; None if none answers."""
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


def _sane(at: datetime) -> datetime:
    if _EARLIEST <= at <= _LATEST:
        return at
    return _EARLIEST if at < _EARLIEST else _LATEST
