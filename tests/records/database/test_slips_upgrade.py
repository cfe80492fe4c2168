"""Databases of before slips told anything, with a request in them, are brought up to date."""

from contextlib import closing
from pathlib import Path
from uuid import UUID

from alembic import command
from sqlalchemy import Connection, text

from kiosk.domain.callbacks.request import Window
from kiosk.records.central.connection import central_engine, read_address
from kiosk.records.central.setup import set_up
from kiosk.records.database.store import Store, sqlite_module, writer_engine
from kiosk.records.database.upgrading import migration_config
from tests.support.centres import FOUNDED
from tests.support.desks import open_clinic
from tests.support.postgres import new_database
from tests.support.rights_rows import A, add_older_row, sample

BEFORE = "0009"
_KINDS = ("callback_request", "callback_event", "callback_withdrawal")


def as_before(connection: Connection) -> UUID:
    """Make tables of before with a request, a step and a withdrawal; return the request's id."""
    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)
    rows = {name: sample(name, A.site, A.kiosk) for name in _KINDS}
    for name, row in rows.items():
        add_older_row(connection, name, row)
    return UUID(str(rows["callback_request"]["id"]))


def test_a_file_of_before_keeps_all_and_takes_other_times(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    path.touch(mode=0o600)
    engine = writer_engine(path, sqlite_module())
    with engine.connect() as connection, connection.begin():
        id_ = as_before(connection)
    engine.dispose()
    with closing(Store.open(path)) as store, store.read() as transaction:
        found = transaction.connection().execute(
            text("SELECT id, ticket_hash FROM callback_request")
        )
        assert [(UUID(bytes=row.id), row.ticket_hash) for row in found] == [(id_, None)]
        for name in (*_KINDS[1:], "callback_retiming"):
            count = transaction.connection().execute(text(f"SELECT count(*) FROM {name}"))  # noqa: S608
            assert count.scalar_one() == (0 if name == "callback_retiming" else 1)


def test_a_centre_of_before_keeps_all_and_can_tell(postgres: str) -> None:
    with new_database(postgres) as url:
        engine = central_engine(read_address(url), 2)
        with engine.begin() as connection:
            id_ = as_before(connection)
        with engine.begin() as connection:
            set_up(connection, FOUNDED)
            row = connection.execute(text("SELECT id, ticket_hash FROM callback_request")).one()
            assert (row.id, row.ticket_hash) == (id_, None)
            told = connection.execute(text("SELECT * FROM kiosk_slip_news('x')")).all()
            assert told == []
        engine.dispose()


def test_an_old_slip_says_what_it_said(tmp_path: Path) -> None:
    with open_clinic(tmp_path / "clinic") as clinic:
        digits = clinic.visitor.request_callback(clinic.draft()).slip_digits
        clinic.bend("UPDATE callback_request SET ticket_hash = NULL")
        assert clinic.visitor.slip_state(digits).phase == "kept_here"
        clinic.visitor.retime_by_slip(digits, {Window.ANY}, None)
        assert clinic.count("callback_retiming") == 1
