"""The forms that plan sessions: one of them, or a series that is looked at before it is kept."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from textual.widget import Widget

from kiosk.domain.groups.groups import (
    LARGEST_CAPACITY,
    LONGEST_ROOM,
    MOST_SESSIONS,
    GroupPlan,
    PlannedSession,
    PlanProblem,
    Series,
    SessionPlan,
    expand_series,
    session_times,
)
from kiosk.domain.ids import NO_ID
from kiosk.presentation.statistics import WEEKDAYS
from kiosk.ui.desk.dates import (
    HOW_CLOCK,
    HOW_DAY,
    format_full_day,
    minutes_between,
    read_capacity,
    read_days,
)
from kiosk.ui.desk.forms import FormScreen, MarkRow, Row, TextRow
from kiosk.ui.desk.messages import Question
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import (
    describe_refusal,
    format_clock,
    format_day,
    format_moment,
    format_sessions,
    format_span,
)
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

_MOST_WEEKS = 52
_TIMES = ("day", "starts", "ends")


def time_rows(starts: str = "", ends: str = "") -> tuple[TextRow, TextRow]:
    """Return the rows that `read_times` reads."""
    return (
        TextRow("starts", "Starts", HOW_CLOCK, starts, 8),
        TextRow("ends", "Ends", HOW_CLOCK, ends, 8),
    )


def read_times(form: FormScreen) -> tuple[time, int] | None:
    """Return the start and the minutes until the end; None where they are wrong, which is shown."""
    starts = form.read_clock("starts")
    ends = None if starts is None else form.read_clock("ends")
    if starts is None or ends is None:
        return None
    minutes = minutes_between(starts, ends)
    if not minutes:
        form.miss("ends", "It would end as it starts.")
        return None
    return starts, minutes


def read_place(form: FormScreen) -> tuple[str, int | None] | None:
    """Return room and capacity, of the rows "room" and "places"; None where one is wrong."""
    room, capacity = form.typed("room"), read_capacity(form.typed("places"))
    if not room:
        form.miss("room", "It needs a room.")
        return None
    if isinstance(capacity, str):
        form.miss("places", capacity)
        return None
    return room, capacity


def ask_begun(plan: SessionPlan, now: datetime, zone: ZoneInfo, do: Callable[[], None]) -> Question:
    """Ask whether a session that has begun, or is over, is meant; then `do` it."""
    if plan.ends_at > now:
        title = f"It began at {format_moment(plan.starts_at, now, zone)}. Plan it all the same?"
        ends = format_moment(plan.ends_at, now, zone)
        lead = f"Visitors can check in to it until it ends, at {ends}."
    else:
        day = format_full_day(plan.starts_at.astimezone(zone).date())
        title = f"It was on {day}, {format_span(plan, zone)}. Plan it all the same?"
        lead = "Visitors cannot check in to it any more; staff can still fill in its list."
    return ask_sure(title, lead, "Yes, plan it", do)


class SessionFormScreen(FormScreen):
    """The form of one session, new or to be changed."""

    def __init__(self, group: GroupPlan, session: PlannedSession | None, day: date) -> None:
        """Take the session that is changed, or None for a new one, proposed on `day`."""
        super().__init__()
        self._group = group
        self._session = session
        self._day = day
        self._new_id: UUID | None = None

    def heading(self) -> str:
        name = self._group.name
        return f"Change a session of {name}" if self._session else f"A session of {name}"

    def rows(self) -> Iterable[Row]:
        zone, session, group = self.clinic.zone, self._session, self._group
        day, starts, ends = format_full_day(self._day), "", ""
        room, capacity = group.room, group.capacity
        if session is not None:
            plan = session.plan
            day = format_full_day(plan.starts_at.astimezone(zone).date())
            starts, ends = format_clock(plan.starts_at, zone), format_clock(plan.ends_at, zone)
            room, capacity = plan.room, plan.capacity
        yield TextRow("day", "Day", HOW_DAY, day, 20)
        yield from time_rows(starts, ends)
        yield TextRow("room", "Room", "Where it meets.", room, LONGEST_ROOM)
        places = f"1 to {LARGEST_CAPACITY} people; empty: no limit."
        yield TextRow("places", "Places", places, "" if capacity is None else str(capacity), 3)

    def keep(self) -> None:
        plan = self._timed()
        place = None if plan is None else read_place(self)
        if plan is None or place is None:
            return
        plan = replace(plan, room=place[0], capacity=place[1])
        send = partial(self.send, partial(self._keep_session, plan), "The session is kept.")
        clinic = self.clinic
        if self._session is None and plan.starts_at <= clinic.now():
            self.pose(ask_begun(plan, clinic.now(), clinic.zone, send))
        else:
            send()

    def _keep_session(self, plan: SessionPlan, side: DeskSide) -> SessionPlan | PlanProblem:
        """Change the session, or add it: once, however often it is asked, in the desk's thread."""
        if plan.id != NO_ID:
            return side.groups.change_session(plan)
        self._new_id = new_id = self._new_id or side.groups.new_id()
        return side.groups.add_session(replace(plan, id=new_id))

    def _timed(self) -> SessionPlan | None:
        """Return the session with the times that were typed; None where one cannot be read."""
        session, clinic = self._session, self.clinic
        if session is not None and not self.has_changed(*_TIMES):
            return session.plan  # a change of clocks may lie between its start and its end
        day = self.read_day("day")
        times = None if day is None else read_times(self)
        if day is None or times is None:
            return None
        start, end = session_times(day, *times, clinic.zone)
        if session is not None:
            return replace(session.plan, starts_at=start, ends_at=end)
        return SessionPlan(NO_ID, self._group.id, start, end, "")


