"""What the staff's screens tell the app: what happened, never what comes next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import TYPE_CHECKING
from uuid import UUID

from textual.message import Message

from kiosk.domain.groups.groups import GroupPlan, PlannedSession, Series
from kiosk.domain.groups.plan_import import ImportReport
from kiosk.domain.staff import AccountView, Role

if TYPE_CHECKING:
    from textual.screen import Screen

    from kiosk.domain.attendance.roster import IssuedPass
    from kiosk.domain.callbacks.worklist import WorklistFilter, WorkRow
    from kiosk.domain.fleet import KioskView
    from kiosk.ui.desk.session import CurrentUser


class Place(Enum):
    """Where somebody who is signed in can be; none of them says anything about a person."""

    MENU = auto()
    SESSIONS = auto()
    ROSTER = auto()
    PASSES = auto()
    ODDITIES = auto()
    CALLBACKS = auto()
    GROUPS = auto()
    STAFF = auto()
    REPORTS = auto()
    RECORDS = auto()
    AUDIT = auto()
    KIOSKS = auto()
    PASSPHRASE = auto()


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """A place, and which one of it; what the lock remembers beside the login."""

    place: Place
    of: UUID | None = None


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu."""

    place: Place
    letter: str
    title: str
    more: str
    role: Role | None
    """Who sees it; None for everybody."""
    also: Role | None = None
    """Who sees it as well."""

    def is_for(self, roles: frozenset[Role]) -> bool:
        """Say whether somebody with `roles` sees it."""
        return self.role is None or bool(roles & {self.role, self.also})


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        Place.SESSIONS, "G", "Groups today", "Who has arrived, and head counts", Role.FACILITATOR
    ),
    MenuEntry(
        Place.PASSES, "P", "Members and passes", "Hand out, replace or revoke", Role.FACILITATOR
    ),
    MenuEntry(
        Place.ODDITIES,
        "E",
        "Odd records",
        "Late, twice, or by wrong clocks",
        Role.FACILITATOR,
        also=Role.MANAGER,
    ),
    MenuEntry(Place.CALLBACKS, "C", "Callbacks", "The next call is at the top", Role.CALLER),
    MenuEntry(
        Place.GROUPS, "S", "Groups and sessions", "Plan, change, cancel, import", Role.MANAGER
    ),
    MenuEntry(Place.STAFF, "F", "Staff", "Accounts, roles, languages", Role.MANAGER),
    MenuEntry(Place.REPORTS, "R", "Reports", "Waiting times, attendance", Role.MANAGER),
    MenuEntry(Place.RECORDS, "D", "Records kept", "What is deleted, and when", Role.MANAGER),
    MenuEntry(Place.AUDIT, "A", "Audit trail", "Who did what, and is it whole", Role.MANAGER),
    MenuEntry(Place.KIOSKS, "K", "Kiosks", "Last contact, and what waits", Role.MANAGER),
    MenuEntry(Place.PASSPHRASE, "O", "My own passphrase", "Choose a new one", None),
)
"""Every place of the menu, in its order; Q, which signs out everywhere, is no letter here."""


def menu_entries(roles: frozenset[Role]) -> tuple[MenuEntry, ...]:
    """Return what somebody with `roles` finds in the menu."""
    return tuple(entry for entry in MENU if entry.is_for(roles))


class DeskWant(Enum):
    """What can be asked for on many screens."""

    BACK = auto()
    SIGN_OUT = auto()
    LEAVE = auto()
    """End the program."""


class DeskIntent(Message):
    """Something that somebody did; the app ignores it once its screen has gone."""

    origin: "Screen[None] | None" = None
    """The screen it happened on."""


class Leaves(DeskIntent):
    """Somebody wants to be somewhere else."""

    def __init__(self, want: DeskWant) -> None:
        super().__init__()
        self.want = want


