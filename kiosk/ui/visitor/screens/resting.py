"""The warning before a visit is cleared, a poster, and the screen of a closed kiosk."""

from collections.abc import Iterable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.braille import USUAL
from kiosk.domain.text import clean
from kiosk.ui.visitor.screen import VisitorRoute, VisitorScreen
from kiosk.ui.visitor.visit import Stay, VisitorContext
from kiosk.ui.widgets.buttons import Action
from kiosk.ui.widgets.large_text import LargeText
from kiosk.ui.widgets.poster import Poster, PosterText


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


class PosterScreen(VisitorScreen):
    """What any waiting room's screen could show; the next key or tap shows the first screen.

    It is no kiosk to look at, so it has no foot.
    """

    AUTO_FOCUS = ""
    stays: Stay = "rest"
    may_be_larger = False

    def compose(self) -> ComposeResult:
        yield Poster(format_poster(self.context))

    def tick(self) -> None:
        self.query_one(Poster).show(format_poster(self.context))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        is_help = self._route_of(event, typing=False) is VisitorRoute.HELP
        self.go_to(VisitorRoute.HELP if is_help else VisitorRoute.STAY)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.go_to(VisitorRoute.STAY)


def format_poster(context: VisitorContext) -> PosterText:
    """Return the time, and two sentences that suit everybody; without a time until it is known."""
    _, clock = context.visit.texts.gettext, context.clinic.now
    time = f"{clock():%H:%M}" if context.door.is_open else ""
    return PosterText(time, (_("Welcome"), _("Please ask at the counter.")))


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
