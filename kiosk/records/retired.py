"""Finds and deletes facts that the clinic has kept for long enough.

On a machine without a centre the rows that wait to be sent go along. With one, what the centre
has not confirmed stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, delete, or_, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance import CheckInKind
from kiosk.records.changes import note
from kiosk.records.columns import Reference, Row, at_centre, table
from kiosk.records.offsets import kept_since
from kiosk.records.plumbing import Confirmation, Outbox, Parked, SyncState
from kiosk.records.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackWithdrawal,
    CheckIn,
    HeadCount,
)

AT_A_TIME = 200
"""Things in one transaction, so that no visitor waits for the cleaning."""

IDS: "BindParameter[Sequence[UUID]]" = bindparam("ids", expanding=True)
_QUEUES = (table(Outbox), table(Parked))
_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_check_in = table(CheckIn).c
_target = table(CheckIn).alias("target").c
_head_count = table(HeadCount).c
_since, _target_since = kept_since(_check_in, "occurred_at"), kept_since(_target, "occurred_at")
_Thing = TypeVar("_Thing")


class Cut(NamedTuple):
    """What a finder looks for."""

    site_id: UUID
    by: datetime
    """Things of then and before."""
    sending: bool
    """Whether this machine owes its rows to a centre."""


class Old(NamedTuple):
    """One thing that has been kept for long enough."""

    id: UUID
    at: datetime
    """When it was made, or last used."""
    kind: type[Row]


def sends(transaction: Transaction, kiosk_id: UUID) -> bool:
    """Say whether this machine owes rows to a centre, for it has met one; the centre owes none."""
    if at_centre(transaction):
        return False
    state = table(SyncState).c
    met = or_(state.contact_at.is_not(None), state.epoch.is_not(None))
    connection = transaction.connection()
    if connection.execute(select(state.kiosk_id).where(state.kiosk_id == kiosk_id, met)).first():
        return True
    return connection.execute(select(table(Confirmation).c.upto_seq).limit(1)).first() is not None


def attendance(transaction: Transaction, cut: Cut) -> list[Old]:
    """Find check-ins and head counts; voids last, and none before what it voids."""
    young = select(_target.id).where(_target.id == _check_in.void_of, _target_since > cut.by)
    is_void = _check_in.kind == CheckInKind.VOID.value
    check_ins = (
        select(_check_in.id, _since)
        .where(_check_in.site_id == cut.site_id, _since <= cut.by)
        .where(or_(_check_in.void_of.is_(None), ~young.exists()))
        .order_by(is_void, _since)
    )
    counted = kept_since(_head_count, "at")
    counts = select(_head_count.id, counted).where(
        _head_count.site_id == cut.site_id, counted <= cut.by
    )
    connection = transaction.connection()
    found = [Old(*row, HeadCount) for row in connection.execute(counts)]
    found += [Old(*row, CheckIn) for row in connection.execute(check_ins)]
    return _to_go(transaction, found, cut)


def loose_ends(transaction: Transaction, cut: Cut) -> list[Old]:
    """Find events and withdrawals, typed ones too, whose request is not here."""
    events = select(_event.id, _event.at).where(
        _event.site_id == cut.site_id,
        _event.at <= cut.by,
        ~select(_request.id).where(_request.id == _event.request_id).exists(),
    )
    withdrawals = select(_withdrawal.id, _withdrawal.at).where(
        _withdrawal.site_id == cut.site_id,
        _withdrawal.at <= cut.by,
        ~select(_request.id).where(_request.id == _withdrawal.request_id).exists(),
        ~select(_request.id).where(_request.ref == _withdrawal.ref).exists(),
    )
    connection = transaction.connection()
    found = [Old(*row, CallbackEvent) for row in connection.execute(events)]
    found += [Old(*row, CallbackWithdrawal) for row in connection.execute(withdrawals)]
    return _to_go(transaction, found, cut)


def drop_found(transaction: Transaction, found: Sequence[Old], cut: Cut) -> int:
    """Delete those of the facts that a finder gave which still may go; say how many."""
    going = _to_go(transaction, found, cut)
    by_kind: dict[type[Row], list[UUID]] = defaultdict(list)
    for old in going:
        by_kind[old.kind].append(old.id)
    for kind, ids in by_kind.items():
        drop(transaction, kind, ids)
    return len(going)


def drop(transaction: Transaction, kind: type[Row], ids: Sequence[UUID]) -> None:
    """Delete rows, and what of them waits to be sent; ask `unsent` first where there is a centre.

    At the centre kiosks hear which reference rows are gone. Repeating it is harmless. A checkpoint
    must follow, or the bytes stay in the log.
    """
    target, connection = table(kind), transaction.connection()
    queues = () if at_centre(transaction) else _QUEUES
    for part in parts(ids):
        for queue in queues:
            connection.execute(delete(queue).where(queue.c.row_id.in_(IDS)), {"ids": part})
        connection.execute(delete(target).where(target.c.id.in_(IDS)), {"ids": part})
    if issubclass(kind, Reference):
        for row_id in ids:
            note(transaction, target.name, row_id, gone=True)


def unsent(transaction: Transaction, ids: Iterable[UUID]) -> set[UUID]:
    """Give those of some rows that the centre has not confirmed."""
    found: set[UUID] = set()
    for part in parts(list(ids)):
        for queue in _QUEUES:
            waiting = select(queue.c.row_id).where(queue.c.row_id.in_(IDS))
            found.update(transaction.connection().execute(waiting, {"ids": part}).scalars())
    return found


def parts(things: Sequence[_Thing]) -> Iterator[Sequence[_Thing]]:
    """Cut a list into parts of at most AT_A_TIME."""
    for start in range(0, len(things), AT_A_TIME):
        yield things[start : start + AT_A_TIME]


def _to_go(transaction: Transaction, found: Sequence[Old], cut: Cut) -> list[Old]:
    owed = _owed(transaction, {old.id for old in found}) if cut.sending else set()
    return [old for old in found if old.id not in owed]


def _owed(transaction: Transaction, ids: set[UUID]) -> set[UUID]:
    """Give those of some facts that are unsent, and voids of what is: else it would count again."""
    owed = unsent(transaction, ids)
    aims: dict[UUID, UUID] = {}
    for part in parts(list(ids - owed)):
        voids = select(_check_in.id, _check_in.void_of).where(
            _check_in.id.in_(IDS), _check_in.void_of.is_not(None)
        )
        aims.update(tuple(row) for row in transaction.connection().execute(voids, {"ids": part}))
    targets = set(aims.values())
    # Voids that name each other in a ring end here.
    above = _owed(transaction, targets) if targets and targets != ids else owed
    return owed | {void for void, target in aims.items() if target in above}
