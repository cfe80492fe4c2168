"""A locked app that notes what gets through, for tests without a terminal."""

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.lockdown import LockedScreen
from kiosk.ui.terminal.messages import InputKindChanged, Scanned


class Page(LockedScreen):
    BINDINGS: ClassVar = [
        ("escape", "away"),
        ("z", "secret"),
        ("y", "app.quit"),
        ("w", "app.known"),
    ]
    allowed_actions = frozenset({"away"})

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("[@click=app.known]link[/]", id="link")
        yield Input(id="field", select_on_focus=False)
        yield Button("Press")

    def action_away(self) -> None:
        self.ran.append("away")

    def action_secret(self) -> None:
        self.ran.append("secret")

    def key_f9(self) -> None:
        self.ran.append("f9")

    def on_button_pressed(self) -> None:
        self.ran.append("pressed")


class Sample(LockedApp):
    allowed_actions = LockedApp.allowed_actions | {"known"}

    def __init__(self) -> None:
        self.now = 100.0
        self.crashes: list[tuple[str, str]] = []
        super().__init__(crash_log=self._crashed, clock=lambda: self.now)
        self.scans: list[str] = []
        self.kinds: list[str] = []
        self.ran: list[str] = []

    def _crashed(self, kind: str, place: str) -> None:
        self.crashes.append((kind, place))

    def get_default_screen(self) -> Page:
        return Page()

    @property
    def page(self) -> Page:
        assert isinstance(self.screen, Page)
        return self.screen

    @property
    def field(self) -> str:
        return self.screen.query_one("#field", Input).value

    def action_known(self) -> None:
        self.ran.append("known")

    @on(Scanned)
    def scanned(self, event: Scanned) -> None:
        self.scans.append(event.text)

    @on(InputKindChanged)
    def changed(self, event: InputKindChanged) -> None:
        self.kinds.append(event.kind)


async def give(pilot: Pilot[Any], *posted: events.Event) -> None:
    for event in posted:
        pilot.app.post_message(event)
    await pilot.pause()
    await pilot.pause()


def mouse(kind: type[events.MouseEvent], x: int, y: int, **parts: Any) -> events.MouseEvent:
    usual = {"delta_x": 0, "delta_y": 0, "button": 1, "shift": False, "meta": False, "ctrl": False}
    return kind(None, x, y, **{**usual, **parts})
