"""Finds and deletes what a kiosk has sent, once the centre has confirmed it for long enough."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, select
from sqlmodel import Session as Transaction

from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Confirmation, Outbox, Parked
from kiosk.records.schema.tables import CallbackRequest, CheckIn, HeadCount

ROWS_AT_A_TIME = 500
"""Rows in one transaction, so that no visitor waits for the cleaning."""


def confirmed_ids(
    transaction: Transaction,
    kind: type[CallbackRequest | CheckIn],
    kiosk_id: UUID,
    confirmed_by: datetime,
    among: Sequence[UUID] | None = None,
) -> Sequence[UUID]:
    """Return ids of requests or check-ins that the centre had by `confirmed_by`.

    At most ROWS_AT_A_TIME; of those `among`, where they are given. Voids of head counts are left
    out, for these stay. It may read the whole table, so no visitor should wait for it to end.
    """
    confirmation, connection = table(Confirmation).c, transaction.connection()
    latest = select(func.max(confirmation.upto_seq)).where(confirmation.at <= confirmed_by)
    arrived = connection.execute(latest).scalar()
    if arrived is None:
        return []
    facts = table(kind).c
    query = select(facts.id).where(
        facts.kiosk_id == kiosk_id,
        facts.kiosk_seq <= arrived,
        _is_not_in(Outbox, facts.id),
        _is_not_in(Parked, facts.id),
    )
    if kind is CheckIn:
        counts = select(table(HeadCount).c.id).where(table(HeadCount).c.id == facts.void_of)
        query = query.where(~counts.exists())
    if among is not None:
        query = query.where(facts.id.in_(among))
    return connection.execute(query.limit(ROWS_AT_A_TIME)).scalars().all()


def drop_confirmed(
    transaction: Transaction,
    kind: type[CallbackRequest | CheckIn],
    kiosk_id: UUID,
    confirmed_by: datetime,
    ids: Sequence[UUID],
) -> int:
    """Delete those of some requests or check-ins that the centre still has; return how many.

    A checkpoint must follow, or the bytes stay in the log.
    """
    found = confirmed_ids(transaction, kind, kiosk_id, confirmed_by, ids)
    if found:
        facts = table(kind)
        transaction.connection().execute(
            delete(facts).where(facts.c.id == bindparam("gone")), [{"gone": id_} for id_ in found]
        )
    return len(found)


def drop_confirmations(transaction: Transaction, before: datetime) -> None:
    """Delete the confirmations of what is deleted here by now, all but the latest of them."""
    confirmation = table(Confirmation).c
    latest = (
        select(func.max(confirmation.upto_seq)).where(confirmation.at < before).scalar_subquery()
    )
    transaction.connection().execute(
        delete(table(Confirmation)).where(confirmation.at < before, confirmation.upto_seq < latest)
    )


def _is_not_in(queue: type[Outbox | Parked], id_: "ColumnElement[UUID]") -> "ColumnElement[bool]":
    held = table(queue)
    return ~select(held.c.seq).where(held.c.row_id == id_).exists()
