"""Queries of a desk machine for itself at the centre."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session as Transaction

from kiosk.records.columns import table
from kiosk.records.exchange import KioskHeartbeat
from kiosk.records.plumbing import KioskDevice

_beats = table(KioskHeartbeat)
_device = table(KioskDevice).c
_NOW = select(func.clock_timestamp())
_revoked = select(_device.revoked_at).where(_device.id == bindparam("kiosk"))


def time_there(transaction: Transaction) -> datetime:
    """Give the centre's time at this moment."""
    now: datetime = transaction.connection().execute(_NOW).scalar_one()
    return now


def is_revoked(transaction: Transaction, kiosk_id: UUID) -> bool:
    """Say whether a machine was taken out of service."""
    return transaction.connection().execute(_revoked, {"kiosk": kiosk_id}).scalar() is not None


def report(
    transaction: Transaction,
    site_id: UUID,
    kiosk_id: UUID,
    at: datetime,
    clock_offset_ms: int | None,
    version: str,
) -> None:
    """Keep that this desk was here at `at`, by its own clock; nothing ever waits on a desk."""
    said = {
        "at": at,
        "received_at": func.now(),
        "clock_offset_ms": clock_offset_ms,
        "pending": 0,
        "parked": 0,
        "version": version,
    }
    connection = transaction.connection()
    known = connection.execute(update(_beats).where(_beats.c.kiosk_id == kiosk_id).values(said))
    if known.rowcount == 0:
        first = {**said, "kiosk_id": kiosk_id, "site_id": site_id, "sent_upto": 0}
        connection.execute(insert(_beats).values(first))
