"""Is somebody still there? Any key or tap gives more time."""

from collections.abc import Iterable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.messages import MoreTime
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.action import Action


class StillThere(VisitorScreen):
    """Covers what was on the screen, and gives it back untouched."""

    CSS_PATH = "idle.tcss"
    stays: Stay = "idle"

    def __init__(self, seconds: int, *, since: float) -> None:
        super().__init__()
        self.since = since
        """When the warning came, by the app's monotonic clock in seconds."""
        self._seconds = seconds

    def body(self) -> Iterable[Widget]:
        yield Static(self._("Are you still there?"), id="heading", markup=False)
        yield Static(self._sentence(), id="left", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="middle"):
            yield from self.body()
            yield Action(self._("I need more time"), id="more-time", primary=True)
        yield from self.foot()

    def _sentence(self) -> str:
        ngettext = self.visit.texts.ngettext
        return ngettext(
            "This screen clears in {seconds} second. Press any key to stay.",
            "This screen clears in {seconds} seconds. Press any key to stay.",
            self._seconds,
        ).format(seconds=self._seconds)

    def count_down(self, seconds: int) -> None:
        """Show how much time is left."""
        if seconds != self._seconds:
            self._seconds = seconds
            self.say(self._sentence(), "#left")

    def on_key(self, event: events.Key) -> None:
        if self._wish(event, typing=False) is None:
            event.stop()
            event.prevent_default()
            self.tell(MoreTime())

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.tell(MoreTime())

    def on_pressable_pressed(self) -> None:
        self.tell(MoreTime())
