"""A clinic at a centre: founded on a file, moved there whole, and used by a desk's role."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from sqlalchemy import insert, select, text, update
from sqlmodel import SQLModel

from kiosk.records import outbox
from kiosk.records.central.link import CentralLink
from kiosk.records.central.setup import FACTS
from kiosk.records.central.store import CentralStore
from kiosk.records.database.store import Records, Store
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import (
    AuditChain,
    KioskDevice,
    PublicKey,
    StaffAccount,
    SyncState,
)
from kiosk.records.schema.tables import Site
from kiosk.sync.joining import JoinFolder, join_desk, join_kiosk
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.pull import pull_all
from kiosk.usecases.site import load_site
from kiosk.vault.passphrases import hash_pin
from tests.support.centres import FOUNDED, Centre
from tests.support.desks import CHEAP, PIN, Clinic, open_clinic

_WHOLE: tuple[type[SQLModel], ...] = (Site, PublicKey, KioskDevice, StaffAccount)
_OF_A_DESK: tuple[type[SQLModel], ...] = (SyncState, AuditChain)


@contextmanager
def open_clinic_at_centre(centre: Centre, folder: Path) -> Iterator[Clinic]:
    """Found a clinic whose first machine is a desk of the centre; nothing of it is in the folder.

    The server's clock cannot be set, so facts keep no `received_at` here.
    """
    (folder / "file").mkdir()
    with open_clinic(folder / "file") as founded:
        site = founded.site
        centre.add_site(site.site_id)
        move(founded.store, centre, (*_WHOLE, *_OF_A_DESK, *FACTS))
    device = table(KioskDevice)
    with centre.engine.begin() as connection:
        connection.execute(update(device).values(kind="desk"))
        for fact in FACTS:
            name = str(fact.__tablename__)
            connection.execute(text(f"ALTER TABLE {name} ALTER received_at DROP DEFAULT"))
    address = centre.let_in(site.site_id, site.kiosk_id, "desk")
    store = CentralStore(address, site.site_id)
    try:
        with patch.object(outbox, "confirmed_at", _there_at_once):
            yield replace(
                founded,
                store=store,
                folder=folder,
                owner=centre.engine,
                entropy=Random(1).randbytes,
            )
    finally:
        store.close()


def _there_at_once(*_: object) -> datetime:
    """Stand in for what a kiosk knows of its sending: here visitors write to the centre itself."""
    return FOUNDED


def move(store: Records, centre: Centre, kinds: Iterable[type[SQLModel]]) -> None:
    """Copy the rows of a kiosk's file to the centre."""
    with store.read() as transaction, centre.engine.begin() as connection:
        for kind in kinds:
            found = transaction.connection().execute(select(table(kind)))
            rows: list[dict[str, Any]] = [dict(row._mapping) for row in found]
            if rows:
                connection.execute(insert(table(kind)), rows)


@dataclass
class KioskBeside:
    """A kiosk of the same clinic, with a file of its own."""

    clinic: Clinic
    remote: PostgresRemote

    def send(self) -> None:
        """Send what waits."""
        with self.clinic.store.write() as transaction:
            rows = outbox.waiting(transaction, 10_000)
            self.remote.push(rows)
            outbox.confirm(transaction, rows, self.clinic.clock.now())


@contextmanager
def kiosk_beside(desk: Clinic, centre: Centre, symbols: str) -> Iterator[KioskBeside]:
    """Enrol a kiosk and let it join; it shares the desk's clock, and knows its groups by itself."""
    kiosk_id, site_id = desk.id(), desk.site.site_id
    address = centre.add_machine(site_id, kiosk_id, "kiosk", symbols)
    folder = desk.folder / symbols
    folder.mkdir()
    place = JoinFolder(folder, folder / "kiosk.db", desk.clock, desk.entropy)
    pin_hash = hash_pin(PIN, cost=CHEAP)
    join_kiosk(place, CentralLink("kiosk", site_id, kiosk_id, address), lambda: pin_hash)
    remote = PostgresRemote(address, site_id, kiosk_id)
    store = Store.open(place.database)
    try:
        with_sessions = pull_all(store, remote, site_id)
        assert with_sessions
        site = load_site(store)
        yield KioskBeside(replace(desk, store=store, folder=folder, site=site, owner=None), remote)
    finally:
        store.close()
        remote.close()


@contextmanager
def desk_beside(desk: Clinic, centre: Centre, symbols: str) -> Iterator[Clinic]:
    """Enrol another desk machine and let it join; it shares the clock."""
    kiosk_id, site_id = desk.id(), desk.site.site_id
    address = centre.add_machine(site_id, kiosk_id, "desk", symbols)
    place = JoinFolder(desk.folder, desk.folder / "none.db", desk.clock, desk.entropy)
    join_desk(place, CentralLink("desk", site_id, kiosk_id, address))
    store = CentralStore(address, site_id)
    try:
        yield replace(desk, store=store, site=load_site(store))
    finally:
        store.close()
