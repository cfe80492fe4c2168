"""A series: the weekdays, the times, from when and for how long, and the days without."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

from kiosk.domain.groups import LONGEST_ROOM, MOST_PEOPLE
from kiosk.domain.series import MOST_SESSIONS, Series
from kiosk.ui.base import Trouble
from kiosk.ui.desk import planasks as asks
from kiosk.ui.desk.forms import MarkRow, Row, TextRow
from kiosk.ui.desk.managewords import WEEKDAYS
from kiosk.ui.desk.pages import PageWanted, SeriesDays, SeriesPage
from kiosk.ui.desk.timed import Timed
from kiosk.ui.desk.typed import HOW_DAY, read_days, write_day

_NO_ID = UUID(int=0)
_MOST_WEEKS = 52


class SeriesForm(Timed):
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
        yield TextRow("places", "Places", f"1 to {MOST_PEOPLE}; empty: no limit.", places, 3)

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
