"""Queries for all machines of a clinic."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlmodel import Session as Transaction

from kiosk.domain.fleet import KioskView, MachineKind
from kiosk.domain.ids import made_at
from kiosk.domain.text import clean
from kiosk.records import devices, outbox
from kiosk.records.columns import table
from kiosk.records.exchange import KioskHeartbeat
from kiosk.records.plumbing import KioskDevice, Outbox

_device = table(KioskDevice).c
_beat = table(KioskHeartbeat).c
_outbox = table(Outbox).c
_machines = (
    select(
        _device.id,
        _device.name,
        _device.symbols,
        _device.kind,
        _device.enrolled_at,
        _device.revoked_at,
        func.length(_device.sealed_audit_key).label("joined"),
        _beat.received_at,
        _beat.pending,
        _beat.waiting_since,
        _beat.parked,
        _beat.clock_offset_ms,
        _beat.version,
        _beat.helplines_review_by,
        _beat.wiped_at,
    )
    .join_from(
        table(KioskDevice),
        table(KioskHeartbeat),
        (_beat.kiosk_id == _device.id) & (_beat.site_id == _device.site_id),
        isouter=True,
    )
    .where(_device.site_id == bindparam("site"), _device.deleted_at.is_(None))
    .order_by(_device.name, _device.id)
)
_oldest = select(_outbox.row_id).order_by(_outbox.seq).limit(1)
_now = select(func.now())


def all_of(transaction: Transaction, site_id: UUID, kiosk_id: UUID) -> tuple[KioskView, ...]:
    """Give the machines of a site by name; `kiosk_id` is the one that asks.

    Nothing is said yet of what they need.
    """
    connection = transaction.connection()
    found = tuple(
        KioskView(
            name=clean(row.name),
            symbols=clean(row.symbols),
            kind=MachineKind.DESK if row.kind == MachineKind.DESK else MachineKind.KIOSK,
            here=row.id == kiosk_id,
            enrolled_at=row.enrolled_at,
            joined=bool(row.joined) or row.received_at is not None,
            revoked_at=row.revoked_at,
            wiped_at=row.wiped_at,
            contact_at=row.received_at,
            pending=row.pending,
            waiting_since=row.waiting_since,
            parked=row.parked,
            clock_offset_ms=row.clock_offset_ms,
            version=clean(row.version or ""),
            helplines_review_by=_day(row.helplines_review_by),
        )
        for row in connection.execute(_machines, {"site": site_id})
    )
    if connection.dialect.name != "sqlite":
        return found
    # What it knows of itself is fresher than what it last told the centre.
    return tuple(_itself(transaction, view, kiosk_id) if view.here else view for view in found)


def now_of(transaction: Transaction, here: datetime) -> datetime:
    """Give the time that contacts are told by: the centre's, else that of this machine, `here`."""
    connection = transaction.connection()
    if connection.dialect.name == "sqlite":
        return here
    now: datetime = connection.execute(_now).scalar_one()
    return now


def waiting_since(transaction: Transaction) -> datetime | None:
    """Say when the oldest row that waits to be sent was made; None where none waits.

    By its id, since a fact's id tells its time; by this machine's own clock.
    """
    oldest = transaction.connection().execute(_oldest).scalar()
    return None if oldest is None else made_at(oldest)


def _itself(transaction: Transaction, view: KioskView, kiosk_id: UUID) -> KioskView:
    knows = devices.itself(transaction, kiosk_id)
    if knows.contact_at is None:
        return view
    return replace(
        view,
        contact_at=knows.contact_at,
        pending=outbox.pending(transaction),
        waiting_since=waiting_since(transaction),
        parked=outbox.parked(transaction),
        clock_offset_ms=knows.clock_offset_ms,
    )


def _day(text: str | None) -> date | None:
    """Read a day that another machine has reported; None where it is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
