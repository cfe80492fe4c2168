"""What can be done about one of the members: passes and groups."""

from functools import partial
from uuid import UUID

from kiosk.domain.roster import GroupName, Member
from kiosk.ui.desk import rosterasks as asks
from kiosk.ui.desk.hiding import HidesNames
from kiosk.ui.desk.messages import PassMade
from kiosk.ui.desk.questions import sure, which_group
from kiosk.ui.widgets.listing import Listing


class MemberActs(HidesNames):
    """The base of the list of members: the acts behind its keys."""

    groups: tuple[GroupName, ...] = ()
    marked: frozenset[UUID] = frozenset()
    """Who is to have a new pass on a sheet."""

    @property
    def current_member(self) -> Member | None:
        """Who stands under the cursor."""
        found = self.query(Listing)
        current = found.first().current if found else None
        return current if isinstance(current, Member) else None

    def mark(self) -> None:
        """Mark the member for a sheet of passes, or unmark them."""
        if self.current_member is not None:
            self.marked ^= {self.current_member.participant_id}
            self.redraw()

    def replace(self) -> None:
        """Hand out a new pass; where there is one already, ask first."""
        member = self.current_member
        if member is None:
            return
        hand_out = partial(self._hand_out, member.participant_id)
        if member.passes:
            lead = "The pass they have now ends at once."
            self.put(sure("Hand out a new pass?", lead, "Yes, a new pass", hand_out))
        else:
            hand_out()

    def _hand_out(self, participant_id: UUID) -> None:
        question = asks.pass_replacer((participant_id,))
        self.act(question, then=lambda made: self.tell(PassMade(made[0])))

    def revoke(self) -> None:
        """End every pass of the member, after asking."""
        member = self.current_member
        if member is not None and not member.passes:
            self.say("They have no pass.")
        elif member is not None:
            id_ = member.participant_id
            lead = "Who shows it is still welcomed, as a guest."
            revoke = partial(self.act, lambda side: side.passes.revoke_passes(id_), "Revoked.")
            self.put(sure("Revoke every pass of theirs?", lead, "Yes, revoke", revoke))

    def change_groups(self) -> None:
        """Put the member on a group's list, or take them off it."""
        member, groups = self.current_member, [group for group in self.groups if group.enrolled]
        if member is not None and groups:
            self.put(which_group(member, groups, partial(self._change_group, member)))
        elif member is not None:
            self.say("No group keeps a list of its members; a manager can change that.")

    def _change_group(self, member: Member, answer: str) -> None:
        group_id, id_ = UUID(answer), member.participant_id
        if group_id in member.groups:
            self.act(lambda side: side.passes.leave(id_, group_id), "Off the group's list.")
        else:
            self.act(lambda side: side.passes.enrol(id_, group_id), "On the group's list.")

    def sheet(self) -> None:
        """Write new passes for all who are marked, after asking."""
        count = len(self.marked)
        title = f"A sheet with {count} new pass{'' if count == 1 else 'es'}?"
        lead = "The passes they have now end at once. The file is to be printed and deleted."
        self.put(sure(title, lead, "Yes, make the sheet", self._make_sheet))

    def _make_sheet(self) -> None:
        marked, self.marked = self.marked, frozenset()
        self.act(asks.sheet_maker(tuple(marked)), then=self._tell_path)

    def _tell_path(self, path: str) -> None:
        self.say(f"Written to {path}")
