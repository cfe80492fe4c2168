"""A clinic of several kiosks at one centre: their folders, and what they share."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, select

from kiosk.devices.clock import entropy
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CentralLink, write_link
from kiosk.records.central.owner import owner_transaction
from kiosk.records.central.store import CentralStore
from kiosk.records.database.store import Records, sqlite_module
from kiosk.records.database.writing import mark_changed
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import FACTS, PublicKey
from kiosk.records.schema.tables import GroupSession, Site, SupportGroup
from kiosk.usecases.site import SiteInfo
from tests.support.centres import Centre
from tests.support.desks import open_clinic

SYMBOLS = ("7K", "8C", "9D", "2F", "3G")
_SHARED = (Site, PublicKey, SupportGroup, GroupSession)
_OPEN_HOURS = 20
_OFFERED = """
CREATE TABLE offered (id uuid NOT NULL);
CREATE FUNCTION note_offered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS
    'BEGIN INSERT INTO offered VALUES (NEW.id); RETURN NEW; END'
"""
_TRIGGER = "CREATE TRIGGER offered BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION note_offered()"
_OTHER_MACHINE = (
    "UPDATE kiosk_device SET id = :kiosk, symbols = :symbols, name = 'Kiosk ' || :symbols",
    "UPDATE sync_state SET kiosk_id = :kiosk, last_seq = 0",
    "UPDATE audit_chain SET kiosk_id = :kiosk",
    "DELETE FROM audit_event",
    "DELETE FROM outbox",
)
"""Makes a founder's file into that of a machine which has written nothing yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """One kiosk's folder, and how it may speak with the centre."""

    folder: Path
    kiosk_id: UUID
    address: Address
    """By its own role."""

    @property
    def database(self) -> Path:
        """The file of its database."""
        return self.folder / "kiosk.db"


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic's place at the centre."""

    centre: Centre
    site: SiteInfo
    """With the founder's machine, which takes no part."""
    founder: Path
    """The file that others are copied from; nothing has it open."""
    group: UUID

    def add_kiosk(self, folder: Path, symbols: str) -> Place:
        """Enrol a kiosk that has a folder of its own and has written nothing."""
        folder.mkdir(parents=True)
        kiosk_id = uuid7(datetime.now(UTC), entropy(ENTROPY_BYTES))
        address = self.centre.add_machine(self.site.site_id, kiosk_id, "kiosk", symbols)
        place = Place(folder, kiosk_id, address)
        shutil.copy(self.founder, place.database)
        database = sqlite_module().connect(place.database, isolation_level=None)
        for statement in _OTHER_MACHINE:
            words = {"kiosk": kiosk_id.bytes, "symbols": symbols}
            database.execute(statement, {k: v for k, v in words.items() if f":{k}" in statement})
        database.close()
        return place

    def link(self, place: Place, port: int) -> None:
        """Let a kiosk reach the centre by a port of this machine."""
        to = replace(place.address, port=port)
        write_link(place.folder, CentralLink("kiosk", self.site.site_id, place.kiosk_id, to))

    def desk(self) -> CentralStore:
        """Open the centre as a desk machine of the clinic."""
        role = self.centre.add_machine(self.site.site_id, uuid4(), "desk", "2D")
        return CentralStore(role, self.site.site_id)


def found_clinic(centre: Centre, folder: Path) -> Clinic:
    """Found a clinic with one session that is open now, and let the centre know it."""
    folder.mkdir(parents=True)
    with open_clinic(folder) as made:
        made.clock.at = datetime.now(UTC)
        session = made.add_session(starts=-30, hours=_OPEN_HOURS)
        site, rows = made.site, _shared(made.store)
    centre.add_site(site.site_id)
    with owner_transaction(centre.address, site.site_id) as transaction:
        for name, values in rows:
            transaction.connection().execute(insert(_tables()[name]).values(values))
            mark_changed(transaction, name, UUID(str(values["id"])))
    assert session.group_id is not None
    return Clinic(centre, site, folder / "kiosk.db", session.group_id)


def count_offers(centre: Centre) -> None:
    """Let the centre count every row that a committed push brings, known already or not."""
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(_OFFERED)
        for fact in FACTS:
            connection.exec_driver_sql(_TRIGGER.format(fact.__tablename__))


def _shared(store: Records) -> list[tuple[str, Mapping[str, object]]]:
    with store.read() as transaction:
        return [
            (name, dict(row))
            for name, kept in _tables().items()
            for row in transaction.connection().execute(select(kept)).mappings()
        ]


def _tables() -> dict[str, Table]:
    return {str(kind.__tablename__): table(kind) for kind in _SHARED}


def soon() -> datetime:
    """Give a time at which nothing is open yet: tomorrow after the open session's end."""
    return datetime.now(UTC) + timedelta(hours=_OPEN_HOURS + 4)
