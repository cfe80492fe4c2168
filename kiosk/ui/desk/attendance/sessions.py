"""The day's sessions: which are on, and how full they are; nobody's name."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from textual import on
from textual.widget import Widget

from kiosk.domain.attendance.roster import SessionCard, SessionStage
from kiosk.presentation.attendance import STAGES
from kiosk.ui.desk.messages import Place, PlaceOf
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import format_clock, format_day, format_people
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing, Tone

_COLUMNS = (
    Column("Time", 11),
    Column("Group", 26, 16, grows=True, keeps="start"),
    Column("Room", 14, 8, rank=2, grows=True, keeps="end"),
    Column("State", 12),
    Column("Here", 7, 5, right=True),
    Column("Counted", 7, rank=1, right=True),
)
_STATE = 3
"""The place of that column."""


class SessionsScreen(DeskScreen):
    """A list; Enter opens a session's roster."""

    place: ClassVar[Place | None] = Place.SESSIONS
    every = 2

    def __init__(self) -> None:
        super().__init__()
        self._day: date | None = None
        """The day that is shown; None: today, whatever day that is."""
        self._cards: tuple[SessionCard, ...] = ()

    @property
    def _date(self) -> date:
        return self._day or self.clinic.today

    def heading(self) -> str:
        return f"Groups {'today, ' if self._day is None else 'on '}{format_day(self._date)}"

    def lead(self) -> str:
        here = sum(card.present for card in self._cards)
        count = len(self._cards)
        sessions = "1 session" if count == 1 else f"{count} sessions"
        return f"{sessions} · {format_people(here)} checked in"

    def body(self) -> Iterable[Widget]:
        yield Listing[SessionCard](
            _COLUMNS, key=lambda card: card.session.id, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        if self._cards:
            yield Key("enter", "Open", self.choose_row)
        yield Key("left", "Earlier", partial(self._turn, -1))
        yield Key("right", "Later", partial(self._turn, 1))
        if self._day is not None:
            yield Key("t", "Today", self._today)

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        day = self._date
        answer = await self.ask(lambda side: side.roster.sessions(day))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif day == self._date:
            self._show(answer)

    def _show(self, cards: tuple[SessionCard, ...]) -> None:
        fresh, self._cards = not self._cards, cards
        listing = self.query_one(Listing)
        listing.set_empty("No sessions on this day. A manager can plan some.")
        listing.set_rows(cards)
        if fresh:
            now = (SessionStage.RUNNING, SessionStage.OPEN)
            listing.move_to(next((c.session.id for c in cards if c.stage in now), None))
        self.rehead()
        self.rekey()

    def _line(self, card: SessionCard) -> Line:
        zone, session = self.clinic.zone, card.session
        capacity = f"/{session.capacity}" if session.capacity else ""
        on_now = card.stage in (SessionStage.OPEN, SessionStage.RUNNING)
        late = card.stage in (SessionStage.ENDED, SessionStage.UNRECONCILED)
        cancelled = card.stage is SessionStage.CANCELLED
        cells = (
            f"{format_clock(session.starts_at, zone)}–{format_clock(session.ends_at, zone)}",
            card.group_name,
            session.room,
            STAGES[card.stage],
            f"{card.present}{capacity}",
            "" if card.head_count is None else str(card.head_count),
        )
        tone: Tone = "strong" if on_now else "done" if cancelled else ""
        return Line(cells, tone, warned=_STATE if late else None)

    @on(Listing.Chosen)
    def open_roster(self) -> None:
        """Go to the roster of the session under the cursor."""
        card = self.current_row(SessionCard)
        if card is not None:
            self.go_to(PlaceOf(Place.ROSTER, card.session.id))

    def _turn(self, days: int) -> None:
        self._show_day(self._date + timedelta(days=days))

    def _today(self) -> None:
        self._show_day(None)

    def _show_day(self, day: date | None) -> None:
        self._day = None if day == self.clinic.today else day
        self._cards = ()
        self.query_one(Listing).set_rows(())
        self.rehead()
        self.rekey()
        self.run_worker(self._read())
