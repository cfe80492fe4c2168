"""Checking in: scan a pass, or choose a session and come without one."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from textual import on
from textual.containers import Grid
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.sessions import Session, SessionsToday
from kiosk.ui.visitor.messages import SessionChosen, Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.words import place_and_time
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.tile import Tile


class ChooseSession(VisitorScreen):
    """Several sessions are open: which one is it?"""

    CSS_PATH = "check_in.tcss"

    def __init__(self, sessions: Sequence[Session], zone: ZoneInfo, name: str | None) -> None:
        super().__init__()
        self._sessions = {session.id.hex: session for session in sessions}
        self._zone = zone
        self._greeted = name

    def heading(self) -> str:
        if self._greeted:
            return self._("Welcome, {name}. Which group is it?").format(name=self._greeted)
        return self._("Welcome. Which group is it?")

    def lead(self) -> str:
        return self._("Choose the room and the time.")

    def body(self) -> Iterable[Widget]:
        with Grid(id="sessions"):
            for key, session in self._sessions.items():
                title = place_and_time(session, self._zone, self.visit.texts.language)
                yield Tile(title, self._more(session), name=key)

    def _more(self, session: Session) -> str:
        return "" if session.room == session.label else session.room

    @on(Pressable.Pressed, "Tile")
    def choose(self, event: Pressable.Pressed) -> None:
        """Tell which session was chosen."""
        if event.pressable.name in self._sessions:
            self.tell(SessionChosen(self._sessions[event.pressable.name]))


class CheckIn(ChooseSession):
    """The scanner is ready; without a pass, choose what is open now."""

    def __init__(self, today: SessionsToday, zone: ZoneInfo) -> None:
        super().__init__(today.open_now, zone, None)
        self._today = today

    def heading(self) -> str:
        return self._("Check in to a group")

    def lead(self) -> str:
        if self._today.open_now:
            return self._("Show your pass to the scanner. No pass? Choose your group here.")
        return self._("Nothing is open for check-in just now.")

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        for session in self._today.later[:3]:
            line = place_and_time(session, self._zone, self.visit.texts.language)
            words = self._("Later today: {session}").format(session=line)
            yield Static(words, classes="later", markup=False)
        if not self._today.open_now:
            yield Tile(self._("Tell me more about groups"), letter="T", id="about")

    @on(Pressable.Pressed, "#about")
    def read(self) -> None:
        """Ask for something to read."""
        self.want(Want.READ)
