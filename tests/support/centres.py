"""Centres made from a template in a tenth of a second, and one that is lent to test after test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
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
    timed: bool = True
    """Whether facts keep when the server had them."""

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


_CATALOGS = (
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger",
    "pg_rewrite", "pg_policy", "pg_proc", "pg_type", "pg_namespace", "pg_default_acl",
    "pg_extension", "pg_largeobject_metadata",
    "pg_database WHERE datname=current_database()",
    "pg_db_role_setting WHERE setdatabase="
    "(SELECT oid FROM pg_database WHERE datname=current_database())",
)  # fmt: skip
"""What tells how a database is built and who may do what in it; the last two are the server's."""
_BUILD = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalog}"  # noqa: S608 - our own
    for catalog in _CATALOGS
)
"""Whatever is made or changed is a row of a newer transaction than all others of its catalog."""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace='public'::regnamespace AND relkind='r'"
_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname=current_database() AND pid<>pg_backend_pid()"
)


class LentCentre:
    """A centre for one test after the other, each of which finds it as it was made.

    Rows are put back after each test. One that leaves anything else is followed by a new database.
    """

    def __init__(
        self, server_url: str, template: str, prepare: Callable[[Engine], None] | None = None
    ) -> None:
        """Make databases from a template when they are asked for; `prepare` changes each."""
        self._made_from = server_url, template
        self._prepare = prepare
        self._stack = ExitStack()
        self._url = ""
        """Of the database that is kept; empty where there is none."""
        self._build: list[tuple[object, ...]] = []
        self._rows: dict[str, bytes] = {}
        """Of each table, as COPY writes them."""

    @contextmanager
    def lend(self) -> Iterator[Centre]:
        """Lend the centre for one test."""
        if not self._url:
            self._make()
        engine = central_engine(read_address(self._url), 4)
        try:
            yield Centre(self._url, engine, self._prepare is None)
        finally:
            engine.dispose()
            self._put_back()

    def close(self) -> None:
        """Drop the database."""
        self._url = ""
        self._stack.close()

    def _make(self) -> None:
        url = self._stack.enter_context(new_database(*self._made_from))
        if self._prepare is not None:
            engine = central_engine(read_address(url))
            self._prepare(engine)
            engine.dispose()
        self._owner = self._stack.enter_context(psycopg.connect(url, autocommit=True))
        self._build = self._owner.execute(_BUILD).fetchall()
        self._rows = {}
        for (name,) in self._owner.execute(_TABLES).fetchall():
            with self._owner.cursor().copy(_copy("COPY {} TO STDOUT", name)) as copy:
                self._rows[name] = b"".join(bytes(part) for part in copy)
        self._url = url

    def _put_back(self) -> None:
        owner, names = self._owner, sql.SQL(", ").join(map(sql.Identifier, self._rows))
        owner.execute(_OTHERS)
        with owner.transaction():
            # Whoever still writes is waited for, and comes no more.
            owner.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(names))
            machines = owner.execute("SELECT kind, id, site_id FROM kiosk_device").fetchall()
            for kind, kiosk_id, site_id in machines:
                owner.execute(f"DROP ROLE IF EXISTS {role_name(kind, kiosk_id, site_id)}")
            is_whole = owner.execute(_BUILD).fetchall() == self._build
            if is_whole:
                self._put_rows_back()
        if not is_whole:
            self.close()

    def _put_rows_back(self) -> None:
        # No trigger or key says which row has to go first.
        self._owner.execute("SET LOCAL session_replication_role = replica")
        self._owner.execute(sql.SQL(";").join(_copy("DELETE FROM {}", n) for n in self._rows))
        for name, rows in self._rows.items():
            if rows:
                with self._owner.cursor().copy(_copy("COPY {} FROM STDIN", name)) as copy:
                    copy.write(rows)


def _copy(statement: LiteralString, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))


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
