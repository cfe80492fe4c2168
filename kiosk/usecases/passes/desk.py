"""The facilitator's desk of members and their passes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.attendance.roster import GroupName, IssuedPass, Member
from kiosk.domain.audit import AuditAction
from kiosk.domain.passes import CodeKind, derive_lookup, derive_name_key, encode
from kiosk.domain.staff import Role
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.records import passes
from kiosk.records.database.ahead import ask_ahead, run_together
from kiosk.records.database.writing import change_reference
from kiosk.records.passes import PersonRow
from kiosk.records.schema.tables import Membership, Passcard
from kiosk.usecases.passes.issuing import NameOpener, PassMaker, new_draft
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import unlock_name


class PassDesk(StaffDesk):
    """The facilitator's desk for members and passes; made by `Access.pass_desk` after sign-in."""

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
        self._names = NameOpener(self._keys)
        self._members_shown = False
        """Whether this desk has shown the members; the first time is in the audit trail."""

    def members(self, text: str = "") -> tuple[Member, ...]:
        """Return the members whose name holds `text` (any case; empty for all), by name.

        Those whose name cannot be opened are last, and left out where `text` is given. The first
        call, and each that opens a name, leaves an entry in the audit trail.
        """
        with self._reading() as (transaction, now):
            ask_ahead(
                transaction,
                lambda: passes.memberships(transaction, self._site.site_id),
                lambda: passes.held_by_person(transaction, self._site.site_id),
            )
            people = passes.all_people(transaction, self._site.site_id)
            groups = passes.memberships(transaction, self._site.site_id)
            held = passes.held_by_person(transaction, self._site.site_id)
        sealed = {person.participant_id: person.sealed_name for person in people}
        if not self._members_shown or sealed.keys() - self._names.opened.keys():
            with self._writing(audited=True) as (transaction, now):
                self._audit(transaction, now, AuditAction.MEMBERS_OPENED)
            self._names.open_all(sealed)
            self._members_shown = True
        wanted, names = clean(text).casefold(), self._names.opened
        found = (
            _member(person, names, groups, held)
            for person in people
            if wanted in (names[person.participant_id] or "").casefold()
        )
        return tuple(sorted(found, key=_name_order))

    def groups(self) -> tuple[GroupName, ...]:
        """Return the groups that are not put away, by name."""
        with self._reading() as (transaction, _now):
            rows = passes.group_names(transaction, self._site.site_id)
        return tuple(GroupName(*row) for row in rows)

    def new_pass(self) -> JoinDraft:
        """Return new ids for `issue_pass` and `replace_pass`; nothing is written."""
        return new_draft(self._entropy, self._clock.now())

    def issue_pass(
        self,
        first_name: str,
        language: str,
        draft: JoinDraft | None = None,
        groups: Iterable[UUID] = (),
    ) -> IssuedPass:
        """Make a participant with a pass and enrol them in `groups`.

        The same `draft` makes one pass, however often it is sent.
        """
        draft = draft or self.new_pass()
        name = clean(first_name)
        with self._writing() as (transaction, now):
            made = _pass_made(transaction, draft)
            if made is not None:
                return made
            participant = self._passes.make(transaction, now, draft.secret, name, language)
            self._passes.enrol(transaction, now, participant, groups)
            self._audit(transaction, now, AuditAction.PASSCARD_ISSUED, participant)
        return IssuedPass(encode(CodeKind.PASS, draft.secret), name)

    def replace_pass(self, participant_id: UUID, draft: JoinDraft | None = None) -> IssuedPass:
        """Make a new pass of a participant; their old ones end with it.

        The same `draft` makes one pass, however often it is sent. SetupError where the record is
        no longer kept or its name cannot be opened.
        """
        draft = draft or self.new_pass()
        with self._writing() as (transaction, now):
            made = _pass_made(transaction, draft)
            if made is not None:
                return made
            person = self._person(transaction, participant_id)
            name = self._names.open(participant_id, person.sealed_name)
            if name is None:
                raise SetupError("The name on this record cannot be opened; make a pass by name.")
            self._end_passes(transaction, now, participant_id)
            greeting = name, person.language
            self._passes.add_card(transaction, now, participant_id, draft.secret, greeting)
            self._audit(transaction, now, AuditAction.PASSCARD_REPLACED, participant_id)
        return IssuedPass(encode(CodeKind.PASS, draft.secret), name)

    def revoke_passes(self, participant_id: UUID) -> int:
        """End every pass of a participant; return how many were in use."""
        with self._writing() as (transaction, now):
            ended = self._end_passes(transaction, now, participant_id)
            if ended:
                self._audit(transaction, now, AuditAction.PASSCARDS_REVOKED, participant_id)
        return ended

    def enrol(self, participant_id: UUID, group_id: UUID) -> None:
        """Put a participant on the list of a group; harmless when repeated.

        SetupError where the record or the group is no longer kept.
        """
        with self._writing() as (transaction, now):
            if passes.membership_ids(transaction, participant_id, group_id):
                return
            self._person(transaction, participant_id)
            kept = passes.group_names(transaction, self._site.site_id)
            if group_id not in {id_ for id_, _name, _enrolled in kept}:
                raise SetupError("This group is no longer kept; look the groups up again.")
            self._passes.enrol(transaction, now, participant_id, (group_id,))
            self._audit(transaction, now, AuditAction.MEMBER_ENROLLED, participant_id)

    def leave(self, participant_id: UUID, group_id: UUID) -> None:
        """Take a participant off the list of a group; sessions they attended keep them."""
        with self._writing() as (transaction, now):
            enrolled = passes.membership_ids(transaction, participant_id, group_id)
            change = partial(change_reference, transaction, Membership, values={"deleted_at": now})
            run_together(transaction, *(partial(change, id_) for id_ in enrolled))
            if enrolled:
                self._audit(transaction, now, AuditAction.MEMBER_LEFT, participant_id)

    def _person(self, transaction: Transaction, participant_id: UUID) -> PersonRow:
        person = passes.find_person(transaction, self._site.site_id, participant_id)
        if person is None:
            raise SetupError("This person's record is no longer kept; look the list up again.")
        return person

    def _end_passes(self, transaction: Transaction, now: datetime, participant_id: UUID) -> int:
        cards = passes.in_use(transaction, participant_id)
        change = partial(change_reference, transaction, Passcard, values={"revoked_at": now})
        run_together(transaction, *(partial(change, card.id) for card in cards))
        return len(cards)


def _pass_made(transaction: Transaction, draft: JoinDraft) -> IssuedPass | None:
    """Return the pass that an earlier call with this draft made; None for a new draft."""
    card = passes.find(transaction, derive_lookup(draft.secret))
    if card is None:
        return None
    kept = unlock_name(card.name_box, derive_name_key(draft.secret)) or ""
    return IssuedPass(encode(CodeKind.PASS, draft.secret), clean(kept))


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


def _name_order(member: Member) -> tuple[bool, str, UUID]:
    """Return the sort key: by name in any case, those without one last."""
    return member.name is None, (member.name or "").casefold(), member.participant_id
