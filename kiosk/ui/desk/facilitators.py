"""The facilitator's part of the desk: which of their screens follows which."""

from functools import partial

from textual import on

from kiosk.ui.desk import messages as m
from kiosk.ui.desk.life import DeskLife
from kiosk.ui.desk.navigation import Maker
from kiosk.ui.desk.places import Place, Spot
from kiosk.ui.desk.screens.card import PassCard
from kiosk.ui.desk.screens.members import Members
from kiosk.ui.desk.screens.oddities import Oddities
from kiosk.ui.desk.screens.person import NewPerson
from kiosk.ui.desk.screens.roster import RosterList
from kiosk.ui.desk.screens.sessions import Sessions


class FacilitatorWays(DeskLife):
    """Adds the facilitator's places, and hears what their screens tell."""

    def maker(self, spot: Spot) -> Maker | None:
        """Return the facilitator's places."""
        if spot.place is Place.ROSTER and spot.of is not None:
            return partial(RosterList, spot.of)
        own: dict[Place, Maker] = {
            Place.SESSIONS: Sessions,
            Place.PASSES: Members,
            Place.ODDITIES: Oddities,
        }
        return own.get(spot.place) or super().maker(spot)

    @on(m.PersonWanted)
    async def add_by_name(self, event: m.PersonWanted) -> None:
        """Ask for a name."""
        if not self.is_stale(event):
            await self.show(partial(NewPerson, event.session_id))

    @on(m.MemberWanted)
    async def add_member(self, event: m.MemberWanted) -> None:
        """Show the members to choose from."""
        if not self.is_stale(event):
            await self.show(partial(Members, event.session_id))

    @on(m.PassMade)
    async def show_pass(self, event: m.PassMade) -> None:
        """Show a new pass; its form has done its work."""
        if self.is_stale(event):
            return
        card = partial(PassCard, event.issued)
        await (self.show_instead(card) if isinstance(self.screen, NewPerson) else self.show(card))
