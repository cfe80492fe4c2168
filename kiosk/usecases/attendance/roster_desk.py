"""The facilitator's desk of sessions: who has arrived, mending the list, counting heads."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from hashlib import blake2b
from typing import assert_never
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import (
    UNDONE_REASON,
    CheckInFact,
    CheckInKind,
    counting_facts,
    pass_history,
)
from kiosk.domain.attendance.check_in import NO_SESSION, UNPLACED, JoinDraft
from kiosk.domain.attendance.roster import (
    LARGEST_HEAD_COUNT,
    RECONCILE_WITHIN,
    Added,
    AlreadyThere,
    Arrival,
    AttendanceRow,
    Roster,
    RosterNews,
    RosterStep,
    RosterStepKind,
    SessionCard,
    VoidReason,
)
from kiosk.domain.audit import AuditAction
from kiosk.domain.passes import SECRET_BYTES, derive_lookup
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.staff import Role
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.records import check_ins, passes, rosters
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.database.writing import add_fact, add_fact_values
from kiosk.records.passes import PersonRow
from kiosk.records.rosters import RosterSession
from kiosk.records.schema.tables import CheckIn, HeadCount
from kiosk.usecases.attendance.roster_view import (
    SessionRecord,
    holders_of,
    listed_questions,
    read_session,
    read_sessions,
)
from kiosk.usecases.passes.issuing import NameOpener, PassMaker, new_draft
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey

_ARRIVED = CheckInKind.ARRIVED.value


class RosterDesk(StaffDesk):
    """The facilitator's desk of sessions; made by `Access.roster_desk` after sign-in."""

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
        self._shown: set[UUID] = set()
        """The sessions whose roster this desk has shown; each is in the audit trail."""
        self._steps: dict[UUID, list[RosterStep]] = {}
        """What was done by this desk and not taken back, by session, the latest last."""

    def sessions(self, day: date | None = None) -> tuple[SessionCard, ...]:
        """Return the sessions of a day in the clinic's time, by start, without names.

        Without `day` those of today, and those that began yesterday and still run.
        """
        before = self._context.rules.opens_before
        today = self._clock.now().astimezone(self._site.zone).date()
        since, until = self._bounds(day or today)
        earliest = since if day else since - LONGEST_SESSION
        find = partial(rosters.starting, site_id=self._site.site_id, since=earliest, until=until)
        with self._reading(find) as (transaction, now):
            held = find(transaction)
            shown = [
                one for one in held if one.session.starts_at >= since or one.session.ends_at > now
            ]
            return tuple(one.card(now, before) for one in read_sessions(transaction, shown))

    def marker(self, session_id: UUID) -> bytes:
        """Return 16 bytes that change when the roster would; cheap enough to poll every second."""
        with self._reading(*self._mark_questions(session_id), whole=True) as (transaction, now):
            return self._mark(transaction, now, self._planned(transaction, session_id))

    def news(self, session_id: UUID, mark: bytes = b"") -> RosterNews | None:
        """Return a session's roster with its mark, or None where nothing changed since `mark`.

        The entries that it leaves in the audit trail are those of `roster` and `unplaced`.
        """
        if mark and self.marker(session_id) == mark:
            return None
        questions = (
            *self._mark_questions(session_id),
            *listed_questions(session_id),
            *self._unplaced_questions(),
        )
        with self._reading(*questions, whole=True) as (transaction, now):
            planned = self._planned(transaction, session_id)
            new_mark = self._mark(transaction, now, planned)
            record = read_session(transaction, planned, listed=True)
            waiting = self._read_unplaced(transaction)
        self._open_names({session_id: record, None: waiting})
        roster = record.roster(self._names.opened, now, self._context.rules.opens_before)
        steps = self._steps.get(session_id)
        arrivals = waiting.arrivals(self._names.opened)
        return RosterNews(new_mark, roster, steps[-1] if steps else None, arrivals)

    def _mark_questions(self, session_id: UUID) -> tuple[Callable[[Transaction], object], ...]:
        planned = partial(self._planned, session_id=session_id)
        return planned, *rosters.change_counts(session_id)

    def _mark(self, transaction: Transaction, now: datetime, planned: RosterSession) -> bytes:
        session = planned.session
        counts = [count(transaction) for count in rosters.change_counts(session.id)]
        begins, ends = session.starts_at, session.ends_at
        opens = begins - self._context.rules.opens_before
        passed = [now >= at for at in (opens, begins, ends, ends + RECONCILE_WITHIN)]
        return blake2b(repr((planned, counts, passed)).encode(), digest_size=16).digest()

    def roster(self, session_id: UUID) -> Roster:
        """Return one session with the names of who came, is expected, or was taken off.

        The first call for a session, and each that opens a name, leaves an entry in the audit
        trail; one that finds nothing new writes nothing. SetupError where the session is no
        longer kept, as in every method that takes one.
        """
        planned = partial(self._planned, session_id=session_id)
        asked = listed_questions(session_id)
        with self._reading(planned, *asked, whole=True) as (transaction, now):
            record = read_session(transaction, planned(transaction), listed=True)
        self._open_names({session_id: record})
        return record.roster(self._names.opened, now, self._context.rules.opens_before)

    def _open_names(self, records: Mapping[UUID | None, SessionRecord]) -> None:
        """Open the names of some sessions, with an entry in the trail for each that is new here.

        The session is None for who is on no list.
        """
        sealed = {session_id: record.sealed_names for session_id, record in records.items()}
        new = [
            session_id
            for session_id, names in sealed.items()
            if names.keys() - self._names.opened.keys()
            or not (session_id is None or session_id in self._shown)
        ]
        if not new:
            return
        with self._writing(audited=True) as (transaction, now):
            for session_id in new:
                self._audit(transaction, now, AuditAction.ROSTER_OPENED, session_id)
        for session_id in new:
            self._names.open_all(sealed[session_id])
        self._shown.update(session_id for session_id in new if session_id is not None)

    def new_pass(self) -> JoinDraft:
        """Return new ids for `add_person`; nothing is written."""
        return new_draft(self._entropy, self._clock.now())

    def add_person(
        self, session_id: UUID, first_name: str, language: str, draft: JoinDraft
    ) -> Added:
        """Check in a new person by a (checked) first name; make `draft` by `new_pass`.

        The same `draft` makes one person, however often it is sent. Their pass is never shown:
        its secret ends with the draft, and they can be handed another.
        """
        name = clean(first_name)
        with self._writing() as (transaction, now):
            earlier = check_ins.find(transaction, draft.id)
            if earlier is not None:
                return Added(earlier.id, earlier.at)
            session = self._planned(transaction, session_id).session
            participant = self._passes.make(transaction, now, draft.secret, name, language)
            arrived = {"kind": _ARRIVED, "lookup": derive_lookup(draft.secret)}
            self._add_check_in(transaction, now, session.id, arrived, draft.id)
            self._audit(transaction, now, AuditAction.ROSTER_PERSON_ADDED, session.id)
        self._names.opened[participant] = name
        self._remember(session_id, RosterStepKind.ADDED, {draft.id}, {draft.id})
        return Added(draft.id, now)

    def add_member(self, session_id: UUID, participant_id: UUID) -> Added | AlreadyThere:
        """Check in a participant by a pass of theirs; one is made where none is in use.

        SetupError where the record is no longer kept.
        """
        with self._writing() as (transaction, now):
            record = read_session(transaction, self._planned(transaction, session_id))
            person = passes.find_person(transaction, self._site.site_id, participant_id)
            if person is None:
                raise SetupError("This person's record is no longer kept; look the list up again.")
            for presence in record.attendance.present:
                if presence.participant_id == participant_id:
                    return AlreadyThere(presence.first.at)
            mark = self._pass_of(transaction, now, person)
            voids = pass_history(record.facts, mark).voids
            columns = {"kind": _ARRIVED, "lookup": mark, "nth": voids}
            added = self._add_check_in(transaction, now, session_id, columns)
            self._audit(transaction, now, AuditAction.ROSTER_PERSON_ADDED, session_id)
        self._remember(session_id, RosterStepKind.ADDED, {added}, {added})
        return Added(added, now)

    def unplaced(self) -> tuple[Arrival, ...]:
        """Return who was kept without a session while a clock was wrong, the first one first.

        Names are opened, which leaves an entry in the audit trail.
        """
        with self._reading(*self._unplaced_questions(), whole=True) as (transaction, _now):
            waiting = self._read_unplaced(transaction)
        self._open_names({None: waiting})
        return waiting.arrivals(self._names.opened)

    def _unplaced_questions(self) -> tuple[Callable[[Transaction], object], ...]:
        return (
            partial(check_ins.unplaced, site_id=self._site.site_id),
            partial(passes.holders_at, session_ids=[NO_SESSION]),
        )

    def _read_unplaced(self, transaction: Transaction) -> SessionRecord:
        facts = check_ins.unplaced(transaction, self._site.site_id)
        holders = holders_of(facts, passes.holders_at(transaction, [NO_SESSION]))
        nowhere = RosterSession(UNPLACED, "", cancelled=False, cancelled_reason="")
        return SessionRecord(nowhere, tuple(facts), holders, (), None)

    def place(self, session_id: UUID, fact_ids: Iterable[UUID]) -> int:
        """Put arrivals that were kept without a session on a list; return how many were.

        What was kept stays, and is taken off by a fact of its own.
        """
        wanted, placed = frozenset(fact_ids), set[UUID]()
        with self._writing() as (transaction, now):
            record = read_session(transaction, self._planned(transaction, session_id))
            for fact in check_ins.unplaced(transaction, self._site.site_id):
                if fact.id not in wanted:
                    continue
                columns: dict[str, object] = {"kind": fact.kind.value, "lookup": fact.lookup}
                history = None if fact.lookup is None else pass_history(record.facts, fact.lookup)
                if history is None or history.since is None:
                    columns["nth"] = 0 if history is None else history.voids
                    placed.add(self._add_check_in(transaction, now, session_id, columns))
                self._void(transaction, now, NO_SESSION, fact.id, VoidReason.WRONG_SESSION.value)
                self._audit(transaction, now, AuditAction.ROSTER_PERSON_ADDED, session_id)
        self._remember(session_id, RosterStepKind.ADDED, placed, placed)
        return len(placed)

    def new_guests(self, people: int) -> tuple[UUID, ...]:
        """Return new ids for `add_guests`; nothing is written."""
        now = self._clock.now()
        return tuple(self._new_id(now) for _ in range(people))

    def add_guests(self, session_id: UUID, draft_ids: Iterable[UUID]) -> int:
        """Count one guest for each id (see `new_guests`); return how many are new.

        The same id makes one guest, however often it is sent.
        """
        with self._writing() as (transaction, now):
            session = self._planned(transaction, session_id).session
            ids = dict.fromkeys(draft_ids)
            finds = {id_: partial(check_ins.find, transaction, id_) for id_ in ids}
            ask_ahead(transaction, *finds.values())
            new = [id_ for id_, find in finds.items() if find() is None]
            for id_ in new:
                guest = {"kind": CheckInKind.GUEST.value}
                self._add_check_in(transaction, now, session.id, guest, id_)
            if new:
                self._audit(transaction, now, AuditAction.ROSTER_GUESTS_ADDED, session.id)
        self._remember(session_id, RosterStepKind.GUEST, new)
        return len(new)

    def void(self, fact_ids: Iterable[UUID], reason: VoidReason) -> frozenset[UUID]:
        """Take an arrival off the list by all of its `fact_ids`; return the ids for `undo_void`.

        What is off the list already stays off; the answer is the same.
        """
        arrivals = frozenset(fact_ids)
        voids, written = self._take_off(arrivals, reason)
        for session_id in written:
            self._remember(session_id, RosterStepKind.TAKEN_OFF, voids, arrivals)
        return voids

    def undo_void(self, void_ids: Iterable[UUID]) -> int:
        """Take voids back, so that what they named counts again; return how many."""
        undone = self._unvoid(void_ids, AuditAction.ROSTER_VOID_UNDONE)
        arrivals = {void.void_of for void in undone.values() if void.void_of is not None}
        for session_id in {void.session_id for void in undone.values()}:
            self._remember(session_id, RosterStepKind.PUT_BACK, undone, arrivals)
        return len(undone)

    def last_step(self, session_id: UUID) -> RosterStep | None:
        """Return the last thing that this desk did to a session's list and has not taken back."""
        with self._reading(whole=True):
            steps = self._steps.get(session_id)
            return steps[-1] if steps else None

    def undo(self, session_id: UUID, step: RosterStep) -> bool:
        """Take `step` back where it is still the last one; return whether it was.

        What a colleague has taken back meanwhile stays so.
        """
        if step != self.last_step(session_id):
            return False
        match step.kind:
            case RosterStepKind.ADDED | RosterStepKind.GUEST:
                self._take_off(step.ids, VoidReason.MISTAKE)
            case RosterStepKind.TAKEN_OFF:
                self._unvoid(step.ids, AuditAction.ROSTER_VOID_UNDONE)
            case RosterStepKind.PUT_BACK:
                self._unvoid(step.ids, AuditAction.ROSTER_VOIDED)
            case RosterStepKind.COUNTED | RosterStepKind.CLOSED:
                self._uncount(session_id, step.ids)
            case _:
                assert_never(step.kind)
        self._steps[session_id].pop()
        return True

    def _remember(
        self,
        session_id: UUID,
        kind: RosterStepKind,
        ids: Collection[UUID],
        arrivals: Collection[UUID] = (),
        people: int = 0,
    ) -> None:
        if ids:
            step = RosterStep(kind, frozenset(ids), frozenset(arrivals), people)
            self._steps.setdefault(session_id, []).append(step)

    def _take_off(
        self, fact_ids: Iterable[UUID], reason: VoidReason
    ) -> tuple[frozenset[UUID], frozenset[UUID]]:
        """Do as `void`; return the voids, and the sessions in which one was written."""
        voids, written = set[UUID](), set[UUID]()
        with self._writing() as (transaction, now):
            for fact, session in _with_sessions(transaction, fact_ids):
                if fact.kind is CheckInKind.VOID:
                    continue
                counted = counting_facts(session)
                if fact.id in counted:
                    voids.add(self._void(transaction, now, fact.session_id, fact.id, reason.value))
                    written.add(fact.session_id)
                else:
                    voids |= {one.id for one in session if one.void_of == fact.id} & counted
            for session_id in sorted(written):
                self._audit(transaction, now, AuditAction.ROSTER_VOIDED, session_id)
        return frozenset(voids), frozenset(written)

    def _unvoid(self, void_ids: Iterable[UUID], action: AuditAction) -> dict[UUID, CheckInFact]:
        """Void voids that count; return them by the ids of the new ones."""
        with self._writing() as (transaction, now):
            undone = {
                self._void(transaction, now, void.session_id, void.id, UNDONE_REASON): void
                for void, session in _with_sessions(transaction, void_ids)
                if void.kind is CheckInKind.VOID and void.id in counting_facts(session)
            }
            for session_id in sorted({void.session_id for void in undone.values()}):
                self._audit(transaction, now, action, session_id)
        return undone

    def _uncount(self, session_id: UUID, count_ids: Iterable[UUID]) -> None:
        """Void head counts; the one before counts again, and a list that they closed is open."""
        with self._writing() as (transaction, now):
            voided = {fact.void_of for fact in check_ins.of_session(transaction, session_id)}
            for id_ in set(count_ids) - voided:
                self._void(transaction, now, session_id, id_, UNDONE_REASON)
                self._audit(transaction, now, AuditAction.HEAD_COUNT_UNDONE, session_id)

    def count_heads(self, session_id: UUID, people: int) -> SessionCard:
        """Keep how many people are in the room (0 to MOST_PEOPLE, else ValueError).

        The same count again by the same member of staff is not kept twice.
        """
        return self._count(session_id, people, reconciled=False)

    def reconcile(self, session_id: UUID, people: int) -> SessionCard:
        """Do as `count_heads`, and close the session's list with this count."""
        return self._count(session_id, people, reconciled=True)

    def export_rows(self, since: date, until: date) -> tuple[AttendanceRow, ...]:
        """Return a row for every arrival at the sessions from `since` to `until` (both included).

        The days are the clinic's. By session and arrival, names opened, those who were taken off
        with the reason. Every call leaves one entry in the audit trail.
        """
        with self._writing(audited=True) as (transaction, now):
            self._audit(transaction, now, AuditAction.EXPORTED_ATTENDANCE)
        with self._reading() as (transaction, now):
            start, end = self._bounds(since)[0], self._bounds(until)[1]
            held = rosters.starting(transaction, self._site.site_id, start, end)
            records = read_sessions(transaction, held)
            machines = rosters.machine_names(transaction, self._site.site_id)
        for record in records:
            self._names.open_all(record.sealed_names)
        names, before = self._names.opened, self._context.rules.opens_before
        return tuple(row for record in records for row in record.rows(names, machines, before))

    def _count(self, session_id: UUID, people: int, *, reconciled: bool) -> SessionCard:
        action = AuditAction.ROSTER_RECONCILED if reconciled else AuditAction.HEADS_COUNTED
        kind = RosterStepKind.CLOSED if reconciled else RosterStepKind.COUNTED
        kept: set[UUID] = set()
        with self._writing() as (transaction, now):
            planned = self._planned(transaction, session_id)
            if not 0 <= people <= LARGEST_HEAD_COUNT:
                raise ValueError(f"a head count is 0 to {LARGEST_HEAD_COUNT}")
            last = check_ins.latest_head_count(transaction, session_id)
            counted = (people, reconciled, self._staff.id)
            if last is None or (last.people, last.closes, last.by_staff) != counted:
                fact = HeadCount(
                    id=self._new_id(now),
                    site_id=self._site.site_id,
                    kiosk_id=self._site.kiosk_id,
                    session_id=session_id,
                    people=people,
                    at=now,
                    by_staff=self._staff.id,
                    reconciled=reconciled,
                )
                add_fact(transaction, fact, now)
                self._audit(transaction, now, action, session_id)
                kept.add(fact.id)
            record = read_session(transaction, planned)
        self._remember(session_id, kind, kept, people=people)
        return record.card(now, self._context.rules.opens_before)

    def _pass_of(self, transaction: Transaction, now: datetime, person: PersonRow) -> bytes:
        """Return the lookup of a pass of this participant; a new one where none is in use."""
        participant_id = person.participant_id
        in_use = passes.in_use(transaction, participant_id)
        if in_use:
            return in_use[-1].lookup
        secret = self._entropy(SECRET_BYTES)
        greeting = self._names.open(participant_id, person.sealed_name) or "", person.language
        self._passes.add_card(transaction, now, participant_id, secret, greeting)
        return derive_lookup(secret)

    def _void(
        self, transaction: Transaction, now: datetime, session_id: UUID, fact_id: UUID, reason: str
    ) -> UUID:
        columns = {"kind": CheckInKind.VOID.value, "void_of": fact_id, "reason": reason}
        return self._add_check_in(transaction, now, session_id, columns)

    def _add_check_in(
        self,
        transaction: Transaction,
        now: datetime,
        session_id: UUID,
        columns: Mapping[str, object],
        id_: UUID | None = None,
    ) -> UUID:
        """Write a check-in fact in the name of this member of staff; return its id."""
        id_ = id_ or self._new_id(now)
        values = {
            "id": id_,
            "site_id": self._site.site_id,
            "kiosk_id": self._site.kiosk_id,
            "session_id": session_id,
            "occurred_at": now,
            "by_staff": self._staff.id,
            **columns,
        }
        add_fact_values(transaction, CheckIn, values, now)
        return id_

    def _planned(self, transaction: Transaction, session_id: UUID) -> RosterSession:
        found = rosters.find(transaction, self._site.site_id, session_id)
        if found is None:
            raise SetupError("This session is no longer kept; go back to the day's list.")
        return found

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        """Return the start of a local day and of the next, which is not always 24 hours later."""
        zone = self._site.zone
        start = datetime.combine(day, time_of_day.min, zone)
        return start, datetime.combine(day + timedelta(days=1), time_of_day.min, zone)


def _with_sessions(
    transaction: Transaction, fact_ids: Iterable[UUID]
) -> list[tuple[CheckInFact, list[CheckInFact]]]:
    """Return the facts, each with all facts of its session; unknown ids are left out."""
    finds = [partial(check_ins.find, transaction, id_) for id_ in dict.fromkeys(fact_ids)]
    ask_ahead(transaction, *finds)
    facts = [fact for find in finds if (fact := find()) is not None]
    ids = list(dict.fromkeys(fact.session_id for fact in facts))
    sessions = check_ins.of_sessions(transaction, ids)
    return [(fact, sessions[fact.session_id]) for fact in facts]
