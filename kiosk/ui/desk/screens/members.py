"""Members and their passes: find somebody, hand out, replace or revoke a pass, join a group."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar
from uuid import UUID

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.domain.roster import Added, AlreadyThere, Member
from kiosk.ui.base import Trouble
from kiosk.ui.desk import rosterasks as asks
from kiosk.ui.desk.memberacts import MemberActs
from kiosk.ui.desk.memberlines import COLUMNS, Drawing
from kiosk.ui.desk.messages import Finished, PersonWanted
from kiosk.ui.desk.places import Place, Spot
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing


class Members(MemberActs):
    """A field to find a name, and the list; or, for a session, the list to choose from."""

    CSS_PATH = "members.tcss"
    AUTO_FOCUS = "Field"
    place: ClassVar[Place | None] = Place.PASSES

    def __init__(self, session_id: UUID | None = None) -> None:
        """Take the session whose list somebody is put on; without one, passes are the matter."""
        super().__init__()
        self._session_id = session_id
        self._members: tuple[Member, ...] = ()

    @property
    def spot(self) -> Spot | None:
        return None if self._session_id else super().spot

    def heading(self) -> str:
        return "Put a member on the list" if self._session_id else "Members and passes"

    def lead(self) -> str:
        return "Type a part of the name and press Enter; empty finds everybody."

    def body(self) -> Iterable[Widget]:
        yield Field(most=60)
        yield Listing[Member](
            COLUMNS, key=lambda member: member.participant_id, draw=self._line, empty=""
        )

    def keys(self) -> Iterable[Key]:
        # Nothing is done to somebody whose name is hidden: it would be done to the wrong one.
        member = self.current_member if self.names_shown else None
        if self.typing:
            yield Key("enter", "Find", self._find)
            return
        if self._session_id is not None:
            if member is not None:
                yield Key("enter", "Is here", self._check_in)
        else:
            yield Key("a", "New person", self._add)
            if member is not None:
                yield Key("p", "New pass", self.replace)
                yield Key("r", "Revoke", self.revoke)
                yield Key("g", "Groups", self.change_groups)
                yield Key("space", "Mark", self.mark)
        yield Key("f", "Find", self._to_field)
        yield self.name_key()
        if self.marked:
            yield Key("s", f"Sheet ({len(self.marked)})", self.sheet)

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        text = self.query_one(Field).value
        answer = await self.ask(lambda side: (side.passes.members(text), side.passes.groups()))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._members, self.groups = answer
            self.redraw()

    def redraw(self) -> None:
        listing = self.query_one(Listing)
        listing.set_empty("Nobody of that name.")
        listing.set_rows(self._members)
        self.rekey()

    def _line(self, member: Member) -> Line:
        zone = self.host.facts.zone
        drawing = Drawing(zone, self.groups, self.marked, names=self.names_shown)
        return drawing.line(member)

    @on(Input.Submitted)
    def find(self) -> None:
        """Show who was found."""
        self._find()

    def _find(self) -> None:
        self.show_names()
        self.query_one(Listing).focus()
        self.look(self._read)

    def _to_field(self) -> None:
        self.query_one(Field).focus()

    @on(Listing.Chosen)
    def choose(self) -> None:
        """Do the one thing that Enter means for somebody; first it shows who it is."""
        if not self.names_shown:
            self.show_names()
        elif self._session_id is not None:
            self._check_in()

    def _check_in(self) -> None:
        member, session_id = self.current_member, self._session_id
        if member is not None and session_id is not None:
            question = partial(asks.check_in, session_id, member.participant_id)
            self.act(question, then=self._tell_checked_in)

    def _tell_checked_in(self, answer: Added | AlreadyThere) -> None:
        there = isinstance(answer, AlreadyThere)
        self.tell(Finished("They are on the list already." if there else "Checked in."))

    def _add(self) -> None:
        self.tell(PersonWanted())
