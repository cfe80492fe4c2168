"""What a facilitator may do: see who has arrived, and hand out passes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from uuid import UUID

from kiosk.domain.attendance import Presence, present
from kiosk.domain.audit import AuditAction
from kiosk.domain.checkin import JoinDraft
from kiosk.domain.passes import CodeKind, encode, lookup, name_key
from kiosk.domain.roster import Arrival, IssuedPass, PassStanding
from kiosk.domain.sessions import Session
from kiosk.domain.staff import Purpose, Role
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records import check_ins, passcards, sessions
from kiosk.records.passcards import Holder
from kiosk.usecases.passes import PARTICIPANT, PassMaker, new_draft
from kiosk.usecases.staffdesk import House, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.nameboxes import unlock_name
from kiosk.vault.sealing import open_sealed


class RosterDesk(StaffDesk):
    """The facilitator's desk; made by `Access.roster_desk` after sign-in."""

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

    def attendance(self, day: date | None = None) -> tuple[Arrival, ...]:
        """Give who is present at the sessions that start on `day` (clinic's time; else today).

        By arrival, names opened. Every call leaves one entry in the audit trail.
        """
        with self._writing() as (transaction, now):
            since, until = self._bounds(day or now.astimezone(self._site.zone).date())
            held = sessions.starting(transaction, self._site.site_id, since, until, cancelled=True)
            people = present(check_ins.of_sessions(transaction, [s.id for s in held]))
            known = passcards.holders(transaction, _lookups(people))
            self._audit(transaction, now, AuditAction.ROSTER_OPENED)
        by_id = {session.id: session for session in held}
        return tuple(self._arrival(person, by_id, known) for person in people)

    def new_pass(self) -> JoinDraft:
        """Make the ids for `issue_pass`; nothing is written."""
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
        digits = encode(CodeKind.PASS, draft.secret)
        name = clean(first_name)
        with self._writing() as (transaction, now):
            card = passcards.find(transaction, lookup(draft.secret))
            if card is not None:
                kept = unlock_name(card.name_box, name_key(draft.secret)) or ""
                return IssuedPass(digits, clean(kept))
            participant = self._passes.make(transaction, now, draft.secret, name, language)
            for group_id in groups:
                self._passes.enrol(transaction, now, participant, group_id)
            self._audit(transaction, now, AuditAction.PASSCARD_ISSUED, participant)
        return IssuedPass(digits, name)

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        """Give the start of a local day and of the next, which is not always 24 hours later."""
        zone = self._site.zone
        start = datetime.combine(day, time_of_day.min, zone)
        return start, datetime.combine(day + timedelta(days=1), time_of_day.min, zone)

    def _arrival(
        self,
        person: Presence,
        by_id: Mapping[UUID, Session],
        known: Mapping[bytes, Holder],
    ) -> Arrival:
        fact = person.first
        holder = None if fact.lookup is None else known.get(fact.lookup)
        return Arrival(
            check_in_id=fact.id,
            session=by_id[fact.session_id],
            at=fact.at,
            standing=_standing(fact.lookup, holder),
            name=self._name(holder),
            by_staff=fact.by_staff,
            clock_doubtful=fact.clock_doubtful,
            fact_ids=person.fact_ids,
        )

    def _name(self, holder: Holder | None) -> str | None:
        """Open a name; None where it cannot be opened, for the arrival counts all the same."""
        if holder is None or holder.sealed_name is None or holder.participant_id is None:
            return None
        try:
            opened = open_sealed(
                holder.sealed_name,
                purpose=Purpose.ROSTER.value,
                table=PARTICIPANT,
                record_id=holder.participant_id,
                keys=self._keys,
            )
        except VaultError:
            return None
        return clean(str(opened.get("name", "")))


def _lookups(people: Iterable[Presence]) -> list[bytes]:
    return [person.first.lookup for person in people if person.first.lookup is not None]


def _standing(lookup: bytes | None, holder: Holder | None) -> PassStanding:
    if lookup is None:
        return PassStanding.NONE
    if holder is None:
        return PassStanding.UNKNOWN
    return PassStanding.KNOWN if holder.revoked_at is None else PassStanding.REVOKED
