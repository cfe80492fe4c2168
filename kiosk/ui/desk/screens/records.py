"""What the clinic keeps for how long: the policy, what is due by it, and the end of that."""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import events
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.oversight import RetentionPlan
from kiosk.domain.recordwords import done
from kiosk.ui.base import Trouble
from kiosk.ui.desk import oversightasks as asks
from kiosk.ui.desk import recordlines as lines
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.questions import sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.progress import Progress
from kiosk.ui.widgets.sheet import Sheet

_GLANCE = 0.1
"""Seconds between two looks at how far it is."""


class RecordsKept(DeskScreen):
    """Looks first and deletes nothing; a run is asked for, confirmed, and shown while it goes."""

    CSS_PATH = "records.tcss"
    AUTO_FOCUS = ""
    place: ClassVar[Place | None] = Place.RECORDS

    def __init__(self) -> None:
        super().__init__()
        self._plan: RetentionPlan | None = None
        self._is_looking = False
        self._is_deleting = False
        self._gone = (0, 0)
        """How many of how many are deleted; set by the desk's thread, as a whole."""

    def heading(self) -> str:
        return "Records kept"

    def lead(self) -> str:
        return lines.last_run(self._plan, self.host.facts.zone) if self._plan else "Looking …"

    def body(self) -> Iterable[Widget]:
        yield Static("", id="policy", markup=False)
        yield Static("", id="due", markup=False)
        yield Progress(id="bar")

    def keys(self) -> Iterable[Key]:
        if self._plan is not None and not self._is_looking and not self._is_deleting:
            yield Key("p", "Preview", self._look_again)
            yield Key("d", "Delete", self._ask_first)

    def on_mount(self) -> None:
        self._draw()
        self.once(self._look)

    def _look_again(self) -> None:
        self.once(self._look)

    async def _look(self) -> None:
        self._is_looking = True
        self._draw()
        answer = await self.ask(asks.due)
        self._is_looking = False
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._plan = answer
        self._draw()

    def _ask_first(self) -> None:
        if self._plan is not None:
            self.put(sure(*lines.warning(self._plan), self._begin))

    def _begin(self) -> None:
        self.once(self._delete)

    async def _delete(self) -> None:
        self._is_deleting, self._gone = True, (0, 0)
        question = partial(asks.delete, self._told)
        under_way = asyncio.ensure_future(self.ask(question))
        while not under_way.done():
            self._draw()
            await asyncio.wait({under_way}, timeout=_GLANCE)
            self.end_if_gone()
        answer = under_way.result()
        self._is_deleting = False
        await self._look()
        self.say(answer.for_staff if isinstance(answer, Trouble) else done(answer))

    def _told(self, gone: int, of: int) -> None:
        self._gone = (gone, of)

    def _draw(self) -> None:
        plan, zone = self._plan, self.host.facts.zone
        policy, due = self.query_one("#policy", Static), self.query_one("#due", Static)
        policy.display = plan is not None
        if plan is not None:
            policy.update(lines.policy(plan, zone))
            due.update(lines.summary(plan, zone, is_looking=self._is_looking))
        due.display = plan is not None and not self._is_deleting
        bar = self.query_one(Progress)
        bar.display = self._is_deleting
        if self._is_deleting:
            bar.show("Deleting", *self._gone)
        self.rehead()
        self.rekey()

    def on_key(self, event: events.Key) -> None:
        for sheet in self.query(Sheet):
            sheet.scroll_by_arrow(event.key)
