"""Members and their passes: find one, hand out, replace or revoke a pass, join a group."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.content.languages import format_language
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.attendance.roster import Added, AlreadyThere, GroupName, IssuedPass, Member
from kiosk.domain.printing import PrintJob
from kiosk.ui.desk.messages import Place, PlaceOf
from kiosk.ui.desk.passes.new_pass import NewPassScreen, PassScreen
from kiosk.ui.desk.people import HIDDEN, PeopleScreen
from kiosk.ui.desk.questions import ask_sure, ask_which_group
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import format_day
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.list import Column, Line, Listing

COLUMNS = (
    Column("", 1),
    Column("Name", 24, 14, grows=True, keeps="start"),
    Column("Language", 10, 8, rank=2),
    Column("Groups", 24, 12, grows=True),
    Column("Passes", 6, right=True),
    Column("Last pass", 10, rank=1),
)

_NO_NAME = "name not readable"
_NAMED = 8
"""So many people are named where several are meant."""


@dataclass(frozen=True, slots=True)
class MemberRows:
    """Draws the rows, with the names or without."""

    zone: ZoneInfo
    groups: Sequence[GroupName]
    marked: frozenset[UUID]
    names: bool

    def line(self, member: Member) -> Line:
        """Return one member's row."""
        marked = member.participant_id in self.marked
        last = member.last_pass_at
        name = HIDDEN if not self.names else member.name or _NO_NAME
        cells = (
            "✓" if marked else "",
            name,
            format_language(member.language),
            ", ".join(group.name for group in self.groups if group.id in member.groups),
            str(member.passes),
            "" if last is None else format_day(last.astimezone(self.zone).date()),
        )
        return Line(cells, "strong" if marked else "")


def describe_member(member: Member, groups: Sequence[GroupName], zone: ZoneInfo) -> str:
    """Return who it is: the name, and what tells apart two of one name."""
    parts = [member.name or _NO_NAME, *(one.name for one in groups if one.id in member.groups)]
    if member.last_pass_at is not None:
        parts.append(f"last pass {format_day(member.last_pass_at.astimezone(zone).date())}")
    return " · ".join(parts)


def format_names(members: Sequence[Member]) -> str:
    """Return the names of some people; of many the first ones and how many more there are."""
    names = [member.name or _NO_NAME for member in members[:_NAMED]]
    more = len(members) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def pass_replacer(people: Sequence[UUID]) -> Callable[[DeskSide], tuple[IssuedPass, ...]]:
    """Return what makes a new pass for each of `people`; called twice, they are the same passes."""
    drafts: dict[UUID, JoinDraft] = {}

    def replace(side: DeskSide) -> tuple[IssuedPass, ...]:
        for person in people:
            drafts.setdefault(person, side.passes.new_pass())
        return tuple(side.passes.replace_pass(person, drafts[person]) for person in people)

    return replace


def sheet_printer(people: Sequence[UUID]) -> Callable[[DeskSide], PrintJob]:
    """Return what makes new passes for `people` and prints them on one sheet."""
    replace = pass_replacer(people)
    return lambda side: side.tools.printing.passes(replace(side), side.login)


