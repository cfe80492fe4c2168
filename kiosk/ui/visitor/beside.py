"""Screens with words on the left and a QR code on the right."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.qr import QrCode


class BesideCode(VisitorScreen):
    """The base of every screen that shows a code; its look is in visitor.tcss."""

    stays: Stay = "receipt"

    def code(self) -> QrCode:
        """The code on the right."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Horizontal(id="split"):
            with Vertical(id="left"):
                yield from self.page()
                yield from self.below()
            yield self.code()
        yield from self.foot()

    def below(self) -> ComposeResult:
        yield Action(self._("Back"), letter="B", id="back")
