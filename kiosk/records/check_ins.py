"""Queries for check-ins and head counts, and for the sessions that a pass finds open."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import (
    CheckInFact,
    CheckInKind,
    PassHistory,
    counting_facts,
    pass_history,
)
from kiosk.domain.attendance.check_in import NO_SESSION, Session
from kiosk.domain.clock_sync import corrected, is_far_off
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.records.groups import SESSION_COLUMNS, read_session
from kiosk.records.passes import PASS_COLUMNS, KnownPass, read_pass
from kiosk.records.schema.columns import AnyRow, table
from kiosk.records.schema.tables import CheckIn, GroupSession, HeadCount, Passcard, SupportGroup
from kiosk.records.site import OWN_CLOCK_OFFSET, own_clock_offset

_fact = table(CheckIn).c
_session = table(GroupSession)
_group = table(SupportGroup)
_pass = table(Passcard)
_scan = table(CheckIn)
_void = table(CheckIn).alias("void")
_count = table(HeadCount).c
# As `read_check_in` reads them. Kinds of a later version are none of ours.
CHECK_INS: "Select[*tuple[Any, ...]]" = select(
    _fact.id,
    _fact.session_id,
    _fact.kind,
    _fact.occurred_at,
    _fact.lookup,
    _fact.void_of,
    _fact.by_staff,
    _fact.clock_doubtful,
    _fact.reason,
    _fact.kiosk_id,
    _fact.clock_offset_ms,
    _fact.received_at,
    _fact.about,
).where(_fact.kind.in_([kind.value for kind in CheckInKind]))
_of_session = CHECK_INS.where(_fact.session_id == bindparam("session"))
_of_sessions = CHECK_INS.where(_fact.session_id.in_(bindparam("sessions", expanding=True)))
_unplaced = CHECK_INS.where(
    _fact.session_id == NO_SESSION, _fact.site_id == bindparam("site")
).order_by(_fact.kiosk_id, _fact.kiosk_seq)
_by_id = CHECK_INS.where(_fact.id == bindparam("check_in"))
_open_sessions: "Select[*tuple[Any, ...]]" = (
    select(
        *SESSION_COLUMNS,
        *PASS_COLUMNS,
        _scan.c.id.label("arrival_id"),
        _scan.c.occurred_at,
        _scan.c.clock_offset_ms,
        _void.c.id.label("void_id"),
        OWN_CLOCK_OFFSET.scalar_subquery().label("own_offset_ms"),
    )
    .join_from(_session, _group, _group.c.id == _session.c.group_id)
    .outerjoin(_pass, and_(_pass.c.lookup == bindparam("lookup"), _pass.c.deleted_at.is_(None)))
    .outerjoin(
        _scan,
        and_(_scan.c.session_id == _session.c.id, _scan.c.lookup == bindparam("lookup")),
    )
    .outerjoin(_void, _void.c.void_of == _scan.c.id)
    .where(
        _session.c.site_id == bindparam("site"),
        _session.c.starts_at > bindparam("longest_ago"),
        _session.c.starts_at <= bindparam("soon"),
        _session.c.ends_at > bindparam("now"),
        _session.c.status == "scheduled",
        _session.c.deleted_at.is_(None),
    )
    .order_by(_session.c.starts_at, _group.c.public_label, _session.c.id)
)
_head_counts_of_sessions = (
    select(
        _count.session_id,
        _count.people,
        _count.reconciled,
        _count.by_staff,
        _count.at,
        _count.clock_offset_ms,
        _count.kiosk_seq,
        _count.id,
    )
    .outerjoin(_void, _void.c.void_of == _count.id)
    .where(_count.session_id.in_(bindparam("sessions", expanding=True)), _void.c.id.is_(None))
)
_first_visit_of = select(_fact.id).where(
    _fact.session_id == bindparam("session"),
    _fact.about == bindparam("arrival"),
    _fact.kind == CheckInKind.FIRST_VISIT.value,
)
_earlier_scan = (
    select(_scan.c.id)
    .join_from(
        _session,
        _scan,
        and_(_scan.c.session_id == _session.c.id, _scan.c.lookup == bindparam("lookup")),
    )
    .where(
        _session.c.site_id == bindparam("site"),
        _session.c.starts_at >= bindparam("since"),
        _session.c.starts_at < bindparam("until"),
        _session.c.id != bindparam("session"),
    )
    .limit(1)
)
_AT_A_TIME = 200


class OpenSessions(NamedTuple):
    """The sessions that are open to a pass, and what is known of it."""

    card: KnownPass | None
    """The pass; also None where no session is open, then look it up by itself."""
    histories: dict[Session, PassHistory]
    """The open sessions by start, each with what the pass did there before."""
    offset_ms: int | None
    """How far this machine's clock is off, as measured last."""


@dataclass(frozen=True, slots=True)
class LatestHeadCount:
    """The latest head count of a session, and whether its list was ever closed."""

    people: int
    """Of the latest one."""
    closes: bool
    """Whether the latest one closed the session's list."""
    by_staff: UUID
    """Who made the latest one."""
    reconciled: bool
    """Whether any of them closed the list."""


def find(transaction: Transaction, check_in_id: UUID) -> CheckInFact | None:
    """Find a check-in fact by its own id."""
    row = transaction.connection().execute(_by_id, {"check_in": check_in_id}).first()
    return None if row is None else read_check_in(row)


def of_session(transaction: Transaction, session_id: UUID) -> list[CheckInFact]:
    """Return every check-in fact of a session."""
    rows = transaction.connection().execute(_of_session, {"session": session_id})
    return [read_check_in(row) for row in rows]


