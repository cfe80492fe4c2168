"""Queries for all machines of a clinic."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.oversight import KioskView
from kiosk.domain.text import clean
from kiosk.records import devices, outbox
from kiosk.records.columns import table
from kiosk.records.exchange import KioskHeartbeat
from kiosk.records.plumbing import KioskDevice

_device = table(KioskDevice).c
_beat = table(KioskHeartbeat).c
_devices = (
    select(_device.id, _device.name, _device.symbols, _device.enrolled_at, _device.revoked_at)
    .where(_device.site_id == bindparam("site"), _device.deleted_at.is_(None))
    .order_by(_device.name, _device.id)
)
_beats = select(
    _beat.kiosk_id, _beat.received_at, _beat.pending, _beat.parked, _beat.version
).where(_beat.site_id == bindparam("site"))


def all_of(transaction: Transaction, site_id: UUID, kiosk_id: UUID) -> tuple[KioskView, ...]:
    """Give the machines of a site by name; `kiosk_id` is the one that asks."""
    connection, site = transaction.connection(), {"site": site_id}
    beats = {
        machine: (at, pending, parked, clean(version))
        for machine, at, pending, parked, version in connection.execute(_beats, site)
    }
    # What it knows of itself is fresher than what it last told the centre.
    contact = devices.itself(transaction, kiosk_id).contact_at
    if contact is not None:
        version = beats[kiosk_id][3] if kiosk_id in beats else ""
        waiting, refused = outbox.pending(transaction), outbox.parked(transaction)
        beats[kiosk_id] = (contact, waiting, refused, version)
    return tuple(
        KioskView(
            clean(name),
            clean(symbols),
            machine == kiosk_id,
            enrolled_at,
            revoked_at,
            *beats.get(machine, (None, None, None, "")),
        )
        for machine, name, symbols, enrolled_at, revoked_at in connection.execute(_devices, site)
    )
