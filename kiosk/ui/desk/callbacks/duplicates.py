"""The other requests of the same number, with the history of all of them in one place."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.actions import Merge, NotFound
from kiosk.domain.callbacks.state import OPEN_STATUSES
from kiosk.domain.callbacks.worklist import HistoryEntry, WorkRow
from kiosk.ui.desk.callbacks.text import (
    describe_answer,
    format_histories,
    format_name,
    format_request_title,
    format_short_language,
    format_state,
)
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import format_day
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import pairs
from kiosk.ui.widgets.list import Column, Line, Listing

COLUMNS = (
    Column("Asked", 11),
    Column("Name", 20, 10, grows=True),
    Column("Reference", 9),
    Column("Language", 9, 6, rank=1),
    Column("State", 18, 12, grows=True),
)


def duplicate_line(row: WorkRow, now: datetime, zone: ZoneInfo) -> Line:
    """Return one request as a row of `COLUMNS`."""
    asked = format_day(row.request.created_at.astimezone(zone).date())
    state = format_state(row, now, zone)
    return Line((asked, format_name(row), row.request.reference, format_short_language(row), state))


_MOST_HISTORIES = 12
"""Requests whose history is read: the earliest of many are in the list alone."""


def read_same_number(
    row: WorkRow, side: DeskSide
) -> tuple[tuple[WorkRow, ...], list[tuple[str, HistoryEntry]]]:
    """Return the other requests of a number, and what was done about each by its reference."""
    rows = side.callbacks.duplicates(row.request.id)
    latest = sorted((row, *rows), key=lambda one: one.request.created_at)[-_MOST_HISTORIES:]
    histories = side.callbacks.histories([one.request.id for one in latest])
    return rows, [
        (one.request.reference, entry)
        for one in latest
        for entry in histories.get(one.request.id, ())
    ]


class RingingBackScreen(DeskScreen):
    """The few requests that somebody who rings back may mean."""

    AUTO_FOCUS = "Listing"

    def __init__(
        self, rows: tuple[WorkRow, ...], request_screen: Callable[[WorkRow], DeskScreen]
    ) -> None:
        """Take the requests, and what makes the screen of one of them."""
        super().__init__()
        self._rows = rows
        self._request_screen = request_screen

    def heading(self) -> str:
        return f"{len(self._rows)} requests have this number"

    def lead(self) -> str:
        return "Ask for the name they gave, and open that one."

    def body(self) -> Iterable[Widget]:
        yield Listing[WorkRow](COLUMNS, key=lambda row: row.request.id, draw=self._line)

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Open it", self.choose_row)

    def on_mount(self) -> None:
        self.rehead()
        self.query_one(Listing).set_rows(self._rows)

    def _line(self, row: WorkRow) -> Line:
        return duplicate_line(row, self.clinic.now(), self.clinic.zone)

    @on(Listing.Chosen)
    def open_request(self) -> None:
        """Go to the request under the cursor."""
        row = self.current_row(WorkRow)
        if row is not None:
            self.open(partial(self._request_screen, row), instead=True)


class DuplicatesScreen(DeskScreen):
    """A list, and the histories; the request it is about can be merged into one of them."""

    AUTO_FOCUS = "Listing"

    def __init__(self, row: WorkRow, request_screen: Callable[[WorkRow], DeskScreen]) -> None:
        """Take the request whose number they share, and what makes the screen of another one."""
        super().__init__()
        self._row = row
        self._request_screen = request_screen

    def heading(self) -> str:
        return f"Same number as {format_request_title(self._row)}"

    def lead(self) -> str:
        return "One person who asked again, or two who share a phone? Please ask."

    def body(self) -> Iterable[Widget]:
        yield Listing[WorkRow](
            COLUMNS, key=lambda row: row.request.id, draw=self._line, empty="One moment …"
        )
        yield Static("What was done about all of them", id="past-title", markup=False)
        yield Static("", id="history", markup=False)

    def keys(self) -> Iterable[Key]:
        other = self._current
        if other is not None:
            yield Key("enter", "Open it", self.choose_row)
            if other.state.status in OPEN_STATUSES and self._row.state.status in OPEN_STATUSES:
                yield Key("g", "Merge into it", self._merge)

    @property
    def _current(self) -> WorkRow | None:
        return self.current_row(WorkRow)

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        answer = await self.ask(partial(read_same_number, self._row))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        rows, entries = answer
        listing = self.query_one(Listing)
        listing.set_empty("No other request has this number.")
        listing.styles.max_height = max(2, len(rows) + 1)
        listing.set_rows(rows)
        now, zone = self.clinic.now(), self.clinic.zone
        lines = format_histories(entries, now, zone)
        self.query_one("#history", Static).update(pairs(lines or (("Nothing yet", ""),)))
        self.rekey()

    def _line(self, row: WorkRow) -> Line:
        return duplicate_line(row, self.clinic.now(), self.clinic.zone)

    @on(Listing.Chosen)
    def open_request(self) -> None:
        """Go to the request under the cursor."""
        if self._current is not None:
            self.open(partial(self._request_screen, self._current), instead=True)

    def _merge(self) -> None:
        other = self._current
        if other is not None:
            lead = f"{self._row.request.reference} ends as asked twice; both histories are kept."
            yes = f"Yes, go on with {other.request.reference}"
            merge = partial(self._merge_into, other.request.id)
            title = f"Merge it into {other.request.reference}?"
            about = f"{format_request_title(self._row)}, into {format_request_title(other)}"
            self.pose(ask_sure(title, lead, yes, merge, about))

    def _merge_into(self, other_id: UUID) -> None:
        self.once(partial(self._do_merge, Merge(other_id)))

    async def _do_merge(self, merge: Merge) -> None:
        row = self._row
        answer = await self.ask(
            lambda side: side.callbacks.act(row.request.id, row.state.revision, merge)
        )
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        if not isinstance(answer, NotFound):
            self._row = answer.row
        self.poll(self._read)
        self.say(describe_answer(answer, merge, self.clinic.now(), self.clinic.zone))
