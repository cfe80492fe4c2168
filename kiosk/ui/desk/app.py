"""The desk: which screen follows which, put together from the parts of each role."""

from kiosk.ui.desk.callers import CallerWays
from kiosk.ui.desk.facilitators import FacilitatorWays
from kiosk.ui.desk.managers import ManagerWays


class DeskApp(FacilitatorWays, CallerWays, ManagerWays):
    """Everything that staff do on a screen; a role without a desk here is not in the menu."""
