"""What a new machine writes once: its own file, or its rows at the centre."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.staff import Purpose
from kiosk.errors import SetupError
from kiosk.records import devices, keys
from kiosk.records.central import machines
from kiosk.records.central.address import Address
from kiosk.records.central.adoption import copy_some
from kiosk.records.central.engine import central_engine
from kiosk.records.central.faults import translated
from kiosk.records.central.link import Link
from kiosk.records.central.machines import OwnRow
from kiosk.records.central.watchdog import watched
from kiosk.records.plumbing import AuditChain, KioskDevice, PublicKey, SyncState
from kiosk.records.store import Store
from kiosk.records.tables import Site
from kiosk.usecases.auditing import seal_first_key
from kiosk.vault.audit import KEY_BYTES, START_TAG, first_key
from kiosk.vault.keys import PublicSealingKey


@dataclass(frozen=True, slots=True)
class Place:
    """Where a machine joins."""

    folder: Path
    database: Path
    clock: Clock
    entropy: Entropy


def join_kiosk(place: Place, link: Link, new_pin_hash: Callable[[], str]) -> None:
    """Make the kiosk's own file, and tell the centre its PIN's hash and its sealed key; once."""
    store = Store.open(place.database, create=True)
    try:
        with store.read() as transaction:
            is_made = devices.here(transaction) is not None
        if not is_made:
            _make_file(place, link, store, new_pin_hash())
        with store.read() as transaction:
            here = machines.own_row(transaction, link.kiosk_id)
    finally:
        store.close()
    if here is None:
        raise SetupError("The database of this machine is another's; `kiosk central reset` it.")
    with as_machine(link.address) as centre:
        if not _own_row(centre, link).sealed_audit_key:
            machines.fill_in(centre, link.kiosk_id, here.pin_hash, here.sealed_audit_key)
        if _own_row(centre, link).sealed_audit_key != here.sealed_audit_key:
            raise _joined_elsewhere()


def _make_file(place: Place, link: Link, store: Store, pin_hash: str) -> None:
    """Write what a kiosk needs to know of itself, all of it or nothing."""
    now = place.clock.now()
    with as_machine(link.address) as centre:
        own = _own_row(centre, link)
        if own.sealed_audit_key:
            raise _joined_elsewhere()
        first = first_key(place.entropy(KEY_BYTES))
        with store.write() as local:
            copy_some(centre, local, Site, link.site_id)
            copy_some(centre, local, PublicKey, link.site_id)
            device = KioskDevice(
                id=link.kiosk_id,
                site_id=link.site_id,
                name=own.name,
                symbols=own.symbols,
                pin_hash=pin_hash,
                sealed_audit_key=_sealed(centre, link, first),
                enrolled_at=own.enrolled_at,
                kind=link.kind,
            )
            local.add(device)
            local.add(SyncState(kiosk_id=link.kiosk_id, site_id=link.site_id, last_fact_at=now))
            local.add(_chain(link, first))


def join_desk(place: Place, link: Link) -> None:
    """Write at the centre where the desk's count and its audit trail begin; once."""
    with as_machine(link.address) as centre:
        if _own_row(centre, link).sealed_audit_key:
            if centre.get(SyncState, link.kiosk_id) is None:
                raise _joined_elsewhere()
            return
        first, now = first_key(place.entropy(KEY_BYTES)), place.clock.now()
        centre.add(SyncState(kiosk_id=link.kiosk_id, site_id=link.site_id, last_fact_at=now))
        centre.add(_chain(link, first))
        centre.flush()
        machines.fill_in(centre, link.kiosk_id, "", _sealed(centre, link, first))


def _chain(link: Link, first: bytes) -> AuditChain:
    return AuditChain(
        kiosk_id=link.kiosk_id, site_id=link.site_id, next_key=first, last_tag=START_TAG
    )


def _sealed(centre: Transaction, link: Link, first: bytes) -> bytes:
    """Seal the first key of the trail to whom the clinic's callbacks are sealed."""
    found = keys.in_use(centre, link.site_id)
    readers = [PublicSealingKey.from_raw(raw) for code, raw in found if code == Purpose.CALLBACKS]
    if not readers:
        raise SetupError("The centre has no keys of this clinic; run `kiosk central init` there.")
    return seal_first_key(first, link.kiosk_id, readers)


def _own_row(centre: Transaction, link: Link) -> OwnRow:
    own = machines.own_row(centre, link.kiosk_id)
    if own is None or own.revoked_at is not None:
        raise SetupError(
            "The centre has revoked this machine; make a new bundle with `kiosk central enrol`."
        )
    return own


def _joined_elsewhere() -> SetupError:
    return SetupError(
        "Another machine has joined by this bundle; revoke that one if it is not yours, and make a"
        " new bundle with `kiosk central enrol`."
    )


@contextmanager
def as_machine(address: Address) -> Iterator[Transaction]:
    """Give a transaction at the centre by a machine's own role."""
    engine = central_engine(address)
    try:
        with (
            translated(),
            engine.connect() as connection,
            watched(connection),
            connection.begin(),
        ):
            transaction = Transaction(bind=connection, autoflush=False, expire_on_commit=False)
            yield transaction
            transaction.flush()
    finally:
        engine.dispose()
