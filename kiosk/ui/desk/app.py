"""The desk: which screen follows which, put together from the parts of each role."""

from functools import partial
from typing import assert_never

from textual import on

from kiosk.ui.desk import messages as m
from kiosk.ui.desk import messages as p
from kiosk.ui.desk.admin.audit import AuditTrailScreen
from kiosk.ui.desk.admin.kiosks import KioskScreen, KiosksScreen
from kiosk.ui.desk.admin.reports import ReportsScreen
from kiosk.ui.desk.admin.retention import RetentionScreen
from kiosk.ui.desk.attendance.anomalies import AnomaliesScreen
from kiosk.ui.desk.attendance.roster import RosterScreen
from kiosk.ui.desk.attendance.sessions import SessionsScreen
from kiosk.ui.desk.callbacks.duplicates import DuplicatesScreen
from kiosk.ui.desk.callbacks.export import ExportScreen
from kiosk.ui.desk.callbacks.request import RequestScreen
from kiosk.ui.desk.callbacks.worklist import WorklistScreen
from kiosk.ui.desk.groups.groups import GroupFormScreen, GroupsScreen
from kiosk.ui.desk.groups.plan_file import PlanFileScreen, PlanReportScreen
from kiosk.ui.desk.groups.series import SeriesDaysScreen, SeriesFormScreen
from kiosk.ui.desk.groups.week import SessionFormScreen, WeekScreen
from kiosk.ui.desk.lifecycle import DeskLife, Maker
from kiosk.ui.desk.messages import Place, PlaceOf
from kiosk.ui.desk.passes.members import MembersScreen
from kiosk.ui.desk.passes.new_pass import NewPassScreen, PassScreen
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.staff.accounts import (
    AccountsScreen,
    LanguagesScreen,
    NewAccountScreen,
    ResetPassphraseScreen,
    RolesScreen,
)


class CallerWays(DeskLife):
    """Adds the caller's places by `maker`, and hears what their screens tell."""

    def maker(self, spot: PlaceOf) -> Maker | None:
        """Return the caller's places."""
        return WorklistScreen if spot.place is Place.CALLBACKS else super().maker(spot)

    @on(m.RequestWanted)
    async def show_request(self, event: m.RequestWanted) -> None:
        """Show one request; from a list of the same number it takes the list's place."""
        if self.is_stale(event):
            return
        request = partial(RequestScreen, event.row)
        await (
            self.show_instead(request)
            if isinstance(self.screen, DuplicatesScreen)
            else self.show(request)
        )

    @on(m.TwinsWanted)
    async def show_twins(self, event: m.TwinsWanted) -> None:
        """Show the other requests of the same number."""
        if not self.is_stale(event):
            await self.show(partial(DuplicatesScreen, event.row))

    @on(m.ExportWanted)
    async def export(self, event: m.ExportWanted) -> None:
        """Write the filtered list to a file."""
        if not self.is_stale(event):
            await self.show(partial(ExportScreen, event.wanted, event.form))


class FacilitatorWays(DeskLife):
    """Adds the facilitator's places, and hears what their screens tell."""

    def maker(self, spot: PlaceOf) -> Maker | None:
        """Return the facilitator's places."""
        if spot.place is Place.ROSTER and spot.of is not None:
            return partial(RosterScreen, spot.of)
        own: dict[Place, Maker] = {
            Place.SESSIONS: SessionsScreen,
            Place.PASSES: MembersScreen,
            Place.ODDITIES: AnomaliesScreen,
        }
        return own.get(spot.place) or super().maker(spot)

    @on(m.PersonWanted)
    async def add_by_name(self, event: m.PersonWanted) -> None:
        """Ask for a name."""
        if not self.is_stale(event):
            await self.show(partial(NewPassScreen, event.session_id))

    @on(m.MemberWanted)
    async def add_member(self, event: m.MemberWanted) -> None:
        """Show the members to choose from."""
        if not self.is_stale(event):
            await self.show(partial(MembersScreen, event.session_id))

    @on(m.PassMade)
    async def show_pass(self, event: m.PassMade) -> None:
        """Show a new pass; its form has done its work."""
        if self.is_stale(event):
            return
        card = partial(PassScreen, event.issued)
        await (
            self.show_instead(card) if isinstance(self.screen, NewPassScreen) else self.show(card)
        )


class PlannerWays(DeskLife):
    """Hears what the manager's screens tell."""

    @on(p.PageWanted)
    async def open_page(self, event: p.PageWanted) -> None:
        """Show a page."""
        if not self.is_stale(event):
            make = partial(_screen_of, event.page)
            await (self.show_instead(make) if event.instead else self.show(make))

    @on(p.SeriesKept)
    async def leave_series(self, event: p.SeriesKept) -> None:
        """Go back to the week from the days of a series and its form."""
        if self.is_stale(event):
            return
        await self.back()
        await self.back()
        if self.in_front is not None:
            self.in_front.say(event.sentence)


def _screen_of(page: p.Page) -> DeskScreen:
    match page:
        case p.NewStaffPage() | p.RolesPage() | p.LanguagesPage() | p.PassphrasePage():
            return _staff_screen(page)
    return _plan_screen(page)


def _plan_screen(page: p.PlanPage) -> DeskScreen:
    match page:
        case p.GroupPage():
            return GroupFormScreen(page.plan)
        case p.WeekPage():
            return WeekScreen(page.group, page.day)
        case p.SessionPage():
            return SessionFormScreen(page)
        case p.SeriesPage():
            return SeriesFormScreen(page)
        case p.SeriesDays():
            return SeriesDaysScreen(page)
        case p.PlanFilePage():
            return PlanFileScreen()
        case p.ReportPage():
            return PlanReportScreen(page)
    assert_never(page)


def _staff_screen(page: p.StaffPage) -> DeskScreen:
    match page:
        case p.NewStaffPage():
            return NewAccountScreen()
        case p.RolesPage():
            return RolesScreen(page.account)
        case p.LanguagesPage():
            return LanguagesScreen(page.account)
        case p.PassphrasePage():
            return ResetPassphraseScreen(page)
    assert_never(page)


_PLACES: dict[Place, Maker] = {
    Place.GROUPS: GroupsScreen,
    Place.STAFF: AccountsScreen,
    Place.REPORTS: ReportsScreen,
    Place.RECORDS: RetentionScreen,
    Place.AUDIT: AuditTrailScreen,
    Place.KIOSKS: KiosksScreen,
}


class ManagerWays(PlannerWays):
    """Adds the manager's places."""

    def maker(self, spot: PlaceOf) -> Maker | None:
        """Return the manager's places."""
        return _PLACES.get(spot.place) or super().maker(spot)

    @on(m.MachineWanted)
    async def show_machine(self, event: m.MachineWanted) -> None:
        """Show all that is known of a machine."""
        if not self.is_stale(event):
            await self.show(partial(KioskScreen, event.view))


class DeskApp(FacilitatorWays, CallerWays, ManagerWays):
    """Everything that staff do on a screen; a role without a desk here is not in the menu."""
