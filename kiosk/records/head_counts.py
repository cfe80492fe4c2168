"""Queries for head counts."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.clocks import corrected
from kiosk.records.columns import table
from kiosk.records.tables import HeadCount

_count = table(HeadCount).c
_of_session = select(
    _count.people,
    _count.reconciled,
    _count.by_staff,
    _count.at,
    _count.clock_offset_ms,
    _count.kiosk_seq,
    _count.id,
).where(_count.session_id == bindparam("session"))


@dataclass(frozen=True, slots=True)
class Counted:
    """What the head counts of one session say."""

    people: int
    """Of the latest one."""
    closes: bool
    """Whether the latest one closed the session's list."""
    by_staff: UUID
    """Who made the latest one."""
    reconciled: bool
    """Whether any of them closed the list."""


def latest(transaction: Transaction, session_id: UUID) -> Counted | None:
    """Give the latest head count of a session; None where nobody has counted."""
    rows = transaction.connection().execute(_of_session, {"session": session_id}).all()
    if not rows:
        return None
    last = max(rows, key=lambda r: (corrected(r.at, r.clock_offset_ms), r.kiosk_seq, r.id))
    closed = any(row.reconciled for row in rows)
    return Counted(last.people, last.reconciled, last.by_staff, closed)
