"""The manager's part of the desk: their places."""

from functools import partial

from textual import on

from kiosk.ui.desk import messages as m
from kiosk.ui.desk.navigation import Maker
from kiosk.ui.desk.places import Place, Spot
from kiosk.ui.desk.planners import PlannerWays
from kiosk.ui.desk.screens.audit import AuditTrail
from kiosk.ui.desk.screens.groups import Groups
from kiosk.ui.desk.screens.kiosks import Kiosks
from kiosk.ui.desk.screens.machine import Machine
from kiosk.ui.desk.screens.records import RecordsKept
from kiosk.ui.desk.screens.reports import Reports
from kiosk.ui.desk.screens.staff import StaffList

_PLACES: dict[Place, Maker] = {
    Place.GROUPS: Groups,
    Place.STAFF: StaffList,
    Place.REPORTS: Reports,
    Place.RECORDS: RecordsKept,
    Place.AUDIT: AuditTrail,
    Place.KIOSKS: Kiosks,
}


class ManagerWays(PlannerWays):
    """Adds the manager's places."""

    def maker(self, spot: Spot) -> Maker | None:
        """Return the manager's places."""
        return _PLACES.get(spot.place) or super().maker(spot)

    @on(m.MachineWanted)
    async def show_machine(self, event: m.MachineWanted) -> None:
        """Show all that is known of a machine."""
        if not self.is_stale(event):
            await self.show(partial(Machine, event.view))
