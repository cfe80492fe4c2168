"""A centre in a database of its own, made from a template in a tenth of a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, text

from kiosk.records.central.connection import Address, central_engine, read_address
from kiosk.records.central.setup import make_role, role_name, set_up
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import KioskDevice, SyncCounter
from tests.support.postgres import new_database

FOUNDED = datetime(2026, 3, 1, tzinfo=UTC)
PASSWORD = "a password of a machine"


@dataclass
class Centre:
    """A founded centre and its owner's connections."""

    url: str
    """The owner's."""
    engine: Engine

    @property
    def address(self) -> Address:
        """The owner's address."""
        return read_address(self.url)

    def add_site(self, site_id: UUID) -> None:
        """Give a site its counter."""
        with self.engine.begin() as connection:
            connection.execute(insert(table(SyncCounter)).values(site_id=site_id, epoch=uuid4()))

    def add_machine(
        self, site_id: UUID, kiosk_id: UUID, kind: str = "kiosk", symbols: str = "7K"
    ) -> Address:
        """Enrol a machine the short way; gives the address of its own role."""
        with self.engine.begin() as connection:
            connection.execute(
                insert(table(KioskDevice)).values(
                    id=kiosk_id,
                    site_id=site_id,
                    name=f"Machine {symbols}",
                    symbols=symbols,
                    pin_hash="",
                    sealed_audit_key=b"",
                    enrolled_at=FOUNDED,
                    kind=kind,
                )
            )
        return self.let_in(site_id, kiosk_id, kind)

    def let_in(self, site_id: UUID, kiosk_id: UUID, kind: str = "kiosk") -> Address:
        """Make the role of a machine that is enrolled; gives its address."""
        name = role_name(kind, kiosk_id, site_id)
        with self.engine.begin() as connection:
            make_role(connection, name, kind, PASSWORD)
        return replace(self.address, role=name, password=PASSWORD)

    def count(self, name: str) -> int:
        """Count the rows of a table."""
        with self.engine.begin() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: S608


@contextmanager
def new_centre(server_url: str, template: str) -> Iterator[Centre]:
    """Make a centre in a database of its own and drop it afterwards."""
    with new_database(server_url, template) as url:
        engine = central_engine(read_address(url), 4)
        try:
            yield Centre(url, engine)
        finally:
            engine.dispose()
            _drop_roles(server_url, url)


@contextmanager
def centre_template(server_url: str) -> Iterator[str]:
    """Make a founded database to copy from; gives its name."""
    with new_database(server_url) as url:
        engine = central_engine(read_address(url))
        with engine.begin() as connection:
            set_up(connection, FOUNDED)
        engine.dispose()
        yield url.rpartition("/")[2]


def _drop_roles(server_url: str, url: str) -> None:
    """Roles belong to the whole server: drop what this database's machines had."""
    engine = central_engine(read_address(url))
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT kind, id, site_id FROM kiosk_device")).all()
    engine.dispose()
    engine = central_engine(read_address(server_url))
    with engine.begin() as connection:
        for kind, kiosk_id, site_id in rows:
            connection.exec_driver_sql(f"DROP ROLE IF EXISTS {role_name(kind, kiosk_id, site_id)}")
    engine.dispose()
