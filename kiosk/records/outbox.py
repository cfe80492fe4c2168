"""Queries for what waits to be sent, what was set aside, and what the centre has confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select
from sqlmodel import Session as Transaction

from kiosk.records.columns import table
from kiosk.records.plumbing import Confirmation, Outbox, Parked

_outbox = table(Outbox).c
_parked = table(Parked).c
_confirmation = table(Confirmation).c
_columns = ("kiosk_seq", "site_id", "table_name", "row_id", "payload")
_WAITING = (
    "SELECT seq, kiosk_seq, site_id, table_name, row_id, payload FROM outbox"
    " WHERE seq > ? ORDER BY seq LIMIT ?"
)
_confirmed_at = select(func.min(_confirmation.at)).where(_confirmation.upto_seq >= bindparam("seq"))
_confirmed_upto = select(func.max(_confirmation.upto_seq))
_how_many_pending = select(func.count()).select_from(table(Outbox))
_how_many_parked = select(func.count()).select_from(table(Parked))
_newest = select(func.max(_outbox.seq))
_known = select(_confirmation.upto_seq).where(_confirmation.upto_seq == bindparam("seq"))
_held_back = or_(
    select(_outbox.seq).where(_outbox.row_id == bindparam("row")).exists(),
    select(_parked.seq).where(_parked.row_id == bindparam("row")).exists(),
)
_in_range = _outbox.seq.between(bindparam("first"), bindparam("last"))
_how_many_in_range = select(func.count()).select_from(table(Outbox)).where(_in_range)
_drop_range = delete(table(Outbox)).where(_in_range)
_drop_one = delete(table(Outbox)).where(_outbox.seq == bindparam("gone"))


class Waiting(NamedTuple):
    """A row on its way to the centre."""

    seq: int
    kiosk_seq: int | None
    site_id: UUID
    table_name: str
    raw_id: UUID | bytes
    """The row's id, or its bytes as they were read; see `row_id`."""
    payload: str

    @property
    def row_id(self) -> UUID:
        """Give the row's id."""
        return self.raw_id if isinstance(self.raw_id, UUID) else UUID(bytes=self.raw_id)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that the centre has refused for good, without what is in it."""

    seq: int
    kiosk_seq: int | None
    table_name: str
    row_id: UUID
    error: str
    """The refusal's code."""
    parked_at: datetime


def waiting(transaction: Transaction, most: int, after: int = 0) -> list[Waiting]:
    """Give the oldest rows that have not been confirmed, at most `most`.

    `after` leaves out rows up to that `seq`.
    """
    # By the driver itself: SQLAlchemy's rows cost three times what reading them does, and a week's
    # rows are read while visitors wait for the same processor.
    driver: Any = transaction.connection().connection.driver_connection
    return [
        Waiting(seq, kiosk_seq, _same_id(site), name, row_id, payload)
        for seq, kiosk_seq, site, name, row_id, payload in driver.execute(_WAITING, (after, most))
    ]


def newest(transaction: Transaction) -> int:
    """Give the place of the latest row that waits, 0 where none does; it only ever rises."""
    return transaction.connection().execute(_newest).scalar() or 0


def pending(transaction: Transaction) -> int:
    """Count the rows that wait to be sent."""
    return transaction.connection().execute(_how_many_pending).scalar_one()


def parked(transaction: Transaction) -> int:
    """Count the rows that the centre has refused for good."""
    return transaction.connection().execute(_how_many_parked).scalar_one()


def set_aside(transaction: Transaction) -> list[SetAside]:
    """Give what the centre has refused for good, the oldest first."""
    names = ("seq", "kiosk_seq", "table_name", "row_id", "error", "parked_at")
    query = select(*(_parked[name] for name in names)).order_by(_parked.seq)
    return [SetAside(*row) for row in transaction.connection().execute(query)]


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


def confirmed_upto(transaction: Transaction) -> int:
    """Give the highest `kiosk_seq` that the centre has confirmed; 0 where it never has."""
    return transaction.connection().execute(_confirmed_upto).scalar() or 0


def doubt_confirmations(transaction: Transaction, above: int) -> None:
    """Forget what was confirmed above a `kiosk_seq`: the centre has lost it."""
    connection = transaction.connection()
    connection.execute(delete(table(Confirmation)).where(_confirmation.upto_seq > above))


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


def unpark(transaction: Transaction, seqs: Sequence[int] | None = None) -> int:
    """Put rows that were set aside (by their `seq`; all for None) in line again; say how many."""
    connection = transaction.connection()
    query = select(_parked.seq, *(_parked[name] for name in _columns)).order_by(_parked.seq)
    if seqs is not None:
        query = query.where(_parked.seq.in_(seqs))
    rows = connection.execute(query).mappings().all()
    if rows:
        fields = [{name: row[name] for name in _columns} for row in rows]
        connection.execute(insert(table(Outbox)), fields)
        gone = delete(table(Parked)).where(_parked.seq == bindparam("gone"))
        connection.execute(gone, [{"gone": row["seq"]} for row in rows])
    return len(rows)


def confirmed_at(transaction: Transaction, row_id: UUID, kiosk_seq: int) -> datetime | None:
    """Say when the centre had a fact of this machine, or None while it is only here."""
    connection = transaction.connection()
    if connection.execute(select(_held_back), {"row": row_id}).scalar():
        return None
    at: datetime | None = connection.execute(_confirmed_at, {"seq": kiosk_seq}).scalar()
    return at


def _drop(transaction: Transaction, rows: Sequence[Waiting]) -> None:
    """Drop rows, by one statement where nothing else stands between them in the line."""
    if not rows:
        return
    connection = transaction.connection()
    ends = {"first": rows[0].seq, "last": rows[-1].seq}
    if connection.execute(_how_many_in_range, ends).scalar_one() <= len(rows):
        connection.execute(_drop_range, ends)
    else:
        connection.execute(_drop_one, [{"gone": row.seq} for row in rows])


@lru_cache(maxsize=4)
def _same_id(raw: bytes) -> UUID:
    """Turn bytes into an id that is the same for row after row."""
    return UUID(bytes=raw)
