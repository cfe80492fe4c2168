"""Who is signed in, with the desks that their keys open; all of it goes when they leave."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.wishes import NO_WISHES, OfferedWishes
from kiosk.domain.printing import PrintedSlip, PrintJob
from kiosk.domain.staff import PassphraseProblem, Staff
from kiosk.domain.working_time import WorkingCalendar
from kiosk.errors import SignedOut

if TYPE_CHECKING:  # the desks bring the database with them, which start-up does not wait for
    from kiosk.domain.attendance.roster import IssuedPass
    from kiosk.domain.callbacks.entry import BlankForm
    from kiosk.domain.callbacks.worklist import ExportRow, WorklistFilter, WorklistHabit
    from kiosk.domain.groups.plan_import import Plans
    from kiosk.domain.person.data import NotThere, PersonData
    from kiosk.domain.staff import Role
    from kiosk.presentation.pages import TextPages
    from kiosk.usecases.access import Access, SignInRefused
    from kiosk.usecases.admin.anomalies_desk import AnomaliesDesk
    from kiosk.usecases.admin.desk import OversightDesk
    from kiosk.usecases.admin.person_desk import PersonDesk
    from kiosk.usecases.attendance.roster_desk import RosterDesk
    from kiosk.usecases.callbacks.desk import CallbackDesk
    from kiosk.usecases.callbacks.entry import EntryDesk
    from kiosk.usecases.groups.desk import GroupsDesk
    from kiosk.usecases.menu_desk import MenuDesk
    from kiosk.usecases.passes.desk import PassDesk
    from kiosk.usecases.staff.accounts_desk import AccountsDesk
    from kiosk.usecases.staff_desk import SignedIn


FLOOR_IDLE = 120.0
"""Seconds without a key before the desk locks, where visitors may pass by (an office: 600)."""
LONGEST_STAY = 8 * 3600.0
"""Seconds after which everybody has to sign in again."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClinicInfo:
    """What the screens need to know of the clinic; the defaults serve until it is known."""

    name: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    calendar: WorkingCalendar = field(default_factory=lambda: WorkingCalendar(ZoneInfo("UTC")))
    """When the clinic works, in its zone."""
    country: str = "SG"
    """ISO 3166 code whose phone numbers need no country code."""
    calling_number: str = ""
    """Where calls come from: a number, "private", or empty where nothing is said of it."""
    now: Callable[[], datetime] = _utc_now
    """The clinic's clock, aware UTC."""
    idle: float = FLOOR_IDLE
    """Seconds without a key before the desk locks."""
    may_end: bool = False
    """Whether the program can be ended without signing in: in an office, not where visitors are."""
    at_centre: bool = False
    """Whether the records are those of all machines of the clinic, and not of this one alone."""
    wishes: OfferedWishes = NO_WISHES
    """What can be wished for when a call is asked for, with the names of topics."""

    @property
    def today(self) -> date:
        """The clinic's local day."""
        return self.now().astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who is signed in, without their keys."""

    login: str
    roles: "frozenset[Role]"
    since: datetime
    must_change: bool = False
    """True where a manager has set their passphrase, which has to be replaced first."""


Progress = Callable[[int, int], None]
"""Called with how many of how many are done, in the desk's thread."""


class WriteCallbacks(Protocol):
    """Writes callback requests to a file in the exports folder."""

    def __call__(
        self,
        rows: "Collection[ExportRow]",
        chosen: "WorklistFilter",
        form: str,
        login: str,
        progress: Progress,
    ) -> str:
        """Write `rows`, which were `chosen`, as `form`, a code of `ExportFormat` (exports.writing).

        Return the file's path; `login` is who asked for it.
        """
        ...


class PrintTools(Protocol):
    """Prints beside the screens; each method returns a job at once, which gets its result later."""

    def passes(self, passes: "Sequence[IssuedPass]", login: str) -> PrintJob:
        """Print passes to cut; where no printer takes them they go into the exports folder."""
        ...

    def forms(self, forms: "Sequence[BlankForm]", login: str) -> PrintJob:
        """Print paper forms; where no printer takes them they go into the exports folder."""
        ...

    def text(self, pages: "TextPages", login: str) -> PrintJob:
        """Print a list or a report as it is seen."""
        ...

    def slip(self, slip: PrintedSlip) -> PrintJob:
        """Print the slip of a request."""
        ...


class WritePerson(Protocol):
    """Writes one person's data, as JSON and as a page to hand over."""

    def __call__(self, data: "PersonData | NotThere", login: str) -> tuple[str, ...]:
        """Return the paths of both in the exports folder; SetupError where nothing is kept."""
        ...


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """The import folder, with the plan files that wait in it."""

    folder: str
    """Its path."""
    names: tuple[str, ...]


class PlanFiles(Protocol):
    """Reads and writes files of groups and sessions."""

    def waiting(self) -> PlanFolder:
        """Return the files in the import folder."""
        ...

    def read(self, name: str) -> "Plans":
        """Read one of them, or a file at a path of one's own; SetupError where it is no plan."""
        ...

    def write(self, plans: "Plans", form: str) -> str:
        """Write plans as `form` ("toml", "ics") into the exports folder; return the path."""
        ...