class Finished(DeskIntent):
    """A screen has done its work: back to the one under it, which says so."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class GoesTo(DeskIntent):
    """A place was chosen."""

    def __init__(self, spot: PlaceOf) -> None:
        super().__init__()
        self.spot = spot


class Entered(DeskIntent):
    """Somebody signed in, or changed the passphrase that they had been given."""

    def __init__(self, who: "CurrentUser") -> None:
        super().__init__()
        self.who = who


class SomebodyElse(DeskIntent):
    """The locked desk is to be opened by another person."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose."""

    letter: str
    """The key that chooses it."""
    title: str
    value: str
    """What `then` gets."""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question above a screen: a choice of options, or one line to type."""

    title: str
    then: Callable[[str], None]
    """Called once the screen that asked is in front again; Esc asks for nothing."""
    lead: str = ""
    options: tuple[Offer, ...] = ()
    """Empty: one line is typed."""
    check: Callable[[str], str] = lambda _text: ""
    """Says in one sentence what is wrong with a typed line, or nothing."""
    value: str = ""
    """What stands in the line at first."""
    most: int = 120
    """Characters of the line."""
    replaced: bool = False
    """Whether what is typed takes the place of `value`; otherwise it goes on from there."""


class PersonWanted(DeskIntent):
    """Somebody is to be put on a session's list by name; or, without one, to get a pass."""

    def __init__(self, session_id: UUID | None = None) -> None:
        super().__init__()
        self.session_id = session_id


class MemberWanted(DeskIntent):
    """Somebody of the members is to be put on a session's list."""

    def __init__(self, session_id: UUID) -> None:
        super().__init__()
        self.session_id = session_id


class MachineWanted(DeskIntent):
    """All that is known of a machine is to be shown."""

    def __init__(self, view: "KioskView") -> None:
        super().__init__()
        self.view = view


class PassMade(DeskIntent):
    """A pass is to be shown; its secret is kept nowhere else."""

    def __init__(self, issued: "IssuedPass") -> None:
        super().__init__()
        self.issued = issued


class Asks(DeskIntent):
    """A screen has a question."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question


class Answered(DeskIntent):
    """A question has its answer."""

    def __init__(self, question: Question, value: str) -> None:
        super().__init__()
        self.question = question
        self.value = value


class RequestWanted(DeskIntent):
    """A request was chosen."""

    def __init__(self, row: "WorkRow") -> None:
        super().__init__()
        self.row = row


class TwinsWanted(DeskIntent):
    """The other requests of the same number are to be shown."""

    def __init__(self, row: "WorkRow") -> None:
        super().__init__()
        self.row = row


class ExportWanted(DeskIntent):
    """The filtered list is to be written to a file."""

    def __init__(self, wanted: "WorklistFilter", form: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.form = form
        """One of "xlsx", "csv", "json", "fhir"."""


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group to be changed; None: a new one."""

    plan: GroupPlan | None


@dataclass(frozen=True, slots=True)
class WeekPage:
    """The sessions of a week, of one group or of all."""

    group: GroupPlan | None
    day: date | None
    """A day of the week that is shown first; None: this week."""


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A session to be changed; None: a new one of the group."""

    group: GroupPlan
    session: PlannedSession | None
    day: date
    """On which a new one is proposed."""


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """A series to be planned."""

    group: GroupPlan
    day: date
    """From which it is proposed."""


@dataclass(frozen=True, slots=True)
class SeriesDays:
    """All sessions of a series, to be looked at before they are kept."""

    group: GroupPlan
    series: Series
    room: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class PlanFilePage:
    """A plan file to be chosen."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What a plan file changed."""

    name: str
    report: ImportReport


@dataclass(frozen=True, slots=True)
class NewStaffPage:
    """An account to be made."""


@dataclass(frozen=True, slots=True)
class RolesPage:
    """The roles of an account."""

    account: AccountView


@dataclass(frozen=True, slots=True)
class LanguagesPage:
    """The languages of an account."""

    account: AccountView


@dataclass(frozen=True, slots=True)
class PassphrasePage:
    """A passphrase to be given."""

    account_id: UUID
    login: str
    roles: frozenset[Role] | None = None
    """The new roles that ask for it; None: they lost theirs."""


PlanPage = GroupPage | WeekPage | SessionPage | SeriesPage | SeriesDays | PlanFilePage | ReportPage
StaffPage = NewStaffPage | RolesPage | LanguagesPage | PassphrasePage
Page = PlanPage | StaffPage


class PageWanted(DeskIntent):
    """A page is to be shown above the screen in front, or in its place."""

    def __init__(self, page: Page, *, instead: bool = False) -> None:
        super().__init__()
        self.page = page
        self.instead = instead


class SeriesKept(DeskIntent):
    """A series is planned; the screen that shows it and its form have done their work."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence
