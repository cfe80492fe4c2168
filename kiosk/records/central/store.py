"""The centre as the desks use it: the same transactions as on a kiosk's own file."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, text
from sqlmodel import Session as Transaction

from kiosk.records.central.connection import (
    PATIENT_COMMIT,
    Address,
    central_engine,
    translated,
    watched,
)
from kiosk.records.central.pipeline import joined
from kiosk.records.central.sessions import naming_holder
from kiosk.records.database.ahead import UNAWAITED, ask_ahead
from kiosk.records.database.writing import log_changes_by_desk, take_turn

_CONNECTIONS = 4
_PATIENCE_SECONDS = 60.0
"""A desk opens thousands of sealed records inside one transaction."""
_ONE_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"


class CentralStore:
    """A desk machine's connections to the centre; ended by `close`."""

    def __init__(self, address: Address, site_id: UUID) -> None:
        """Prepare connections by the role of `address`, for the records of one site."""
        self._engine = central_engine(address, _CONNECTIONS, joined=True)
        self._site_id = site_id

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that no other writer of the site runs beside.

        Commits when the block ends, rolls back when it raises.
        """
        with (
            translated(),
            naming_holder(self._engine),
            self._engine.connect() as connection,
            watched(connection, _PATIENCE_SECONDS),
            joined(connection, _WRITING),
        ):
            connection.execute(PATIENT_COMMIT, execution_options={UNAWAITED: True})
            transaction = _transaction(connection)
            ask_ahead(transaction, lambda: take_turn(transaction, self._site_id))
            yield transaction
            transaction.flush()
            log_changes_by_desk(transaction, self._site_id)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one moment of the database and cannot write."""
        with (
            translated(),
            self._engine.connect() as connection,
            watched(connection, _PATIENCE_SECONDS),
            joined(connection, _ONE_MOMENT),
        ):
            yield _transaction(connection)

    def checkpoint(self) -> None:
        """Do nothing: the server looks after its own log."""

    def examine(self) -> bool:
        """Return whether the centre answers; its pages are the server's business."""
        with self.read() as transaction:
            return transaction.connection().execute(text("SELECT 1")).scalar() == 1

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _transaction(connection: Connection) -> Transaction:
    return Transaction(bind=connection, autoflush=False, expire_on_commit=False)
