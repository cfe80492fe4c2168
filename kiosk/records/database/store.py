"""A database of records, and the one that a kiosk has: a SQLite file with short transactions."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlmodel import Session as Transaction

from kiosk.errors import SetupError, StoreBusy, StoreError, StoreFull
from kiosk.records.database.errors import is_read_only, translated, unwritable_error
from kiosk.records.database.last_number import LastNumber
from kiosk.records.database.open_files import OpenFiles
from kiosk.records.database.opening import LINK_FILE, read_only_uri, revision
from kiosk.records.database.spare import SpareRoom
from kiosk.records.migrations import HEAD

_WAITS = "PRAGMA busy_timeout=5000"
_SHORT_WAIT = "PRAGMA busy_timeout=100"
_NO_WAIT = "PRAGMA busy_timeout=0"
_FEW_ROWS = "PRAGMA analysis_limit=400"
_DUE = "PRAGMA optimize=0x10003"
"""Lists what to analyse without doing it; every table counts, for it is others that read them."""
_TRIES = 50
"""Short waits for the write lock."""
_BUSY = 5
"""SQLite's result code for a lock that somebody else holds."""
_BOTH = (
    # SQLCipher reports damage on stderr, which would tear the screen.
    "PRAGMA cipher_log_level=NONE",
    _WAITS,
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
    # After a large import the log goes back to what everyday writing needs.
    "PRAGMA journal_size_limit=1048576",
)
_READER = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0")
_READERS = 4
_WAIT_SECONDS = 10
FIRST_SOUND = (3, 51, 3)
"""The first SQLite without the WAL-reset bug."""
_PATIENCE_SECONDS = 10


_left_open: Final[list["Store"]] = []
"""Stores whose files were replaced; their connections stay open until the process ends."""


