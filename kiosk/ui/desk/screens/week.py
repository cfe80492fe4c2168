"""The sessions of a week, of one group or of all: plan, change, cancel."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from textual import on
from textual.widget import Widget

from kiosk.domain.groups import GroupCard, GroupPlan, PlannedSession
from kiosk.ui.base import Trouble
from kiosk.ui.desk import planasks as asks
from kiosk.ui.desk.managewords import day_of, sessions, span_of, state_of, week_of
from kiosk.ui.desk.pages import PageWanted, SeriesPage, SessionPage
from kiosk.ui.desk.sessionacts import SessionActs
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing

_DAY, _TIME = Column("Day", 10), Column("Time", 11)
_GROUP = Column("Group", 24, 12, grows=True)
_ROOM = Column("Room", 24, rank=1, grows=True)
_STATE = Column("State", 30, 11, grows=True)
_WEEK = timedelta(days=7)


class Week(SessionActs):
    """A list; Enter opens a session to change it."""

    def __init__(self, group: GroupPlan | None, day: date | None) -> None:
        """Take the group, or None for all; and a day of the week, or None for this week."""
        super().__init__()
        self._group = group
        self._day = day
        self._found: tuple[PlannedSession, ...] = ()
        self._cards: tuple[GroupCard, ...] = ()

    @property
    def _today(self) -> date:
        facts = self.host.facts
        return facts.now().astimezone(facts.zone).date()

    @property
    def _monday(self) -> date:
        day = self._day or self._today
        return day - timedelta(days=day.weekday())

    def heading(self) -> str:
        monday = self._monday
        whose = self._group.name if self._group else "All groups"
        return f"{whose} · {week_of(monday, monday + timedelta(days=6))}"

    def lead(self) -> str:
        off = sum(one.cancelled is not None for one in self._found)
        return sessions(len(self._found)) + (f", {off} cancelled" if off else "")

    def body(self) -> Iterable[Widget]:
        what = (_ROOM,) if self._group else (_GROUP, _ROOM)
        yield Listing[PlannedSession](
            (_DAY, _TIME, *what, _STATE),
            key=lambda one: one.plan.id,
            draw=self._line,
            empty="One moment …",
        )

    def keys(self) -> Iterable[Key]:
        if self._found:
            yield Key("enter", "Change", self._open)
            if self.current is not None and self.current.cancelled is not None:
                yield Key("x", "Restore", self.put_back)
            else:
                yield Key("x", "Cancel", self.call_off)
        yield Key("a", "Add one", partial(self._plan, "one"))
        yield Key("s", "Series", partial(self._plan, "series"))
        yield Key("left", "Earlier", partial(self._turn, -1))
        yield Key("right", "Later", partial(self._turn, 1))
        if self._monday != self._today - timedelta(days=self._today.weekday()):
            yield Key("t", "This week", self._this_week)

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.run_worker(self._read())

    async def _read(self) -> None:
        monday, group_id = self._monday, self._group.id if self._group else None
        question = partial(asks.week, monday, monday + _WEEK, group_id)
        answer = await self.ask(lambda side: (question(side), side.groups.groups()))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif monday == self._monday:
            self._found, self._cards = answer
            listing = self.query_one(Listing)
            listing.set_empty("No sessions in this week.")
            listing.set_rows(self._found)
            self.rehead()
            self.rekey()

    def _line(self, one: PlannedSession) -> Line:
        facts, plan = self.host.facts, one.plan
        now = facts.now()
        what = (plan.room,) if self._group else (one.group_name, plan.room)
        when = (day_of(plan, facts.zone), span_of(plan, facts.zone))
        cells = (*when, *what, state_of(one, now))
        on_now = plan.starts_at <= now < plan.ends_at
        return Line(cells, "done" if one.cancelled is not None else "strong" if on_now else "")

    def _open(self) -> None:
        self.query_one(Listing).choose()

    @on(Listing.Chosen)
    def open_session(self) -> None:
        """Show the session under the cursor, to be changed."""
        one = self.current
        group = self._group_of(one.plan.group_id) if one else None
        if one is not None and one.cancelled is not None:
            self.say(f"It is cancelled: {one.cancelled}. X restores it.")
        elif one is not None and group is not None:
            self.tell(PageWanted(SessionPage(group, one, self._monday)))
        elif one is not None:
            self.say("Its group was put away.")

    def _group_of(self, group_id: UUID) -> GroupPlan | None:
        return next((c.plan for c in self._cards if c.plan.id == group_id), self._group)

    def _plan(self, what: str) -> None:
        if self._group is not None:
            self._plan_for(what, str(self._group.id))
        elif self._cards:
            self.put(asks.whose(self._cards, partial(self._plan_for, what)))

    def _plan_for(self, what: str, answer: str) -> None:
        group = self._group_of(UUID(answer))
        day = max(self._monday, self._today)
        if group is not None:
            page = SeriesPage(group, day) if what == "series" else SessionPage(group, None, day)
            self.tell(PageWanted(page))

    def _turn(self, weeks: int) -> None:
        self._show(self._monday + weeks * _WEEK)

    def _this_week(self) -> None:
        self._show(None)

    def _show(self, day: date | None) -> None:
        self._day, self._found = day, ()
        self.query_one(Listing).set_rows(())
        self.rehead()
        self.rekey()
        self.run_worker(self._read())
