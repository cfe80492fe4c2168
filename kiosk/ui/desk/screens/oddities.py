"""Odd records: what came late, twice, or from a wrong clock, and what to do about it."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.oddities import Oddity
from kiosk.domain.staff import Role
from kiosk.ui.base import Trouble
from kiosk.ui.desk import oddlines as lines
from kiosk.ui.desk.messages import GoesTo
from kiosk.ui.desk.places import Place, Spot
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing

_PERIODS = (14, 30, 90)
"""Days that can be looked back."""


class Oddities(DeskScreen):
    """A list, and the row under the cursor told in full; Enter opens its session's roster."""

    CSS_PATH = "oddities.tcss"
    place: ClassVar[Place | None] = Place.ODDITIES
    every = 30

    def __init__(self) -> None:
        super().__init__()
        self._days = _PERIODS[0]
        self._found: tuple[Oddity, ...] | None = None

    def heading(self) -> str:
        return "Odd records"

    def lead(self) -> str:
        return "" if self._found is None else lines.summary(self._found, self._days)

    def body(self) -> Iterable[Widget]:
        yield Listing[Oddity](lines.COLUMNS, key=lines.key_of, draw=self._line, empty="Looking …")
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
        answer = await self.ask(lambda side: side.reconcile.oddities(days))
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

    def _line(self, odd: Oddity) -> Line:
        facts = self.host.facts
        return lines.line(odd, facts.now(), facts.zone)

    @property
    def _current(self) -> Oddity | None:
        found = self.query(Listing)
        current = found.first().current if found else None
        return current if isinstance(current, Oddity) else None

    @property
    def _session(self) -> Spot | None:
        """The roster to go to, for who may see it."""
        odd, who = self._current, self.host.who
        if odd is None or odd.session is None or who is None or Role.FACILITATOR not in who.roles:
            return None
        return Spot(Place.ROSTER, odd.session.id)

    @on(Listing.Moved)
    def _tell(self) -> None:
        """Tell the row under the cursor in full."""
        odd, facts = self._current, self.host.facts
        details = self.query_one("#details", Static)
        details.display = odd is not None
        if odd is not None:
            details.update(lines.details(odd, facts.now(), facts.zone))
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
