"""Odd records: what came late, twice, or from a wrong clock, and what to do about it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.attendance.anomalies import Anomaly
from kiosk.domain.staff import Role
from kiosk.presentation.records import (
    ANOMALY_TITLES,
    describe_anomaly,
    describe_next_step,
    format_long_day,
)
from kiosk.ui.desk.messages import Place, PlaceOf
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import format_clock, format_moment_in_full
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

COLUMNS = (
    Column("When", 15, 12),
    Column("What", 22, 16),
    Column("Where", 34, 18, grows=True, keeps="start"),
    Column("How many", 8, rank=2, right=True),
    Column("Kiosk", 6, rank=1),
)


def anomaly_key(anomaly: Anomaly) -> tuple[object, ...]:
    """Return what tells anomalies apart while their number grows."""
    session = None if anomaly.session is None else anomaly.session.id
    return anomaly.kind, session, anomaly.machines, anomaly.at


def anomaly_line(anomaly: Anomaly, now: datetime, zone: ZoneInfo) -> Line:
    """Return one row; what needs a person stands out."""
    cells = (
        format_moment_in_full(anomaly.corrected, now, zone),
        ANOMALY_TITLES[anomaly.kind],
        format_where(anomaly, zone),
        f"{anomaly.count:,}",
        "+".join(anomaly.machines),
    )
    return Line(cells, warned=1 if anomaly.needs_a_person else None)


def format_where(anomaly: Anomaly, zone: ZoneInfo) -> str:
    """Return the session or the reference that an anomaly is about, or nothing."""
    if anomaly.session is None:
        return anomaly.reference
    starts = anomaly.session.starts_at.astimezone(zone)
    return f"{starts.day} {starts:%b %H:%M} {anomaly.group_name or anomaly.session.label}"


def format_summary(found: Sequence[Anomaly], days: int) -> str:
    """Return how many anomalies there are, and how many of them need a person."""
    period = f"the last {days} days"
    if not found:
        return f"Nothing odd in {period}."
    needing = sum(anomaly.needs_a_person for anomaly in found)
    needs = "1 needs a person" if needing == 1 else f"{needing} need a person"
    return f"{period[0].upper()}{period[1:]}: {needs if needing else 'none needs a person'} · " + (
        f"{len(found) - needing} to know"
    )


def format_details(anomaly: Anomaly, now: datetime, zone: ZoneInfo) -> str:
    """Return what is odd, what to do, and what the clocks showed, a line each."""
    next_step = describe_next_step(anomaly.kind)
    return f"{describe_anomaly(anomaly)}\n{next_step}\n{_format_times(anomaly, now, zone)}"


def _format_times(anomaly: Anomaly, now: datetime, zone: ZoneInfo) -> str:
    happened = format_moment_in_full(anomaly.corrected, now, zone)
    parts = [f"Happened {happened}"]
    if anomaly.at != anomaly.corrected:
        parts.append(f"by the kiosk's clock {_format_fully(anomaly.at, zone)}")
    if anomaly.received_at is not None:
        parts.append(f"came {format_moment_in_full(anomaly.received_at, now, zone)}")
    return " · ".join(parts)


def _format_fully(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{format_long_day(local)} {format_clock(at, zone)}"


_PERIODS = (14, 30, 90)
"""Days that can be looked back."""


class AnomaliesScreen(DeskScreen):
    """A list, and the row under the cursor in full; Enter opens its session's roster."""

    place: ClassVar[Place | None] = Place.ANOMALIES
    every = 30

    def __init__(self) -> None:
        super().__init__()
        self._days = _PERIODS[0]
        self._found: tuple[Anomaly, ...] | None = None

    def heading(self) -> str:
        return "Odd records"

    def lead(self) -> str:
        return "" if self._found is None else format_summary(self._found, self._days)

    def body(self) -> Iterable[Widget]:
        yield Listing[Anomaly](COLUMNS, key=anomaly_key, draw=self._line, empty="Looking …")
        yield Static("", id="details", markup=False)

    def keys(self) -> Iterable[Key]:
        if self._session is not None:
            yield Key("enter", "Roster", self.choose_row)
        yield Key("d", "More days" if self._days < _PERIODS[-1] else "Fewer days", self._turn)

    def on_mount(self) -> None:
        self._show_details()
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        days = self._days
        answer = await self.ask(lambda side: side.anomalies.anomalies(days))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif days == self._days:
            self._found = answer
            listing = self.query_one(Listing)
            listing.set_empty("Everything fits.")
            listing.set_rows(answer)
            self.rehead()
            self._show_details()
        else:
            await self._read()

    def _line(self, anomaly: Anomaly) -> Line:
        return anomaly_line(anomaly, self.clinic.now(), self.clinic.zone)

    @property
    def _current(self) -> Anomaly | None:
        return self.current_row(Anomaly)

    @property
    def _session(self) -> PlaceOf | None:
        """The roster to go to, for who may see it."""
        anomaly, who = self._current, self.who
        if (
            anomaly is None
            or anomaly.session is None
            or who is None
            or Role.FACILITATOR not in who.roles
        ):
            return None
        return PlaceOf(Place.ROSTER, anomaly.session.id)

    @on(Listing.Moved)
    def _show_details(self) -> None:
        """Show the row under the cursor in full."""
        anomaly, clinic = self._current, self.clinic
        details = self.query_one("#details", Static)
        details.display = anomaly is not None
        if anomaly is not None:
            details.update(format_details(anomaly, clinic.now(), clinic.zone))
        self.rekey()

    @on(Listing.Chosen)
    def open_roster(self) -> None:
        """Go to the roster of the session under the cursor."""
        roster = self._session
        if roster is not None:
            self.go_to(roster)

    def _turn(self) -> None:
        """Look further back; from the furthest on, as far as at first."""
        place = _PERIODS.index(self._days) + 1
        self._days = _PERIODS[place % len(_PERIODS)]
        self.rekey()
        self.poll(self._read)
