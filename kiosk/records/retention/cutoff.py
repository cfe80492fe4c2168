"""What is old enough to be deleted, and what of it the centre has not confirmed yet."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, or_, select
from sqlmodel import Session as Transaction

from kiosk.records.schema.columns import Row, is_central, table
from kiosk.records.schema.system_tables import Confirmation, Outbox, Parked, SyncState
from kiosk.records.schema.tables import CheckIn

if TYPE_CHECKING:
    from sqlalchemy import ColumnCollection, Select


IDS_AT_A_TIME = 200
"""Ids in one statement or transaction, so that no visitor waits for the cleaning."""
IDS: "BindParameter[Sequence[UUID]]" = bindparam("ids", expanding=True)
_QUEUES = (table(Outbox), table(Parked))
_check_in = table(CheckIn).c
_Thing = TypeVar("_Thing")


class Cutoff(NamedTuple):
    """What is old enough to be deleted."""

    site_id: UUID
    by: datetime
    """Things of then and before."""
    came_by: datetime
    """The centre refuses to delete what came to it later, whatever its own time says."""
    sending: bool
    """Whether this machine owes its rows to a centre."""


class Expired(NamedTuple):
    """One row, with all that belongs to it, that has been kept for long enough."""

    id: UUID
    at: datetime
    """When it was made, or last used."""
    kind: type[Row]


def owes_rows(transaction: Transaction, kiosk_id: UUID) -> bool:
    """Return whether this machine owes rows to a centre that it has met; the centre owes none."""
    if is_central(transaction):
        return False
    state = table(SyncState).c
    met = or_(state.contact_at.is_not(None), state.epoch.is_not(None))
    connection = transaction.connection()
    if connection.execute(select(state.kiosk_id).where(state.kiosk_id == kiosk_id, met)).first():
        return True
    return connection.execute(select(table(Confirmation).c.upto_seq).limit(1)).first() is not None


def all_rows(query: "Select[*tuple[Any, ...]]", transaction: Transaction) -> Sequence[Any]:
    """Return the rows of a query."""
    return transaction.connection().execute(query).all()


def came_in_time(facts: "ColumnCollection[str, Any]", cut: Cutoff) -> "ColumnElement[bool]":
    """Return the SQL condition of what the centre has had for long enough to delete it.

    On a machine's own file it always holds: nothing there has been received.
    """
    received = facts["received_at"]
    return or_(received.is_(None), received <= cut.came_by)


def is_young(
    since: "ColumnElement[Any]", facts: "ColumnCollection[str, Any]", cut: Cutoff
) -> "ColumnElement[bool]":
    """Return the SQL condition of what is not to go yet, or may be of any age."""
    return or_(since.is_(None), since > cut.by, ~came_in_time(facts, cut))


def unsent_ids(transaction: Transaction, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of some rows that the centre has not confirmed."""
    found: set[UUID] = set()
    for part in batches(list(ids)):
        for queue in _QUEUES:
            waiting = select(queue.c.row_id).where(queue.c.row_id.in_(IDS))
            found.update(transaction.connection().execute(waiting, {"ids": part}).scalars())
    return found


def batches(things: Sequence[_Thing]) -> Iterator[Sequence[_Thing]]:
    """Cut a list into batches of at most IDS_AT_A_TIME."""
    for start in range(0, len(things), IDS_AT_A_TIME):
        yield things[start : start + IDS_AT_A_TIME]


def deletable(transaction: Transaction, found: Sequence[Expired], cut: Cutoff) -> list[Expired]:
    """Return those of some rows that this machine owes to no centre."""
    owed = _unsent_with_voids(transaction, {old.id for old in found}) if cut.sending else set()
    return [old for old in found if old.id not in owed]


def _unsent_with_voids(transaction: Transaction, ids: set[UUID]) -> set[UUID]:
    """Return those of some facts that are unsent, and the voids of unsent ones.

    Without its void a fact would count again.
    """
    owed = unsent_ids(transaction, ids)
    aims: dict[UUID, UUID] = {}
    for part in batches(list(ids - owed)):
        voids = select(_check_in.id, _check_in.void_of).where(
            _check_in.id.in_(IDS), _check_in.void_of.is_not(None)
        )
        aims.update(tuple(row) for row in transaction.connection().execute(voids, {"ids": part}))
    targets = set(aims.values())
    # Voids that name each other in a ring end here.
    above = _unsent_with_voids(transaction, targets) if targets and targets != ids else owed
    return owed | {void for void, target in aims.items() if target in above}


def drop_rows(transaction: Transaction, kind: type[Row], ids: Sequence[UUID]) -> None:
    """Delete rows of this machine's file, and what of them waits to be sent.

    Ask `unsent_ids` first with a centre. Repeating it is harmless. A checkpoint must follow, or the
    bytes stay in the log.
    """
    target, connection = table(kind), transaction.connection()
    for part in batches(ids):
        for queue in _QUEUES:
            connection.execute(delete(queue).where(queue.c.row_id.in_(IDS)), {"ids": part})
        connection.execute(delete(target).where(target.c.id.in_(IDS)), {"ids": part})
