"""Odd records: what came late, twice, or from a wrong clock, and what to do about it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.anomalies import Anomaly
from kiosk.domain.staff import Role
from kiosk.presentation.records import ANOMALY_TITLES, describe_anomaly, describe_next_step
from kiosk.ui.desk.messages import GoesTo, Place, PlaceOf
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import format_clock, format_moment_in_full
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

COLUMNS = (
    Column("When", 15, 12),
    Column("What", 22, 16),
    Column("Where", 34, 18, grows=True),
    Column("How many", 8, rank=2, right=True),
    Column("Kiosk", 6, rank=1),
)


def anomaly_key(odd: Anomaly) -> tuple[object, ...]:
    """Return what tells odd records apart while their number grows."""
    session = None if odd.session is None else odd.session.id
    return odd.kind, session, odd.machines, odd.at


def anomaly_line(odd: Anomaly, now: datetime, zone: ZoneInfo) -> Line:
    """Return one row; what needs a person stands out."""
    cells = (
        format_moment_in_full(odd.corrected, now, zone),
        ANOMALY_TITLES[odd.kind],
        format_where(odd, zone),
        f"{odd.count:,}",
        "+".join(odd.machines),
    )
    return Line(cells, "due" if odd.needs_a_person else "")


def format_where(odd: Anomaly, zone: ZoneInfo) -> str:
    """Return the session or the reference that it is about, or nothing."""
    if odd.session is None:
        return odd.reference
    starts = odd.session.starts_at.astimezone(zone)
    return f"{starts.day} {starts:%b %H:%M} {odd.group_name or odd.session.label}"


def format_summary(found: Sequence[Anomaly], days: int) -> str:
    """Say how much there is, and how much of it needs a person."""
    period = f"the last {days} days"
    if not found:
        return f"Nothing odd in {period}."
    needing = sum(odd.needs_a_person for odd in found)
    needs = "1 needs a person" if needing == 1 else f"{needing} need a person"
    return f"{period[0].upper()}{period[1:]}: {needs if needing else 'none needs a person'} · " + (
        f"{len(found) - needing} to know"
    )


def format_details(odd: Anomaly, now: datetime, zone: ZoneInfo) -> str:
    """Say what is odd, what to do, and what the clocks said."""
    return (
        f"{describe_anomaly(odd)}\n{describe_next_step(odd.kind)}\n{_format_times(odd, now, zone)}"
    )


def _format_times(odd: Anomaly, now: datetime, zone: ZoneInfo) -> str:
    happened = format_moment_in_full(odd.corrected, now, zone)
    parts = [f"Happened {happened}"]
    if odd.at != odd.corrected:
        parts.append(f"by the kiosk's clock {_format_fully(odd.at, zone)}")
    if odd.received_at is not None:
        parts.append(f"came {format_moment_in_full(odd.received_at, now, zone)}")
    return " · ".join(parts)


def _format_fully(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y} {format_clock(at, zone)}"


_PERIODS = (14, 30, 90)
"""Days that can be looked back."""


class AnomaliesScreen(DeskScreen):
    """A list, and the row under the cursor told in full; Enter opens its session's roster."""

    place: ClassVar[Place | None] = Place.ODDITIES
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
            yield Key("enter", "Roster", self._open)
        yield Key("d", "More days" if self._days < _PERIODS[-1] else "Fewer days", self._turn)

    def on_mount(self) -> None:
        self._tell()
        self.look(self._read)

    def come_back(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        days = self._days
        answer = await self.ask(lambda side: side.reconcile.anomalies(days))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif days == self._days:
            self._found = answer
            listing = self.query_one(Listing)
            listing.set_empty("Everything fits.")
            listing.set_rows(answer)
            self.rehead()
            self._tell()
        else:
            await self._read()

    def _line(self, odd: Anomaly) -> Line:
        facts = self.host.facts
        return anomaly_line(odd, facts.now(), facts.zone)

    @property
    def _current(self) -> Anomaly | None:
        found = self.query(Listing)
        current = found.first().current if found else None
        return current if isinstance(current, Anomaly) else None

    @property
    def _session(self) -> PlaceOf | None:
        """The roster to go to, for who may see it."""
        odd, who = self._current, self.host.who
        if odd is None or odd.session is None or who is None or Role.FACILITATOR not in who.roles:
            return None
        return PlaceOf(Place.ROSTER, odd.session.id)

    @on(Listing.Moved)
    def _tell(self) -> None:
        """Tell the row under the cursor in full."""
        odd, facts = self._current, self.host.facts
        details = self.query_one("#details", Static)
        details.display = odd is not None
        if odd is not None:
            details.update(format_details(odd, facts.now(), facts.zone))
        self.rekey()

    def _open(self) -> None:
        self.query_one(Listing).choose()

    @on(Listing.Chosen)
    def open_roster(self) -> None:
        """Go to the roster of the session under the cursor."""
        spot = self._session
        if spot is not None:
            self.tell(GoesTo(spot))

    def _turn(self) -> None:
        """Look further back; from the furthest on, as far as at first."""
        place = _PERIODS.index(self._days) + 1
        self._days = _PERIODS[place % len(_PERIODS)]
        self.rekey()
        self.look(self._read)
