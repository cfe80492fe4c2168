"""What a facilitator writes on a session's list, inside a transaction of the desk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Entropy
from kiosk.domain.attendance import UNDONE, CheckInFact, CheckInKind, counting, story
from kiosk.domain.checkin import JoinDraft
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import SECRET_BYTES, lookup
from kiosk.domain.roster import MOST_PEOPLE, Added, AlreadyThere, VoidReason
from kiosk.records import check_ins, head_counts, members
from kiosk.records.facts import add_fact, add_values
from kiosk.records.members import Person
from kiosk.records.tables import CheckIn, HeadCount
from kiosk.usecases.passes import PassMaker
from kiosk.usecases.rosters import Sheet
from kiosk.usecases.site import SiteFacts


@dataclass(frozen=True, slots=True)
class RosterBook:
    """Writes check-ins, voids and head counts in the name of one member of staff."""

    transaction: Transaction
    now: datetime
    entropy: Entropy
    site: SiteFacts
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
        mark = {"lookup": lookup(draft.secret)}
        self._add(session_id, CheckInKind.ARRIVED, mark, draft.id)
        return participant

    def add_member(
        self,
        sheet: Sheet,
        person: Person,
        name: str | None,
    ) -> Added | AlreadyThere:
        """Check in a participant by a pass of theirs; one is made where none is in use."""
        for presence in sheet.attendance.present:
            if presence.participant_id == person.participant_id:
                return AlreadyThere(presence.first.at)
        in_use = members.in_use(self.transaction, person.participant_id)
        if in_use:
            mark = in_use[-1].lookup
        else:
            secret = self.entropy(SECRET_BYTES)
            card = (name or "", person.language)
            self.passes.add_card(self.transaction, self.now, person.participant_id, secret, card)
            mark = lookup(secret)
        values = {"lookup": mark, "nth": story(sheet.facts, mark).voids}
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
            counted = counting(session)
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
            if void.kind is CheckInKind.VOID and void.id in counting(session)
        ]
        for void in undone:
            self._void(void, UNDONE)
        return len(undone), frozenset(void.session_id for void in undone)

    def count_heads(
        self,
        session_id: UUID,
        people: int,
        *,
        reconciled: bool,
    ) -> bool:
        """Keep a head count; False where this member of staff has just said the same."""
        if not 0 <= people <= MOST_PEOPLE:
            raise ValueError(f"a head count is 0 to {MOST_PEOPLE}")
        last = head_counts.latest(self.transaction, session_id)
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
