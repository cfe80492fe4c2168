"""The reports: which charts are shown, and of which four weeks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.statistics import Block, Report
from kiosk.presentation.charts import LEGEND
from kiosk.presentation.languages import format_call_language
from kiosk.presentation.pages import PAGE_CELLS, TextBlock, TextPages
from kiosk.presentation.statistics import REPORTS, ReportSection, skip_empty_blocks
from kiosk.ui.desk.messages import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import format_day
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.chart import Chart
from kiosk.ui.widgets.desk_bars import Key, TabLabel, TabLine
from kiosk.ui.widgets.layout import Sheet

BLOCKS = 6
"""Blocks of four weeks that are shown: half a year."""
TABS = tuple(
    TabLabel(one.letter, one.title, one.short) for report in REPORTS for one in report.tabs
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn where."""

    left: tuple[ReportSection, ...] = ()
    right: tuple[ReportSection, ...] = ()
    below: tuple[ReportSection, ...] = ()
    """Across the whole page."""
    beside: int = 0
    """Cells of the page from which the right stands beside the left, and not under it."""


class ReportView:
    """Holds the reports, and which part of them is shown; some go further back than others."""

    def __init__(self, reports: Sequence[Report[Any]]) -> None:
        """Take the reports of `REPORTS`, in its order."""
        self._tabs = {
            tab.letter: (tab, skip_empty_blocks(report.blocks))
            for shown, report in zip(REPORTS, reports, strict=True)
            for tab in shown.tabs
        }
        self._next_at = max(report.next_at for report in reports)
        self._back = 0
        """How many blocks before the last one; the same for all tabs."""
        self.letter = next(iter(self._tabs))
        """Of the tab that is shown."""

    @property
    def _blocks(self) -> tuple[Any, ...]:
        return self._tabs[self.letter][1]

    @property
    def has_earlier(self) -> bool:
        """Whether there is a block before the one that is shown."""
        return self._back + 1 < len(self._blocks)

    @property
    def has_later(self) -> bool:
        """Whether there is a block after the one that is shown."""
        return self._place > 0

    @property
    def _place(self) -> int:
        """How far back the block is that is shown; the oldest where there is none so old."""
        return max(0, min(self._back, len(self._blocks) - 1))

    def turn(self, blocks: int) -> None:
        """Go so many blocks back; forth where it is negative."""
        self._back = max(0, min(self._place + blocks, len(self._blocks) - 1))

    def format_weeks(self, zone: ZoneInfo) -> str:
        """Return which four weeks are shown, and when the next ones will be."""
        if not self._blocks:
            return ""
        block: Block = self._blocks[-1 - self._place].block
        words = f"{_format_day(block.monday)} to {_format_day(block.last_day, with_year=True)}"
        if self.has_later:
            return words
        return f"{words} · the next on {_format_day(_date(self._next_at, zone))}"

    def describe_nothing(self, zone: ZoneInfo) -> str:
        """Return why there is nothing to see; empty where there is something."""
        if self._blocks:
            return ""
        first = _format_day(_date(self._next_at, zone), with_year=True)
        return (
            "There is nothing to tell yet.\n\n"
            "Figures are told of four whole weeks at a time, two days after they have ended, and"
            " only where at least five people stand behind them.\n\n"
            f"The next four weeks are told on {first}."
        )

    def picture(self) -> Picture:
        """Return what is drawn of the block that is shown."""
        tab, blocks = self._tabs[self.letter]
        if not blocks:
            return Picture()
        left, *right = tab.draw(blocks[-1 - self._place], _format_language)
        trend = tab.draw_trend(blocks)
        if tab.is_trend_below:
            return Picture((left,), tuple(right), trend, tab.beside)
        return Picture((left,), (*right, *trend), (), tab.beside)

    def pages(self, zone: ZoneInfo) -> TextPages:
        """Return all views of the four weeks that are shown, to be printed."""
        blocks = [TextBlock("", (LEGEND,))]
        for tab, shown in self._tabs.values():
            if shown:
                block = shown[-1 - min(self._place, len(shown) - 1)]
                sections = (*tab.draw(block, _format_language), *tab.draw_trend(shown))
                blocks += [TextBlock(one.title, tuple(one.draw(PAGE_CELLS))) for one in sections]
        return TextPages("the report", "Report", self.format_weeks(zone), tuple(blocks))


