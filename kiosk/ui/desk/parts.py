"""What the staff's side is made of; bootstrap fills it in behind the first screen."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # the desks bring the database with them, which start-up does not wait for
    from kiosk.domain.plans import Plans
    from kiosk.domain.roster import IssuedPass
    from kiosk.domain.staff import Role
    from kiosk.domain.worklist import ExportRow, Filter

FLOOR_IDLE = 120.0
"""Seconds without a key before the desk locks, where visitors may pass by (an office: 600)."""
LONGEST_STAY = 8 * 3600.0
"""Seconds after which everybody has to sign in again."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the screens need to know of the clinic; the defaults serve until it is known."""

    clinic: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    country: str = "SG"
    """ISO 3166 code whose phone numbers need no country code."""
    now: Callable[[], datetime] = _utc_now
    """The clinic's clock, aware UTC."""
    idle: float = FLOOR_IDLE
    """Seconds without a key before the desk locks."""
    may_end: bool = False
    """Whether the program can be ended without signing in: in an office, not where visitors are."""
    at_centre: bool = False
    """Whether the records are those of all machines of the clinic, and not of this one alone."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who is signed in, without their keys."""

    login: str
    roles: "frozenset[Role]"
    since: datetime
    must_change: bool = False
    """True where their passphrase was given by a manager and has to be replaced first."""


Progress = Callable[[int, int], None]
"""Is told how many of how many are done, in the desk's thread."""


class WriteCallbacks(Protocol):
    """Writes callback requests to a file in the exports folder."""

    def __call__(
        self,
        rows: "Collection[ExportRow]",
        chosen: "Filter",
        form: str,
        login: str,
        progress: Progress,
    ) -> str:
        """Write `rows`, which were `chosen`, as `form` ("xlsx", "csv", "json", "fhir").

        Returns the file's path; `login` is who asked for it.
        """
        ...


class WriteSheet(Protocol):
    """Writes passes as a PDF to print and cut."""

    def __call__(self, passes: "Sequence[IssuedPass]", login: str) -> str:
        """Return the path of the file in the exports folder."""
        ...


@dataclass(frozen=True, slots=True)
class PlanShelf:
    """The plan files that wait to be imported."""

    folder: str
    """Where they lie."""
    names: tuple[str, ...]


class PlanFiles(Protocol):
    """Reads and writes files of groups and sessions."""

    def waiting(self) -> PlanShelf:
        """Return the files in the import folder."""
        ...

    def read(self, name: str) -> "Plans":
        """Read one of them, or a file at a path of one's own; SetupError where it is no plan."""
        ...

    def write(self, plans: "Plans", form: str) -> str:
        """Write plans as `form` ("toml", "ics") into the exports folder; return the path."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What bootstrap hands in, since the screens may not know the reports."""

    export_callbacks: WriteCallbacks
    pass_sheet: WriteSheet
    plans: PlanFiles
