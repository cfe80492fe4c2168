"""Which clinic and machine this is, and the keys that its records are sealed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session as Transaction

from kiosk.domain.staff import Purpose
from kiosk.errors import SetupError
from kiosk.records import site as site_rows
from kiosk.records import staff
from kiosk.records.database.store import Records
from kiosk.vault.keys import PublicSealingKey

SealingKeys = Mapping[Purpose, tuple[PublicSealingKey, ...]]
"""The keys that a new record is sealed to, by purpose: the clinic's and its recovery key."""


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """The clinic and the machine: what does not change while the program runs."""

    site_id: UUID
    kiosk_id: UUID
    name: str
    zone: ZoneInfo
    country: str
    """ISO 3166, two letters; how telephone numbers are read."""
    kiosk_name: str
    symbols: str
    """The two symbols that begin this machine's reference codes."""


def load_site(store: Records) -> SiteInfo:
    """Read which clinic this database belongs to; SetupError where none is founded yet."""
    with store.read() as transaction:
        return read_site(transaction)


def read_site(transaction: Transaction) -> SiteInfo:
    """Do as `load_site`, in a transaction."""
    machine = site_rows.this_machine(transaction)
    if machine is None:
        raise SetupError("There is no clinic in this data folder yet; make one with `kiosk init`.")
    return SiteInfo(
        machine.site_id,
        machine.kiosk_id,
        machine.site_name,
        ZoneInfo(machine.zone),
        machine.country,
        machine.kiosk_name,
        machine.symbols,
    )


def load_sealing_keys(store: Records, site: SiteInfo) -> SealingKeys:
    """Read the keys that new records are sealed to; SetupError where a purpose has none."""
    with store.read() as transaction:
        return read_sealing_keys(transaction, site)


def read_sealing_keys(transaction: Transaction, site: SiteInfo) -> SealingKeys:
    """Do as `load_sealing_keys`, in a transaction."""
    rows = staff.keys_in_use(transaction, site.site_id)
    found = {
        purpose: tuple(PublicSealingKey.from_raw(raw) for code, raw in rows if code == purpose)
        for purpose in Purpose
    }
    if not all(found.values()):
        raise SetupError("This clinic's keys are missing; restore the database or enrol again.")
    return found
