"""Enrols a machine at the centre: its row, its role, its bundle and the code that goes with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.enrolment import CODE_ENTROPY_BYTES, VALID_FOR, free_symbols, new_code, shown_code
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.records.central import machines
from kiosk.records.central.address import Address
from kiosk.records.central.owner import owner_transaction
from kiosk.records.central.roles import role_name
from kiosk.records.central.sites import SiteAtCentre
from kiosk.records.plumbing import KioskDevice
from kiosk.usecases.centre_adoption import ca_text
from kiosk.vault.bundles import Bundle, SignedBundle, first_password, sign

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class NewMachine:
    """A machine that is to be enrolled."""

    name: str
    kind: str
    """kiosk or desk."""
    reached_by: Address
    """Host and port by which it reaches the centre."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A machine that may join."""

    name: str
    symbols: str
    kind: str
    code: str = field(repr=False)
    """As people see it; it is kept nowhere."""
    fingerprint: str
    expires: datetime


def enrol_machine(
    owner: Address,
    site: SiteAtCentre,
    machine: NewMachine,
    clock: Clock,
    entropy: Entropy,
    keep: Callable[[SignedBundle], object],
) -> Enrolled:
    """Make a machine's row and role, and its bundle for `keep`; all of it or nothing.

    `keep` writes the bundle; where it raises, nothing was enrolled. SetupError where the name will
    not do or the site has no symbols left.
    """
    called, kind, to = clean(machine.name), machine.kind, machine.reached_by
    if not 0 < len(called) <= LONGEST_NAME:
        raise SetupError(f"A machine needs a name of at most {LONGEST_NAME} characters.")
    now, code = clock.now(), new_code(entropy(CODE_ENTROPY_BYTES))
    kiosk_id = uuid7(now, entropy(ENTROPY_BYTES))
    with owner_transaction(owner, site.site_id) as transaction:
        used = machines.symbols_in_use(transaction, site.site_id)
        symbols = free_symbols(used, entropy(8))
        if symbols is None:
            raise SetupError("This clinic has had so many machines that no symbols are left.")
        device = KioskDevice(
            id=kiosk_id,
            site_id=site.site_id,
            name=called,
            symbols=symbols,
            pin_hash="",
            sealed_audit_key=b"",
            enrolled_at=now,
            kind=kind,
        )
        machines.enrol(transaction, device, first_password(code, kiosk_id))
        bundle = _bundle(device, to, ca_text(owner))
        signed = sign(bundle, code)
        keep(signed)
    return Enrolled(called, symbols, kind, shown_code(code), signed.fingerprint, bundle.expires)


def _bundle(device: KioskDevice, to: Address, ca: str) -> Bundle:
    return Bundle(
        host=to.host,
        port=to.port,
        database=to.database,
        role=role_name(device.kind, device.id, device.site_id),
        ca=ca,
        site_id=device.site_id,
        kiosk_id=device.id,
        symbols=device.symbols,
        name=device.name,
        kind=device.kind,
        expires=device.enrolled_at + VALID_FOR,
    )
