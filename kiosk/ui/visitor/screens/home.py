"""The first screen: what there is to do, and nothing about why visitors are here."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events, on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.door import Trouble
from kiosk.ui.visitor.screen import VisitorRoute, VisitorScreen
from kiosk.ui.visitor.text import format_lately_waited
from kiosk.ui.visitor.times import format_session
from kiosk.ui.widgets.buttons import Actions, Pressable, Tile
from kiosk.ui.widgets.layout import Tiles

_MEASURE_SECONDS = 20.0
_ROUTES = {
    "read": VisitorRoute.READ,
    "call": VisitorRoute.CALL,
    "groups": VisitorRoute.GROUPS,
    "take-home": VisitorRoute.TAKE_HOME,
    "keep": VisitorRoute.KEEP,
    "withdraw": VisitorRoute.WITHDRAW,
}


class HomeScreen(VisitorScreen):
    """Six tiles and the day's neutral line."""

    AUTO_FOCUS = ""
    stays = "rest"
    pages_tiles = True
    _sessions: tuple[str, ...] | None = None
    """The day's sessions as text; None until they are known."""
    _clock_wrong = False

    def heading(self) -> str:
        return self.brief(self._("Talk to someone who has been there"), self._("Welcome"))

    def lead(self) -> str:
        return self._("You do not need this screen. Any staff member can do this for you.")

    def body(self) -> Iterable[Widget]:
        with Tiles(brief=True, id="tiles"):
            yield Tile(
                self.brief(self._("Read about peer support"), self._("Read")),
                self.brief(self._("What it is, and a first talk")),
                letter="R",
                id="read",
            )
            yield Tile(
                self.brief(self._("Ask for a call"), self._("A call")),
                self.brief(self._("Someone rings when it suits you")),
                letter="C",
                id="call",
            )
            yield Tile(
                self.brief(self._("Check in to a group"), self._("Check in")),
                self.brief(self._("Scan your pass, or come without")),
                letter="G",
                id="groups",
            )
            yield Tile(
                self.brief(self._("Take something home"), self._("Take home")),
                self.brief(self._("Booklets and numbers")),
                letter="T",
                id="take-home",
            )
            yield Tile(
                self._("What we keep"),
                self.brief(self._("And how to have it removed")),
                letter="K",
                id="keep",
            )
            yield Tile(
                self.brief(self._("Withdraw a request"), self._("Withdraw")),
                self.brief(self._("With your slip or its code")),
                letter="W",
                id="withdraw",
            )
        yield Static("", id="today", markup=False)
        yield Static("", id="promise", markup=False)

    def below(self) -> Iterable[Widget]:
        # Drawn or larger tiles may make the page longer than the screen.
        if self.draws_letters or self.visit.is_large:
            yield Actions(self._more_action())

    def on_mount(self) -> None:
        if self.door.is_open:
            self.call_after_refresh(self.read_schedule)

    def read_schedule(self) -> None:
        """Read the day's sessions beside the screen, which would not be painted meanwhile."""
        self.run_worker(self._read_schedule())

    async def _read_schedule(self) -> None:
        """Show the day's sessions under the tiles, by their neutral labels."""
        answer = await self.ask(lambda side: (side.desk.sessions_today(), side.clinic.zone))
        if isinstance(answer, Trouble):
            return
        today, zone = answer
        lines = [
            format_session(session, zone, self.visit.texts)
            for session in (*today.open_now, *today.later)
        ]
        self._sessions = tuple(lines)
        self._clock_wrong = today.clock_wrong
        self._show_today()
        await self._show_promise()

    async def _show_promise(self) -> None:
        """Say how long people waited for a call lately; measuring it must hold up no scan."""
        waited = await self.door.ask_aside(lambda side: side.desk.lately_waited(), _MEASURE_SECONDS)
        self.end_if_detached()
        if not isinstance(waited, Trouble) and not self.visit.is_quiet:
            told = "" if waited is None else format_lately_waited(waited, self.context)
            self.say(told, "#promise")

    def on_resize(self) -> None:
        self._show_today()

    def _show_today(self) -> None:
        """Show as many sessions as the line has room for."""
        if self._sessions is None:
            return
        room = max((line.size.width for line in self.query("#today")), default=0)
        text = self._("Today")
        gap = "   "
        for session in self._sessions:
            longer = f"{text}{gap}{session}"
            if cell_len(longer) > room:
                break
            text, gap = longer, "   ·   "
        if not self._sessions:
            planned = self._("You can check in to your group here.")
            text = planned if self._clock_wrong else self._("No groups are planned today.")
        self.say(text, "#today")

    def on_key(self, event: events.Key) -> None:
        if (event.character or "").upper() == "M":
            event.stop()
            event.prevent_default()
            self.go_to(VisitorRoute.STAFF)

    @on(Pressable.Pressed, "Tile")
    def go(self, event: Pressable.Pressed) -> None:
        """Go where the tile leads."""
        self.go_to(_ROUTES[event.pressable.id or "read"])
