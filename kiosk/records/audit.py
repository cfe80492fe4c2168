"""Queries for the audit trail and the state of its chain."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditEntry
from kiosk.records.columns import table
from kiosk.records.plumbing import AuditChain, AuditEvent, KioskDevice

_chain = table(AuditChain).c
_event = table(AuditEvent).c
_state = select(_chain.length, _chain.next_key, _chain.last_tag).where(
    _chain.kiosk_id == bindparam("kiosk")
)
_trail = (
    select(
        _event.id,
        _event.position,
        _event.at,
        _event.action,
        _event.by_staff,
        _event.subject_id,
        _event.tag,
    )
    .where(_event.kiosk_id == bindparam("kiosk"))
    .order_by(_event.position, _event.id)
)


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """Where a chain stands."""

    length: int
    next_key: bytes
    last_tag: bytes


def end(transaction: Transaction, kiosk_id: UUID) -> ChainEnd:
    """Give where this machine's chain stands."""
    return ChainEnd(*transaction.connection().execute(_state, {"kiosk": kiosk_id}).one())


def move_end(transaction: Transaction, kiosk_id: UUID, to: ChainEnd) -> None:
    """Write where the chain stands; the key that was there is overwritten."""
    transaction.connection().execute(
        update(table(AuditChain))
        .where(_chain.kiosk_id == kiosk_id)
        .values(length=to.length, next_key=to.next_key, last_tag=to.last_tag)
    )


def trail(transaction: Transaction, kiosk_id: UUID) -> list[tuple[AuditEntry, bytes]]:
    """Give the entries of a machine with their tags, from the first on."""
    rows = transaction.connection().execute(_trail, {"kiosk": kiosk_id})
    return [(AuditEntry(*entry), tag) for *entry, tag in rows]


def sealed_first_key(transaction: Transaction, kiosk_id: UUID) -> bytes | None:
    """Give the sealed first key of a machine's chain."""
    device = table(KioskDevice).c
    query = select(device.sealed_audit_key).where(device.id == kiosk_id)
    key: bytes | None = transaction.connection().execute(query).scalar()
    return key
