"""The two SQLAlchemy engines on one SQLite file: one connection that writes, some that read."""

from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from kiosk.errors import StoreFull

_BOTH = (
    # SQLCipher reports damage on stderr, which would tear the screen.
    "PRAGMA cipher_log_level=NONE",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA temp_store=MEMORY",
)
_WRITER = (
    "PRAGMA journal_mode=WAL",
    # What a visitor was told has happened survives a power cut; NORMAL lost rows when measured.
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    # Small and frequent: a checkpoint of 1000 pages once took 92 ms in a visitor's way.
    "PRAGMA wal_autocheckpoint=200",
)
_READER = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0")
_READERS = 4
_WAIT_SECONDS = 10


def writer_engine(path: Path, module: ModuleType) -> Engine:
    """Build the engine of the one writing connection; its transactions are BEGIN IMMEDIATE.

    IMMEDIATE, because a transaction that reads first and then writes fails at once when another
    process has written in between, whatever the busy timeout.
    """
    return _engine(path, module, 1, (*_BOTH, *_WRITER), "BEGIN IMMEDIATE")


def reader_engine(path: Path, module: ModuleType) -> Engine:
    """Build the engine of the connections that can only read."""
    return _engine(path, module, _READERS, (*_BOTH, *_READER), "BEGIN")


def _engine(
    path: Path, module: ModuleType, size: int, pragmas: tuple[str, ...], begin: str
) -> Engine:
    engine = create_engine(
        f"sqlite:///{path.absolute()}",
        module=module,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        pool_reset_on_return="rollback",
        # Values never reach an exception or a log.
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The transaction is begun below and not by the driver's guess.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
            answer = cursor.fetchone()
            if pragma.startswith("PRAGMA journal_mode") and answer != ("wal",):
                raise StoreFull("The database cannot be written here; mend its permissions.")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        # By the driver itself: going through SQLAlchemy costs as much as the whole statement.
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute(begin)

    return engine
