"""One session's roster, live: who has come, who is expected, who was taken off."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar
from uuid import UUID

from textual import on
from textual.widget import Widget

from kiosk.domain.roster import Arrival, Expected, Roster, SessionStage, Voided, VoidReason
from kiosk.ui.base import Trouble
from kiosk.ui.desk import rosterasks as asks
from kiosk.ui.desk import rosterlines as lines
from kiosk.ui.desk.hiding import HidesNames
from kiosk.ui.desk.messages import MemberWanted, PersonWanted
from kiosk.ui.desk.places import Place, Spot
from kiosk.ui.desk.questions import head_count, void_reason
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing

_CLOSABLE = (SessionStage.RUNNING, SessionStage.ENDED, SessionStage.UNRECONCILED)


class RosterList(HidesNames):
    """A list that follows the kiosk; the names in it are hidden until asked for."""

    place: ClassVar[Place | None] = Place.ROSTER

    def __init__(self, session_id: UUID) -> None:
        super().__init__()
        self._session_id = session_id
        self._mark = b""
        self._roster: Roster | None = None
        self._undo: frozenset[UUID] = frozenset()
        """What the latest taking off can be taken back by."""

    @property
    def spot(self) -> Spot:
        return Spot(Place.ROSTER, self._session_id)

    def heading(self) -> str:
        found = self._roster
        return lines.title(found.card, self.host.facts.zone) if found else "One moment …"

    def lead(self) -> str:
        return lines.figures(self._roster.card) if self._roster else ""

    def body(self) -> Iterable[Widget]:
        yield Listing[lines.Person](
            lines.COLUMNS, key=lines.key_of, draw=self._line, empty="Nobody has come yet."
        )

    def keys(self) -> Iterable[Key]:
        match self._current:
            case Expected():
                yield Key("enter", "Is here", self._check_in)
            case Voided():
                yield Key("enter", "Put back", self._put_back)
        if self._undo:
            yield Key("u", "Undo", self._take_back)
        if self._roster is not None:
            yield self.name_key()
            yield Key("a", "Add", self._add)
            yield Key("m", "Member", self._add_member)
            yield Key("g", "Guest", self._add_guest)
            yield Key("h", "Count", self._count)
            if self._roster.card.stage in _CLOSABLE:
                yield Key("c", "Close", self._close)
        if isinstance(self._current, Arrival):
            yield Key("v", "Take off", self._void)

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.look(self._read)

    def tick(self) -> None:
        super().tick()
        self.look(self._read)

    async def _read(self) -> None:
        mark = self._mark
        answer = await self.ask(partial(asks.news, self._session_id, mark))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer is not None and mark == self._mark:
            self._mark, self._roster = answer
            self.redraw()

    def redraw(self) -> None:
        if self._roster is not None:
            self.query_one(Listing).set_rows(lines.in_order(self._roster))
            self.rehead()
            self.rekey()

    def _line(self, person: lines.Person) -> Line:
        return lines.Drawing(self.host.facts.zone, self.names_shown).line(person)

    @property
    def _current(self) -> object:
        found = self.query(Listing)
        return found.first().current if found else None

    @on(Listing.Chosen)
    def open_person(self) -> None:
        """Do the one thing that Enter means for somebody."""
        match self._current:
            case Expected():
                self._check_in()
            case Voided():
                self._put_back()

    def _check_in(self) -> None:
        person = self._current
        if isinstance(person, Expected):
            id_ = person.participant_id
            self.act(partial(asks.check_in, self._session_id, id_), "Checked in.")

    def _add(self) -> None:
        self.tell(PersonWanted(self._session_id))

    def _add_member(self) -> None:
        self.tell(MemberWanted(self._session_id))

    def _add_guest(self) -> None:
        self.act(asks.guest_adder(self._session_id), "One guest more.")

    def _void(self) -> None:
        person = self._current
        if isinstance(person, Arrival):
            self.put(void_reason(partial(self._void_for, person.fact_ids)))

    def _void_for(self, fact_ids: frozenset[UUID], reason: str) -> None:
        why = VoidReason(reason)
        self.act(lambda side: side.roster.void(fact_ids, why), "Taken off.", self._can_undo)

    def _can_undo(self, void_ids: frozenset[UUID]) -> None:
        self._undo = void_ids

    def _put_back(self) -> None:
        person = self._current
        if isinstance(person, Voided):
            self._restore(person.void_ids)

    def _take_back(self) -> None:
        self._restore(self._undo)

    def _restore(self, void_ids: frozenset[UUID]) -> None:
        self._undo = frozenset()
        self.act(lambda side: side.roster.undo_void(void_ids), "Put back.")

    def _count(self) -> None:
        if self._roster is not None:
            self.put(head_count(self._roster.card, self._counted, close=False))

    def _counted(self, people: str) -> None:
        count, id_ = int(people), self._session_id
        self.act(lambda side: side.roster.count_heads(id_, count), "Kept.")

    def _close(self) -> None:
        if self._roster is not None:
            self.put(head_count(self._roster.card, self._close_with, close=True))

    def _close_with(self, people: str) -> None:
        count, id_ = int(people), self._session_id
        self.act(lambda side: side.roster.reconcile(id_, count), "The list is closed.")
