"""The sessions of a week, of one group or of all: plan, change, cancel."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from textual import on
from textual.widget import Widget

from kiosk.domain.groups.groups import (
    LONGEST_REASON,
    Cancelled,
    GroupCard,
    GroupPlan,
    PlannedSession,
    PlanProblem,
    Restored,
    SeriesFrom,
    SessionSelection,
)
from kiosk.domain.text import clean
from kiosk.ui.desk.groups.planning import SeriesFormScreen, SessionFormScreen
from kiosk.ui.desk.messages import Offer, Question, Then
from kiosk.ui.desk.questions import LETTERS
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import (
    format_session_day,
    format_session_state,
    format_sessions,
    format_span,
    format_week,
)
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

_ONE, _REST = "one", "rest"


def ask_how_many(what: str, then: Then) -> Question:
    """Ask whether one session is meant or the rest of its series; `what` becomes of them."""
    options = (
        Offer("o", "Only this one", _ONE),
        Offer("s", "This and the later ones of its series", _REST),
    )
    return Question(f"Which sessions {what}?", then, options=options)


def ask_reason(which: str, then: Then) -> Question:
    """Ask why sessions are cancelled."""
    lead = "Staff read it; visitors no longer see the session."
    return Question(
        f"Why is {which} cancelled?", then, lead, check=_describe_missing, most=LONGEST_REASON
    )


def ask_whose_group(cards: Sequence[GroupCard], then: Then) -> Question:
    """Ask which group a session is planned for; the answer is the group's id."""
    options = tuple(
        Offer(letter, card.plan.name, str(card.plan.id), card.plan.room)
        for letter, card in zip(LETTERS, cards, strict=False)
    )
    lead = "" if len(cards) <= len(LETTERS) else "Another one? Go back and open it first."
    return Question("For which group?", then, lead, options)


def _describe_missing(text: str) -> str:
    return "" if clean(text) else "Please type a reason, for those who come all the same."


_DAY, _TIME = Column("Day", 10), Column("Time", 11)
_GROUP = Column("Group", 24, 12, grows=True, keeps="start")
_ROOM = Column("Room", 24, 12, rank=1, grows=True, keeps="end")
_STATE = Column("State", 30, 11, grows=True)
_WEEK = timedelta(days=7)


class WeekScreen(DeskScreen):
    """A list; Enter opens a session to change it."""

    def __init__(self, group: GroupPlan | None, day: date | None) -> None:
        """Take the group, or None for all; and a day of the week, or None for this week."""
        super().__init__()
        self._group = group
        self._day = day
        self._found: tuple[PlannedSession, ...] = ()
        self._cards: tuple[GroupCard, ...] = ()

    @property
    def _monday(self) -> date:
        day = self._day or self.clinic.today
        return day - timedelta(days=day.weekday())

    @property
    def _current(self) -> PlannedSession | None:
        """The session under the cursor."""
        return self.current_row(PlannedSession)

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
            yield Key("enter", "Change", self.choose_row)
            if self._current is not None and self._current.cancelled is not None:
                yield Key("x", "Restore", self._restore)
            else:
                yield Key("x", "Cancel", self._cancel)
        yield Key("a", "Add one", partial(self._plan, "one"))
        yield Key("s", "Series", partial(self._plan, "series"))
        yield Key("left", "Earlier", partial(self._turn, -1))
        yield Key("right", "Later", partial(self._turn, 1))
        if self._monday != self.clinic.today - timedelta(days=self.clinic.today.weekday()):
            yield Key("t", "This week", self._this_week)

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.run_worker(self._read())

    async def _read(self) -> None:
        monday, group_id = self._monday, self._group.id if self._group else None
        answer = await self.ask(
            lambda side: (
                side.groups.sessions(monday, monday + _WEEK, group_id),
                side.groups.groups(),
            )
        )
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
        clinic, plan = self.clinic, one.plan
        now = clinic.now()
        what = (plan.room,) if self._group else (one.group_name, plan.room)
        when = (format_session_day(plan, clinic.zone), format_span(plan, clinic.zone))
        cells = (*when, *what, format_session_state(one, now))
        on_now = plan.starts_at <= now < plan.ends_at
        return Line(cells, "done" if one.cancelled is not None else "strong" if on_now else "")

    @on(Listing.Chosen)
    def open_session(self) -> None:
        """Show the session under the cursor, to be changed."""
        one = self._current
        group = self._group_of(one.plan.group_id) if one else None
        if one is not None and one.cancelled is not None:
            self.say(f"It is cancelled: {one.cancelled}. X restores it.")
        elif one is not None and group is not None:
            self.open(partial(SessionFormScreen, group, one, self._monday))
        elif one is not None:
            self.say("Its group was put away.")

    def _group_of(self, group_id: UUID) -> GroupPlan | None:
        return next((c.plan for c in self._cards if c.plan.id == group_id), self._group)

    def _plan(self, what: str) -> None:
        if self._group is not None:
            self._plan_for(what, str(self._group.id))
        elif self._cards:
            self.pose(ask_whose_group(self._cards, partial(self._plan_for, what)))

    def _plan_for(self, what: str, answer: str) -> None:
        group = self._group_of(UUID(answer))
        day = max(self._monday, self.clinic.today)
        if group is not None and what == "series":
            self.open(partial(SeriesFormScreen, group, day))
        elif group is not None:
            self.open(partial(SessionFormScreen, group, None, day))

    def _cancel(self) -> None:
        one = self._current
        if one is not None and one.plan.series_id is not None:
            self.pose(ask_how_many("are cancelled", partial(self._ask_reason, one)))
        elif one is not None:
            self._ask_reason(one, _ONE)

    def _restore(self) -> None:
        one = self._current
        if one is not None and one.plan.series_id is not None:
            self.pose(ask_how_many("take place after all", partial(self._do_restore, one)))
        elif one is not None:
            self._do_restore(one, _ONE)

    def _ask_reason(self, one: PlannedSession, answer: str) -> None:
        day = format_session_day(one.plan, self.clinic.zone)
        which = self._selection(one, answer)
        if isinstance(which, SeriesFrom):
            words = f"the series from {day} on"
        else:
            words = f"the session of {day}, {format_span(one.plan, self.clinic.zone)},"
        self.pose(ask_reason(words, partial(self._do_cancel, which)))

    def _do_cancel(self, which: SessionSelection, why: str) -> None:
        self.act(lambda side: side.groups.cancel_sessions(which, why), then=self._show_cancelled)

    def _show_cancelled(self, answer: Cancelled | PlanProblem) -> None:
        count = answer.sessions if isinstance(answer, Cancelled) else 0
        self.say(f"Cancelled: {format_sessions(count)}.")

    def _do_restore(self, one: PlannedSession, answer: str) -> None:
        which = self._selection(one, answer)
        self.act(lambda side: side.groups.restore_sessions(which), then=self._show_restored)

    def _show_restored(self, answer: Restored | PlanProblem) -> None:
        count = answer.sessions if isinstance(answer, Restored) else 0
        self.say(f"Restored: {format_sessions(count)}.")

    def _selection(self, one: PlannedSession, answer: str) -> SessionSelection:
        """Return the session alone, or the rest of its series where the answer is that."""
        series_id = one.plan.series_id
        if answer == _REST and series_id is not None:
            day = one.plan.starts_at.astimezone(self.clinic.zone).date()
            return SeriesFrom(series_id, day)
        return (one.plan.id,)

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
