"""One session as the database holds it, and its card, roster and export rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.attendance.anomalies import SessionFacts, session_anomalies
from kiosk.domain.attendance.attendance import (
    Absence,
    Attendance,
    Bearer,
    CheckInFact,
    CheckInKind,
    FirstVisit,
    Presence,
    derive_attendance,
)
from kiosk.domain.attendance.roster import (
    Arrival,
    AttendanceRow,
    Expected,
    PassState,
    Roster,
    SessionCard,
    Voided,
    session_stage,
)
from kiosk.records import check_ins, passes
from kiosk.records.check_ins import LatestHeadCount
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.passes import Holder, PersonRow
from kiosk.records.rosters import RosterSession

_AT_A_TIME = 200
Names = Mapping[UUID, str | None]
"""The opened names, by participant."""


@dataclass(frozen=True)
class SessionRecord:
    """One session with every fact about it; names are still sealed."""

    planned: RosterSession
    facts: tuple[CheckInFact, ...]
    holders: Mapping[bytes, Holder]
    """By lookup."""
    members: tuple[PersonRow, ...]
    """Of the session's group, where it keeps a list and it was asked for."""
    counted: LatestHeadCount | None

    @cached_property
    def attendance(self) -> Attendance:
        """The fold of its facts."""
        return derive_attendance(self.facts, bearers(self.holders))

    @property
    def sealed_names(self) -> dict[UUID, bytes]:
        """Its sealed names, by participant."""
        held = {
            holder.participant_id: holder.sealed_name
            for holder in self.holders.values()
            if holder.sealed_name is not None
        }
        return held | {person.participant_id: person.sealed_name for person in self.members}

    def card(self, now: datetime, opens_before: timedelta) -> SessionCard:
        """Return the session without names."""
        planned, counted = self.planned, self.counted
        present = self.attendance.present
        stage = session_stage(
            planned.session,
            now,
            opens_before,
            cancelled=planned.cancelled,
            reconciled=counted is not None and counted.reconciled,
        )
        return SessionCard(
            session=planned.session,
            group_name=planned.group_name,
            stage=stage,
            present=len(present),
            guests=sum(person.first.kind is CheckInKind.GUEST for person in present),
            head_count=None if counted is None else counted.people,
            cancelled_reason=planned.cancelled_reason,
            first_visits=sum(person.first_visit is not None for person in present),
            to_meet=sum(person.first_visit is FirstVisit.TO_MEET for person in present),
        )

    def roster(self, names: Names, now: datetime, opens_before: timedelta) -> Roster:
        """Return the session with opened `names`; each person is on it once."""
        folded = self.attendance
        listed = {one.participant_id for one in folded.present}
        listed |= {one.participant_id for one in folded.taken_off}
        expected = (
            Expected(person.participant_id, names.get(person.participant_id))
            for person in self.members
            if person.participant_id not in listed
        )
        return Roster(
            card=self.card(now, opens_before),
            arrived=tuple(self.arrival(one, names) for one in folded.present),
            expected=tuple(sorted(expected, key=_name_order)),
            voided=tuple(self._voided(one, names) for one in folded.taken_off),
            at=now,
        )

    def arrival(self, person: Presence, names: Names) -> Arrival:
        """Return the arrival of one person who is present."""
        fact = person.first
        return Arrival(
            check_in_id=fact.id,
            session=self.planned.session,
            at=fact.at,
            pass_state=self._standing(fact),
            name=self._name(fact, names),
            by_staff=fact.by_staff,
            clock_doubtful=fact.clock_doubtful,
            fact_ids=person.fact_ids,
            participant_id=person.participant_id,
            kiosk_at=fact.kiosk_at,
            first_visit=person.first_visit,
        )

    def arrivals(self, names: Names) -> tuple[Arrival, ...]:
        """Return an arrival for each of its facts, as they came."""
        known = bearers(self.holders)
        return tuple(
            self.arrival(
                Presence(
                    fact,
                    frozenset({fact.id}),
                    known[fact.lookup].participant_id if fact.lookup in known else None,
                ),
                names,
            )
            for fact in self.facts
        )

    def rows(
        self, names: Names, machines: Mapping[UUID, str], opens_before: timedelta
    ) -> tuple[AttendanceRow, ...]:
        """Return the rows of an export, by arrival; `machines` are names of kiosks by id."""
        folded, anomalies = self.attendance, self._anomalies(opens_before)
        rows = [
            replace(
                self._row(one, names, machines, None),
                flags=tuple(
                    sorted({kind for id_ in one.fact_ids for kind in anomalies.get(id_, ())})
                ),
            )
            for one in folded.present
        ]
        rows += [
            replace(
                self._row(one, names, machines, one.last_void.reason),
                flags=tuple(sorted(anomalies.get(one.first.id, ()))),
            )
            for one in folded.taken_off
        ]
        return tuple(sorted(rows, key=lambda row: (row.arrived_at, row.check_in_id)))

    def _anomalies(self, opens_before: timedelta) -> dict[UUID, set[str]]:
        """Return the codes of the anomalies of its facts, by fact."""
        planned, anomalies = self.planned, defaultdict[UUID, set[str]](set)
        held = SessionFacts(planned.session, planned.cancelled, self.facts, bearers(self.holders))
        for one in session_anomalies(held, opens_before):
            if one.fact_id is not None:
                anomalies[one.fact_id].add(one.kind.value)
        return anomalies

    def _row(
        self,
        person: Presence | Absence,
        names: Names,
        machines: Mapping[UUID, str],
        taken_off: str | None,
    ) -> AttendanceRow:
        fact = person.first
        return AttendanceRow(
            check_in_id=fact.id,
            session=self.planned.session,
            group_name=self.planned.group_name,
            cancelled=self.planned.cancelled,
            head_count=None if self.counted is None else self.counted.people,
            arrived_at=fact.at,
            pass_state=self._standing(fact),
            name=self._name(fact, names),
            by_staff=fact.by_staff,
            kiosk="" if fact.kiosk_id is None else machines.get(fact.kiosk_id, ""),
            clock_doubtful=fact.clock_doubtful,
            present=taken_off is None,
            reason=taken_off or "",
            kiosk_at=fact.kiosk_at,
            first_visit=person.first_visit,
        )

    def _voided(self, person: Absence, names: Names) -> Voided:
        return Voided(
            check_in_id=person.first.id,
            void_ids=person.void_ids,
            name=self._name(person.first, names),
            at=person.first.at,
            voided_at=person.last_void.at,
            reason=person.last_void.reason,
        )

    def _name(self, fact: CheckInFact, names: Names) -> str | None:
        holder = None if fact.lookup is None else self.holders.get(fact.lookup)
        return None if holder is None else names.get(holder.participant_id)

    def _standing(self, fact: CheckInFact) -> PassState:
        """Return whether the pass was known or revoked when it was shown."""
        if fact.lookup is None:
            return PassState.NONE
        holder = self.holders.get(fact.lookup)
        if holder is None:
            return PassState.UNKNOWN
        ended = holder.revoked_at is not None and holder.revoked_at <= fact.at
        return PassState.REVOKED if ended else PassState.KNOWN


