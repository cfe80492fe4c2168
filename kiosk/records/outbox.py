"""Queries for what waits to be sent, and for what the centre has confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select
from sqlmodel import Session as Transaction

from kiosk.records.columns import table
from kiosk.records.plumbing import Confirmation, Outbox, Parked

_outbox = table(Outbox).c
_parked = table(Parked).c
_confirmation = table(Confirmation).c
_waiting = (
    select(
        _outbox.seq,
        _outbox.kiosk_seq,
        _outbox.site_id,
        _outbox.table_name,
        _outbox.row_id,
        _outbox.payload,
    )
    .order_by(_outbox.seq)
    .limit(bindparam("most"))
)
_confirmed_at = select(func.min(_confirmation.at)).where(_confirmation.upto_seq >= bindparam("seq"))
_how_many_pending = select(func.count()).select_from(table(Outbox))
_how_many_parked = select(func.count()).select_from(table(Parked))
_known = select(_confirmation.upto_seq).where(_confirmation.upto_seq == bindparam("seq"))
_held_back = or_(
    select(_outbox.seq).where(_outbox.row_id == bindparam("row")).exists(),
    select(_parked.seq).where(_parked.row_id == bindparam("row")).exists(),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row on its way to the centre."""

    seq: int
    kiosk_seq: int | None
    site_id: UUID
    table_name: str
    row_id: UUID
    payload: str


def waiting(transaction: Transaction, most: int) -> list[Waiting]:
    """Give the oldest rows that have not been confirmed, at most `most`."""
    rows = transaction.connection().execute(_waiting, {"most": most})
    return [Waiting(*row) for row in rows]


def pending(transaction: Transaction) -> int:
    """Count the rows that wait to be sent."""
    return transaction.connection().execute(_how_many_pending).scalar_one()


def parked(transaction: Transaction) -> int:
    """Count the rows that the centre has refused for good."""
    return transaction.connection().execute(_how_many_parked).scalar_one()


def confirm(transaction: Transaction, rows: Sequence[Waiting], at: datetime) -> None:
    """Drop rows that the centre has committed, and note that its facts had arrived at `at`.

    Rows are sent in their order, so one note stands for all facts up to the last of them; those
    that were held back are still in the outbox or parked.
    """
    _drop(transaction, rows)
    facts = [row for row in rows if row.kiosk_seq is not None]
    if not facts:
        return
    last = max(row.kiosk_seq or 0 for row in facts)
    connection = transaction.connection()
    if connection.execute(_known, {"seq": last}).first() is None:
        connection.execute(
            insert(table(Confirmation)).values(upto_seq=last, site_id=facts[0].site_id, at=at)
        )


def park(transaction: Transaction, row: Waiting, error: str, at: datetime) -> None:
    """Put aside a row that the centre refuses for good; `error` is a code without values."""
    transaction.connection().execute(
        insert(table(Parked)).values(
            seq=row.seq,
            kiosk_seq=row.kiosk_seq,
            site_id=row.site_id,
            table_name=row.table_name,
            row_id=row.row_id,
            payload=row.payload,
            error=error,
            parked_at=at,
        )
    )
    _drop(transaction, [row])


def confirmed_at(transaction: Transaction, row_id: UUID, kiosk_seq: int) -> datetime | None:
    """Say when the centre had a fact of this machine, or None while it is only here."""
    connection = transaction.connection()
    if connection.execute(select(_held_back), {"row": row_id}).scalar():
        return None
    at: datetime | None = connection.execute(_confirmed_at, {"seq": kiosk_seq}).scalar()
    return at


def _drop(transaction: Transaction, rows: Sequence[Waiting]) -> None:
    if rows:
        transaction.connection().execute(
            delete(table(Outbox)).where(_outbox.seq == bindparam("gone")),
            [{"gone": row.seq} for row in rows],
        )
