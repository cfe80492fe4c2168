"""What a screen of the desk may rely on of the app that shows it."""

from typing import Protocol

from kiosk.ui.base import Door
from kiosk.ui.desk.parts import Facts, Who
from kiosk.ui.desk.session import DeskSide


class Host(Protocol):
    """The app, as its screens know it."""

    door: Door[DeskSide]
    """The way to the desks."""
    facts: Facts
    """What is known of the clinic."""
    who: Who | None
    """Who is signed in."""

    last_activity: float
    """When the last key or tap came, in seconds of `monotonic`."""

    def monotonic(self) -> float:
        """Give seconds of the clock that waits are counted by."""
        ...

    def expel(self, sentence: str) -> None:
        """Sign out at once, since a desk says that the account may no longer work here."""
        ...
