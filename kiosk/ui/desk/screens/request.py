"""One callback request: what is safe to say, then the number, then how the call went."""

from collections.abc import Iterable
from functools import partial

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.actions import NotFound, Refused
from kiosk.domain.worklist import Contact, Worklist, WorkRow
from kiosk.ui.base import Trouble
from kiosk.ui.desk import callasks as asks
from kiosk.ui.desk import callsight as sight
from kiosk.ui.desk.callanswers import GONE
from kiosk.ui.desk.calldeeds import CallDeeds
from kiosk.ui.desk.callmessages import TwinsWanted
from kiosk.ui.desk.callstory import story
from kiosk.ui.desk.callwords import safety
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.pairs import pairs
from kiosk.ui.widgets.sheet import Sheet


class Request(CallDeeds):
    """What may be said comes first; the number only when it is asked for, and not for long."""

    CSS_PATH = "request.tcss"
    every = 5
    AUTO_FOCUS = ""

    def __init__(self, row: WorkRow) -> None:
        super().__init__()
        self.row = row
        self._request_id = row.request.id
        self._contact: Contact | None = None
        self._sight: asks.Sight | None = None
        self._seen: Worklist | None = None

    def heading(self) -> str:
        return sight.title(self.row) if self.row else "One request"

    def lead(self) -> str:
        facts = self.host.facts
        return sight.standing(self.row, facts.now(), facts.zone) if self.row else GONE

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="both"):
            with Vertical(id="call"):
                yield Static("", id="safety", markup=False)
                yield Static("", id="number", markup=False)
                yield Static("", id="facts", markup=False)
                yield Static("", id="twins", markup=False)
            with Vertical(id="past"):
                yield Static("What was done", id="past-title", markup=False)
                yield Static("", id="history", markup=False)

    def keys(self) -> Iterable[Key]:
        row = self.row
        if row is None:
            return
        if self._contact is None and sight.may_reveal(row):
            yield Key("r", "Number", self._reveal)
        if row.held_by_me and not row.state.stopped:
            yield Key("enter", "Result", self.ask_result)
        yield from self.deed_keys(row)
        if self._sight is not None and self._sight.twins:
            yield Key("p", "Same number", self._show_twins)

    def on_mount(self) -> None:
        self._draw()
        self.look(self._read)

    def come_back(self) -> None:
        self._seen = None
        self.look(self._read)

    def look_again(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        answer = await self.ask(partial(asks.news, self._request_id, self._seen))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, NotFound):
            self._sight = None
            self._set(None)
        elif answer is not None:
            self._seen, self._sight = answer.seen, answer
            self._set(answer.row)

    def renew(self, row: WorkRow | None) -> None:
        self._contact = None if row is None or self.row is None else self._kept(row)
        self._set(row)
        self._seen = None
        self.look(self._read)

    def _kept(self, row: WorkRow) -> Contact | None:
        """Return the number while nothing was done about it that ends the call."""
        is_same = self.row is not None and row.state.revision == self.row.state.revision
        return self._contact if is_same else None

    def _set(self, row: WorkRow | None) -> None:
        self.row = row
        if row is None or not sight.may_reveal(row):
            self._contact = None
        self._draw()

    def _draw(self) -> None:
        row, facts = self.row, self.host.facts
        now, zone = facts.now(), facts.zone
        self.query_one("#both").display = row is not None
        if row is not None:
            self._put("#safety", "\n".join(safety(row)))
            number = self.query_one("#number", Static)
            number.set_class(self._contact is not None, "-shown")
            number.update(sight.number(row, self._contact))
            self.query_one("#facts", Static).update(pairs(sight.facts(row, now, zone)))
            found = self._sight
            self._put("#twins", sight.twins(found.twins, now, zone) if found else "")
            told = story(found.history, now, zone) if found else ()
            self.query_one("#history", Static).update(pairs(told or (("Nothing yet", ""),)))
        self.rehead()
        self.rekey()

    def _put(self, name: str, words: str) -> None:
        line = self.query_one(name, Static)
        line.display = bool(words)
        line.update(words)

    def _reveal(self) -> None:
        self.once(self._ask_number)

    async def _ask_number(self) -> None:
        answer = await self.ask(lambda side: side.callbacks.reveal(self._request_id))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, NotFound):
            self._set(None)
        elif isinstance(answer, Refused):
            self._set(answer.row)
            self.say("It was taken back. Please do not ring them.")
        elif not answer.phone:
            self.say("This number cannot be opened. Please ask a manager about the keys.")
        else:
            self._contact = answer
            self._draw()

    def _show_twins(self) -> None:
        if self.row is not None:
            self.tell(TwinsWanted(self.row))

    def on_key(self, event: events.Key) -> None:
        for sheet in self.query(Sheet):
            sheet.scroll_by_arrow(event.key)
