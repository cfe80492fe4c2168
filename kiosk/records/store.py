"""A database of records, and the one that a kiosk has: a SQLite file with short transactions."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as Transaction

from kiosk.errors import SetupError, StoreBusy, StoreFull
from kiosk.records.engines import reader_engine, writer_engine
from kiosk.records.faults import translated
from kiosk.records.inspection import revision
from kiosk.records.library import sqlite_module
from kiosk.records.migrations import HEAD

_PATIENCE_SECONDS = 10


class Records(Protocol):
    """An open database as the desks use it: a kiosk's own file, or the centre."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Give a transaction that no other writer runs beside; it commits when the block ends."""
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Give a transaction that sees one moment of the database and cannot write."""
        ...

    def checkpoint(self) -> None:
        """See to it that what was deleted is gone from the disk, as far as that is ours."""
        ...

    def examine(self) -> bool:
        """Say whether the database is whole."""
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
        self._connection: Connection | None = None

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
        found = revision(path, module)
        if found is None and not create:
            raise _no_database()
        store = cls(path, module)
        try:
            if found != HEAD:
                store._upgrade(found)
            # Opens the one writing connection now, so that no visitor waits for it.
            with store.write():
                pass
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Give a transaction that holds the write lock from its beginning.

        Commits (to the disk itself) when the block ends, rolls back when it raises.
        """
        with translated(*self._faults), self._writing() as connection, connection.begin():
            transaction = _transaction(connection)
            yield transaction
            transaction.flush()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give a transaction that sees one moment of the database and cannot write."""
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

    def examine(self) -> bool:
        """Check every page and index (seconds on a large file); True where all is well."""
        with self.read() as transaction:
            answer = transaction.connection().execute(text("PRAGMA integrity_check(1)")).scalar()
        return answer == "ok"

    def close(self) -> None:
        """Close every connection; the last process to close also empties the log."""
        # Readers first: they may not write, so they could not empty the log.
        self._reader.dispose()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._writer.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Lend the one writing connection; it stays open, for opening one costs a scan dear."""
        if not self._one_at_a_time.acquire(timeout=_PATIENCE_SECONDS):
            raise StoreBusy("The database is busy with another task; try again in a minute.")
        try:
            if self._connection is None:
                self._connection = self._writer.connect()
            yield self._connection
        finally:
            self._one_at_a_time.release()

    def _upgrade(self, found: str | None) -> None:
        """Bring the tables up to date; what is unsent is kept in a file, should they ever fail."""
        # Imported here: Alembic costs a start 135 ms and is needed once per release.
        from kiosk.records.central.link import FILE
        from kiosk.records.unsent import keep_unsent
        from kiosk.records.upgrading import upgrade

        folder = self.path.parent
        with translated(*self._faults), self._writing() as connection, connection.begin():
            if found is not None and (folder / FILE).exists():
                keep_unsent(connection, folder, found)
            upgrade(connection)


def _transaction(connection: Connection) -> Transaction:
    return Transaction(bind=connection, autoflush=False, expire_on_commit=False)


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise StoreFull(
            f"The data folder cannot be written ({reason}); mend its disk or its permissions."
        ) from None


def _no_database() -> SetupError:
    return SetupError(
        "There is no clinic in this data folder yet; make one with `kiosk init`, "
        "or try `kiosk demo`."
    )