def read_session(
    transaction: Transaction, planned: RosterSession, *, listed: bool = False
) -> SessionRecord:
    """Read everything about one session; with `listed` also who is enrolled in its group."""
    (record,) = read_sessions(transaction, [planned])
    if listed:
        return replace(record, members=passes.people_expected(transaction, planned.session.id))
    return record


def read_sessions(
    transaction: Transaction, planned: Sequence[RosterSession]
) -> list[SessionRecord]:
    """Read everything about some sessions, in as few statements as for one, without members."""
    ids = [one.session.id for one in planned]
    parts = [ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME)]
    questions = (partial(one, transaction) for part in parts for one in session_questions(part))
    ask_ahead(transaction, *questions)
    facts: dict[UUID, list[CheckInFact]] = {}
    counted: dict[UUID, LatestHeadCount] = {}
    holders: dict[bytes, Holder] = {}
    for part in parts:
        facts |= check_ins.of_sessions(transaction, part)
        counted |= check_ins.latest_head_counts(transaction, part)
        holders |= passes.holders_at(transaction, part)
    return [
        SessionRecord(
            one,
            tuple(facts.get(one.session.id, ())),
            holders_of(facts.get(one.session.id, ()), holders),
            (),
            counted.get(one.session.id),
        )
        for one in planned
    ]


def session_questions(ids: Sequence[UUID]) -> tuple[Callable[[Transaction], object], ...]:
    """Return what `read_sessions` asks for some sessions, a few hundred at most."""
    return (
        partial(check_ins.of_sessions, session_ids=ids),
        partial(check_ins.latest_head_counts, session_ids=ids),
        partial(passes.holders_at, session_ids=ids),
    )


def listed_questions(session_id: UUID) -> tuple[Callable[[Transaction], object], ...]:
    """Return what `read_session` asks for one session with who is enrolled in its group."""
    return (
        *session_questions([session_id]),
        partial(passes.people_expected, session_id=session_id),
    )


def holders_of(
    facts: Iterable[CheckInFact], holders: Mapping[bytes, Holder]
) -> dict[bytes, Holder]:
    """Return those of some holders whose pass is in one of the facts."""
    lookups = {fact.lookup for fact in facts if fact.lookup is not None}
    return {lookup: holders[lookup] for lookup in lookups if lookup in holders}


def bearers(holders: Mapping[bytes, Holder]) -> dict[bytes, Bearer]:
    """Return whose each pass is, by lookup."""
    return {
        lookup: Bearer(holder.participant_id, holder.revoked_at)
        for lookup, holder in holders.items()
    }


def _name_order(person: Expected) -> tuple[bool, str, UUID]:
    """Return the sort key: by name in any case, those without one last."""
    return person.name is None, (person.name or "").casefold(), person.participant_id
