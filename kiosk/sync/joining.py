"""Joins a new machine to its centre: once, and so that a run cut at any point can be repeated.

The new password is in the folder before the centre has it, and the link is written last: until
then a second `join` finds how far the first one came. A code is worth nothing once the password
that follows from it has been replaced.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.staff import Purpose
from kiosk.errors import SetupError, StoreDiffers, StoreError, StoreRefused
from kiosk.records import site, staff
from kiosk.records.central import machines, owner
from kiosk.records.central.adoption import copy_table
from kiosk.records.central.connection import (
    CLIENT_CERTIFICATE,
    Address,
    central_engine,
    translated,
    watched,
)
from kiosk.records.central.link import CentralLink, read_link, write_link
from kiosk.records.central.machines import OwnRow
from kiosk.records.central.setup import change_password, role_name
from kiosk.records.database.store import Store
from kiosk.records.schema.system_tables import AuditChain, KioskDevice, PublicKey, SyncState
from kiosk.records.schema.tables import Site
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.pull import pull_all
from kiosk.usecases.audit_trail import seal_first_key
from kiosk.usecases.central.adoption import new_password
from kiosk.usecases.central.owner import check_terms
from kiosk.vault.audit_chain import KEY_BYTES, START_TAG, first_key
from kiosk.vault.enrolment_bundle import Bundle, first_password
from kiosk.vault.keys import PublicSealingKey

UNFINISHED = "joining"
"""A folder in the data folder that is there only while joining is not finished."""
_SHUT_OUT_CLASS = "28"


@dataclass(frozen=True, slots=True)
class JoinFolder:
    """Where a machine joins."""

    folder: Path
    database: Path
    clock: Clock
    entropy: Entropy


@dataclass(frozen=True, slots=True)
class JoinedCentral:
    """What joining came to."""

    link: CentralLink = field(repr=False)
    pulled: bool
    """False where the first pull was cut; the next contact pulls all."""


def join(
    place: JoinFolder, bundle: Bundle, code: str, new_pin_hash: Callable[[], str]
) -> JoinedCentral:
    """Make the machine of `place` the one that a checked bundle names.

    `new_pin_hash` is asked for a kiosk's PIN (as PHC string) where it has none yet. Raises
    SetupError or a StoreError with one sentence; it may then be called again.
    """
    link = _new_link(place, bundle)
    _change_password(link, bundle, code)
    if link.kind == "kiosk":
        join_kiosk(place, link, new_pin_hash)
    else:
        join_desk(place, link)
    write_link(place.folder, link, bundle.ca)
    shutil.rmtree(place.folder / UNFINISHED, ignore_errors=True)
    settled = read_link(place.folder) or link
    return JoinedCentral(settled, settled.kind != "kiosk" or _pull(place, settled))


def check_place(place: JoinFolder, bundle: Bundle) -> bool:
    """Return whether this machine has joined by this bundle already.

    Raises SetupError where the folder is another machine's, or where the bundle has expired and
    joining has not begun; nothing is changed.
    """
    link = read_link(place.folder)
    if link is not None and link.kiosk_id != bundle.kiosk_id:
        raise SetupError(
            f"{place.folder} belongs to another machine of a centre; empty it with `kiosk central"
            " reset`, or name another folder by KIOSK_DATA_DIR."
        )
    if place.database.exists():
        _check_database(place, bundle)
    begun = (place.folder / UNFINISHED).exists()
    if link is None and not begun and place.clock.now() >= bundle.expires:
        raise SetupError("This bundle has expired; make a new one with `kiosk central enrol`.")
    return link is not None


def join_kiosk(place: JoinFolder, link: CentralLink, new_pin_hash: Callable[[], str]) -> None:
    """Make the kiosk's own file, and return the centre its PIN's hash and its sealed key; once."""
    store = Store.open(place.database, create=True)
    try:
        with store.read() as transaction:
            is_made = site.this_machine(transaction) is not None
        if not is_made:
            _make_file(place, link, store, new_pin_hash())
        with store.read() as transaction:
            here = machines.own_row(transaction, link.kiosk_id)
    finally:
        store.close()
    if here is None:
        raise SetupError("The database of this machine is another's; `kiosk central reset` it.")
    with machine_transaction(link.address) as centre:
        if not _own_row(centre, link).sealed_audit_key:
            machines.complete_own_row(centre, link.kiosk_id, here.pin_hash, here.sealed_audit_key)
        if _own_row(centre, link).sealed_audit_key != here.sealed_audit_key:
            raise _joined_elsewhere()


def join_desk(place: JoinFolder, link: CentralLink) -> None:
    """Write at the centre where the desk's count and its audit trail begin; once."""
    with machine_transaction(link.address) as centre:
        if _own_row(centre, link).sealed_audit_key:
            if centre.get(SyncState, link.kiosk_id) is None:
                raise _joined_elsewhere()
            return
        first, now = first_key(place.entropy(KEY_BYTES)), place.clock.now()
        centre.add(SyncState(kiosk_id=link.kiosk_id, site_id=link.site_id, last_fact_at=now))
        centre.add(_chain(link, first))
        centre.flush()
        machines.complete_own_row(centre, link.kiosk_id, "", _seal_first_key(centre, link, first))


