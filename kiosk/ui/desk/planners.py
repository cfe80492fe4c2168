"""The manager's pages of groups, sessions and staff: which screen shows which."""

from functools import partial
from typing import assert_never

from textual import on

from kiosk.ui.desk import pages as p
from kiosk.ui.desk.life import DeskLife
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.screens.account import NewStaff
from kiosk.ui.desk.screens.given import GivenPassphrase
from kiosk.ui.desk.screens.group import GroupForm
from kiosk.ui.desk.screens.plan_file import PlanFile
from kiosk.ui.desk.screens.plan_report import PlanReport
from kiosk.ui.desk.screens.rights import Languages, Roles
from kiosk.ui.desk.screens.series import SeriesForm
from kiosk.ui.desk.screens.series_days import SeriesList
from kiosk.ui.desk.screens.session import SessionForm
from kiosk.ui.desk.screens.week import Week


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
            return GroupForm(page.plan)
        case p.WeekPage():
            return Week(page.group, page.day)
        case p.SessionPage():
            return SessionForm(page)
        case p.SeriesPage():
            return SeriesForm(page)
        case p.SeriesDays():
            return SeriesList(page)
        case p.PlanFilePage():
            return PlanFile()
        case p.ReportPage():
            return PlanReport(page)
    assert_never(page)


def _staff_screen(page: p.StaffPage) -> DeskScreen:
    match page:
        case p.NewStaffPage():
            return NewStaff()
        case p.RolesPage():
            return Roles(page.account)
        case p.LanguagesPage():
            return Languages(page.account)
        case p.PassphrasePage():
            return GivenPassphrase(page)
    assert_never(page)
