"""The clinic's groups: who may come, and when each meets next."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar
from uuid import UUID

from textual import on
from textual.widget import Widget

from kiosk.content.languages import language_options
from kiosk.domain.groups.groups import (
    LARGEST_CAPACITY,
    LONGEST_ABOUT,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_ROOM,
    Cancelled,
    GroupCard,
    GroupPlan,
    PlanProblem,
)
from kiosk.domain.ids import NO_ID
from kiosk.ui.desk.dates import read_capacity
from kiosk.ui.desk.forms import FormScreen, MarkRow, Row, TextRow
from kiosk.ui.desk.groups.plan_file import PlanFileScreen
from kiosk.ui.desk.groups.week import WeekScreen
from kiosk.ui.desk.messages import Offer, Place, Question, Then
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import (
    format_groups,
    format_next_meeting,
    format_sessions,
    format_who_may_come,
)
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

_COLUMNS = (
    Column("Group", 24, 14, grows=True, keeps="start"),
    Column("Shown as", 14, 8, keeps="end"),
    Column("Room", 20, 12, rank=2, grows=True, keeps="end"),
    Column("Next", 17),
    Column("Ahead", 5, right=True),
    Column("May come", 11, rank=1),
)


def ask_export_format(then: Then) -> Question:
    """Ask as what the plan is written."""
    options = (
        Offer("p", "Plan", "toml", "everything, to edit and to import again"),
        Offer("c", "Calendar", "ics", "times and places, for anybody's calendar"),
    )
    return Question("Write the plan as what?", then, options=options)


class GroupsScreen(DeskScreen):
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
        return f"{format_groups(len(self._cards))} · {format_sessions(ahead)} ahead"

    def body(self) -> Iterable[Widget]:
        yield Listing[GroupCard](
            _COLUMNS, key=lambda card: card.plan.id, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        if self._cards:
            yield Key("enter", "Sessions", self.choose_row)
            yield Key("w", "Week", partial(self.open, partial(WeekScreen, None, None)))
        yield Key("n", "New", partial(self.open, partial(GroupFormScreen, None)))
        if self._cards:
            yield Key("c", "Change", self._change)
            yield Key("p", "Put away", self._put_away)
        yield Key("i", "Import", partial(self.open, PlanFileScreen))
        if self._cards:
            yield Key("x", "Export", partial(self.pose, ask_export_format(self._export)))

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

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
            format_next_meeting(card, self.clinic.zone),
            str(card.upcoming),
            format_who_may_come(card),
        )
        return Line(cells)

    @property
    def _current(self) -> GroupCard | None:
        return self.current_row(GroupCard)

    @on(Listing.Chosen)
    def open_week(self) -> None:
        """Show the sessions of a group, from the week in which it meets next."""
        card = self._current
        if card is not None:
            at = card.next_at
            day = None if at is None else at.astimezone(self.clinic.zone).date()
            self.open(partial(WeekScreen, card.plan, day))

    def _change(self) -> None:
        if self._current is not None:
            self.open(partial(GroupFormScreen, self._current.plan))

    def _put_away(self) -> None:
        card = self._current
        if card is None:
            return
        lead = "It leaves the lists; what was stays."
        if card.upcoming:
            lead = f"It leaves the lists, and {format_sessions(card.upcoming)} ahead are cancelled."
        id_ = card.plan.id
        do = partial(
            self.act, lambda side: side.groups.put_away_group(id_), then=self._show_cancelled
        )
        self.pose(ask_sure(f"Put away {card.plan.name}?", lead, "Yes, put it away", do))

    def _show_cancelled(self, answer: Cancelled | PlanProblem) -> None:
        count = answer.sessions if isinstance(answer, Cancelled) else 0
        self.say(f"Put away; {format_sessions(count)} cancelled.")

    def _export(self, form: str) -> None:
        self.act(
            lambda side: side.tools.plans.write(side.groups.export_plans(), form),
            then=lambda path: self.say(f"Written to {path}"),
        )


_NEW = GroupPlan(NO_ID, "", "", "")
_WHO = (("open", "Anyone"), ("list", "Members on its list"))


class GroupFormScreen(FormScreen):
    """The form of a group, new or to be changed."""

    def __init__(self, plan: GroupPlan | None) -> None:
        """Take the group that is changed, or None for a new one."""
        super().__init__()
        self._plan = plan or _NEW
        self._new_id: UUID | None = None

    def heading(self) -> str:
        return f"Change {self._plan.name}" if self._plan.name else "A new group"

    def rows(self) -> Iterable[Row]:
        plan = self._plan
        capacity = "" if plan.capacity is None else str(plan.capacity)
        yield TextRow("title", "Name", "As staff call it.", plan.name, LONGEST_NAME)
        label = "What visitors read: neutral, such as “Room 2”."
        yield TextRow("label", "Shown as", label, plan.public_label, LONGEST_LABEL)
        room = "Where it meets; sessions ahead move along."
        yield TextRow("room", "Room", room, plan.room, LONGEST_ROOM)
        about = "One neutral sentence for visitors; may be empty."
        yield TextRow("about", "About", about, plan.about, LONGEST_ABOUT)
        languages, spoken = language_options(plan.language), frozenset({plan.language})
        yield MarkRow("language", "Language", languages, "What is spoken there.", spoken)
        who = frozenset({"list" if plan.enrolled else "open"})
        yield MarkRow("who", "May come", _WHO, "Whether it keeps a list of members.", who)
        places = f"1 to {LARGEST_CAPACITY} people; empty: no limit."
        yield TextRow("places", "Places", places, capacity, 3)

    def keep(self) -> None:
        capacity = read_capacity(self.typed("places"))
        if isinstance(capacity, str):
            self.miss("places", capacity)
            return
        plan = GroupPlan(
            id=self._plan.id,
            name=self.typed("title"),
            public_label=self.typed("label"),
            room=self.typed("room"),
            about=self.typed("about"),
            language="".join(self.marked("language")),
            capacity=capacity,
            enrolled="list" in self.marked("who"),
            source=self._plan.source,
        )
        for name, words in (("title", "a name"), ("label", "words to show"), ("room", "a room")):
            if not self.typed(name):
                self.miss(name, f"It needs {words}.")
                return
        self.send(partial(self._keep_group, plan), "The group is kept.")

    def _keep_group(self, plan: GroupPlan, side: DeskSide) -> GroupPlan | PlanProblem:
        """Change the group, or add it: once, however often it is asked, in the desk's thread."""
        if plan.id != NO_ID:
            return side.groups.change_group(plan)
        self._new_id = new_id = self._new_id or side.groups.new_id()
        return side.groups.add_group(replace(plan, id=new_id))
