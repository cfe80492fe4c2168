"""A series: the weekdays, the times, from when and for how long, and the days without."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from textual.widget import Widget

from kiosk.domain.groups.groups import (
    LARGEST_CAPACITY,
    LONGEST_ROOM,
    MOST_SESSIONS,
    Series,
    expand_series,
)
from kiosk.presentation.statistics import WEEKDAYS
from kiosk.ui.desk.dates import HOW_DAY, read_days, write_day
from kiosk.ui.desk.forms import ManagerScreen, MarkRow, Row, TextRow, TimedFormScreen
from kiosk.ui.desk.groups import queries as asks
from kiosk.ui.desk.messages import PageWanted, SeriesDays, SeriesKept, SeriesPage
from kiosk.ui.desk.text import describe_refusal, format_clock, format_day, format_sessions
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

_NO_ID = UUID(int=0)
_MOST_WEEKS = 52


class SeriesFormScreen(TimedFormScreen):
    """A form; what it makes is looked at, day by day, before it is kept."""

    keeps = "See the days"

    def __init__(self, page: SeriesPage) -> None:
        """Take the group, and the day from which the series is proposed."""
        super().__init__()
        self._page = page
        self._series_id: UUID | None = None

    def heading(self) -> str:
        return f"A series of {self._page.group.name}"

    def rows(self) -> Iterable[Row]:
        group, first = self._page.group, write_day(self._page.day)
        days = tuple((str(n), name) for n, name in enumerate(WEEKDAYS))
        places = "" if group.capacity is None else str(group.capacity)
        hint = "Mark one weekday or more."
        yield MarkRow("weekdays", "On", days, hint, several=True, apart=True)
        yield TextRow("every", "Every … weeks", "1: every week; 2: every other week.", "1", 2)
        yield from self.time_rows()
        yield TextRow("first", "From", HOW_DAY, first, 20, apart=True)
        yield TextRow("until", "Until", "The last day, or say below how often.", most=20)
        yield TextRow("count", "How often", f"1 to {MOST_SESSIONS}, or the last day above.", most=3)
        without = "Days without, with commas: “25 Dec, 1 Jan”; may be empty."
        yield TextRow("without", "Not on", without, most=200)
        yield TextRow("room", "Room", "Where it meets.", group.room, LONGEST_ROOM, apart=True)
        yield TextRow("places", "Places", f"1 to {LARGEST_CAPACITY}; empty: no limit.", places, 3)

    def keep(self) -> None:
        series = self._series()
        place = None if series is None else self.read_place()
        if series is not None and place is not None:
            self.once(partial(self._show, series, *place))

    async def _show(self, series: Series, room: str, capacity: int | None) -> None:
        """Show the days; all that this form makes is one series, however often it is looked at."""
        if self._series_id is None:
            answer = await self.ask(asks.new_id)
            if isinstance(answer, Trouble):
                self.say(answer.for_staff)
                return
            self._series_id = answer
        series = replace(series, id=self._series_id)
        self.tell(PageWanted(SeriesDays(self._page.group, series, room, capacity)))

    def _series(self) -> Series | None:
        """Return what was filled in, or say what is missing."""
        weekdays = frozenset(int(day) for day in self.marked("weekdays"))
        if not weekdays:
            self.miss("weekdays", "Mark one weekday or more.")
            return None
        every = self.read_number("every", _MOST_WEEKS)
        times = None if every is None else self.read_times()
        first = None if times is None else self.read_day("first")
        if every is None or times is None or first is None:
            return None
        series = Series(_NO_ID, weekdays, *times, first, every_weeks=every)
        ended = self._ended(series)
        return None if ended is None else self._without(ended)

    def _ended(self, series: Series) -> Series | None:
        """Return the series with its last day, its count, or both, of which the first ends it."""
        if not self.typed("until") and not self.typed("count"):
            self.miss("until", "It needs a last day, or how often it takes place.")
            return None
        until = self.read_day("until") if self.typed("until") else date.max
        count = self.read_number("count", MOST_SESSIONS) if self.typed("count") else 0
        if until is None or count is None:
            return None
        if until < series.first:
            self.miss("until", "That is before its first day.")
            return None
        return replace(series, until=None if until == date.max else until, count=count or None)

    def _without(self, series: Series) -> Series | None:
        """Return the series without the days that were named."""
        facts = self.host.facts
        days = read_days(self.typed("without"), facts.now(), facts.zone)
        if isinstance(days, str):
            self.miss("without", f"“{days}” is no day. {HOW_DAY}")
            return None
        return replace(series, except_on=days)


_COLUMNS = (
    Column("", 4, right=True),
    Column("Day", 16),
    Column("Time", 11),
    Column("", 16, 1, rank=1, grows=True),
)
_Meeting = tuple[int, datetime, datetime]
"""Which one it is, from 1; start and end in UTC."""


class SeriesDaysScreen(ManagerScreen):
    """A list; K keeps all of it."""

    def __init__(self, page: SeriesDays) -> None:
        super().__init__()
        self._page = page
        self._meetings: tuple[_Meeting, ...] = ()

    def heading(self) -> str:
        return f"A series of {self._page.group.name}"

    def lead(self) -> str:
        if not self._meetings:
            return "There is nothing to keep; go back and change it."
        return f"{format_sessions(len(self._meetings))} in {self._page.room}; nothing is kept yet."

    def body(self) -> Iterable[Widget]:
        yield Listing[_Meeting](_COLUMNS, key=lambda one: one[0], draw=self._line)

    def keys(self) -> Iterable[Key]:
        if self._meetings:
            yield Key("k", "Keep them all", self._keep)

    def on_mount(self) -> None:
        found = expand_series(self._page.series, self.host.facts.zone)
        if isinstance(found, tuple):
            self._meetings = tuple((n, *times) for n, times in enumerate(found, 1))
            self.query_one(Listing).set_rows(self._meetings)
        else:
            self.say(describe_refusal(found))
        self.rehead()
        self.rekey()

    def _line(self, meeting: _Meeting) -> Line:
        number, start, end = meeting
        zone, now = self.host.facts.zone, self.host.facts.now()
        day = start.astimezone(zone).date()
        cells = (
            f"{number}.",
            f"{format_day(day)} {day.year}",
            f"{format_clock(start, zone)}–{format_clock(end, zone)}",
            "has passed already" if start <= now else "",
        )
        return Line(cells)

    def _keep(self) -> None:
        self.carry_out(partial(asks.keep_series, self._page), self._tell_kept)

    def _tell_kept(self, answer: object) -> None:
        count = len(answer) if isinstance(answer, tuple) else 0
        self.tell(SeriesKept(f"Planned: {format_sessions(count)}."))