class Habits(Protocol):
    """Remembers on this machine how each person looks at their list."""

    def recall(self, staff_id: UUID) -> "WorklistHabit":
        """Return what is remembered of a person; a blank one where that is nothing."""
        ...

    def keep(self, staff_id: UUID, habit: "WorklistHabit") -> None:
        """Remember it; what cannot be written is forgotten."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What bootstrap hands in, since the screens may not know the reports."""

    export_callbacks: WriteCallbacks
    printing: PrintTools
    plans: PlanFiles
    habits: Habits
    export_person: WritePerson


Desk = TypeVar("Desk")


class DeskSide:
    """Stands behind the door; only the desk's thread ever holds what is in it."""

    def __init__(self, access: "Access", clinic: ClinicInfo, tools: Tools) -> None:
        self._access = access
        self.clinic = clinic
        self.tools = tools
        self._signed_in: SignedIn | None = None
        self._desks: dict[str, object] = {}

    def sign_in(self, login: str, passphrase: str) -> "CurrentUser | SignInRefused":
        """Try a passphrase; what was open before is dropped first."""
        self.lock()
        return self._enter(self._access.sign_in(login, passphrase))

    def change_passphrase(
        self, old: str, new: str
    ) -> "CurrentUser | SignInRefused | PassphraseProblem":
        """Replace the passphrase of who is signed in; they stay signed in."""
        answer = self._access.change_passphrase(self.login, old, new)
        return answer if isinstance(answer, PassphraseProblem) else self._enter(answer)

    def lock(self) -> None:
        """Drop the keys, the desks and all that they have opened."""
        self._signed_in = None
        self._desks = {}

    @property
    def login(self) -> str:
        """The name of who is signed in; SignedOut where nobody is."""
        return self._present.staff.login

    @property
    def _staff_id(self) -> UUID:
        return self._present.staff.id

    @property
    def _present(self) -> "SignedIn":
        if self._signed_in is None:
            raise SignedOut("Please sign in.")
        return self._signed_in

    @property
    def habit(self) -> "WorklistHabit":
        """How who is signed in looks at their list."""
        return self.tools.habits.recall(self._staff_id)

    @habit.setter
    def habit(self, habit: "WorklistHabit") -> None:
        self.tools.habits.keep(self._staff_id, habit)

    @property
    def roster(self) -> "RosterDesk":
        """The facilitator's desk for sessions."""
        return self._open("roster", self._access.roster_desk)

    @property
    def passes(self) -> "PassDesk":
        """The facilitator's desk for members and passes."""
        return self._open("passes", self._access.pass_desk)

    @property
    def anomalies(self) -> "AnomaliesDesk":
        """The desk of anomalies, for facilitators and managers."""
        return self._open("anomalies", self._access.anomalies_desk)

    @property
    def groups(self) -> "GroupsDesk":
        """The manager's desk of groups and sessions."""
        return self._open("groups", self._access.groups_desk)

    @property
    def accounts(self) -> "AccountsDesk":
        """The manager's desk of staff accounts."""
        return self._open("accounts", self._access.accounts_desk)

    @property
    def oversight(self) -> "OversightDesk":
        """The manager's desk of reports, retention and the audit trail."""
        return self._open("oversight", self._access.oversight_desk)

    @property
    def person(self) -> "PersonDesk":
        """The manager's desk of one person's data."""
        return self._open("person", self._access.person_desk)

    @property
    def callbacks(self) -> "CallbackDesk":
        """The caller's desk."""
        return self._open("callbacks", self._access.callback_desk)

    @property
    def menu(self) -> "MenuDesk":
        """What waits for everybody."""
        return self._open("menu", self._access.menu_desk)

    @property
    def entry(self) -> "EntryDesk":
        """The desk of those who enter requests for people."""
        return self._open("entry", self._access.entry_desk)

    def _enter(self, answer: "SignedIn | SignInRefused") -> "CurrentUser | SignInRefused":
        staff = getattr(answer, "staff", None)  # its class would bring the database with it
        if not isinstance(staff, Staff):
            return cast("SignInRefused", answer)
        self.lock()
        self._signed_in = signed_in = cast("SignedIn", answer)
        return CurrentUser(staff.login, staff.roles, signed_in.since, signed_in.must_change)

    def _open(self, name: str, make: "Callable[[SignedIn], Desk]") -> Desk:
        """Return a desk, opened at its first use; SignedOut where nobody is signed in."""
        present = self._present
        if name not in self._desks:
            self._desks[name] = make(present)
        return cast("Desk", self._desks[name])


class OpenDeskSide(Protocol):
    """Makes the staff's side; called once, in a thread, after the first paint."""

    def __call__(self) -> DeskSide:
        """Open the store and make the way in; raises KioskError."""
        ...