@contextmanager
def machine_transaction(address: Address) -> Iterator[Transaction]:
    """Open a transaction at the centre by a machine's own role."""
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


def _check_database(place: JoinFolder, bundle: Bundle) -> None:
    try:
        store = Store.open(place.database)
    except SetupError:
        # An empty database, left by a run that was cut off.
        return
    try:
        with store.read() as transaction:
            machine = site.this_machine(transaction)
    finally:
        store.close()
    if machine is None or (machine.kiosk_id == bundle.kiosk_id and bundle.kind == "kiosk"):
        return
    raise SetupError(
        f"There is a clinic in {place.folder}: bring it to the centre with `kiosk central init`,"
        " empty the folder with `kiosk central reset`, or name another one by KIOSK_DATA_DIR."
    )


def _new_link(place: JoinFolder, bundle: Bundle) -> CentralLink:
    """Return this machine's link with its own password, which is on the disk from here on."""
    unfinished = place.folder / UNFINISHED
    link = read_link(place.folder) or read_link(unfinished)
    if link is None or link.kiosk_id != bundle.kiosk_id:
        address = Address(
            bundle.host,
            bundle.port,
            bundle.database,
            role_name(bundle.kind, bundle.kiosk_id, bundle.site_id),
            new_password(place.entropy),
        )
        unfinished.mkdir(mode=0o700, exist_ok=True)
        made = CentralLink(bundle.kind, bundle.site_id, bundle.kiosk_id, address)
        write_link(unfinished, made, bundle.ca)
        link = read_link(unfinished) or made
    # A clinic's client certificate lies in the data folder itself.
    certificate = place.folder / CLIENT_CERTIFICATE
    by = replace(link.address, certificate=str(certificate) if certificate.exists() else "")
    return replace(link, address=by)


def _change_password(link: CentralLink, bundle: Bundle, code: str) -> None:
    """Replace the password that follows from the code, unless an earlier run has done so."""
    first = replace(link.address, password=first_password(code, bundle.kiosk_id))
    try:
        with machine_transaction(first) as transaction:
            _check_terms_there(transaction)
            change_password(transaction.connection(), first.role, link.address.password)
            return
    except StoreRefused as refusal:
        if not refusal.code.startswith(_SHUT_OUT_CLASS):
            raise
    try:
        with machine_transaction(link.address) as transaction:
            _check_terms_there(transaction)
    except StoreRefused as refusal:
        if not refusal.code.startswith(_SHUT_OUT_CLASS):
            raise
        raise SetupError(
            "The centre does not take this code any more: it was used, revoked or has expired."
            " Make a new bundle with `kiosk central enrol`."
        ) from None


def _check_terms_there(transaction: Transaction) -> None:
    try:
        check_terms(owner.read_terms(transaction))
    except StoreDiffers as problem:
        raise StoreDiffers(f"{problem} Then join again; the code stays good.") from None


def _make_file(place: JoinFolder, link: CentralLink, store: Store, pin_hash: str) -> None:
    """Write what a kiosk needs to know of itself, all of it or nothing."""
    now = place.clock.now()
    with machine_transaction(link.address) as centre:
        own = _own_row(centre, link)
        if own.sealed_audit_key:
            raise _joined_elsewhere()
        first = first_key(place.entropy(KEY_BYTES))
        with store.write() as local:
            copy_table(centre, local, Site, link.site_id)
            copy_table(centre, local, PublicKey, link.site_id)
            device = KioskDevice(
                id=link.kiosk_id,
                site_id=link.site_id,
                name=own.name,
                symbols=own.symbols,
                pin_hash=pin_hash,
                sealed_audit_key=_seal_first_key(centre, link, first),
                enrolled_at=own.enrolled_at,
                kind=link.kind,
            )
            local.add(device)
            local.add(SyncState(kiosk_id=link.kiosk_id, site_id=link.site_id, last_fact_at=now))
            local.add(_chain(link, first))


def _chain(link: CentralLink, first: bytes) -> AuditChain:
    return AuditChain(
        kiosk_id=link.kiosk_id, site_id=link.site_id, next_key=first, last_tag=START_TAG
    )


def _seal_first_key(centre: Transaction, link: CentralLink, first: bytes) -> bytes:
    """Seal the first key of the trail to whom the clinic's callbacks are sealed."""
    found = staff.keys_in_use(centre, link.site_id)
    readers = [PublicSealingKey.from_raw(raw) for code, raw in found if code == Purpose.CALLBACKS]
    if not readers:
        raise SetupError("The centre has no keys of this clinic; run `kiosk central init` there.")
    return seal_first_key(first, link.kiosk_id, readers)


def _own_row(centre: Transaction, link: CentralLink) -> OwnRow:
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


def _pull(place: JoinFolder, link: CentralLink) -> bool:
    store = Store.open(place.database)
    remote = PostgresRemote(link.address, link.site_id, link.kiosk_id)
    try:
        pull_all(store, remote, link.site_id)
    except StoreError:
        return False
    finally:
        remote.close()
        store.close()
    return True
