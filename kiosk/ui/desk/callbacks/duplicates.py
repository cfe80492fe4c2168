"""The other requests of the same number: the same person may have asked twice."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from textual import on
from textual.widget import Widget

from kiosk.domain.callbacks.actions import Merge, NotFound
from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.ui.desk.callbacks.request import format_request_title, is_open
from kiosk.ui.desk.callbacks.text import describe_answer
from kiosk.ui.desk.callbacks.worklist import TWIN_COLUMNS, RequestLines
from kiosk.ui.desk.messages import RequestWanted
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Line, Listing


class DuplicatesScreen(DeskScreen):
    """A list; the request that it is about can be merged into one of them."""

    AUTO_FOCUS = "Listing"

    def __init__(self, row: WorkRow) -> None:
        """Take the request whose number they share."""
        super().__init__()
        self._row = row

    def heading(self) -> str:
        return f"Same number as {format_request_title(self._row)}"

    def lead(self) -> str:
        return "One person who asked twice, or two who share a phone? Please ask."

    def body(self) -> Iterable[Widget]:
        yield Listing[WorkRow](
            TWIN_COLUMNS, key=lambda row: row.request.id, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        other = self._current
        if other is not None:
            yield Key("enter", "Open it", self._open)
            if is_open(other) and is_open(self._row):
                yield Key("g", "Merge into it", self._merge)

    @property
    def _current(self) -> WorkRow | None:
        found = self.query(Listing)
        current = found.first().current if found else None
        return current if isinstance(current, WorkRow) else None

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        id_ = self._row.request.id
        answer = await self.ask(lambda side: side.callbacks.duplicates(id_))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        listing = self.query_one(Listing)
        listing.set_empty("No other request has this number.")
        listing.set_rows(answer)
        self.rekey()

    def _line(self, row: WorkRow) -> Line:
        facts = self.host.facts
        return RequestLines(facts.now(), facts.zone).twin(row)

    def _open(self) -> None:
        self.query_one(Listing).choose()

    @on(Listing.Chosen)
    def open_request(self) -> None:
        """Go to the request under the cursor."""
        if self._current is not None:
            self.tell(RequestWanted(self._current))

    def _merge(self) -> None:
        other = self._current
        if other is not None:
            lead = f"{self._row.request.reference} ends as asked twice; both histories are kept."
            yes = f"Yes, go on with {other.request.reference}"
            merge = partial(self._merge_into, other.request.id)
            self.put(ask_sure(f"Merge it into {other.request.reference}?", lead, yes, merge))

    def _merge_into(self, other_id: UUID) -> None:
        self.once(partial(self._do_merge, Merge(other_id)))

    async def _do_merge(self, merge: Merge) -> None:
        row, facts = self._row, self.host.facts
        answer = await self.ask(
            lambda side: side.callbacks.act(row.request.id, row.state.revision, merge)
        )
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        if not isinstance(answer, NotFound):
            self._row = answer.row
        self.look(self._read)
        self.say(describe_answer(answer, merge, facts.now(), facts.zone))