def of_sessions(
    transaction: Transaction, session_ids: Sequence[UUID]
) -> dict[UUID, list[CheckInFact]]:
    """Return every check-in fact of some sessions, by session; those without any are missing."""
    found: dict[UUID, list[CheckInFact]] = defaultdict(list)
    for row in _rows_of_sessions(transaction, _of_sessions, session_ids):
        fact = read_check_in(row)
        found[fact.session_id].append(fact)
    return found


def unplaced(transaction: Transaction, site_id: UUID) -> list[CheckInFact]:
    """Return the arrivals that were kept without a session and wait for staff, as they came."""
    rows = transaction.connection().execute(_unplaced, {"site": site_id})
    facts = [read_check_in(row) for row in rows]
    counted = counting_facts(facts)
    return [fact for fact in facts if fact.id in counted and fact.is_arrival]


def has_asked_to_be_met(transaction: Transaction, session_id: UUID, arrival_id: UUID) -> bool:
    """Return whether the person of an arrival has asked to be met."""
    asked = {"session": session_id, "arrival": arrival_id}
    return transaction.connection().execute(_first_visit_of, asked).first() is not None


def came_before(
    transaction: Transaction, site_id: UUID, lookup: bytes, session: Session, since: datetime
) -> bool:
    """Return whether a pass was shown here at another session that began from `since` on."""
    asked = {
        "site": site_id,
        "lookup": lookup,
        "since": since,
        "until": session.ends_at,
        "session": session.id,
    }
    return transaction.connection().execute(_earlier_scan, asked).first() is not None


def open_sessions(
    transaction: Transaction,
    site_id: UUID,
    kiosk_id: UUID,
    lookup: bytes,
    now: datetime,
    opens_before: timedelta,
) -> OpenSessions:
    """Find the sessions open at `now`, the pass of `lookup`, and its earlier arrivals there.

    `now` is the corrected time of the machine `kiosk_id`.
    """
    asked = {
        "site": site_id,
        "machine": kiosk_id,
        "lookup": lookup,
        "longest_ago": now - LONGEST_SESSION,
        "soon": now + opens_before,
        "now": now,
    }
    rows = transaction.connection().execute(_open_sessions, asked).all()
    passes = [read_pass(row) for row in rows if row.participant_id is not None]
    return OpenSessions(
        passes[-1] if passes else None,
        _scans_of_session(transaction, rows, lookup),
        rows[0].own_offset_ms if rows else own_clock_offset(transaction, kiosk_id),
    )


def _scans_of_session(
    transaction: Transaction, rows: Iterable[AnyRow], lookup: bytes
) -> dict[Session, PassHistory]:
    arrivals: dict[Session, list[tuple[datetime, UUID]]] = {}
    voided: set[Session] = set()
    for row in rows:
        session = read_session(row)
        at_session = arrivals.setdefault(session, [])
        if row.occurred_at is not None:
            at_session.append((corrected(row.occurred_at, row.clock_offset_ms), row.arrival_id))
        if row.void_id is not None:
            voided.add(session)
    return {
        session: _scan_history(transaction, session, lookup)
        if session in voided
        else _first_of(times)
        for session, times in arrivals.items()
    }


def _first_of(times: Iterable[tuple[datetime, UUID]]) -> PassHistory:
    at, arrival_id = min(times, default=(None, None))
    return PassHistory(at, 0, arrival_id)


def _scan_history(transaction: Transaction, session: Session, lookup: bytes) -> PassHistory:
    """Fold the whole session: a void may have been taken back. Rare, so a query of its own."""
    return pass_history(of_session(transaction, session.id), lookup)


def latest_head_count(transaction: Transaction, session_id: UUID) -> LatestHeadCount | None:
    """Return the latest head count of a session that was not taken back, or None."""
    return latest_head_counts(transaction, [session_id]).get(session_id)


def latest_head_counts(
    transaction: Transaction, session_ids: Sequence[UUID]
) -> dict[UUID, LatestHeadCount]:
    """Return the latest head count of each of some sessions, as `latest_head_count` does."""
    by_session: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in _rows_of_sessions(transaction, _head_counts_of_sessions, session_ids):
        by_session[row.session_id].append(row)
    return {session_id: _latest_of(rows) for session_id, rows in by_session.items()}


def _latest_of(rows: Sequence[AnyRow]) -> LatestHeadCount:
    last = max(rows, key=lambda r: (corrected(r.at, r.clock_offset_ms), r.kiosk_seq, r.id))
    closed = any(row.reconciled for row in rows)
    return LatestHeadCount(last.people, last.reconciled, last.by_staff, closed)


def _rows_of_sessions(
    transaction: Transaction, query: "Select[*tuple[Any, ...]]", session_ids: Sequence[UUID]
) -> Iterator[AnyRow]:
    for start in range(0, len(session_ids), _AT_A_TIME):
        part = {"sessions": session_ids[start : start + _AT_A_TIME]}
        yield from transaction.connection().execute(query, part)


def read_check_in(row: Sequence[Any]) -> CheckInFact:
    """Return the check-in of a row of CHECK_INS, its time corrected."""
    id_, session_id, kind, at, lookup, void_of, by_staff, doubtful, reason, *machine = row
    kiosk_id, offset_ms, received_at, about = machine
    return CheckInFact(
        id_,
        session_id,
        CheckInKind(kind),
        corrected(at, offset_ms),
        lookup,
        void_of,
        about,
        by_staff=by_staff is not None,
        clock_doubtful=doubtful,
        reason=reason or "",
        kiosk_id=kiosk_id,
        kiosk_at=at if is_far_off(offset_ms) else None,
        received_at=received_at,
    )
