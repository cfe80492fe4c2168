"""The caller's part of the desk: which of their screens follows which."""

from functools import partial

from textual import on

from kiosk.ui.desk import callmessages as m
from kiosk.ui.desk.life import DeskLife
from kiosk.ui.desk.navigation import Maker
from kiosk.ui.desk.places import Place, Spot
from kiosk.ui.desk.screens.export import Exporting
from kiosk.ui.desk.screens.request import Request
from kiosk.ui.desk.screens.twins import Twins
from kiosk.ui.desk.screens.worklist import CallList


class CallerWays(DeskLife):
    """Adds the caller's places by `maker`, and hears what their screens tell."""

    def maker(self, spot: Spot) -> Maker | None:
        """Return the caller's places."""
        return CallList if spot.place is Place.CALLBACKS else super().maker(spot)

    @on(m.RequestWanted)
    async def show_request(self, event: m.RequestWanted) -> None:
        """Show one request; from a list of the same number it takes the list's place."""
        if self.is_stale(event):
            return
        request = partial(Request, event.row)
        await (self.show_instead(request) if isinstance(self.screen, Twins) else self.show(request))

    @on(m.TwinsWanted)
    async def show_twins(self, event: m.TwinsWanted) -> None:
        """Show the other requests of the same number."""
        if not self.is_stale(event):
            await self.show(partial(Twins, event.row))

    @on(m.ExportWanted)
    async def export(self, event: m.ExportWanted) -> None:
        """Write the filtered list to a file."""
        if not self.is_stale(event):
            await self.show(partial(Exporting, event.wanted, event.form))
