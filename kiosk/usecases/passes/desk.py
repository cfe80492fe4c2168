"""What a facilitator may do about members and their passes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.attendance.roster import GroupName, IssuedPass, Member
from kiosk.domain.audit import AuditAction
from kiosk.domain.passes import CodeKind, derive_lookup, derive_name_key, encode
from kiosk.domain.staff import Purpose, Role
from kiosk.domain.text import clean
from kiosk.errors import SetupError, VaultError
from kiosk.records import passes
from kiosk.records.database.writing import change_reference
from kiosk.records.passes import PersonRow
from kiosk.records.schema.tables import Membership, Passcard
from kiosk.usecases.passes.issuing import PARTICIPANT, PassMaker, new_draft
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import open_sealed, unlock_name


class FacilitatorDesk(StaffDesk):
    """The base of the desks that open names with the roster key."""

    role = Role.FACILITATOR

    def __init__(
        self,
        context: Context,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey] | None = None,
    ) -> None:
        """Take who opens the desk and the roster keys that they hold."""
        super().__init__(context, signed_in, keys)
        self._passes = PassMaker(context.entropy, context.site, context.sealing)
        self._names: dict[UUID, str | None] = {}
        """By participant; None where it cannot be opened. Gone with the desk."""

    def new_pass(self) -> JoinDraft:
        """Make the ids for a new pass or a new person; nothing is written."""
        return new_draft(self._entropy, self._clock.now())

    def issue_pass(
        self,
        first_name: str,
        language: str,
        draft: JoinDraft | None = None,
        groups: Iterable[UUID] = (),
    ) -> IssuedPass:
        """Make a pass for somebody and enrol them in `groups`.

        The same `draft` makes one pass, however often it is sent.
        """
        draft = draft or self.new_pass()
        name = clean(first_name)
        with self._writing() as (transaction, now):
            made = self._made(passes.find_pass(transaction, derive_lookup(draft.secret)), draft)
            if made is not None:
                return made
            participant = self._passes.make(transaction, now, draft.secret, name, language)
            for group_id in groups:
                self._passes.enrol(transaction, now, participant, group_id)
            self._audit(transaction, now, AuditAction.PASSCARD_ISSUED, participant)
        return IssuedPass(encode(CodeKind.PASS, draft.secret), name)

    def _made(self, card: passes.KnownPass | None, draft: JoinDraft) -> IssuedPass | None:
        """Give the pass that an earlier call with this draft made."""
        if card is None:
            return None
        kept = unlock_name(card.name_box, derive_name_key(draft.secret)) or ""
        return IssuedPass(encode(CodeKind.PASS, draft.secret), clean(kept))

    def _open_names(self, sealed: Mapping[UUID, bytes]) -> None:
        """Open the names of some participants, once in the life of this desk."""
        for participant_id, box in sealed.items():
            if participant_id not in self._names:
                self._names[participant_id] = self._opened_name(participant_id, box)

    def _opened_name(self, participant_id: UUID, box: bytes) -> str | None:
        """Open a name; None where it cannot be opened, for the person counts all the same."""
        try:
            opened = open_sealed(
                box,
                purpose=Purpose.ROSTER.value,
                table=PARTICIPANT,
                record_id=participant_id,
                keys=self._keys,
            )
        except VaultError:
            return None
        name = opened.get("name")
        return clean(name) or None if isinstance(name, str) else None


class PassDesk(FacilitatorDesk):
    """The facilitator's desk for members and passes; made by `Access.pass_desk` after sign-in."""

    def __init__(
        self,
        context: Context,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey] | None = None,
    ) -> None:
        """Take who opens the desk and the roster keys that they hold."""
        super().__init__(context, signed_in, keys)
        self._looked = False
        """Whether this desk has shown the members; the first time is in the audit trail."""

    def members(self, text: str = "") -> tuple[Member, ...]:
        """Give the people whose name holds `text` (any case; empty for all), by name.

        Those whose name cannot be opened are last, and left out where `text` is given. The first
        look, and each that opens a name, leaves an entry in the audit trail.
        """
        with self._reading() as (transaction, now):
            people = passes.all_people(transaction, self._site.site_id)
            groups = passes.memberships(transaction, self._site.site_id)
            held = passes.passes_held(transaction, self._site.site_id)
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
            rows = passes.group_names(transaction, self._site.site_id)
        return tuple(GroupName(*row) for row in rows)

    def replace_pass(self, participant_id: UUID, draft: JoinDraft | None = None) -> IssuedPass:
        """Give somebody a new pass; their old ones end with it.

        The same `draft` makes one pass, however often it is sent. Raises SetupError where the
        record or its name is not there any more.
        """
        draft = draft or self.new_pass()
        with self._writing() as (transaction, now):
            made = self._made(passes.find_pass(transaction, derive_lookup(draft.secret)), draft)
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
            if passes.membership_ids(transaction, participant_id, group_id):
                return
            self._person(transaction, participant_id)
            kept = passes.group_names(transaction, self._site.site_id)
            if group_id not in {id_ for id_, _name, _enrolled in kept}:
                raise SetupError("This group is no longer kept; look the groups up again.")
            self._passes.enrol(transaction, now, participant_id, group_id)
            self._audit(transaction, now, AuditAction.MEMBER_ENROLLED, participant_id)

    def leave(self, participant_id: UUID, group_id: UUID) -> None:
        """Take somebody off the list of a group; what they came to stays on its lists."""
        with self._writing() as (transaction, now):
            enrolled = passes.membership_ids(transaction, participant_id, group_id)
            for membership_id in enrolled:
                change_reference(transaction, Membership, membership_id, {"deleted_at": now})
            if enrolled:
                self._audit(transaction, now, AuditAction.MEMBER_LEFT, participant_id)

    def _person(self, transaction: Transaction, participant_id: UUID) -> PersonRow:
        person = passes.find_person(transaction, self._site.site_id, participant_id)
        if person is None:
            raise SetupError("This person's record is no longer kept; look the list up again.")
        return person

    def _end_passes(self, transaction: Transaction, now: datetime, participant_id: UUID) -> int:
        cards = passes.cards_in_use(transaction, participant_id)
        for card in cards:
            change_reference(transaction, Passcard, card.id, {"revoked_at": now})
        return len(cards)


def _member(
    person: PersonRow,
    names: Mapping[UUID, str | None],
    groups: Mapping[UUID, frozenset[UUID]],
    held: Mapping[UUID, passes.PassesHeld],
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
