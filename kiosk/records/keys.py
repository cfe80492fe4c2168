"""Queries for the public keys that records are sealed to."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session as Transaction

from kiosk.records.columns import table
from kiosk.records.plumbing import PublicKey

_key = table(PublicKey).c
_in_use = (
    select(_key.purpose, _key.raw)
    .where(
        _key.site_id == bindparam("site"),
        _key.retired_at.is_(None),
        _key.deleted_at.is_(None),
    )
    .order_by(_key.holder, _key.id)
)


def in_use(transaction: Transaction, site_id: UUID) -> list[tuple[str, bytes]]:
    """Give purpose and raw bytes of every key that new records are sealed to."""
    rows = transaction.connection().execute(_in_use, {"site": site_id})
    return [(row.purpose, row.raw) for row in rows]
