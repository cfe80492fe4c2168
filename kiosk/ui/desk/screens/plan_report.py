"""What a plan file changed."""

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.desk.managewords import import_lines
from kiosk.ui.desk.pages import ReportPage
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.pairs import pairs


class PlanReport(DeskScreen):
    """Counts."""

    CSS_PATH = "plan_report.tcss"

    def __init__(self, page: ReportPage) -> None:
        super().__init__()
        self._page = page

    def heading(self) -> str:
        return f"Taken in: {self._page.name}"

    def lead(self) -> str:
        report = self._page.report
        if report.changes_nothing:
            return "Nothing has changed; everything was as the file says."
        if report.left:
            return "What had begun, or was cancelled at a desk, stays as it is."
        return "Everything is now as the file says."

    def body(self) -> Iterable[Widget]:
        yield Static(pairs(import_lines(self._page.report)), id="counts", markup=False)
