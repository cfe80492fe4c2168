"""How a visitor's screen reaches the desks, the visit and the app."""

from typing import TYPE_CHECKING, cast

from kiosk.ui.asking import Asking
from kiosk.ui.base import Door
from kiosk.ui.visitor.messages import Intent, Want, Wants
from kiosk.ui.visitor.parts import VisitorSide

if TYPE_CHECKING:
    from kiosk.ui.visitor.host import Host
    from kiosk.ui.visitor.visit import Visit


class AskingScreen(Asking[VisitorSide]):
    """The base of `VisitorScreen`."""

    @property
    def host(self) -> "Host":
        """The app, as far as a screen may know it."""
        return cast("Host", self.app)

    @property
    def door(self) -> Door[VisitorSide]:
        return self.host.door

    @property
    def visit(self) -> "Visit":
        """The visit under way."""
        return self.host.visit

    def _(self, message: str) -> str:
        """Return `message` in the visit's language."""
        return self.visit.texts.gettext(message)

    def tell(self, intent: Intent) -> None:
        """Tell the app what happened here."""
        intent.origin = self
        self.post_message(intent)

    def want(self, want: Want) -> None:
        """Tell the app where the visitor wants to be."""
        self.tell(Wants(want))
