"""What the facilitator's desks share: names that the roster key opens, and handing out a pass."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from kiosk.domain.audit import AuditAction
from kiosk.domain.checkin import JoinDraft
from kiosk.domain.passes import CodeKind, encode, lookup, name_key
from kiosk.domain.roster import IssuedPass
from kiosk.domain.staff import Purpose, Role
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records import passcards
from kiosk.usecases.passes import PARTICIPANT, PassMaker, new_draft
from kiosk.usecases.staffdesk import House, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.nameboxes import unlock_name
from kiosk.vault.sealing import open_sealed


class FacilitatorDesk(StaffDesk):
    """The base of the desks that open names with the roster key."""

    role = Role.FACILITATOR

    def __init__(
        self,
        house: House,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey] | None = None,
    ) -> None:
        """Take who opens the desk and the roster keys that they hold."""
        super().__init__(house, signed_in, keys)
        self._passes = PassMaker(house.entropy, house.site, house.sealing)
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
            made = self._made(passcards.find(transaction, lookup(draft.secret)), draft)
            if made is not None:
                return made
            participant = self._passes.make(transaction, now, draft.secret, name, language)
            for group_id in groups:
                self._passes.enrol(transaction, now, participant, group_id)
            self._audit(transaction, now, AuditAction.PASSCARD_ISSUED, participant)
        return IssuedPass(encode(CodeKind.PASS, draft.secret), name)

    def _made(self, card: passcards.KnownPass | None, draft: JoinDraft) -> IssuedPass | None:
        """Give the pass that an earlier call with this draft made."""
        if card is None:
            return None
        kept = unlock_name(card.name_box, name_key(draft.secret)) or ""
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
