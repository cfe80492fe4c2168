"""The manager's screens above their places, and how a screen tells the app that one is wanted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kiosk.domain.groups import GroupPlan, PlannedSession
from kiosk.domain.plans import ImportReport
from kiosk.domain.series import Series
from kiosk.domain.staff import AccountView, Role
from kiosk.ui.desk.messages import Intent


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


class PageWanted(Intent):
    """A page is to be shown above the screen in front, or in its place."""

    def __init__(self, page: Page, *, instead: bool = False) -> None:
        super().__init__()
        self.page = page
        self.instead = instead


class SeriesKept(Intent):
    """A series is planned; the screen that shows it and its form have done their work."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence
