"""Queries for the audit trail and the state of its chain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, cast, func, select, update
from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction, AuditEntry
from kiosk.records.columns import table
from kiosk.records.plumbing import AuditChain, AuditEvent, KioskDevice
from kiosk.records.tables import CallbackRequest

_chain = table(AuditChain).c
_event = table(AuditEvent).c
_state = select(_chain.length, _chain.next_key, _chain.last_tag).where(
    _chain.kiosk_id == bindparam("kiosk")
)
# As bytes, in the order of the fields of AuditEntry and then of _Rest: what was tampered with must
# not break the reading, for it is to be found.
_entries = select(
    *(
        cast(column, LargeBinary)
        for column in (
            _event.id,
            _event.position,
            _event.at,
            _event.action,
            _event.by_staff,
            _event.subject_id,
            _event.site_id,
            _event.kiosk_seq,
            _event.tag,
        )
    )
)
_FIELDS = len(fields(AuditEntry))
# From the rows themselves: an index would go on telling what a row no longer says.
_trail = _entries.where(cast(_event.kiosk_id, LargeBinary) == bindparam("kiosk")).order_by(
    _event.position, _event.id
)
_latest = _entries.where(_event.kiosk_id == bindparam("kiosk")).order_by(
    _event.position.desc(), _event.id
)
_last = select(func.max(_event.at)).where(
    _event.kiosk_id == bindparam("kiosk"), _event.action == bindparam("action")
)


class _Rest(NamedTuple):
    """What an entry has beside its own fields."""

    site_id: bytes
    kiosk_seq: bytes
    tag: bytes


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """Where a chain stands."""

    length: int
    next_key: bytes
    last_tag: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to give."""

    most: int
    before: int | None = None
    """Only those in earlier places."""
    by_staff: UUID | None = None
    action: str | None = None


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


def trail(
    transaction: Transaction, site_id: UUID, kiosk_id: UUID
) -> Iterator[tuple[AuditEntry | None, bytes]]:
    """Give the entries of a machine with their tags, from the first on.

    None stands for one that cannot be read, or that belongs elsewhere: to another site, or before
    the entry that it follows.
    """
    before = 0
    for row in transaction.connection().execute(_trail, {"kiosk": kiosk_id.bytes}):
        rest = _Rest(*row[_FIELDS:])
        number = _number(rest.kiosk_seq)
        in_place = rest.site_id == site_id.bytes and number > before
        yield _entry(row) if in_place else None, rest.tag or b""
        before = max(before, number)


def latest(transaction: Transaction, kiosk_id: UUID, wanted: Wanted) -> list[AuditEntry]:
    """Give entries of a machine, the latest first; those that cannot be read are left out."""
    query = _latest.limit(wanted.most)
    if wanted.before is not None:
        query = query.where(_event.position < wanted.before)
    if wanted.by_staff is not None:
        query = query.where(_event.by_staff == wanted.by_staff)
    if wanted.action is not None:
        query = query.where(_event.action == wanted.action)
    rows = transaction.connection().execute(query, {"kiosk": kiosk_id})
    read = (_entry(row) for row in rows)
    return [entry for entry in read if entry is not None]


def last(transaction: Transaction, kiosk_id: UUID, action: AuditAction) -> datetime | None:
    """Say when an action was last entered on a machine."""
    asked = {"kiosk": kiosk_id, "action": action.value}
    at: datetime | None = transaction.connection().execute(_last, asked).scalar()
    return at


def references(transaction: Transaction, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the references of those ids that are callback requests."""
    request = table(CallbackRequest).c
    query = select(request.id, request.ref).where(request.id.in_(list(ids)))
    return {row.id: row.ref for row in transaction.connection().execute(query)}


def sealed_first_key(transaction: Transaction, kiosk_id: UUID) -> bytes | None:
    """Give the sealed first key of a machine's chain."""
    device = table(KioskDevice).c
    query = select(device.sealed_audit_key).where(device.id == kiosk_id)
    key: bytes | None = transaction.connection().execute(query).scalar()
    return key


def _number(digits: bytes) -> int:
    return int(digits) if digits.isdigit() else 0


def _entry(row: Sequence[Any]) -> AuditEntry | None:
    id_, position, at, action, by_staff, subject = row[:_FIELDS]
    try:
        return AuditEntry(
            UUID(bytes=id_),
            int(position),
            datetime.fromisoformat(at.decode()).replace(tzinfo=UTC),
            action.decode(),
            UUID(bytes=by_staff) if by_staff is not None else None,
            UUID(bytes=subject) if subject is not None else None,
        )
    except (ValueError, AttributeError, TypeError):
        return None
