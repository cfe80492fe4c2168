"""A clinic at a centre: founded on a file, moved there whole, and used by a desk's role."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, insert, select, text, update
from sqlmodel import SQLModel

from kiosk.records import outbox
from kiosk.records.central.link import CentralLink
from kiosk.records.central.setup import DESKS, MADE_ANYWHERE
from kiosk.records.central.store import CentralStore
from kiosk.records.database.store import Records, Store
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import (
    FACTS,
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
from kiosk.usecases.admin import retention
from kiosk.usecases.site import SiteInfo, load_site
from kiosk.vault.passphrases import hash_pin
from tests.support.centres import FOUNDED, Centre
from tests.support.desks import CHEAP, PIN, Clinic, founded_clinic, open_clinic
from tests.support.new_files import files_made_at_once

Rows = list[dict[str, Any]]
_WHOLE: tuple[type[SQLModel], ...] = (Site, PublicKey, KioskDevice, StaffAccount)
_OF_A_DESK: tuple[type[SQLModel], ...] = (SyncState, AuditChain)


def stop_server_clock(engine: Engine) -> None:
    """Let facts keep no `received_at`: the server's clock cannot be set.

    Here visitors write to the centre itself, by a desk's role, which may not do so anywhere else.
    """
    with engine.begin() as connection:
        for name in (*(str(fact.__tablename__) for fact in FACTS), *MADE_ANYWHERE):
            connection.execute(text(f"ALTER TABLE {name} ALTER received_at DROP DEFAULT"))
        connection.execute(text("DROP POLICY IF EXISTS visitors_here ON callback_request"))
        visitors = f"FOR INSERT TO {DESKS} WITH CHECK (source = 'visitor')"
        connection.execute(text(f"CREATE POLICY visitors_here ON callback_request {visitors}"))


@contextmanager
def open_clinic_at_centre(centre: Centre, folder: Path) -> Iterator[Clinic]:
    """Found a clinic whose first machine is a desk of the centre; nothing of it is in the folder.

    A centre that was not lent for this gets its clock stopped first.
    """
    if centre.timed:
        stop_server_clock(centre.engine)
    site, rows = _founding()
    centre.add_site(site.site_id)
    with centre.engine.begin() as connection:
        for kind, values in rows:
            connection.execute(insert(table(kind)), values)
    address = centre.let_in(site.site_id, site.kiosk_id, "desk")
    store = CentralStore(address, site.site_id)
    try:
        with (
            patch.object(outbox, "confirmed_at", _there_at_once),
            patch.object(retention, "trusted_now", _as_the_test_says),
        ):
            clinic = founded_clinic(store, folder)
            yield replace(clinic, owner=centre.engine, entropy=Random(1).randbytes)
    finally:
        store.close()


@lru_cache(maxsize=1)
def _founding() -> tuple[SiteInfo, list[tuple[type[SQLModel], Rows]]]:
    """Return what founding a clinic writes, once for all tests of this process."""
    with TemporaryDirectory(prefix="kiosk-founded-") as folder, open_clinic(Path(folder)) as made:
        with made.store.write() as transaction:
            transaction.connection().execute(update(table(KioskDevice)).values(kind="desk"))
        return made.site, list(_rows(made.store, (*_WHOLE, *_OF_A_DESK, *FACTS)))


def _there_at_once(*_: object) -> datetime:
    """Stand in for what a kiosk knows of its sending: here visitors write to the centre itself."""
    return FOUNDED


def _as_the_test_says(_: object, here: datetime) -> datetime:
    """Stand in for the server's clock, which cannot be set."""
    return here


def move(store: Records, centre: Centre, kinds: Iterable[type[SQLModel]]) -> None:
    """Copy the rows of a kiosk's file to the centre."""
    with centre.engine.begin() as connection:
        for kind, values in _rows(store, kinds):
            connection.execute(insert(table(kind)), values)


def _rows(store: Records, kinds: Iterable[type[SQLModel]]) -> Iterator[tuple[type[SQLModel], Rows]]:
    with store.read() as transaction:
        for kind in kinds:
            found = transaction.connection().execute(select(table(kind)))
            if values := [dict(row._mapping) for row in found]:
                yield kind, values


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
    with files_made_at_once():
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