class Records(Protocol):
    """An open database as the desks use it: a kiosk's own file, or the centre."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that no other writer runs beside; it commits when the block ends."""
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that sees one moment of the database and cannot write."""
        ...

    def checkpoint(self) -> None:
        """See to it that what was deleted is gone from the disk, as far as that is ours."""
        ...

    def examine(self) -> bool:
        """Return whether the database is whole."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Store:
    """The open database; made by `open`, ended by `close`.

    Calls may come from any thread: one transaction writes at a time, some read beside it. A
    transaction must not be begun inside another one.
    """

    def __init__(self, path: Path, module: ModuleType) -> None:
        """Prepare the engines of the file at `path`; use `open`."""
        self.path = path
        self._faults: tuple[type[Exception], ...] = (SQLAlchemyError, module.Error)
        self._writer = writer_engine(path, module)
        self._reader = reader_engine(path, module)
        self._one_at_a_time = Lock()
        self._spare = SpareRoom(path)
        self._holds_room = False
        self._connection: Connection | None = None
        self._files: OpenFiles | None = None
        self._last = LastNumber(path.parent)
        self.has_lost_facts = False
        """Whether facts that had been committed here were gone when it was opened."""

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> "Store":
        """Open the file at `path`, and bring its tables up to date.

        With `create` a missing file is made (0600). Before an upgrade, what a machine with a
        centre has not sent yet is also written into a file beside it. Raises SetupError where
        there is no database yet, StoreDamaged or StoreNewer where there is one that must be left
        alone, StoreFull where the disk cannot be written.
        """
        module = sqlite_module()
        if create:
            _make_file(path)
        if not path.exists():
            raise _no_database()
        SpareRoom(path).give_up_if_full()
        try:
            found = revision(path, module)
        except OSError as error:
            raise StoreError(
                f"The database {path.name} cannot be read ({error.strerror}); mend its disk or its"
                " rights."
            ) from None
        if found is None and not create:
            raise _no_database()
        store = cls(path, module)
        try:
            if found != HEAD:
                store._upgrade(found)
            # Opens the one writing connection now, so that no visitor waits for it.
            with store.write() as transaction:
                store.has_lost_facts = store._last.is_ahead(transaction.connection())
            store._files = OpenFiles(path)
        except BaseException as error:
            store.close()
            if isinstance(error, StoreFull) and is_read_only(path.parent):
                raise unwritable_error(path.parent) from None
            raise
        return store

    def hold_spare_room(self) -> None:
        """Hold room on the disk, to be given up by itself once that is full."""
        self._holds_room = True
        self._spare.hold()

    def skip_lost_numbers(self, transaction: Transaction) -> None:
        """Go on counting behind the facts that are gone; an entry that tells so must follow."""
        self._last.go_on(transaction.connection())

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that holds the write lock from its beginning.

        Commits (to the disk itself) when the block ends, rolls back when it raises. Raises
        StoreReplaced where the commit went to a file that is no longer the one at the path.
        """
        with translated(*self._faults), self._writing() as connection:
            self._check_files()
            with connection.begin():
                transaction = _transaction(connection)
                yield transaction
                transaction.flush()
            self._check_files()
            self._last.note(transaction)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one moment of the database and cannot write."""
        self._check_files()
        with translated(*self._faults), self._reader.begin() as connection:
            yield _transaction(connection)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file and empty it, so that deleted things are gone.

        Does what it can where another process is reading just now.
        """
        with translated(*self._faults), self._writing() as connection:
            # By the driver, for a checkpoint cannot run inside a transaction.
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if self._holds_room:
            self._spare.hold()

    def optimize(self) -> None:
        """Let SQLite learn how the rows of each table are spread, where that has changed much.

        Table by table, each from a few hundred rows of an index (milliseconds). Whoever writes goes
        before: then, or where the disk does not allow it, the rest is left for the next time.
        """
        with suppress(*self._faults):
            for look in self._optimizing(_DUE):
                self._optimizing(look)

    def _optimizing(self, statement: str) -> list[str]:
        """Run a statement without waiting for anybody; return its first column."""
        if self._connection is None or not self._one_at_a_time.acquire(blocking=False):
            return []
        try:
            # By the driver, for each statement is a transaction of its own.
            driver: Any = self._connection.connection.driver_connection
            driver.execute(_NO_WAIT)
            try:
                driver.execute(_FEW_ROWS)
                return [str(first) for first, *_ in driver.execute(statement).fetchall()]
            finally:
                driver.execute(_WAITS)
        finally:
            self._one_at_a_time.release()

    def examine(self) -> bool:
        """Check every page and index (seconds on a large file); True where all is well."""
        with self.read() as transaction:
            return _is_whole(transaction)

    def close(self) -> None:
        """Close every connection; the last process to close also empties the log."""
        if self._files is not None and self._files.is_replaced:
            # SQLite would delete the log at the path, which may belong to another file by now.
            _left_open.append(self)
            return
        self.optimize()
        # Readers first: they may not write, so they could not empty the log.
        self._reader.dispose()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._writer.dispose()
        if self._files is not None:
            self._files.close()
            self._files = None
        self._last.close()

    def _check_files(self) -> None:
        if self._files is not None:
            self._files.check()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Lend the one writing connection; it stays open, for opening one costs a scan dear."""
        if not self._one_at_a_time.acquire(timeout=_PATIENCE_SECONDS):
            raise StoreBusy("The database is busy with another task; try again in a minute.")
        try:
            self._spare.give_up_if_full()
            if self._connection is None:
                self._connection = self._writer.connect()
            yield self._connection
        finally:
            self._one_at_a_time.release()

    def _upgrade(self, found: str | None) -> None:
        """Bring the tables up to date; what is unsent is kept in a file, should they ever fail."""
        # Imported here: Alembic costs a start 135 ms and is needed once per release.
        from kiosk.records.database.upgrading import upgrade
        from kiosk.records.outbox import keep_unsent

        folder = self.path.parent
        with translated(*self._faults), self._writing() as connection, connection.begin():
            if found is not None and (folder / LINK_FILE).exists():
                keep_unsent(connection, folder, found)
            upgrade(connection)


