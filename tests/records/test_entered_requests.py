"""Databases of before staff could enter requests come along, with every request a visitor's."""

from pathlib import Path

from alembic import command
from sqlalchemy import Connection, create_engine, text

from kiosk.records.central.connection import central_engine, read_address
from kiosk.records.central.setup import set_up
from kiosk.records.database.store import Store
from kiosk.records.database.upgrading import migration_config
from tests.support.centres import FOUNDED
from tests.support.postgres import new_database
from tests.support.rights_rows import A, add_older_row, sample

BEFORE = "0014"
_SEEN = text("SELECT ref, source, entered_by, consent_by, consent_how FROM callback_request")
_FORMS = text("SELECT count(*) FROM callback_form")


def test_a_kiosks_own_file(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        _fill(connection, BEFORE)
    engine.dispose()
    store = Store.open(path)
    try:
        with store.read() as transaction:
            _check(transaction.connection())
    finally:
        store.close()


def test_the_centre(postgres: str) -> None:
    with new_database(postgres) as url:
        engine = central_engine(read_address(url))
        with engine.begin() as connection:
            _fill(connection, BEFORE)
        with engine.begin() as connection:
            set_up(connection, FOUNDED)
            _check(connection)
        engine.dispose()


def _fill(connection: Connection, revision: str) -> None:
    """Make the tables as they were, with one request in them."""
    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    add_older_row(connection, "callback_request", sample("callback_request", A.site, A.kiosk))


def _check(connection: Connection) -> None:
    assert [tuple(row) for row in connection.execute(_SEEN)] == [
        ("words", "visitor", None, "person", "screen")
    ]
    assert connection.execute(_FORMS).scalar_one() == 0
