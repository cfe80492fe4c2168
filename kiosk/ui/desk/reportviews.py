"""Which figures the reports show: of which kind, and of which four weeks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from kiosk.domain import figurelines as lines
from kiosk.domain.figurelines import Figure
from kiosk.domain.figures import (
    BLOCK_WEEKS,
    AttendanceBlock,
    AttendanceReport,
    RequestsBlock,
    RequestsReport,
)
from kiosk.domain.requests import CallLanguage
from kiosk.ui.desk.callwords import call_language
from kiosk.ui.desk.words import short_day
from kiosk.ui.widgets.tabline import Tab

_NARROW, _WIDE = 72, 100
"""Cells of a page."""
_LAST_DAY = timedelta(weeks=BLOCK_WEEKS, days=-1)


class View(Enum):
    """What can be looked at."""

    REQUESTS = auto()
    WAITS = auto()
    REACH = auto()
    ATTENDANCE = auto()
    BUSY = auto()


TABS = {
    View.REQUESTS: Tab("r", "Requests", "Requests"),
    View.WAITS: Tab("w", "Waiting times", "Waits"),
    View.REACH: Tab("c", "Calls that reach", "Calls"),
    View.ATTENDANCE: Tab("a", "Attendance", "People"),
    View.BUSY: Tab("b", "Busy hours", "Hours"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn where."""

    left: tuple[Figure, ...]
    right: tuple[Figure, ...] = ()
    below: tuple[Figure, ...] = ()
    """Across the whole page."""
    beside: int = _WIDE
    """Cells of the page from which the right stands beside the left, and not under it."""


class ReportView:
    """Holds what was told, and what of it is looked at; attendance goes further back."""

    def __init__(self, requests: RequestsReport, attendance: AttendanceReport) -> None:
        self.shown = View.REQUESTS
        self._requests = lines.with_something(requests.blocks)
        self._attendance = lines.with_something(attendance.blocks)
        self._next_at = max(requests.next_at, attendance.next_at)
        self._back = 0
        """How many blocks before the last one; the same for all views."""

    @property
    def _blocks(self) -> tuple[RequestsBlock | AttendanceBlock, ...]:
        if self.shown in (View.ATTENDANCE, View.BUSY):
            return self._attendance
        return self._requests

    @property
    def has_earlier(self) -> bool:
        """Whether there is a block before the one that is shown."""
        return self._back + 1 < len(self._blocks)

    @property
    def has_later(self) -> bool:
        """Whether there is a block after the one that is shown."""
        return self._place > 0

    @property
    def _place(self) -> int:
        """How far back the block is that is shown; the oldest where there is none so old."""
        return max(0, min(self._back, len(self._blocks) - 1))

    def turn(self, blocks: int) -> None:
        """Go so many blocks back; forth where it is negative."""
        self._back = max(0, min(self._place + blocks, len(self._blocks) - 1))

    def weeks(self, zone: ZoneInfo) -> str:
        """Say which four weeks are shown, and when the next ones will be."""
        if not self._blocks:
            return ""
        monday = self._blocks[-1 - self._place].block.monday
        words = f"{_day(monday)} to {_day(monday + _LAST_DAY, with_year=True)}"
        if self.has_later:
            return words
        return f"{words} · the next on {_day(_date(self._next_at, zone))}"

    def nothing(self, zone: ZoneInfo) -> str:
        """Say why there is nothing to see; empty where there is something."""
        if self._blocks:
            return ""
        first = _day(_date(self._next_at, zone), with_year=True)
        return (
            "There is nothing to tell yet.\n\n"
            "Figures are told of four whole weeks at a time, two days after they have ended, and"
            " only where at least five people stand behind them.\n\n"
            f"The next four weeks are told on {first}."
        )

    def picture(self) -> Picture:
        """Return what is drawn of the block that is shown."""
        if not self._blocks:
            return Picture(())
        place = -1 - self._place
        if self.shown is View.ATTENDANCE:
            arrivals = self._attendance[place]
            trend = lines.attendance_trend(self._attendance)
            return Picture((lines.attendance(arrivals),), below=(trend,))
        if self.shown is View.BUSY:
            return Picture((lines.busy(self._attendance[place]),))
        return self._of_requests(self._requests[place])

    def _of_requests(self, block: RequestsBlock) -> Picture:
        if self.shown is View.WAITS:
            trends = lines.waits_trends(self._requests)
            return Picture((lines.waits(block, _language),), trends)
        if self.shown is View.REACH:
            return Picture(
                (lines.reach(block),), (lines.reach_trend(self._requests),), beside=_NARROW
            )
        weeks, languages = lines.requests(block, _language)
        trend = (lines.requests_trend(self._requests),) if len(self._requests) > 1 else ()
        return Picture((weeks,), (languages,), trend, _NARROW)


def _language(code: str) -> str:
    return "Other" if code == CallLanguage.OTHER else call_language(code)


def _date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _day(day: date, *, with_year: bool = False) -> str:
    return f"{short_day(day)} {day.year}" if with_year else short_day(day)
