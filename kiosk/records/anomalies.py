"""Queries for what may be an anomaly: check-ins by session, requests, gaps in the numbers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.anomalies import FactTimes
from kiosk.domain.attendance.attendance import CheckInFact
from kiosk.domain.attendance.check_in import NO_SESSION
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.central.incarnations import SPAN
from kiosk.domain.clock_sync import corrected
from kiosk.records.check_ins import CHECK_INS, read_check_in
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.schema.columns import AnyRow, Fact, is_central, of_site, table
from kiosk.records.schema.system_tables import FACTS, AuditEvent, KioskDevice
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackWithdrawal,
    CheckIn,
    Erased,
    GroupSession,
)
from kiosk.records.site import has_far_off_clock, read_stamp

_fact = table(CheckIn).c
_session = table(GroupSession).c
_request = table(CallbackRequest).c
_other = table(CallbackRequest).alias("other").c
_event = table(CallbackEvent).c
_undoing = table(CallbackEvent).alias("undoing").c
_withdrawal = table(CallbackWithdrawal).c
_audit = table(AuditEvent).c
_machine = table(KioskDevice).c
_SITE: "BindParameter[UUID]" = bindparam("site")
_SINCE: "BindParameter[datetime]" = bindparam("since")
_of_sessions = CHECK_INS.join(_session.id.table, _session.id == _fact.session_id).where(
    _session.site_id == _SITE, _session.starts_at >= _SINCE
)
_of_no_session = CHECK_INS.where(
    of_site(_fact),
    _fact.received_at >= _SINCE,
    _fact.session_id != NO_SESSION,
    ~exists().where(_session.id == _fact.session_id),
)
_made: "Select[*tuple[Any, ...]]" = select(
    _request.ref,
    _request.kiosk_id,
    _request.created_at.label("at"),
    _request.clock_offset_ms,
    # A paper form lies before it is entered, and what is corrected too: no machine is late by it.
    case((_request.entered_by.is_(None), _request.received_at), else_=None).label("received_at"),
    _request.clock_doubtful,
)
# Nothing comes to a machine's own file from elsewhere.
_made_lately = _made.where(_request.site_id == _SITE, _request.created_at >= _SINCE)
_made_or_came_lately = _made.where(
    _request.site_id == _SITE, or_(_request.created_at >= _SINCE, _request.received_at >= _SINCE)
)
_is_shared = exists().where(of_site(_other), _other.ref == _request.ref, _other.id != _request.id)
_calls: "Select[*tuple[Any, ...]]" = (
    select(
        _request.ref,
        _withdrawal.kiosk_id,
        _withdrawal.at,
        _withdrawal.clock_offset_ms,
        _withdrawal.received_at,
        _withdrawal.clock_doubtful,
        _event.at.label("rung_at"),
        _event.clock_offset_ms.label("rung_offset_ms"),
    )
    .join_from(_withdrawal.id.table, _event.id.table, _event.request_id == _withdrawal.request_id)
    .join(_request.id.table, _request.id == _withdrawal.request_id)
    .where(
        _withdrawal.site_id == _SITE,
        or_(_withdrawal.at >= _SINCE, _withdrawal.received_at >= _SINCE),
        _event.kind == EventKind.ATTEMPT.value,
        ~exists().where(
            _undoing.kind == EventKind.UNDONE.value,
            _undoing.request_id == _event.request_id,
            _undoing.other_id == _event.id,
        ),
    )
)
_entries: "Select[*tuple[Any, ...]]" = select(
    _audit.kiosk_id,
    _audit.kiosk_seq,
    _audit.at,
    _audit.clock_offset_ms,
    _audit.received_at,
    _audit.clock_doubtful,
).where(
    _audit.site_id == _SITE,
    _audit.action == bindparam("action"),
    or_(_audit.at >= _SINCE, _audit.received_at >= _SINCE),
)


def _numbers(kind: type[Fact], at: str) -> "Select[*tuple[Any, ...]]":
    """Number the facts that were written and came of late, or whose clock may have been wrong.

    What was written long ago may have lost its neighbours to retention.
    """
    facts = table(kind).c
    lately = or_(
        facts[at] >= _SINCE, facts.clock_doubtful, has_far_off_clock(facts.clock_offset_ms)
    )
    if kind is CallbackRequest:
        # What staff enter is of an earlier time than its number.
        lately = or_(lately, facts.entered_by.is_not(None))
    return select(
        facts.kiosk_id,
        facts.kiosk_seq,
        facts[at].label("at"),
        facts.clock_offset_ms,
        facts.received_at,
        facts.clock_doubtful,
    ).where(and_(facts.site_id == _SITE, facts.received_at >= _SINCE, lately))


_erased = table(Erased).c
_erased_numbers: "Select[*tuple[Any, ...]]" = select(
    _erased.kiosk_id, _erased.kiosk_seq, _erased.came_at, null(), _erased.came_at, false()
).where(_erased.site_id == _SITE, _erased.kiosk_seq.is_not(None), _erased.came_at >= _SINCE)
_numbered: "CompoundSelect[*tuple[Any, ...]]" = union_all(
    *(_numbers(kind, at) for kind, at in FACTS.items()), _erased_numbers
)
_every = _numbered.subquery("numbered")
_followed = select(
    _every,
    func.lag(_every.c.kiosk_seq)
    .over(
        # Each incarnation counts by itself.
        partition_by=(_every.c.kiosk_id, _every.c.kiosk_seq // SPAN),
        order_by=_every.c.kiosk_seq,
    )
    .label("before"),
).subquery("followed")
_gaps = select(_followed).where(_followed.c.kiosk_seq - _followed.c.before > 1)


@dataclass(frozen=True, slots=True)
class RequestTimes:
    """A callback request, or what was done about one, as far as its times go."""

    reference: str
    kiosk_id: UUID
    stamp: FactTimes


@dataclass(frozen=True, slots=True)
class Gap:
    """Records that a machine should have kept, and that are not here."""

    kiosk_id: UUID
    missing: int
    after: FactTimes
    """The first fact after them, or the entry that tells of them."""


def check_ins_by_session(
    transaction: Transaction, site_id: UUID, since: datetime
) -> dict[UUID, tuple[CheckInFact, ...]]:
    """Return the check-ins of the sessions that start from `since` on, by session."""
    found: dict[UUID, list[CheckInFact]] = defaultdict(list)
    for row in transaction.connection().execute(_of_sessions, {"site": site_id, "since": since}):
        fact = read_check_in(row)
        found[fact.session_id].append(fact)
    return {session: tuple(facts) for session, facts in found.items()}


def check_ins_without_session(
    transaction: Transaction, site_id: UUID, since: datetime
) -> tuple[CheckInFact, ...]:
    """Return the check-ins that came since then, to sessions that are not kept."""
    if not is_central(transaction):  # nothing comes to a machine's own file from elsewhere
        return ()
    rows = transaction.connection().execute(_of_no_session, {"site": site_id, "since": since})
    return tuple(read_check_in(row) for row in rows)


def request_times(
    transaction: Transaction, site_id: UUID, since: datetime
) -> Iterator[RequestTimes]:
    """Return the requests that were made or came since then."""
    wanted = {"site": site_id, "since": since}
    rows = transaction.connection().execute(_lately(transaction), wanted)
    return map(_request_times, rows)


def shared_references(
    transaction: Transaction, site_id: UUID, since: datetime
) -> Iterator[RequestTimes]:
    """Return those of the requests whose reference another one has as well."""
    wanted = {"site": site_id, "since": since}
    query = _lately(transaction).where(_is_shared)
    rows = transaction.connection().execute(query, wanted)
    return map(_request_times, rows)


def called_after_withdrawal(
    transaction: Transaction, site_id: UUID, since: datetime
) -> Iterator[RequestTimes]:
    """Return the withdrawals by slip since then whose request was called all the same."""
    wanted = {"site": site_id, "since": since}
    for row in transaction.connection().execute(_calls, wanted):
        asked = _request_times(row)
        if corrected(row.rung_at, row.rung_offset_ms) > asked.stamp.at:
            yield asked


def gaps(transaction: Transaction, site_id: UUID, since: datetime) -> Iterator[Gap]:
    """Find numbers that are missing between facts that came since then; none without a centre."""
    if not is_central(transaction):
        return
    for row in transaction.connection().execute(_gaps, {"site": site_id, "since": since}):
        yield Gap(row.kiosk_id, row.kiosk_seq - row.before - 1, _stamp(row))


def refusals(transaction: Transaction, site_id: UUID, since: datetime) -> Iterator[Gap]:
    """Return what machines could not keep for visitors since then."""
    for row in _entries_of(transaction, site_id, since, AuditAction.VISITOR_REFUSED):
        yield Gap(row.kiosk_id, 1, _stamp(row))


def losses(transaction: Transaction, site_id: UUID, since: datetime) -> Iterator[Gap]:
    """Return what machines found gone since then, and is not here: it stood before the entry."""
    rows = list(_entries_of(transaction, site_id, since, AuditAction.RECORDS_MISSING))
    counts = [
        [partial(_last_before, transaction, kind, row.kiosk_id, row.kiosk_seq) for kind in FACTS]
        for row in rows
    ]
    ask_ahead(transaction, *chain.from_iterable(counts))
    for row, of_kinds in zip(rows, counts, strict=True):
        missing = row.kiosk_seq % SPAN - max(count() for count in of_kinds) - 1
        if missing:
            yield Gap(row.kiosk_id, missing, _stamp(row))


def _entries_of(
    transaction: Transaction, site_id: UUID, since: datetime, action: AuditAction
) -> Iterable[AnyRow]:
    wanted = {"site": site_id, "since": since, "action": action.value}
    return transaction.connection().execute(_entries, wanted)


def _last_before(transaction: Transaction, kind: type[Fact], machine: UUID, number: int) -> int:
    """Return the count of the last fact before one; a new incarnation goes on counting."""
    facts = table(kind).c
    count = facts.kiosk_seq % SPAN
    query = select(func.max(count)).where(
        facts.kiosk_id == machine, facts.kiosk_seq < number, count < number % SPAN
    )
    return transaction.connection().execute(query).scalar() or 0


def machine_symbols(transaction: Transaction, site_id: UUID) -> dict[UUID, str]:
    """Return the two symbols of each of a site's machines, revoked ones too."""
    query = select(_machine.id, _machine.symbols).where(_machine.site_id == site_id)
    return {row.id: row.symbols for row in transaction.connection().execute(query)}


def _lately(transaction: Transaction) -> "Select[*tuple[Any, ...]]":
    return _made_or_came_lately if is_central(transaction) else _made_lately


def _request_times(row: AnyRow) -> RequestTimes:
    return RequestTimes(row.ref, row.kiosk_id, _stamp(row))


def _stamp(row: AnyRow) -> FactTimes:
    return read_stamp(row.at, row.clock_offset_ms, row.received_at, row.clock_doubtful)