class SeriesFormScreen(FormScreen):
    """The form of a series; what it makes is looked at, day by day, before it is kept."""

    keeps = "See the days"

    def __init__(self, group: GroupPlan, day: date) -> None:
        """Take the group, and the day from which the series is proposed."""
        super().__init__()
        self._group = group
        self._day = day
        self._series_id: UUID | None = None

    def heading(self) -> str:
        return f"A series of {self._group.name}"

    def rows(self) -> Iterable[Row]:
        group, first = self._group, format_full_day(self._day)
        days = tuple((str(n), name) for n, name in enumerate(WEEKDAYS))
        places = "" if group.capacity is None else str(group.capacity)
        hint = "Mark one weekday or more."
        yield MarkRow("weekdays", "On", days, hint, several=True, apart=True)
        yield TextRow("every", "Every … weeks", "1: every week; 2: every other week.", "1", 2)
        yield from time_rows()
        yield TextRow("first", "From", HOW_DAY, first, 20, apart=True)
        yield TextRow("until", "Until", "The last day, or say below how often.", most=20)
        yield TextRow("count", "How often", f"1 to {MOST_SESSIONS}, or the last day above.", most=3)
        without = "Days without, with commas: “25 Dec, 1 Jan”; may be empty."
        yield TextRow("without", "Not on", without, most=200)
        yield TextRow("room", "Room", "Where it meets.", group.room, LONGEST_ROOM, apart=True)
        yield TextRow("places", "Places", f"1 to {LARGEST_CAPACITY}; empty: no limit.", places, 3)

    def keep(self) -> None:
        series = self._series()
        place = None if series is None else read_place(self)
        if series is not None and place is not None:
            self.once(partial(self._show, series, *place))

    async def _show(self, series: Series, room: str, capacity: int | None) -> None:
        """Show the days; all that this form makes is one series, however often it is looked at."""
        if self._series_id is None:
            answer = await self.ask(lambda side: side.groups.new_id())
            if isinstance(answer, Trouble):
                self.say(answer.for_staff)
                return
            self._series_id = answer
        series = replace(series, id=self._series_id)
        self.open(partial(SeriesDaysScreen, self._group, series, room, capacity))

    def _series(self) -> Series | None:
        """Return the series that was filled in; None where something is missing, which is shown."""
        weekdays = frozenset(int(day) for day in self.marked("weekdays"))
        if not weekdays:
            self.miss("weekdays", "Mark one weekday or more.")
            return None
        every = self.read_number("every", _MOST_WEEKS)
        times = None if every is None else read_times(self)
        first = None if times is None else self.read_day("first")
        if every is None or times is None or first is None:
            return None
        series = Series(NO_ID, weekdays, *times, first, every_weeks=every)
        ended = self._ended(series)
        return None if ended is None else self._without(ended)

    def _ended(self, series: Series) -> Series | None:
        """Return the series with its last day, its count, or both, of which the first ends it."""
        if not self.typed("until") and not self.typed("count"):
            self.miss("until", "It needs a last day, or how often it takes place.")
            return None
        until = self.read_day("until") if self.typed("until") else date.max
        count = self.read_number("count", MOST_SESSIONS) if self.typed("count") else 0
        if until is None or count is None:
            return None
        if until < series.first:
            self.miss("until", "That is before its first day.")
            return None
        return replace(series, until=None if until == date.max else until, count=count or None)

    def _without(self, series: Series) -> Series | None:
        """Return the series without the days that were named."""
        days = read_days(self.typed("without"), self.clinic.now(), self.clinic.zone)
        if isinstance(days, str):
            self.miss("without", f"“{days}” is no day. {HOW_DAY}")
            return None
        return replace(series, except_on=days)


