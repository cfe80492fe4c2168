"""The sessions of a week, of one group or of all: plan, change, cancel."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from textual import on
from textual.widget import Widget

from kiosk.domain.groups.groups import (
    LARGEST_CAPACITY,
    LONGEST_ROOM,
    Cancelled,
    GroupCard,
    GroupPlan,
    PlannedSession,
    Restored,
    SeriesFrom,
    SessionPlan,
    SessionSelection,
    session_times,
)
from kiosk.ui.desk.dates import HOW_DAY, write_day
from kiosk.ui.desk.forms import ManagerScreen, Row, TextRow, TimedFormScreen
from kiosk.ui.desk.groups import queries as asks
from kiosk.ui.desk.groups.queries import Keeper
from kiosk.ui.desk.messages import PageWanted, SeriesPage, SessionPage
from kiosk.ui.desk.text import (
    format_clock,
    format_session_day,
    format_session_state,
    format_sessions,
    format_span,
    format_week,
)
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

_NO_ID = UUID(int=0)
_TIMES = ("day", "starts", "ends")


class SessionFormScreen(TimedFormScreen):
    """A form."""

    def __init__(self, page: SessionPage) -> None:
        """Take the session that is changed, or the group that a new one is planned for."""
        super().__init__()
        self._page = page
        self._keeper = Keeper()

    def heading(self) -> str:
        name = self._page.group.name
        return f"Change a session of {name}" if self._page.session else f"A session of {name}"

    def rows(self) -> Iterable[Row]:
        zone, session, group = self.host.facts.zone, self._page.session, self._page.group
        day, starts, ends = write_day(self._page.day), "", ""
        room, capacity = group.room, group.capacity
        if session is not None:
            plan = session.plan
            day = write_day(plan.starts_at.astimezone(zone).date())
            starts, ends = format_clock(plan.starts_at, zone), format_clock(plan.ends_at, zone)
            room, capacity = plan.room, plan.capacity
        yield TextRow("day", "Day", HOW_DAY, day, 20)
        yield from self.time_rows(starts, ends)
        yield TextRow("room", "Room", "Where it meets.", room, LONGEST_ROOM)
        places = f"1 to {LARGEST_CAPACITY} people; empty: no limit."
        yield TextRow("places", "Places", places, "" if capacity is None else str(capacity), 3)

    def keep(self) -> None:
        plan = self._timed()
        place = None if plan is None else self.read_place()
        if plan is not None and place is not None:
            plan = replace(plan, room=place[0], capacity=place[1])
            self.send(partial(self._keeper.session, plan), "The session is kept.")

    def _timed(self) -> SessionPlan | None:
        """Return the session with the times that were typed, or say what cannot be read."""
        session, facts = self._page.session, self.host.facts
        if session is not None and not self.has_changed(*_TIMES):
            return session.plan  # a change of clocks may lie between its start and its end
        day = self.read_day("day")
        times = None if day is None else self.read_times()
        if day is None or times is None:
            return None
        start, end = session_times(day, *times, facts.zone)
        if session is not None:
            return replace(session.plan, starts_at=start, ends_at=end)
        if start <= facts.now():
            self.miss("day", "That has passed already.")
            return None
        return SessionPlan(_NO_ID, self._page.group.id, start, end, "")


class SessionActs(ManagerScreen):
    """The base of the list of planned sessions."""

    @property
    def current(self) -> PlannedSession | None:
        """The session under the cursor."""
        current = self.query_one(Listing).current
        return current if isinstance(current, PlannedSession) else None

    def call_off(self) -> None:
        """Ask which sessions are meant and why, then call them off."""
        one = self.current
        if one is not None and one.plan.series_id is not None:
            self.put(asks.ask_how_many("are cancelled", partial(self._ask_reason, one)))
        elif one is not None:
            self._ask_reason(one, asks.ONE)

    def put_back(self) -> None:
        """Ask which sessions are meant, and let them take place after all."""
        one = self.current
        if one is not None and one.plan.series_id is not None:
            self.put(asks.ask_how_many("take place after all", partial(self._do_put_back, one)))
        elif one is not None:
            self._do_put_back(one, asks.ONE)

    def _ask_reason(self, one: PlannedSession, answer: str) -> None:
        day = format_session_day(one.plan, self.host.facts.zone)
        which = self._meant(one, answer)
        if isinstance(which, SeriesFrom):
            words = f"the series from {day} on"
        else:
            words = f"the session of {day}, {format_span(one.plan, self.host.facts.zone)},"
        self.put(asks.ask_reason(words, partial(self._do_call_off, which)))

    def _do_call_off(self, which: SessionSelection, why: str) -> None:
        self.carry_out(partial(asks.call_off, which, why), self._tell_called_off)

    def _tell_called_off(self, answer: object) -> None:
        count = answer.sessions if isinstance(answer, Cancelled) else 0
        self.say(f"Cancelled: {format_sessions(count)}.")
        self.come_back()

    def _do_put_back(self, one: PlannedSession, answer: str) -> None:
        self.carry_out(partial(asks.put_back, self._meant(one, answer)), self._tell_put_back)

    def _tell_put_back(self, answer: object) -> None:
        count = answer.sessions if isinstance(answer, Restored) else 0
        self.say(f"Restored: {format_sessions(count)}.")
        self.come_back()

    def _meant(self, one: PlannedSession, answer: str) -> SessionSelection:
        """Give the session alone, or the rest of its series where the answer says so."""
        series_id = one.plan.series_id
        if answer == asks.REST and series_id is not None:
            day = one.plan.starts_at.astimezone(self.host.facts.zone).date()
            return SeriesFrom(series_id, day)
        return (one.plan.id,)


_DAY, _TIME = Column("Day", 10), Column("Time", 11)
_GROUP = Column("Group", 24, 12, grows=True)
_ROOM = Column("Room", 24, rank=1, grows=True)
_STATE = Column("State", 30, 11, grows=True)
_WEEK = timedelta(days=7)


class WeekScreen(SessionActs):
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
        return f"{whose} · {format_week(monday, monday + timedelta(days=6))}"

    def lead(self) -> str:
        off = sum(one.cancelled is not None for one in self._found)
        return format_sessions(len(self._found)) + (f", {off} cancelled" if off else "")

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
        when = (format_session_day(plan, facts.zone), format_span(plan, facts.zone))
        cells = (*when, *what, format_session_state(one, now))
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
            self.put(asks.ask_whose_group(self._cards, partial(self._plan_for, what)))

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
