"""All that is known of one machine, on a screen that has no room for it beside the list."""

from collections.abc import Iterable

from textual import events
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.fleet import KioskView
from kiosk.ui.desk import machinelines as lines
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.pairs import pairs
from kiosk.ui.widgets.sheet import Sheet


class Machine(DeskScreen):
    """A machine as it was when it was chosen."""

    CSS_PATH = "machine.tcss"
    AUTO_FOCUS = ""

    def __init__(self, view: KioskView) -> None:
        super().__init__()
        self._view = view

    def heading(self) -> str:
        return f"{self._view.name}  ({self._view.symbols})"

    def body(self) -> Iterable[Widget]:
        facts = self.host.facts
        rows = lines.details(self._view, facts.now(), facts.zone)
        yield Static(pairs(rows), id="known", markup=False)

    def on_key(self, event: events.Key) -> None:
        for sheet in self.query(Sheet):
            sheet.scroll_by_arrow(event.key)