_COLUMNS = (
    Column("", 4, right=True),
    Column("Day", 16),
    Column("Time", 11),
    Column("", 16, 1, rank=1, grows=True),
)
_Meeting = tuple[int, datetime, datetime]
"""Which one it is, from 1; start and end in UTC."""


class SeriesDaysScreen(DeskScreen):
    """The sessions of a series before they are kept; K keeps them all."""

    def __init__(self, group: GroupPlan, series: Series, room: str, capacity: int | None) -> None:
        super().__init__()
        self._group = group
        self._series = series
        self._room = room
        self._capacity = capacity
        self._meetings: tuple[_Meeting, ...] = ()

    def heading(self) -> str:
        return f"A series of {self._group.name}"

    def lead(self) -> str:
        if not self._meetings:
            return "There is nothing to keep; go back and change it."
        return f"{format_sessions(len(self._meetings))} in {self._room}; nothing is kept yet."

    def body(self) -> Iterable[Widget]:
        yield Listing[_Meeting](_COLUMNS, key=lambda one: one[0], draw=self._line)

    def keys(self) -> Iterable[Key]:
        if self._meetings:
            yield Key("k", "Keep them all", self._keep)

    def on_mount(self) -> None:
        found = expand_series(self._series, self.clinic.zone)
        if isinstance(found, tuple):
            self._meetings = tuple((n, *times) for n, times in enumerate(found, 1))
            self.query_one(Listing).set_rows(self._meetings)
        else:
            self.say(describe_refusal(found))
        self.rehead()
        self.rekey()

    def _line(self, meeting: _Meeting) -> Line:
        number, start, end = meeting
        zone, now = self.clinic.zone, self.clinic.now()
        day = start.astimezone(zone).date()
        cells = (
            f"{number}.",
            f"{format_day(day)} {day.year}",
            f"{format_clock(start, zone)}–{format_clock(end, zone)}",
            "has passed already" if start <= now else "",
        )
        return Line(cells)

    def _keep(self) -> None:
        self.act(self._keep_series, then=self._show_kept)

    def _keep_series(self, side: DeskSide) -> tuple[SessionPlan, ...] | PlanProblem:
        return side.groups.add_series(self._group.id, self._series, self._room, self._capacity)

    def _show_kept(self, answer: tuple[SessionPlan, ...] | PlanProblem) -> None:
        """Go back to the week, past the form."""
        count = len(answer) if isinstance(answer, tuple) else 0
        self.finish(f"Planned: {format_sessions(count)}.", levels=2)
