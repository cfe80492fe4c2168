"""A new machine joins its centre: once, and so that a cut at any point can be made good.

The new password lies in the folder before the centre has it, and the link is written last: until
then a second `join` finds how far the first one came. A code is worth nothing once the password
that follows from it has been replaced.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlmodel import Session as Transaction

from kiosk.errors import SetupError, StoreDiffers, StoreError, StoreRefused
from kiosk.records import devices
from kiosk.records.central import sites
from kiosk.records.central.address import CLIENT_CERTIFICATE, Address
from kiosk.records.central.link import Link, read_link, write_link
from kiosk.records.central.roles import change_password, role_name
from kiosk.records.store import Store
from kiosk.sync.first_rows import Place, as_machine, join_desk, join_kiosk
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.pull import pull_all
from kiosk.usecases.centre import check_terms
from kiosk.usecases.centre_adoption import new_password
from kiosk.vault.bundles import Bundle, first_password

UNFINISHED = "joining"
"""A folder in the data folder that is there only while joining is not finished."""
_SHUT_OUT_CLASS = "28"


@dataclass(frozen=True, slots=True)
class Joined:
    """What joining came to."""

    link: Link = field(repr=False)
    pulled: bool
    """False where the first pull was cut; the next contact pulls all."""


def check_place(place: Place, bundle: Bundle) -> bool:
    """Say whether this machine has joined by this bundle already.

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


def join(place: Place, bundle: Bundle, code: str, new_pin_hash: Callable[[], str]) -> Joined:
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
    return Joined(settled, settled.kind != "kiosk" or _pull(place, settled))


def _check_database(place: Place, bundle: Bundle) -> None:
    try:
        store = Store.open(place.database)
    except SetupError:
        # An empty database, left by a run that was cut off.
        return
    try:
        with store.read() as transaction:
            machine = devices.here(transaction)
    finally:
        store.close()
    if machine is None or (machine.kiosk_id == bundle.kiosk_id and bundle.kind == "kiosk"):
        return
    raise SetupError(
        f"There is a clinic in {place.folder}: bring it to the centre with `kiosk central init`,"
        " empty the folder with `kiosk central reset`, or name another one by KIOSK_DATA_DIR."
    )


def _new_link(place: Place, bundle: Bundle) -> Link:
    """Give this machine's link with its own password, which is on the disk from here on."""
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
        made = Link(bundle.kind, bundle.site_id, bundle.kiosk_id, address)
        write_link(unfinished, made, bundle.ca)
        link = read_link(unfinished) or made
    # A clinic's client certificate lies in the data folder itself.
    certificate = place.folder / CLIENT_CERTIFICATE
    by = replace(link.address, certificate=str(certificate) if certificate.exists() else "")
    return replace(link, address=by)


def _change_password(link: Link, bundle: Bundle, code: str) -> None:
    """Replace the password that follows from the code, unless an earlier run has done so."""
    first = replace(link.address, password=first_password(code, bundle.kiosk_id))
    try:
        with as_machine(first) as transaction:
            _check_centre(transaction)
            change_password(transaction.connection(), first.role, link.address.password)
            return
    except StoreRefused as refusal:
        if not refusal.code.startswith(_SHUT_OUT_CLASS):
            raise
    try:
        with as_machine(link.address) as transaction:
            _check_centre(transaction)
    except StoreRefused as refusal:
        if not refusal.code.startswith(_SHUT_OUT_CLASS):
            raise
        raise SetupError(
            "The centre does not take this code any more: it was used, revoked or has expired."
            " Make a new bundle with `kiosk central enrol`."
        ) from None


def _check_centre(transaction: Transaction) -> None:
    try:
        check_terms(sites.terms(transaction))
    except StoreDiffers as problem:
        raise StoreDiffers(f"{problem} Then join again; the code stays good.") from None


def _pull(place: Place, link: Link) -> bool:
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
