"""The worklist: who asked to be called, the next call to make at the top."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.domain.worklist import Filter, WorkRow
from kiosk.ui.base import Trouble
from kiosk.ui.desk import callasks as asks
from kiosk.ui.desk import calllines as lines
from kiosk.ui.desk.callmessages import ExportWanted, RequestWanted
from kiosk.ui.desk.callquestions import which_form
from kiosk.ui.desk.callview import CallView
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing
from kiosk.ui.widgets.tabline import TabLine


class CallList(DeskScreen):
    """Views with a letter each, and a list that is narrowed as one types."""

    CSS_PATH = "worklist.tcss"
    AUTO_FOCUS = "Listing"
    place: ClassVar[Place | None] = Place.CALLBACKS
    every = 5

    def __init__(self) -> None:
        super().__init__()
        self._view = CallView()

    def heading(self) -> str:
        view = self._view
        return lines.title(len(view.rows), view.found, view.wanted) if view.found else "Callbacks"

    def lead(self) -> str:
        found = self._view.found
        return lines.figures(found.measures) if found else ""

    def body(self) -> Iterable[Widget]:
        yield TabLine(tuple(lines.VIEWS.values()), lines.VIEWS[self._view.wanted.show].letter)
        search = Field(most=60, hint="A part of a name, or a reference", id="search")
        search.display = False
        yield search
        yield Listing[WorkRow](
            lines.COLUMNS,
            key=lambda row: row.request.id,
            draw=self._line,
            empty="Opening the list …",
        )

    def keys(self) -> Iterable[Key]:
        if self.typing:
            yield Key("enter", "To the list", self.leave_field)
            return
        view = self._view
        if view.rows:
            yield Key("enter", "Open", self.query_one(Listing).choose)
        yield Key("/", "Find", self._search)
        yield Key("l", "Language", lambda: self._narrow(view.with_next_language()))
        yield Key("w", "When", lambda: self._narrow(view.with_next_window()))
        if view.is_narrowed:
            yield Key("r", "Reset", self._widen)
        if view.rows:
            yield Key("x", "Export", self._export)

    def take_letter(self, letter: str) -> bool:
        """Show the view of a letter."""
        for show, tab in lines.VIEWS.items():
            if tab.letter == letter:
                self._narrow(replace(self._view.wanted, show=show))
                return True
        return super().take_letter(letter)

    def escape(self) -> None:
        if self.typing:
            self._widen_search()
        else:
            super().escape()

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        answer = await self.ask(asks.worklist)
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif self._view.take(answer):
            self._redraw()

    def _redraw(self) -> None:
        listing = self.query_one(Listing)
        if self._view.found is not None:
            listing.set_empty(lines.empty(self._view.wanted))
        listing.set_rows(self._view.rows)
        self.rehead()
        self.rekey()

    def _line(self, row: WorkRow) -> Line:
        facts = self.host.facts
        return lines.Drawing(facts.now(), facts.zone).line(row)

    def _narrow(self, wanted: Filter) -> None:
        """Show another part of the list, from its top."""
        if self._view.want(wanted):
            self.query_one(TabLine).show(lines.VIEWS[wanted.show].letter)
            self._redraw()
            if self._view.rows:
                self.query_one(Listing).move_to(self._view.rows[0].request.id)

    @on(TabLine.Clicked)
    def click_view(self, event: TabLine.Clicked) -> None:
        """Show the view that was clicked."""
        self.take_letter(event.tab.letter)

    def _widen(self) -> None:
        self._widen_search()
        self._narrow(Filter(self._view.wanted.show))

    def _widen_search(self) -> None:
        self.query_one(Field).value = ""
        self.leave_field()

    def _search(self) -> None:
        field = self.query_one(Field)
        field.display = True
        field.focus()

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Narrow the list to what is typed."""
        self._narrow(replace(self._view.wanted, text=event.value.strip()))

    @on(Input.Submitted)
    def leave_field(self) -> None:
        """Go to what was found."""
        field = self.query_one(Field)
        self.query_one(Listing).focus()
        field.display = bool(field.value.strip())

    @on(Listing.Chosen)
    def open_request(self) -> None:
        """Go to the request under the cursor."""
        row = self.query_one(Listing).current
        if isinstance(row, WorkRow):
            self.tell(RequestWanted(row))

    def _export(self) -> None:
        wanted = self._view.wanted
        self.put(which_form(len(self._view.rows), partial(self._export_as, wanted)))

    def _export_as(self, wanted: Filter, form: str) -> None:
        self.tell(ExportWanted(wanted, form))
