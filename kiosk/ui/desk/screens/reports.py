"""The manager's reports: charts of finished blocks of four weeks, without anybody in them."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.charts import LEGEND
from kiosk.ui.base import Trouble
from kiosk.ui.desk import oversightasks as asks
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.reportviews import TABS, Picture, ReportView, View
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.chart import Chart
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.sheet import Sheet
from kiosk.ui.widgets.tabline import TabLine


class Reports(DeskScreen):
    """Views with a letter each; the arrows turn to earlier and later weeks."""

    CSS_PATH = "reports.tcss"
    AUTO_FOCUS = ""
    place: ClassVar[Place | None] = Place.REPORTS

    def __init__(self) -> None:
        super().__init__()
        self._told: ReportView | None = None
        self._picture = Picture(())

    def heading(self) -> str:
        return "Reports"

    def lead(self) -> str:
        told = self._told
        return "Reckoning …" if told is None else told.weeks(self.host.facts.zone)

    def body(self) -> Iterable[Widget]:
        yield TabLine(tuple(TABS.values()), TABS[View.REQUESTS].letter)
        yield Static("", id="nothing", markup=False)
        with Container(id="both"):
            yield Chart(id="left")
            yield Chart(id="right")
        yield Chart(id="below")
        yield Static(LEGEND, id="legend", markup=False)

    def keys(self) -> Iterable[Key]:
        if self._told is not None and self._told.has_earlier:
            yield Key("left", "Four weeks before", partial(self._turn, 1))
        if self._told is not None and self._told.has_later:
            yield Key("right", "Four weeks after", partial(self._turn, -1))

    def take_letter(self, letter: str) -> bool:
        """Show the view of a letter."""
        for view, tab in TABS.items():
            if tab.letter == letter and self._told is not None:
                self._told.shown = view
                self._draw()
                return True
        return super().take_letter(letter)

    def on_mount(self) -> None:
        self._draw()
        self.look(self._read)

    async def _read(self) -> None:
        answer = await self.ask(asks.reports)
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._told = ReportView(answer.requests, answer.attendance)
            self._draw()

    def _turn(self, blocks: int) -> None:
        if self._told is not None:
            self._told.turn(blocks)
            self._draw()

    @on(TabLine.Clicked)
    def click_view(self, event: TabLine.Clicked) -> None:
        """Show the view that was clicked."""
        self.take_letter(event.tab.letter)

    def _draw(self) -> None:
        told = self._told
        words = "" if told is None else told.nothing(self.host.facts.zone)
        self._picture = Picture(()) if told is None else told.picture()
        nothing = self.query_one("#nothing", Static)
        nothing.update(words)
        nothing.display = bool(words)
        self.query_one("#legend").display = bool(self._picture.left)
        self.query_one("#left", Chart).show(self._picture.left)
        self.query_one("#right", Chart).show(self._picture.right)
        self.query_one("#below", Chart).show(self._picture.below)
        if told is not None:
            self.query_one(TabLine).show(TABS[told.shown].letter)
        self._arrange()
        self.query_one(Sheet).scroll_home(animate=False)
        self.rehead()
        self.rekey()

    def _arrange(self) -> None:
        has_room = self.query_one(Sheet).size.width >= self._picture.beside
        self.query_one("#both").set_class(has_room and bool(self._picture.right), "-beside")

    def on_resize(self) -> None:
        self._arrange()

    def on_key(self, event: events.Key) -> None:
        for sheet in self.query(Sheet):
            sheet.scroll_by_arrow(event.key)
