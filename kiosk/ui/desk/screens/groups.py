"""The clinic's groups: who may come, and when each meets next."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.widget import Widget

from kiosk.domain.groups import Cancelled, GroupCard
from kiosk.ui.base import Trouble
from kiosk.ui.desk import planasks as asks
from kiosk.ui.desk.forms import Managing
from kiosk.ui.desk.managewords import groups, list_of, next_of, sessions
from kiosk.ui.desk.pages import GroupPage, Page, PageWanted, PlanFilePage, WeekPage
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.questions import sure
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing

_COLUMNS = (
    Column("Group", 24, 14, grows=True),
    Column("Shown as", 14, 8),
    Column("Room", 20, 16, rank=2, grows=True),
    Column("Next", 17),
    Column("Ahead", 5, right=True),
    Column("May come", 11, rank=1),
)


class Groups(Managing):
    """A list; Enter opens a group's sessions."""

    place: ClassVar[Place | None] = Place.GROUPS

    def __init__(self) -> None:
        super().__init__()
        self._cards: tuple[GroupCard, ...] | None = None

    def heading(self) -> str:
        return "Groups and sessions"

    def lead(self) -> str:
        if not self._cards:
            return "A group is planned once; its sessions follow."
        ahead = sum(card.upcoming for card in self._cards)
        return f"{groups(len(self._cards))} · {sessions(ahead)} ahead"

    def body(self) -> Iterable[Widget]:
        yield Listing[GroupCard](
            _COLUMNS, key=lambda card: card.plan.id, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        if self._cards:
            yield Key("enter", "Sessions", self._open)
            yield Key("w", "Week", partial(self._go, WeekPage(None, None)))
        yield Key("n", "New", partial(self._go, GroupPage(None)))
        if self._cards:
            yield Key("c", "Change", self._change)
            yield Key("p", "Put away", self._put_away)
        yield Key("i", "Import", partial(self._go, PlanFilePage()))
        if self._cards:
            yield Key("x", "Export", partial(self.put, asks.export_form(self._export)))

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        answer = await self.ask(lambda side: side.groups.groups())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._cards = answer
        listing = self.query_one(Listing)
        listing.set_empty("No groups yet. N makes the first one; I takes them from a file.")
        listing.set_rows(answer)
        self.rehead()
        self.rekey()

    def _line(self, card: GroupCard) -> Line:
        cells = (
            card.plan.name,
            card.plan.public_label,
            card.plan.room,
            next_of(card, self.host.facts.zone),
            str(card.upcoming),
            list_of(card),
        )
        return Line(cells)

    @property
    def _current(self) -> GroupCard | None:
        current = self.query_one(Listing).current
        return current if isinstance(current, GroupCard) else None

    def _go(self, page: Page) -> None:
        self.tell(PageWanted(page))

    def _open(self) -> None:
        self.query_one(Listing).choose()

    @on(Listing.Chosen)
    def open_week(self) -> None:
        """Show the sessions of a group, from the week in which it meets next."""
        card = self._current
        if card is not None:
            at = card.next_at
            day = None if at is None else at.astimezone(self.host.facts.zone).date()
            self._go(WeekPage(card.plan, day))

    def _change(self) -> None:
        if self._current is not None:
            self._go(GroupPage(self._current.plan))

    def _put_away(self) -> None:
        card = self._current
        if card is None:
            return
        lead = "It leaves the lists; what was stays."
        if card.upcoming:
            lead = f"It leaves the lists, and {sessions(card.upcoming)} ahead are cancelled."
        question = partial(asks.put_away, card.plan.id)
        do = partial(self.carry_out, question, self._tell_put_away)
        self.put(sure(f"Put away {card.plan.name}?", lead, "Yes, put it away", do))

    def _tell_put_away(self, answer: object) -> None:
        count = answer.sessions if isinstance(answer, Cancelled) else 0
        self.say(f"Put away; {sessions(count)} cancelled.")
        self.come_back()

    def _export(self, form: str) -> None:
        write = partial(asks.write_plans, form)
        self.carry_out(write, lambda path: self.say(f"Written to {path}"))
