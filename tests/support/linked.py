"""A clinic's machine joined to a centre the short way: what `kiosk central init` leaves behind."""

from dataclasses import replace
from pathlib import Path

from sqlmodel import SQLModel

from kiosk.records.central.connection import Address
from kiosk.records.central.link import CentralLink, write_link
from kiosk.records.database.store import Store
from kiosk.records.schema.system_tables import KioskDevice, PublicKey, StaffAccount
from kiosk.records.schema.tables import (
    GroupSession,
    Membership,
    Participant,
    Passcard,
    Site,
    SupportGroup,
)
from kiosk.usecases.site import SiteInfo, load_site
from tests.support.central_clinics import move
from tests.support.centres import Centre

_REFERENCE: tuple[type[SQLModel], ...] = (
    Site, PublicKey, KioskDevice, StaffAccount, SupportGroup, GroupSession, Participant,
    Membership, Passcard,
)  # fmt: skip


def join(folder: Path, centre: Centre, port: int | None = None) -> SiteInfo:
    """Take the clinic in `folder` to a centre and link its machine, by another port if asked."""
    store = Store.open(folder / "kiosk.db")
    try:
        site = load_site(store)
        centre.add_site(site.site_id)
        move(store, centre, _REFERENCE)
    finally:
        store.close()
    address = centre.let_in(site.site_id, site.kiosk_id)
    link(folder, site, address if port is None else replace(address, port=port))
    return site


def link(folder: Path, site: SiteInfo, address: Address) -> None:
    """Let the machine of `folder` look for its centre at an address."""
    write_link(folder, CentralLink("kiosk", site.site_id, site.kiosk_id, address))


def leave_alone(folder: Path, port: int) -> SiteInfo:
    """Link the machine of `folder` to a centre that nobody runs, at a port of this machine."""
    store = Store.open(folder / "kiosk.db")
    site = load_site(store)
    store.close()
    link(folder, site, Address("127.0.0.1", port, "kiosk", "k_nobody", "nothing"))
    return site
