"""Screens with words on the left and a QR code on the right."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.action import Action, Actions
from kiosk.ui.widgets.qr import QrCode


class BesideCode(VisitorScreen):
    """The base of every screen that shows a code; its look is in visitor.tcss."""

    stays: Stay = "receipt"

    def code(self) -> QrCode:
        """The code on the right."""
        raise NotImplementedError

    def caption(self) -> str:
        """One sentence under the code, or empty."""
        return ""

    def compose(self) -> ComposeResult:
        with Horizontal(id="split"):
            with Vertical(id="left"):
                yield from self.page()
                yield from self.below()
            with Vertical(id="right"):
                yield self.code()
                if self.caption():
                    yield Static(self.caption(), id="caption", markup=False)
        yield from self.foot()

    def on_resize(self) -> None:
        # What is too low for the code shows the same content in plain characters.
        for code in self.query(QrCode):
            self.set_class(not code.has_room(self.size.height), "-no-code")

    def below(self) -> ComposeResult:
        yield Actions(
            Action(self._("Back"), letter="B", id="back"), Action(self._("More"), id="more")
        )
