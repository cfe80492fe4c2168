"""Adopts a clinic that had one machine into central, and empties a machine that leaves it."""

import base64
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.errors import SetupError
from kiosk.records import outbox, site
from kiosk.records.central import adoption, machines
from kiosk.records.central import owner as owner_access
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CA_FILE, CentralLink, read_link, write_link
from kiosk.records.central.owner import owner_transaction
from kiosk.records.central.setup import role_name
from kiosk.records.database.opening import LINK_FILE
from kiosk.records.database.store import Records, Store
from kiosk.records.outbox import EXPORTED_FILE, UNSENT_FILES, count_unsent, exported_upto
from kiosk.records.schema.system_tables import KioskDevice, Notice, NoticeRequest
from kiosk.usecases.admin.retention import Progress, ignore_progress
from kiosk.usecases.site import SiteInfo, load_site

_PASSWORD_BYTES = 32
_SIDES: Final = ("", "-wal", "-shm", "-journal")
_FOLDERS: Final = ("exports", "joining")


@dataclass(frozen=True, slots=True)
class AdoptedClinic:
    """A clinic that central has."""

    site: SiteInfo
    copied: int
    """Reference rows; 0 where central had the clinic already."""
    linked: bool
    """Whether this machine was linked just now; False where it had been before."""
    waiting: int
    """Facts and passes that wait here to be sent."""


def adopt_clinic(
    store: Records,
    folder: Path,
    owner: Address,
    reached_by: Address,
    clock: Clock,
    entropy: Entropy,
    progress: Progress = ignore_progress,
) -> AdoptedClinic:
    """Copy the clinic of `store` to central unless it is there, and link this machine to it.

    `reached_by` holds host and port by which machines reach central. Nothing else may write to the
    file meanwhile. Harmless when repeated: rows of central are never overwritten.
    """
    site, link, certificates = load_site(store), read_link(folder), read_certificates(owner)
    with store.write() as local:
        with owner_transaction(owner, site.site_id) as central:
            copied = 0
            if owner_access.site_epoch(central, site.site_id) is None:
                _refuse_second_central(link, owner)
                epoch = uuid7(clock.now(), entropy(ENTROPY_BYTES))
                owner_access.add_site(central, site.site_id, epoch)
                copied = adoption.copy_site(local, central, site.site_id, progress)
                # Staff were told of what is open; they are not told of all of it once more.
                for kind in (Notice, NoticeRequest):
                    adoption.copy_table(local, central, kind, site.site_id)
            adoption.copy_table(local, central, KioskDevice, site.site_id)
            adoption.copy_entered_requests(local, central, site.site_id)
            made = _make_link(central, site, link, reached_by, entropy)
        # After the commit: the next run mends a role without a link, but no link without a role.
        if made is not None:
            write_link(folder, made, certificates)
        waiting = outbox.count_pending(local)
    return AdoptedClinic(site, copied, made is not None, waiting)


@dataclass(frozen=True, slots=True)
class ResetPreview:
    """What emptying this machine would delete."""

    symbols: str
    """Empty where the machine has no database of its own."""
    exported: tuple[Path, ...]
    """Files of unsent records; they stay."""
    is_copy: bool = False
    """Whether another machine runs with a copy of this folder, which must not be revoked."""


def check_reset(folder: Path, database: Path) -> ResetPreview:
    """Return what a reset would delete; SetupError where it would lose records."""
    if read_link(folder) is None and not (folder / "joining").exists():
        raise SetupError(
            f"{folder} belongs to no centre, so its records would be lost; delete the folder"
            " itself if that is what you want."
        )
    if not database.exists():
        return ResetPreview("", ())
    store = Store.open(database, create=True)
    try:
        with store.read() as transaction:
            there = count_unsent(transaction.connection())
            machine = site.this_machine(transaction)
            twin_at = machine and site.machine_state(transaction, machine.kiosk_id).twin_at
    finally:
        store.close()
    if there.count and exported_upto(folder) < there.upto_seq:
        raise SetupError(
            f"{there.count} records here have not reached the centre; send them with `kiosk sync"
            " --once`, or keep them in a file with `kiosk sync export FILE`."
        )
    symbols = "" if machine is None else machine.symbols
    files = tuple(sorted(folder.glob(UNSENT_FILES))) if there.count else ()
    return ResetPreview(symbols, files, is_copy=twin_at is not None)


def reset_machine(folder: Path, database: Path) -> None:
    """Delete database, link and exports, in an order that a second run can finish.

    Settings and client certificates stay, and so do files of unsent records. SetupError where
    something cannot be deleted.
    """
    try:
        for suffix in _SIDES:
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        # A new database counts from 1 again, so an old note would stand for what is not exported.
        (folder / EXPORTED_FILE).unlink(missing_ok=True)
        for name in _FOLDERS:
            with suppress(FileNotFoundError):
                shutil.rmtree(folder / name)
        # The link goes last: without it the folder would look like a clinic of its own.
        for name in (CA_FILE, LINK_FILE):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            f"{folder} cannot be emptied ({error.strerror}); mend its rights and run this again."
        ) from None


def read_certificates(address: Address) -> str:
    """Return the certificates (PEM) that an owner's address names; empty for the system's own."""
    if not address.ca_file or address.ca_file == "system":
        return ""
    try:
        return Path(address.ca_file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise SetupError(
            f"The certificates {address.ca_file} cannot be read; name a file of PEM."
        ) from None


def new_password(entropy: Entropy) -> str:
    """Return a machine's new password: 256 random bits in 43 characters (base64url)."""
    return base64.urlsafe_b64encode(entropy(_PASSWORD_BYTES)).decode().rstrip("=")


def _make_link(
    central: Transaction,
    site: SiteInfo,
    link: CentralLink | None,
    reached_by: Address,
    entropy: Entropy,
) -> CentralLink | None:
    """Make this machine's role and return its link; None where it has a link that works."""
    own = machines.own_row(central, site.kiosk_id)
    if own is not None and own.revoked_at is not None:
        raise SetupError(
            "This machine was revoked at the centre; empty it with `kiosk central reset` and"
            " enrol it again."
        )
    name = role_name("kiosk", site.kiosk_id, site.site_id)
    if (
        link is not None
        and _is_same(link.address, reached_by)
        and machines.role_may_sign_in(central, name)
    ):
        return None
    password = new_password(entropy)
    machines.ensure_role(central, "kiosk", site.kiosk_id, site.site_id, password)
    address = replace(reached_by, role=name, password=password, ca_file="", certificate="")
    return CentralLink("kiosk", site.site_id, site.kiosk_id, address)


def _refuse_second_central(link: CentralLink | None, owner: Address) -> None:
    if link is not None:
        raise SetupError(
            f"This machine belongs to the centre at {link.address.host or 'this machine'} already,"
            f" and the one at {owner.host or 'this machine'} does not know its clinic; nothing was"
            " copied."
        )


def _is_same(one: Address, other: Address) -> bool:
    return (one.host, one.port, one.database) == (other.host, other.port, other.database)
