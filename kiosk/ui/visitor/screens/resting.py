"""The warning before a visit is cleared, and the screen of a kiosk that is out of order."""

from collections.abc import Iterable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.braille import USUAL
from kiosk.domain.text import clean
from kiosk.ui.visitor.screen import VisitorRoute, VisitorScreen
from kiosk.ui.visitor.visit import Stay
from kiosk.ui.widgets.buttons import Action
from kiosk.ui.widgets.large_text import LargeText


class StillThereScreen(VisitorScreen):
    """Asks whether the visitor is still there; any key or tap shows again what it covers.

    One of them also has every screen of this visit wait ten times as long.
    """

    AUTO_FOCUS = ""
    stays: Stay = "idle"

    def __init__(self, seconds: int, *, since: float) -> None:
        super().__init__()
        self.since = since
        """When the warning came, by the app's monotonic clock in seconds."""
        self._seconds = seconds

    def body(self) -> Iterable[Widget]:
        heading = self._("Are you still there?")
        yield LargeText(self.visit.texts.large(heading), height=USUAL)
        yield Static(heading, id="heading", markup=False)
        yield Static(self._format_left(), id="left", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="middle"):
            yield from self.body()
            if not self.visit.has_more_time:
                yield Action(self._("I need more time"), letter="T", id="more-time", primary=True)
        yield from self.foot()

    def _format_left(self) -> str:
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
            self.say(self._format_left(), "#left")

    def limit(self) -> tuple[str, ...]:
        return ()

    def on_key(self, event: events.Key) -> None:
        if self._route_of(event, typing=False) is not None:
            return
        event.stop()
        event.prevent_default()
        wants_more = (event.character or "").upper() == "T" and self.takes_presses()
        self.go_to(VisitorRoute.MORE_TIME if wants_more else VisitorRoute.STAY)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.go_to(VisitorRoute.STAY)

    def on_pressable_pressed(self) -> None:
        self.go_to(VisitorRoute.MORE_TIME)


class OutOfOrderScreen(VisitorScreen):
    """Shown while staff have switched the kiosk off, or while it cannot keep anything."""

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
            text = self._("For staff: {reason}").format(reason=self._for_staff)
            yield Static(text, id="for-staff", markup=False)

    def below(self) -> Iterable[Widget]:
        return ()

    def on_key(self, event: events.Key) -> None:
        if (event.character or "").upper() == "M":
            event.stop()
            event.prevent_default()
            self.go_to(VisitorRoute.STAFF)
