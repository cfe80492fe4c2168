"""Brings a clinic that had one machine to a centre, and makes that machine a kiosk of it."""

import base64
from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.errors import SetupError
from kiosk.records import outbox
from kiosk.records.central import adoption, machines, sites
from kiosk.records.central.address import Address
from kiosk.records.central.link import Link, read_link, write_link
from kiosk.records.central.owner import owner_transaction
from kiosk.records.central.roles import role_name
from kiosk.records.plumbing import KioskDevice
from kiosk.records.store import Records
from kiosk.usecases.policy import Progress, silent
from kiosk.usecases.site import SiteFacts, load_site

_PASSWORD_BYTES = 32


@dataclass(frozen=True, slots=True)
class Adopted:
    """A clinic at its centre."""

    site: SiteFacts
    copied: int
    """Reference rows; 0 where the centre had the clinic already."""
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
    progress: Progress = silent,
) -> Adopted:
    """Copy the clinic of `store` to the centre unless it is there, and link this machine to it.

    `reached_by` holds host and port by which machines reach the centre. No one else may write to
    the file meanwhile. Harmless when repeated: the centre's rows are never overwritten.
    """
    site, link, certificates = load_site(store), read_link(folder), ca_text(owner)
    with store.write() as local:
        with owner_transaction(owner, site.site_id) as centre:
            copied = 0
            if sites.epoch(centre, site.site_id) is None:
                _refuse_second_centre(link, owner)
                epoch = uuid7(clock.now(), entropy(ENTROPY_BYTES))
                sites.add(centre, site.site_id, epoch)
                copied = adoption.adopt(local, centre, site.site_id, progress)
            adoption.copy_some(local, centre, KioskDevice, site.site_id)
            made = _make_link(centre, site, link, reached_by, entropy)
        # After the commit: a link without its role would be worse than a role without its link,
        # which the next run makes good.
        if made is not None:
            write_link(folder, made, certificates)
        waiting = outbox.pending(local)
    return Adopted(site, copied, made is not None, waiting)


def ca_text(address: Address) -> str:
    """Read the certificates that an owner's address names, to be given to machines."""
    if not address.ca_file or address.ca_file == "system":
        return ""
    try:
        return Path(address.ca_file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise SetupError(
            f"The certificates {address.ca_file} cannot be read; name a file of PEM."
        ) from None


def new_password(entropy: Entropy) -> str:
    """Make a machine's password: 256 random bits in 43 characters."""
    return base64.urlsafe_b64encode(entropy(_PASSWORD_BYTES)).decode().rstrip("=")


def _make_link(
    centre: Transaction,
    site: SiteFacts,
    link: Link | None,
    reached_by: Address,
    entropy: Entropy,
) -> Link | None:
    """Give this machine its role; None where it has a link that works."""
    own = machines.own_row(centre, site.kiosk_id)
    if own is not None and own.revoked_at is not None:
        raise SetupError(
            "This machine was revoked at the centre; empty it with `kiosk central reset` and"
            " enrol it again."
        )
    name = role_name("kiosk", site.kiosk_id, site.site_id)
    if link is not None and _is_same(link.address, reached_by) and machines.is_open(centre, name):
        return None
    password = new_password(entropy)
    machines.ensure_role(centre, "kiosk", site.kiosk_id, site.site_id, password)
    address = replace(reached_by, role=name, password=password, ca_file="", certificate="")
    return Link("kiosk", site.site_id, site.kiosk_id, address)


def _refuse_second_centre(link: Link | None, owner: Address) -> None:
    if link is not None:
        raise SetupError(
            f"This machine belongs to the centre at {link.address.host or 'this machine'} already,"
            f" and the one at {owner.host or 'this machine'} does not know its clinic; nothing was"
            " copied."
        )


def _is_same(one: Address, other: Address) -> bool:
    return (one.host, one.port, one.database) == (other.host, other.port, other.database)
