"""The days of a series, to be looked at before they are kept."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from textual.widget import Widget

from kiosk.domain.series import expand
from kiosk.ui.desk import planasks as asks
from kiosk.ui.desk.forms import Managing
from kiosk.ui.desk.managewords import refusal, sessions
from kiosk.ui.desk.pages import SeriesDays, SeriesKept
from kiosk.ui.desk.words import clock, short_day
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing

_COLUMNS = (
    Column("", 4, right=True),
    Column("Day", 16),
    Column("Time", 11),
    Column("", 16, 1, rank=1, grows=True),
)
_Meeting = tuple[int, datetime, datetime]
"""Which one it is, from 1; start and end in UTC."""


class SeriesList(Managing):
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
        return f"{sessions(len(self._meetings))} in {self._page.room}; nothing is kept yet."

    def body(self) -> Iterable[Widget]:
        yield Listing[_Meeting](_COLUMNS, key=lambda one: one[0], draw=self._line)

    def keys(self) -> Iterable[Key]:
        if self._meetings:
            yield Key("k", "Keep them all", self._keep)

    def on_mount(self) -> None:
        found = expand(self._page.series, self.host.facts.zone)
        if isinstance(found, tuple):
            self._meetings = tuple((n, *times) for n, times in enumerate(found, 1))
            self.query_one(Listing).set_rows(self._meetings)
        else:
            self.say(refusal(found))
        self.rehead()
        self.rekey()

    def _line(self, meeting: _Meeting) -> Line:
        number, start, end = meeting
        zone, now = self.host.facts.zone, self.host.facts.now()
        day = start.astimezone(zone).date()
        cells = (
            f"{number}.",
            f"{short_day(day)} {day.year}",
            f"{clock(start, zone)}–{clock(end, zone)}",
            "has passed already" if start <= now else "",
        )
        return Line(cells)

    def _keep(self) -> None:
        self.carry_out(partial(asks.keep_series, self._page), self._tell_kept)

    def _tell_kept(self, answer: object) -> None:
        count = len(answer) if isinstance(answer, tuple) else 0
        self.tell(SeriesKept(f"Planned: {sessions(count)}."))
