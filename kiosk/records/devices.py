"""Queries for the site, its kiosks, and what this machine knows of itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import Session as Transaction

from kiosk.records.columns import table
from kiosk.records.plumbing import KioskDevice, SyncState
from kiosk.records.tables import Site

_site = table(Site).c
_device = table(KioskDevice).c
_state = table(SyncState).c
_here = (
    select(
        _state.site_id,
        _state.kiosk_id,
        _site.name,
        _site.zone,
        _site.country,
        _device.name,
        _device.symbols,
    )
    .join_from(table(SyncState), table(Site), _site.id == _state.site_id)
    .join(table(KioskDevice), _device.id == _state.kiosk_id)
    .limit(1)
)
_pin = select(_device.pin_hash).where(_device.id == bindparam("kiosk"))
_by_symbols = select(_device.id).where(
    _device.site_id == bindparam("site"), _device.symbols == bindparam("symbols")
)
_self = select(
    _state.last_fact_at,
    _state.contact_at,
    _state.clock_offset_ms,
    _state.out_of_order,
    _state.problem,
)
_self_here = _self.where(_state.kiosk_id == bindparam("kiosk"))


@dataclass(frozen=True, slots=True)
class Machine:
    """Which machine this is, and at which clinic."""

    site_id: UUID
    kiosk_id: UUID
    site_name: str
    zone: str
    country: str
    kiosk_name: str
    symbols: str


@dataclass(frozen=True, slots=True)
class SelfKnowledge:
    """What this machine knows of itself."""

    last_fact_at: datetime
    contact_at: datetime | None
    clock_offset_ms: int | None
    out_of_order: str | None
    problem: str | None


def here(transaction: Transaction) -> Machine | None:
    """Say which machine this database belongs to; None before the clinic is founded."""
    row = transaction.connection().execute(_here).first()
    return None if row is None else Machine(*row)


def with_symbols(transaction: Transaction, site_id: UUID, symbols: str) -> UUID | None:
    """Find a machine of a site by its two symbols; None where there is none."""
    asked = {"site": site_id, "symbols": symbols.upper()}
    found: UUID | None = transaction.connection().execute(_by_symbols, asked).scalar()
    return found


def pin_hash(transaction: Transaction, kiosk_id: UUID) -> str:
    """Give the hash of the maintenance PIN; empty, which fits no PIN, where there is none."""
    return transaction.connection().execute(_pin, {"kiosk": kiosk_id}).scalar() or ""


def itself(transaction: Transaction, kiosk_id: UUID) -> SelfKnowledge:
    """Give what the machine knows of itself."""
    return SelfKnowledge(*transaction.connection().execute(_self_here, {"kiosk": kiosk_id}).one())


def set_out_of_order(transaction: Transaction, kiosk_id: UUID, reason: str | None) -> None:
    """Close this kiosk to visitors, or open it by None."""
    _change(transaction, kiosk_id, {"out_of_order": reason})


def set_last_fact_at(transaction: Transaction, kiosk_id: UUID, at: datetime) -> None:
    """Take `at` as the time to measure the clock against from now on."""
    _change(transaction, kiosk_id, {"last_fact_at": at})


def _change(
    transaction: Transaction, kiosk_id: UUID, values: dict[str, str | datetime | None]
) -> None:
    transaction.connection().execute(
        update(table(SyncState)).where(_state.kiosk_id == kiosk_id).values(values)
    )


def set_zone(transaction: Transaction, site_id: UUID, zone: str) -> None:
    """Move a site to another time zone (IANA name)."""
    place = update(table(Site)).where(_site.id == site_id).values(zone=zone)
    transaction.connection().execute(place)
