"""What a facilitator may do about members and their passes."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.checkin import JoinDraft
from kiosk.domain.passes import CodeKind, encode, lookup
from kiosk.domain.roster import GroupName, IssuedPass, Member
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.records import members, passcards
from kiosk.records.facts import change_reference
from kiosk.records.members import Person
from kiosk.records.tables import Membership, Passcard
from kiosk.usecases.facilitating import FacilitatorDesk
from kiosk.usecases.staffdesk import House, SignedIn
from kiosk.vault.keys import PrivateSealingKey


class PassDesk(FacilitatorDesk):
    """The facilitator's desk for members and passes; made by `Access.pass_desk` after sign-in."""

    def __init__(
        self,
        house: House,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey] | None = None,
    ) -> None:
        """Take who opens the desk and the roster keys that they hold."""
        super().__init__(house, signed_in, keys)
        self._looked = False
        """Whether this desk has shown the members; the first time is in the audit trail."""

    def members(self, text: str = "") -> tuple[Member, ...]:
        """Give the people whose name holds `text` (any case; empty for all), by name.

        Those whose name cannot be opened are last, and left out where `text` is given. The first
        look, and each that opens a name, leaves an entry in the audit trail.
        """
        with self._reading() as (transaction, now):
            people = members.everybody(transaction, self._site.site_id)
            groups = members.memberships(transaction, self._site.site_id)
            held = members.held(transaction, self._site.site_id)
        sealed = {person.participant_id: person.sealed_name for person in people}
        if not self._looked or sealed.keys() - self._names.keys():
            with self._writing() as (transaction, now):
                self._audit(transaction, now, AuditAction.MEMBERS_OPENED)
            self._open_names(sealed)
            self._looked = True
        wanted = clean(text).casefold()
        found = (
            _member(person, self._names, groups, held)
            for person in people
            if wanted in (self._names[person.participant_id] or "").casefold()
        )
        return tuple(sorted(found, key=_by_name))

    def groups(self) -> tuple[GroupName, ...]:
        """Give the groups that are not put away, by name."""
        with self._reading() as (transaction, _now):
            rows = members.groups(transaction, self._site.site_id)
        return tuple(GroupName(*row) for row in rows)

    def replace_pass(self, participant_id: UUID, draft: JoinDraft | None = None) -> IssuedPass:
        """Give somebody a new pass; their old ones end with it.

        The same `draft` makes one pass, however often it is sent. Raises SetupError where the
        record or its name is not there any more.
        """
        draft = draft or self.new_pass()
        with self._writing() as (transaction, now):
            made = self._made(passcards.find(transaction, lookup(draft.secret)), draft)
            if made is not None:
                return made
            person = self._person(transaction, participant_id)
            name = self._opened_name(participant_id, person.sealed_name)
            if name is None:
                raise SetupError("The name on this record cannot be opened; make a pass by name.")
            self._end_passes(transaction, now, participant_id)
            greeting = name, person.language
            self._passes.add_card(transaction, now, participant_id, draft.secret, greeting)
            self._audit(transaction, now, AuditAction.PASSCARD_REPLACED, participant_id)
        return IssuedPass(encode(CodeKind.PASS, draft.secret), name)

    def revoke_passes(self, participant_id: UUID) -> int:
        """End every pass of somebody; say how many were in use."""
        with self._writing() as (transaction, now):
            ended = self._end_passes(transaction, now, participant_id)
            if ended:
                self._audit(transaction, now, AuditAction.PASSCARDS_REVOKED, participant_id)
        return ended

    def enrol(self, participant_id: UUID, group_id: UUID) -> None:
        """Put somebody on the list of a group; once is enough.

        Raises SetupError where the record or the group is not kept any more.
        """
        with self._writing() as (transaction, now):
            if members.membership_ids(transaction, participant_id, group_id):
                return
            self._person(transaction, participant_id)
            kept = members.groups(transaction, self._site.site_id)
            if group_id not in {id_ for id_, _name, _enrolled in kept}:
                raise SetupError("This group is no longer kept; look the groups up again.")
            self._passes.enrol(transaction, now, participant_id, group_id)
            self._audit(transaction, now, AuditAction.MEMBER_ENROLLED, participant_id)

    def leave(self, participant_id: UUID, group_id: UUID) -> None:
        """Take somebody off the list of a group; what they came to stays on its lists."""
        with self._writing() as (transaction, now):
            enrolled = members.membership_ids(transaction, participant_id, group_id)
            for membership_id in enrolled:
                change_reference(transaction, Membership, membership_id, {"deleted_at": now})
            if enrolled:
                self._audit(transaction, now, AuditAction.MEMBER_LEFT, participant_id)

    def _person(self, transaction: Transaction, participant_id: UUID) -> Person:
        person = members.find(transaction, self._site.site_id, participant_id)
        if person is None:
            raise SetupError("This person's record is no longer kept; look the list up again.")
        return person

    def _end_passes(self, transaction: Transaction, now: datetime, participant_id: UUID) -> int:
        cards = members.in_use(transaction, participant_id)
        for card in cards:
            change_reference(transaction, Passcard, card.id, {"revoked_at": now})
        return len(cards)


def _member(
    person: Person,
    names: Mapping[UUID, str | None],
    groups: Mapping[UUID, frozenset[UUID]],
    held: Mapping[UUID, members.Held],
) -> Member:
    cards = held.get(person.participant_id)
    return Member(
        participant_id=person.participant_id,
        name=names[person.participant_id],
        language=person.language,
        groups=groups.get(person.participant_id, frozenset()),
        passes=0 if cards is None else cards.in_use,
        last_pass_at=None if cards is None else cards.last_made_at,
    )


def _by_name(member: Member) -> tuple[bool, str, UUID]:
    """Sort by name in any case; those without one come last."""
    return member.name is None, (member.name or "").casefold(), member.participant_id
