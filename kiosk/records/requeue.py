"""Queries that put what a centre has lost in line again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select
from sqlmodel import Session as Transaction

from kiosk.records.columns import Row, table
from kiosk.records.facts import payload
from kiosk.records.plumbing import Outbox, Parked
from kiosk.records.tables import Participant, Passcard

AT_A_TIME = 200
"""Rows in one transaction, so that no visitor waits."""
_NEVER_SENT = frozenset({"received_at"})


def not_in_line(
    transaction: Transaction, kind: type[Row], kiosk_id: UUID, after: UUID | None
) -> Sequence[UUID]:
    """Find rows of this machine above the id `after` that neither wait nor are set aside.

    The lowest first, at most AT_A_TIME. A pass was made here where its participant is here: a
    kiosk pulls passes, and never participants.
    """
    rows = table(kind)
    query = select(rows.c.id).where(*_unqueued(rows.c.id)).order_by(rows.c.id).limit(AT_A_TIME)
    if "kiosk_id" in rows.c:
        query = query.where(rows.c.kiosk_id == kiosk_id)
    if kind is Passcard:
        people = table(Participant).c
        query = query.where(rows.c.participant_id.in_(select(people.id)))
    if after is not None:
        query = query.where(rows.c.id > after)
    return transaction.connection().execute(query).scalars().all()


def put_in_line(transaction: Transaction, kind: type[Row], ids: Sequence[UUID]) -> int:
    """Put rows in line to be sent once more; say how many were still there to be sent."""
    rows, connection = table(kind), transaction.connection()
    query = select(rows).where(rows.c.id.in_(ids), *_unqueued(rows.c.id)).order_by(rows.c.id)
    found = connection.execute(query).mappings().all()
    if not found:
        return 0
    fields = [
        {
            "kiosk_seq": row.get("kiosk_seq"),
            "site_id": row["site_id"],
            "table_name": rows.name,
            "row_id": row["id"],
            "payload": payload({k: v for k, v in row.items() if k not in _NEVER_SENT}),
        }
        for row in found
    ]
    connection.execute(insert(table(Outbox)), fields)
    return len(fields)


def _unqueued(id_: "ColumnElement[UUID]") -> "list[ColumnElement[bool]]":
    queues = (table(Outbox), table(Parked))
    return [~select(one.c.seq).where(one.c.row_id == id_).exists() for one in queues]
