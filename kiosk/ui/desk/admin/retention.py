"""What the clinic keeps for how long: the policy, what is due by it, and the end of that."""

import asyncio
from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.retention import RetentionPlan
from kiosk.presentation.records import (
    RETENTION_TITLES,
    describe_deleted,
    describe_due,
    describe_hold,
    describe_retention_rule,
    format_long_day,
)
from kiosk.ui.desk.messages import Place
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import format_clock, format_day
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import Progress


def format_run_time(at: datetime, zone: ZoneInfo) -> str:
    """Return a day with its year and a time, such as "Mon 2 Mar 2026, 14:05"."""
    day = at.astimezone(zone).date()
    return f"{format_day(day)} {day.year}, {format_clock(at, zone)}"


def format_last_run(plan: RetentionPlan, zone: ZoneInfo) -> str:
    """Return whether it goes by itself, and when what was due was last deleted."""
    status = plan.status
    if status.hold is not None:
        return describe_hold(status.hold)
    if plan.last_run is None:
        return "It goes by itself, once a day."
    words = f"It goes by itself, once a day; last on {format_run_time(plan.last_run, zone)}"
    return f"{words}. That is long ago: kiosk doctor says more." if status.is_overdue else words


def policy_table(plan: RetentionPlan, zone: ZoneInfo) -> Table:
    """Return each kind of records: how long it is kept, and what would go now."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for place, count in enumerate(plan.counts):
        if place:
            table.add_row(Text(), Text())
        words = describe_due(count, _day(count.oldest, zone))
        table.add_row(
            Text(RETENTION_TITLES[count.kind], "bold"), Text(describe_retention_rule(count))
        )
        table.add_row(Text(), Text(words, "bold" if count.count else ""))
    return table


def format_summary(plan: RetentionPlan, zone: ZoneInfo, *, is_previewing: bool) -> str:
    """Return that this was a preview only, and when it was made."""
    if is_previewing:
        return "Looking …"
    words = f"Looked at {format_clock(plan.at, zone)}; nothing has been deleted by looking."
    return f"{words}\nkiosk.toml sets how long each is kept."


def describe_deletion(plan: RetentionPlan, zone: ZoneInfo) -> tuple[str, str, str]:
    """Return the question before a run, what a person has to know first, and the text of yes."""
    lead = (
        "It cannot be brought back: what is due goes from the database, from its log and from the"
        " exports folder. The audit trail stays."
        if plan.total
        else "Nothing is old enough to be deleted now."
    )
    if plan.status.hold is not None:
        day = plan.at.astimezone(zone).date()
        lead += (
            f" By this clock it is {day:%A}, {format_long_day(day)}."
            " From now on the same is done every day, by itself."
        )
        return "Agree, and delete for good what is due?", lead, "Yes, now and every day"
    if not plan.total:
        lead += " The audit trail will say that it was run."
        return "Run it all the same?", lead, "Yes, run it"
    return "Delete for good what is due?", lead, "Yes, delete it"


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return None if at is None else at.astimezone(zone).date()


_GLANCE = 0.1
"""Seconds between two drawings of how far it is."""


class RetentionScreen(DeskScreen):
    """Previews first; a run is asked for, confirmed, and shown while it goes."""

    AUTO_FOCUS = ""
    place: ClassVar[Place | None] = Place.RETENTION

    def __init__(self) -> None:
        super().__init__()
        self._plan: RetentionPlan | None = None
        self._is_previewing = False
        self._is_deleting = False
        self._deleted = (0, 0)
        """How many of how many are deleted; set by the desk's thread, as a whole."""

    def heading(self) -> str:
        return "Records kept"

    def lead(self) -> str:
        return format_last_run(self._plan, self.clinic.zone) if self._plan else "Looking …"

    def body(self) -> Iterable[Widget]:
        yield Static("", id="policy", markup=False)
        yield Static("", id="due", markup=False)
        yield Progress(id="bar")

    def keys(self) -> Iterable[Key]:
        if self._plan is not None and not self._is_previewing and not self._is_deleting:
            yield Key("p", "Preview", self._start_preview)
            waits = self._plan.status.hold is not None
            yield Key("d", "Delete, and agree" if waits else "Delete", self._ask_first)

    def on_mount(self) -> None:
        self._draw()
        self.once(self._preview)

    def _start_preview(self) -> None:
        self.once(self._preview)

    async def _preview(self) -> None:
        self._is_previewing = True
        self._draw()
        answer = await self.ask(lambda side: side.oversight.retention_preview())
        self._is_previewing = False
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._plan = answer
        self._draw()

    def _ask_first(self) -> None:
        if self._plan is not None:
            words = describe_deletion(self._plan, self.clinic.zone)
            self.pose(ask_sure(*words, self._begin))

    def _begin(self) -> None:
        self.once(self._delete)

    async def _delete(self) -> None:
        self._is_deleting, self._deleted = True, (0, 0)
        count = self._count
        under_way = asyncio.ensure_future(
            self.ask(lambda side: side.oversight.run_retention(count))
        )
        while not under_way.done():
            self._draw()
            await asyncio.wait({under_way}, timeout=_GLANCE)
            self.end_if_detached()
        answer = under_way.result()
        self._is_deleting = False
        await self._preview()
        self.say(answer.for_staff if isinstance(answer, Trouble) else describe_deleted(answer))

    def _count(self, deleted: int, of: int) -> None:
        self._deleted = (deleted, of)

    def _draw(self) -> None:
        plan, zone = self._plan, self.clinic.zone
        policy, due = self.query_one("#policy", Static), self.query_one("#due", Static)
        policy.display = plan is not None
        if plan is not None:
            policy.update(policy_table(plan, zone))
            due.update(format_summary(plan, zone, is_previewing=self._is_previewing))
        due.display = plan is not None and not self._is_deleting
        bar = self.query_one(Progress)
        bar.display = self._is_deleting
        if self._is_deleting:
            bar.show("Deleting", *self._deleted)
        self.rehead()
        self.rekey()
