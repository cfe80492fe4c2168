"""The clinic's working hours: when calls are made, and how waiting time is counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

Hours = tuple[time, time]
"""Opening and closing on one day, clinic's time."""

OFFICE_WEEK: Mapping[int, Hours] = {day: (time(8, 30), time(17, 30)) for day in range(5)}
"""Monday (0) to Friday."""


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
    """When the clinic works: a week of hours without its public holidays and closed days."""

    zone: ZoneInfo
    week: Mapping[int, Hours] = field(default_factory=lambda: dict(OFFICE_WEEK))
    """Hours by weekday (Monday 0); a day that is missing is not worked."""
    is_holiday: Callable[[date], bool] = no_holidays