class StoreToRead:
    """A database that is only read, for as long as it cannot be opened to be written.

    It makes no side file, so it also reads on a full or read-only disk.
    """

    def __init__(self, path: Path) -> None:
        """Take the file at `path`; every transaction opens it anew, for it may be another then."""
        self._path = path
        self._module = sqlite_module()
        self._faults: tuple[type[Exception], ...] = (SQLAlchemyError, self._module.Error)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Raise StoreFull."""
        raise StoreFull("Nothing can be kept just now.")
        yield

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one moment of the database and cannot write."""
        with translated(*self._faults):
            file = read_only_uri(self._path)
            engine = _engine(file, self._module, 1, (*_BOTH, *_READER), _begin_reading)
            try:
                with engine.begin() as connection:
                    yield _transaction(connection)
            finally:
                engine.dispose()

    def checkpoint(self) -> None:
        """Leave everything as it is."""

    def examine(self) -> bool:
        """Check every page and index; True where all is well."""
        with self.read() as transaction:
            return _is_whole(transaction)

    def close(self) -> None:
        """Nothing is left open."""


def _transaction(connection: Connection) -> Transaction:
    return Transaction(bind=connection, autoflush=False, expire_on_commit=False)


def _is_whole(transaction: Transaction) -> bool:
    answer = transaction.connection().execute(text("PRAGMA integrity_check(1)")).scalar()
    return bool(answer == "ok")


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        if is_read_only(path.parent):
            raise unwritable_error(path.parent) from None
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise StoreFull(
            f"The data folder cannot be written ({reason}); mend its disk or its permissions."
        ) from None


def _no_database() -> SetupError:
    return SetupError(
        "There is no clinic in this data folder yet; make one with `kiosk init`, "
        "or try `kiosk demo`."
    )


def writer_engine(path: Path, module: ModuleType) -> Engine:
    """Build the engine of the one writing connection; its transactions are BEGIN IMMEDIATE.

    IMMEDIATE, because a transaction that reads first and then writes fails at once when another
    process has written in between, whatever the busy timeout.
    """
    begin = partial(_begin_writing, module.OperationalError)
    return _engine(path.absolute().as_uri(), module, 1, (*_BOTH, *_WRITER), begin)


def reader_engine(path: Path, module: ModuleType) -> Engine:
    """Build the engine of the connections that can only read."""
    file = path.absolute().as_uri()
    return _engine(file, module, _READERS, (*_BOTH, *_READER), _begin_reading)


def _begin_reading(driver: Any) -> None:
    driver.execute("BEGIN")


def _begin_writing(refusal: type[Exception], driver: Any) -> None:
    """Wait for the write lock, in waits so short that no gap of a busy process is missed.

    One long wait soon looks every 100 ms only: beside a process that wrote without a pause it
    was in vain for 5 s, under load about once in 40 runs.
    """
    driver.execute(_SHORT_WAIT)
    try:
        for left in reversed(range(_TRIES)):
            try:
                driver.execute("BEGIN IMMEDIATE")
            except refusal as error:
                if not left or getattr(error, "sqlite_errorcode", 0) & 0xFF != _BUSY:
                    raise
            else:
                return
    finally:
        driver.execute(_WAITS)


def _engine(
    file: str,
    module: ModuleType,
    size: int,
    pragmas: tuple[str, ...],
    begin: Callable[[Any], None],
) -> Engine:
    """Build an engine of the connections to `file`, a URI (SQLite, "Uniform Resource Identifiers").

    A path would be taken apart where it holds signs such as "?".
    """
    engine = create_engine(
        "sqlite://",
        creator=partial(module.connect, file, uri=True, check_same_thread=False),
        module=module,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        pool_reset_on_return="rollback",
        # Values never reach an exception or a log.
        hide_parameters=True,
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
            begin(driver)

    return engine


def sqlite_module() -> ModuleType:
    """Return the DBAPI module of an SQLite without the WAL-reset bug; SetupError if there is none.

    Versions 3.7.0 to 3.51.2 can damage a file that two connections write and checkpoint at once, as
    kiosk and desk do (SQLite, "Write-Ahead Logging"). The package sqlcipher3 has a newer one;
    without a key its files are plain SQLite files.
    """
    if sqlite3.sqlite_version_info >= FIRST_SOUND:
        return sqlite3
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise SetupError(
            "This machine's SQLite is too old to share a file safely; "
            "install the package sqlcipher3 or SQLite 3.51.3 or later."
        ) from None
    if dbapi2.sqlite_version_info < FIRST_SOUND:
        raise SetupError("The package sqlcipher3 is too old; install version 0.6.4 or later.")
    module: ModuleType = dbapi2
    return module