class MembersScreen(PeopleScreen):
    """A field to find a name, and the list; or, for a session, the list to choose from."""

    AUTO_FOCUS = "Field"
    place: ClassVar[Place | None] = Place.PASSES

    def __init__(self, session_id: UUID | None = None) -> None:
        """Take the id of the session whose list a member is put on; None: passes are handed out."""
        super().__init__()
        self._session_id = session_id
        self._members: tuple[Member, ...] = ()
        self._groups: tuple[GroupName, ...] = ()
        self._marked: dict[UUID, Member] = {}
        """Those who are to have a new pass on a sheet, by id; a search may not show all of them."""

    @property
    def route(self) -> PlaceOf | None:
        return None if self._session_id else super().route

    @property
    def _current(self) -> Member | None:
        """The member under the cursor."""
        return self.current_row(Member)

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
        member = self._current if self.names_shown else None
        if self.typing:
            yield Key("enter", "Find", self._find)
            return
        if self._session_id is not None:
            if member is not None:
                yield Key("enter", "Is here", self._check_in)
        else:
            yield Key("a", "New person", self._add)
            if member is not None:
                yield Key("p", "New pass", self._replace)
                yield Key("r", "Revoke", self._revoke)
                yield Key("g", "Groups", self._change_groups)
                yield Key("space", "Mark", self._mark)
        yield Key("f", "Find", self._to_field)
        yield self.name_key()
        if self._marked:
            yield Key("s", f"Sheet ({len(self._marked)})", self._ask_sheet)

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        text = self.query_one(Field).value
        answer = await self.ask(lambda side: (side.passes.members(text), side.passes.groups()))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._members, self._groups = answer
            self.redraw()

    def redraw(self) -> None:
        listing = self.query_one(Listing)
        listing.set_empty("Nobody of that name.")
        listing.set_rows(self._members)
        self.rekey()

    def _line(self, member: Member) -> Line:
        marked = frozenset(self._marked)
        rows = MemberRows(self.clinic.zone, self._groups, marked, names=self.names_shown)
        return rows.line(member)

    def _describe(self, member: Member) -> str:
        return describe_member(member, self._groups, self.clinic.zone)

    @on(Input.Submitted)
    def find(self) -> None:
        """Show who was found."""
        self._find()

    def _find(self) -> None:
        self.show_names()
        self.query_one(Listing).focus()
        self.poll(self._read)

    def _to_field(self) -> None:
        self.query_one(Field).focus()

    @on(Listing.Chosen)
    def choose(self) -> None:
        """Do the one thing that Enter means for a member; first it shows who it is."""
        if not self.names_shown:
            self.show_names()
        elif self._session_id is not None:
            self._check_in()

    def _check_in(self) -> None:
        member, session_id = self._current, self._session_id
        if member is not None and session_id is not None:
            id_ = member.participant_id
            self.act(lambda side: side.roster.add_member(session_id, id_), then=self._show_added)

    def _show_added(self, answer: Added | AlreadyThere) -> None:
        is_there = isinstance(answer, AlreadyThere)
        self.finish("They are on the list already." if is_there else "Checked in.")

    def _add(self) -> None:
        self.open(NewPassScreen)

    def _mark(self) -> None:
        member = self._current
        if member is not None:
            if self._marked.pop(member.participant_id, None) is None:
                self._marked[member.participant_id] = member
            self.redraw()

    def _replace(self) -> None:
        member = self._current
        if member is None:
            return
        hand_out = partial(self._hand_out, member.participant_id)
        if member.passes:
            lead = "The pass they have now ends at once."
            title, yes = "Hand out a new pass?", "Yes, a new pass"
            self.pose(ask_sure(title, lead, yes, hand_out, self._describe(member)))
        else:
            hand_out()

    def _hand_out(self, participant_id: UUID) -> None:
        self.act(pass_replacer((participant_id,)), then=self._show_pass)

    def _show_pass(self, issued: tuple[IssuedPass, ...]) -> None:
        self.open(partial(PassScreen, issued[0]))

    def _revoke(self) -> None:
        member = self._current
        if member is not None and not member.passes:
            self.say("They have no pass.")
        elif member is not None:
            id_ = member.participant_id
            lead = "Who shows it is still welcomed, as a guest."
            revoke = partial(self.act, lambda side: side.passes.revoke_passes(id_), "Revoked.")
            title, about = "Revoke every pass of theirs?", self._describe(member)
            self.pose(ask_sure(title, lead, "Yes, revoke", revoke, about))

    def _change_groups(self) -> None:
        member, groups = self._current, [group for group in self._groups if group.enrolled]
        if member is not None and groups:
            about, change = self._describe(member), partial(self._change_group, member)
            self.pose(ask_which_group(about, member, groups, change))
        elif member is not None:
            self.say("No group keeps a list of its members; a manager can change that.")

    def _change_group(self, member: Member, answer: str) -> None:
        group_id, id_ = UUID(answer), member.participant_id
        if group_id in member.groups:
            self.act(lambda side: side.passes.leave(id_, group_id), "Off the group's list.")
        else:
            self.act(lambda side: side.passes.enrol(id_, group_id), "On the group's list.")

    def _ask_sheet(self) -> None:
        if not self.names_shown:
            self.show_names()
            self.say("Please look at whom it is for, then press S again.")
            return
        count = len(self._marked)
        title = f"A sheet with {count} new pass{'' if count == 1 else 'es'}?"
        lead = "The passes they have now end at once. Without a printer the sheet is a file."
        about = format_names(tuple(self._marked.values()))
        self.pose(ask_sure(title, lead, "Yes, print the sheet", self._print_sheet, about))

    def _print_sheet(self) -> None:
        marked, self._marked = self._marked, {}
        self.print_by(sheet_printer(tuple(marked)))
        self.redraw()
