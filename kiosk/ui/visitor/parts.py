"""What the visitor's side is made of; bootstrap fills it in once the home screen is painted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # the desks bring the database with them, which start-up does not wait for
    from kiosk.content.take_home import TakeHome
    from kiosk.usecases.maintenance import MaintenanceDesk
    from kiosk.usecases.visitor import VisitorDesk


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each kind of screen stays, in seconds."""

    idle: float = 60.0
    """Without a key or tap, before the warning."""
    warning: float = 30.0
    """The warning itself, before everything is cleared."""
    result: float = 8.0
    """A result that needs no reading."""
    receipt: float = 120.0
    """A screen with a code to photograph, before the warning."""


def _utc_today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the screens need to know of the clinic; the defaults serve until it is known."""

    today: Callable[[], date] = _utc_today
    """The clinic's date now."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    country: str = "SG"
    """ISO 3166 code whose phone numbers need no country code."""
    timing: Timing = field(default_factory=Timing)
    take_home: "tuple[TakeHome, ...]" = ()
    helplines: str = ""
    """The clinic's own list of helplines, as the content reads it; empty: the shipped one."""


@dataclass(frozen=True, slots=True)
class VisitorSide:
    """The desks behind the visitor's screens; they are only used through the door."""

    desk: "VisitorDesk"
    maintenance: "MaintenanceDesk"
    facts: Facts
    helplines: Callable[[], str] = lambda: ""
    """Gives the list of helplines that a manager has published, checked; empty for none."""


class Boot(Protocol):
    """Makes the visitor's side; called once, in a thread, after the first paint."""

    def __call__(self) -> VisitorSide:
        """Open the store and build the desks; raises KioskError."""
        ...


@dataclass(frozen=True, slots=True)
class Demo:
    """What only a demo kiosk has."""

    passes: Callable[[], tuple[str, ...]]
    """Gives the digits of the sample passes, for the simulated scan."""
