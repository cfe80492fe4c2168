"""Deletes what the centre has had for long enough; nothing where there is no centre."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, select
from sqlmodel import Session as Transaction

from kiosk.records.columns import Fact, table
from kiosk.records.plumbing import Confirmation, Outbox, Parked
from kiosk.records.tables import CallbackRequest, CheckIn

AT_A_TIME = 500
"""Rows in one transaction, so that no visitor waits for the cleaning."""


def drop_requests(transaction: Transaction, kiosk_id: UUID, confirmed_by: datetime) -> int:
    """Delete callback requests that the centre had by `confirmed_by`; say how many.

    At most AT_A_TIME: repeat until the answer is 0, then checkpoint, or the bytes stay in the log.
    """
    return _drop(transaction, CallbackRequest, kiosk_id, confirmed_by)


def drop_check_ins(transaction: Transaction, kiosk_id: UUID, confirmed_by: datetime) -> int:
    """Delete check-ins that the centre had by `confirmed_by`; say how many (see above)."""
    return _drop(transaction, CheckIn, kiosk_id, confirmed_by)


def drop_confirmations(transaction: Transaction, before: datetime) -> None:
    """Forget when the centre had what is deleted here by now, but for the latest of these notes."""
    note = table(Confirmation).c
    latest = select(func.max(note.upto_seq)).where(note.at < before).scalar_subquery()
    transaction.connection().execute(
        delete(table(Confirmation)).where(note.at < before, note.upto_seq < latest)
    )


def _drop(
    transaction: Transaction, kind: type[Fact], kiosk_id: UUID, confirmed_by: datetime
) -> int:
    facts, note = table(kind), table(Confirmation).c
    arrived = select(func.max(note.upto_seq)).where(note.at <= confirmed_by).scalar_subquery()
    done = (
        select(facts.c.id)
        .where(
            facts.c.kiosk_id == kiosk_id,
            facts.c.kiosk_seq <= arrived,
            _is_not_in(Outbox, facts.c.id),
            _is_not_in(Parked, facts.c.id),
        )
        .limit(AT_A_TIME)
    )
    ids = transaction.connection().execute(done).scalars().all()
    if ids:
        transaction.connection().execute(
            delete(facts).where(facts.c.id == bindparam("gone")), [{"gone": id_} for id_ in ids]
        )
    return len(ids)


def _is_not_in(queue: type[Outbox | Parked], id_: "ColumnElement[UUID]") -> "ColumnElement[bool]":
    held = table(queue)
    return ~select(held.c.seq).where(held.c.row_id == id_).exists()
