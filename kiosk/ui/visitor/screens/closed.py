"""The kiosk is out of order: one kind sentence, and help stays one key away."""

from collections.abc import Iterable

from textual import events
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.text import clean
from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.messages import Want
from kiosk.ui.visitor.screen import VisitorScreen


class Closed(VisitorScreen):
    """Shown while staff have switched the kiosk off, or while it cannot keep anything."""

    CSS_PATH = "closed.tcss"
    stays: Stay = "rest"

    def __init__(self, for_staff: str = "") -> None:
        super().__init__()
        self._for_staff = clean(for_staff, 300)

    def heading(self) -> str:
        return self._("Please ask at the counter.")

    def lead(self) -> str:
        return self._("This screen is resting. Any staff member can do everything for you.")

    def body(self) -> Iterable[Widget]:
        if self._for_staff:
            words = self._("For staff: {reason}").format(reason=self._for_staff)
            yield Static(words, id="for-staff", markup=False)

    def below(self) -> Iterable[Widget]:
        return ()

    def on_key(self, event: events.Key) -> None:
        if (event.character or "").upper() == "M":
            event.stop()
            event.prevent_default()
            self.want(Want.STAFF)
