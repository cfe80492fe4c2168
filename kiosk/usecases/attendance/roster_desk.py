"""What a facilitator may do at a session: see who has arrived, mend the list, count heads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from hashlib import blake2b
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Entropy
from kiosk.domain.attendance.attendance import (
    UNDONE_REASON,
    CheckInFact,
    CheckInKind,
    counting_facts,
    pass_history,
)
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.attendance.roster import (
    LARGEST_HEAD_COUNT,
    RECONCILE_WITHIN,
    Added,
    AlreadyThere,
    AttendanceRow,
    Roster,
    SessionCard,
    VoidReason,
)
from kiosk.domain.audit import AuditAction
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import SECRET_BYTES, derive_lookup
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.records import check_ins, passes, rosters
from kiosk.records.database.writing import add_fact, add_values
from kiosk.records.passes import PersonRow
from kiosk.records.rosters import Planned
from kiosk.records.schema.tables import CheckIn, HeadCount
from kiosk.usecases.attendance.roster_view import SessionRecord, read_session, sealed_names
from kiosk.usecases.passes.desk import FacilitatorDesk
from kiosk.usecases.passes.issuing import PassMaker
from kiosk.usecases.site import SiteInfo
from kiosk.usecases.staff_desk import Context, SignedIn
from kiosk.vault.keys import PrivateSealingKey


@dataclass(frozen=True, slots=True)
class RosterBook:
    """Writes check-ins, voids and head counts in the name of one member of staff."""

    transaction: Transaction
    now: datetime
    entropy: Entropy
    site: SiteInfo
    passes: PassMaker
    staff_id: UUID

    def add_person(
        self,
        session_id: UUID,
        name: tuple[str, str],
        draft: JoinDraft,
    ) -> UUID:
        """Check somebody new in by (first name, language); gives their participant's id.

        Their pass is never shown: its secret ends with the draft, and they can be given another.
        """
        first_name, language = name
        participant = self.passes.make(
            self.transaction, self.now, draft.secret, first_name, language
        )
        mark = {"lookup": derive_lookup(draft.secret)}
        self._add(session_id, CheckInKind.ARRIVED, mark, draft.id)
        return participant

    def add_member(
        self,
        sheet: SessionRecord,
        person: PersonRow,
        name: str | None,
    ) -> Added | AlreadyThere:
        """Check in a participant by a pass of theirs; one is made where none is in use."""
        for presence in sheet.attendance.present:
            if presence.participant_id == person.participant_id:
                return AlreadyThere(presence.first.at)
        in_use = passes.cards_in_use(self.transaction, person.participant_id)
        if in_use:
            mark = in_use[-1].lookup
        else:
            secret = self.entropy(SECRET_BYTES)
            card = (name or "", person.language)
            self.passes.add_card(self.transaction, self.now, person.participant_id, secret, card)
            mark = derive_lookup(secret)
        values = {"lookup": mark, "nth": pass_history(sheet.facts, mark).voids}
        session_id = sheet.planned.session.id
        return Added(self._add(session_id, CheckInKind.ARRIVED, values), self.now)

    def add_guests(self, session_id: UUID, draft_ids: Iterable[UUID]) -> int:
        """Count a guest for each id that is not known yet; say how many."""
        new = [
            id_ for id_ in dict.fromkeys(draft_ids) if check_ins.find(self.transaction, id_) is None
        ]
        for id_ in new:
            self._add(session_id, CheckInKind.GUEST, {}, id_)
        return len(new)

    def void(
        self,
        fact_ids: Iterable[UUID],
        reason: VoidReason,
    ) -> tuple[frozenset[UUID], frozenset[UUID]]:
        """Void the arrivals among `fact_ids` that still count.

        Gives the voids that took them off, earlier ones too, and the sessions written to.
        """
        voids, touched = set[UUID](), set[UUID]()
        for fact, session in self._with_sessions(fact_ids):
            if fact.kind is CheckInKind.VOID:
                continue
            counted = counting_facts(session)
            if fact.id in counted:
                voids.add(self._void(fact, reason.value))
                touched.add(fact.session_id)
            else:
                voids |= {one.id for one in session if one.void_of == fact.id} & counted
        return frozenset(voids), frozenset(touched)

    def undo_void(self, void_ids: Iterable[UUID]) -> tuple[int, frozenset[UUID]]:
        """Void the voids among `void_ids` that still count; gives how many, and their sessions."""
        undone = [
            void
            for void, session in self._with_sessions(void_ids)
            if void.kind is CheckInKind.VOID and void.id in counting_facts(session)
        ]
        for void in undone:
            self._void(void, UNDONE_REASON)
        return len(undone), frozenset(void.session_id for void in undone)

    def count_heads(
        self,
        session_id: UUID,
        people: int,
        *,
        reconciled: bool,
    ) -> bool:
        """Keep a head count; False where this member of staff has just said the same."""
        if not 0 <= people <= LARGEST_HEAD_COUNT:
            raise ValueError(f"a head count is 0 to {LARGEST_HEAD_COUNT}")
        last = check_ins.latest_head_count(self.transaction, session_id)
        said = (people, reconciled, self.staff_id)
        if last is not None and (last.people, last.closes, last.by_staff) == said:
            return False
        fact = HeadCount(
            id=uuid7(self.now, self.entropy(ENTROPY_BYTES)),
            site_id=self.site.site_id,
            kiosk_id=self.site.kiosk_id,
            session_id=session_id,
            people=people,
            at=self.now,
            by_staff=self.staff_id,
            reconciled=reconciled,
        )
        add_fact(self.transaction, fact, self.now)
        return True

    def _with_sessions(
        self, fact_ids: Iterable[UUID]
    ) -> list[tuple[CheckInFact, list[CheckInFact]]]:
        """Find facts, each with all facts of its session; ids that are not known are left out."""
        found = [check_ins.find(self.transaction, id_) for id_ in dict.fromkeys(fact_ids)]
        facts = [fact for fact in found if fact is not None]
        sessions = {
            id_: check_ins.of_session(self.transaction, id_)
            for id_ in {fact.session_id for fact in facts}
        }
        return [(fact, sessions[fact.session_id]) for fact in facts]

    def _void(self, fact: CheckInFact, reason: str) -> UUID:
        values = {"void_of": fact.id, "reason": reason}
        return self._add(fact.session_id, CheckInKind.VOID, values)

    def _add(
        self,
        session_id: UUID,
        kind: CheckInKind,
        columns: Mapping[str, object],
        id_: UUID | None = None,
    ) -> UUID:
        id_ = id_ or uuid7(self.now, self.entropy(ENTROPY_BYTES))
        values = {
            "id": id_,
            "site_id": self.site.site_id,
            "kiosk_id": self.site.kiosk_id,
            "session_id": session_id,
            "kind": kind.value,
            "occurred_at": self.now,
            "by_staff": self.staff_id,
            **columns,
        }
        add_values(self.transaction, CheckIn, values, self.now)
        return id_


class RosterDesk(FacilitatorDesk):
    """The facilitator's desk; made by `Access.roster_desk` after sign-in."""

    def __init__(
        self,
        context: Context,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey] | None = None,
    ) -> None:
        """Take who opens the desk and the roster keys that they hold."""
        super().__init__(context, signed_in, keys)
        self._shown: set[UUID] = set()
        """The sessions whose roster this desk has shown; each is in the audit trail."""

    def sessions(self, day: date | None = None) -> tuple[SessionCard, ...]:
        """Give the sessions of a day in the clinic's time, by start; nobody's name is in them.

        Without `day` those of today, and those that began yesterday and still run.
        """
        before = self._context.rules.opens_before
        with self._reading() as (transaction, now):
            since, until = self._bounds(day or now.astimezone(self._site.zone).date())
            earliest = since if day else since - LONGEST_SESSION
            held = rosters.starting(transaction, self._site.site_id, earliest, until)
            shown = (
                one for one in held if one.session.starts_at >= since or one.session.ends_at > now
            )
            return tuple(read_session(transaction, one).card(now, before) for one in shown)

    def marker(self, session_id: UUID) -> bytes:
        """Give a mark that changes when the roster would; cheap, to be asked every second."""
        with self._reading() as (transaction, now):
            planned = self._planned(transaction, session_id)
            counts = rosters.mark(transaction, planned)
            phase = planned.session.starts_at, planned.session.ends_at
        before = self._context.rules.opens_before
        passed = tuple(now >= at for at in (phase[0] - before, *phase, phase[1] + RECONCILE_WITHIN))
        return blake2b(repr((planned, counts, passed)).encode(), digest_size=16).digest()

    def roster(self, session_id: UUID) -> Roster:
        """Give one session with the names of who came, is expected, or was taken off.

        The first look at a session, and each that opens a name, leaves an entry in the audit
        trail; one that finds nothing new writes nothing.
        """
        with self._reading() as (transaction, now):
            sheet = read_session(transaction, self._planned(transaction, session_id), listed=True)
        sealed = sheet.sealed_names
        if session_id not in self._shown or sealed.keys() - self._names.keys():
            with self._writing() as (transaction, now):
                self._audit(transaction, now, AuditAction.ROSTER_OPENED, session_id)
            self._open_names(sealed)
            self._shown.add(session_id)
        return sheet.roster(self._names, now, self._context.rules.opens_before)

    def add_person(
        self, session_id: UUID, first_name: str, language: str, draft: JoinDraft
    ) -> Added:
        """Put somebody on the list by a (checked) first name; make `draft` by `new_pass`.

        The same `draft` makes one person, however often it is sent.
        """
        name = clean(first_name)
        with self._writing() as (transaction, now):
            earlier = check_ins.find(transaction, draft.id)
            if earlier is not None:
                return Added(earlier.id, earlier.at)
            session = self._planned(transaction, session_id).session
            book = self._book(transaction, now)
            participant = book.add_person(session.id, (name, language), draft)
            self._audit(transaction, now, AuditAction.ROSTER_PERSON_ADDED, session.id)
        self._names[participant] = name
        return Added(draft.id, now)

    def add_member(self, session_id: UUID, participant_id: UUID) -> Added | AlreadyThere:
        """Put somebody on the list who has a participant's record.

        Raises SetupError where the record is no longer kept.
        """
        with self._writing() as (transaction, now):
            sheet = read_session(transaction, self._planned(transaction, session_id))
            person = passes.find_person(transaction, self._site.site_id, participant_id)
            if person is None:
                raise SetupError("This person's record is no longer kept; look the list up again.")
            name = self._opened_name(participant_id, person.sealed_name)
            answer = self._book(transaction, now).add_member(sheet, person, name)
            if isinstance(answer, Added):
                self._audit(transaction, now, AuditAction.ROSTER_PERSON_ADDED, session_id)
        return answer

    def new_guests(self, people: int) -> tuple[UUID, ...]:
        """Make the ids for `add_guests`; nothing is written."""
        now = self._clock.now()
        return tuple(self._new_id(now) for _ in range(people))

    def add_guests(self, session_id: UUID, draft_ids: Iterable[UUID]) -> int:
        """Count one guest for each id (see `new_guests`); say how many are new.

        The same id makes one guest, however often it is sent.
        """
        with self._writing() as (transaction, now):
            session = self._planned(transaction, session_id).session
            added = self._book(transaction, now).add_guests(session.id, draft_ids)
            if added:
                self._audit(transaction, now, AuditAction.ROSTER_GUESTS_ADDED, session.id)
        return added

    def void(self, fact_ids: Iterable[UUID], reason: VoidReason) -> frozenset[UUID]:
        """Take an arrival off the list by all of its `fact_ids`; give the ids for `undo_void`.

        What is off the list already stays off; the answer is the same.
        """
        with self._writing() as (transaction, now):
            voids, written = self._book(transaction, now).void(fact_ids, reason)
            for session_id in sorted(written):
                self._audit(transaction, now, AuditAction.ROSTER_VOIDED, session_id)
        return voids

    def undo_void(self, void_ids: Iterable[UUID]) -> int:
        """Take voids back, so that what they named counts again; say how many."""
        with self._writing() as (transaction, now):
            undone, touched = self._book(transaction, now).undo_void(void_ids)
            for session_id in sorted(touched):
                self._audit(transaction, now, AuditAction.ROSTER_VOID_UNDONE, session_id)
        return undone

    def count_heads(self, session_id: UUID, people: int) -> SessionCard:
        """Keep how many people are in the room (0 to MOST_PEOPLE, else ValueError)."""
        return self._count(session_id, people, reconciled=False)

    def reconcile(self, session_id: UUID, people: int) -> SessionCard:
        """Do as `count_heads`, and close the session's list with this count."""
        return self._count(session_id, people, reconciled=True)

    def export_rows(self, since: date, until: date) -> tuple[AttendanceRow, ...]:
        """Give everybody at the sessions from `since` to `until` (days, both included).

        By session and arrival, names opened, those who were taken off with the reason. Every call
        leaves one entry in the audit trail.
        """
        with self._writing() as (transaction, now):
            self._audit(transaction, now, AuditAction.EXPORTED_ATTENDANCE)
        with self._reading() as (transaction, now):
            sheets = self._sheets(transaction, since, until)
            machines = rosters.machines(transaction, self._site.site_id)
        self._open_names(sealed_names(sheets))
        before = self._context.rules.opens_before
        return tuple(row for sheet in sheets for row in sheet.rows(self._names, machines, before))

    def _count(self, session_id: UUID, people: int, *, reconciled: bool) -> SessionCard:
        action = AuditAction.ROSTER_RECONCILED if reconciled else AuditAction.HEADS_COUNTED
        with self._writing() as (transaction, now):
            planned = self._planned(transaction, session_id)
            book = self._book(transaction, now)
            if book.count_heads(session_id, people, reconciled=reconciled):
                self._audit(transaction, now, action, session_id)
            sheet = read_session(transaction, planned)
        return sheet.card(now, self._context.rules.opens_before)

    def _planned(self, transaction: Transaction, session_id: UUID) -> Planned:
        found = rosters.get(transaction, self._site.site_id, session_id)
        if found is None:
            raise SetupError("This session is no longer kept; go back to the day's list.")
        return found

    def _sheets(self, transaction: Transaction, since: date, until: date) -> list[SessionRecord]:
        """Read the sessions that start on some days."""
        start, end = self._bounds(since)[0], self._bounds(until)[1]
        held = rosters.starting(transaction, self._site.site_id, start, end)
        return [read_session(transaction, planned) for planned in held]

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        """Give the start of a local day and of the next, which is not always 24 hours later."""
        zone = self._site.zone
        start = datetime.combine(day, time_of_day.min, zone)
        return start, datetime.combine(day + timedelta(days=1), time_of_day.min, zone)

    def _book(self, transaction: Transaction, now: datetime) -> RosterBook:
        return RosterBook(transaction, now, self._entropy, self._site, self._passes, self._staff.id)