def _format_language(code: str) -> str:
    return "Other" if code == CallLanguage.OTHER else format_call_language(code)


def _date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _format_day(day: date, *, with_year: bool = False) -> str:
    return f"{format_day(day)} {day.year}" if with_year else format_day(day)


class ReportsScreen(DeskScreen):
    """Views with a letter each; the arrows turn to earlier and later weeks."""

    AUTO_FOCUS = ""
    place: ClassVar[Place | None] = Place.REPORTS

    def __init__(self) -> None:
        super().__init__()
        self._report: ReportView | None = None
        self._picture = Picture()

    def heading(self) -> str:
        return "Reports"

    def lead(self) -> str:
        report = self._report
        return "Reckoning …" if report is None else report.format_weeks(self.clinic.zone)

    def body(self) -> Iterable[Widget]:
        yield TabLine(TABS, TABS[0].letter)
        yield Static("", id="nothing", markup=False)
        with Container(id="both"):
            yield Chart(id="left")
            yield Chart(id="right")
        yield Chart(id="below")
        yield Static(LEGEND, id="legend", markup=False)

    def keys(self) -> Iterable[Key]:
        if self._report is not None and self._report.has_earlier:
            yield Key("left", "Four weeks before", partial(self._turn, 1))
        if self._report is not None and self._report.has_later:
            yield Key("right", "Four weeks after", partial(self._turn, -1))
        if self._picture.left:
            yield Key("p", "Print", self._print)

    def take_letter(self, letter: str) -> bool:
        """Show the view of a letter."""
        if self._report is None or letter not in {tab.letter for tab in TABS}:
            return super().take_letter(letter)
        self._report.letter = letter
        self._draw()
        return True

    def on_mount(self) -> None:
        self._draw()
        self.poll(self._read)

    async def _read(self) -> None:
        answer = await self.ask(
            lambda side: [side.oversight.report(one.kind, BLOCKS) for one in REPORTS]
        )
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._report = ReportView(answer)
            self._draw()

    def _print(self) -> None:
        report, login = self._report, self.who.login if self.who else ""
        if report is not None:
            pages = report.pages(self.clinic.zone)
            self.print_by(lambda side: side.tools.printing.text(pages, login))

    def _turn(self, blocks: int) -> None:
        if self._report is not None:
            self._report.turn(blocks)
            self._draw()

    @on(TabLine.Clicked)
    def click_view(self, event: TabLine.Clicked) -> None:
        """Show the view that was clicked."""
        self.take_letter(event.tab.letter)

    def _draw(self) -> None:
        report = self._report
        words = "" if report is None else report.describe_nothing(self.clinic.zone)
        self._picture = Picture() if report is None else report.picture()
        nothing = self.query_one("#nothing", Static)
        nothing.update(words)
        nothing.display = bool(words)
        self.query_one("#legend").display = bool(self._picture.left)
        self.query_one("#left", Chart).show(self._picture.left)
        self.query_one("#right", Chart).show(self._picture.right)
        self.query_one("#below", Chart).show(self._picture.below)
        if report is not None:
            self.query_one(TabLine).show(report.letter)
        self._arrange()
        self.query_one(Sheet).scroll_home(animate=False)
        self.rehead()
        self.rekey()

    def _arrange(self) -> None:
        has_room = self.query_one(Sheet).size.width >= self._picture.beside
        self.query_one("#both").set_class(has_room and bool(self._picture.right), "-beside")

    def on_resize(self) -> None:
        self._arrange()
