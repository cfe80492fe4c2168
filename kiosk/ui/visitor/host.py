"""What a visitor's screen may rely on of the app that shows it."""

from typing import Protocol

from kiosk.ui.base import Door
from kiosk.ui.visitor.parts import Demo, Facts, VisitorSide
from kiosk.ui.visitor.visit import Visit


class Host(Protocol):
    """The app, as its screens know it."""

    door: Door[VisitorSide]
    """The way to the desks."""
    demo: Demo | None
    facts: Facts
    """What is known of the clinic."""
    visit: Visit
    """The visit under way."""

    @property
    def is_ready(self) -> bool:
        """Whether the desks are there; a question before would delay the first screen."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether visitors can use the kiosk now."""
        ...

    def simulate_scan(self) -> None:
        """Scan the next sample pass (demo only)."""
        ...
