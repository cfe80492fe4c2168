"""The three-attempt rule: how calls that found nobody have to be spread."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from itertools import combinations
from typing import NamedTuple

from kiosk.domain.calling import (
    DayPart,
    day_part,
    is_worked,
    named,
    part_of,
    parts_worked,
    window_of,
)
from kiosk.domain.working import WorkingCalendar

ATTEMPTS = 3
SPACE_HOURS = 4.0
"""Working hours between two attempts that both count."""

_LOOKED_AT = 24
"""The latest misses: more than anybody makes, and few enough to try all their threes."""


class _Miss(NamedTuple):
    at: datetime
    worked: float
    """Working hours since the first one."""
    day: int
    part: DayPart
    wanted: bool
    """Whether it lies in a window that was asked for."""


class Spread:
    """The misses of one request, seen against the windows that its visitor asked for."""

    def __init__(
        self, misses: Iterable[datetime], windows: Iterable[str], calendar: WorkingCalendar
    ) -> None:
        """Take when nobody was found, and the codes of the windows.

        Windows in which the clinic never works, like none at all, ask for nothing.
        """
        asked = [code for code in named(tuple(windows)) if is_worked(code, calendar)]
        times = sorted(misses)
        self._calendar = calendar
        self._worked = parts_worked(calendar)
        self._wanted = frozenset(part_of(code) for code in asked) or frozenset(self._worked)
        self._told: list[_Miss] = []
        for at in times[-_LOOKED_AT:]:
            local = at.astimezone(calendar.zone)
            wanted = not asked or window_of(local) in asked
            hours = calendar.hours_between(times[0], at) if len(times) >= ATTEMPTS else 0.0
            self._told.append(_Miss(at, hours, local.toordinal(), day_part(local), wanted))

    def satisfied_at(self) -> datetime | None:
        """Say with which miss the rule was satisfied; None where it is not.

        Three misses, 4 working hours apart, on two days or more, in two parts of the day or more,
        one of them in a window that was asked for. A clinic that works in one part alone can try
        no other. Source: reference/callbacks-and-attendance.md.
        """
        one_part = len(self._worked) == 1
        spread = (
            three[-1].at
            for three in combinations(self._told, ATTEMPTS)
            if _is_spread(three) and (one_part or _changes_part(three))
        )
        return min(spread, default=None)

    def next_at(self, last: datetime) -> datetime:
        """Say from when an attempt after `last` counts: hours later, and not all on one day."""
        pause = self._calendar.add_hours(last, SPACE_HOURS)
        days = {miss.day for miss in self._told}
        if len(self._told) < ATTEMPTS - 1 or len(days) > 1:
            return pause
        tomorrow = date.fromordinal(days.pop() + 1)
        midnight = datetime.combine(tomorrow, time.min, self._calendar.zone)
        return max(pause, midnight.astimezone(UTC))

    def part_to_try(self) -> DayPart | None:
        """Say in which part of the day to try next; None where nothing has been missed yet.

        First a window that was asked for, then another part of the day, then what was asked for
        and tried least.
        """
        if not self._told:
            return None
        tried = [miss.part for miss in self._told]
        asked = [part for part in DayPart if part in self._wanted]
        others = [part for part in self._worked if part is not tried[0]]
        if (
            not others
            or tried.count(tried[0]) < len(tried)
            or not any(miss.wanted for miss in self._told)
        ):
            return min(asked, key=tried.count)
        return next((part for part in others if part in asked), others[0])


def _is_spread(three: tuple[_Miss, ...]) -> bool:
    first, second, third = three
    return (
        _apart(first, second) >= SPACE_HOURS
        and _apart(second, third) >= SPACE_HOURS
        and first.day != third.day
        and (first.wanted or second.wanted or third.wanted)
    )


def _apart(one: _Miss, later: _Miss) -> float:
    # Rounded: four hours to the minute must not fall short of four by a hair.
    return round(later.worked - one.worked, 6)


def _changes_part(three: tuple[_Miss, ...]) -> bool:
    first, second, third = three
    return not first.part is second.part is third.part
