"""The history of the tables."""

import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from kiosk.domain.callbacks.notice import NoticeWay
from kiosk.records.callbacks import facts
from kiosk.records.callbacks.notices import read_states, untold_requests
from kiosk.records.database.store import Store, sqlite_module, writer_engine
from kiosk.records.database.upgrading import migration_config
from kiosk.records.migrations import HEAD, REVISIONS
from kiosk.records.schema import system_tables, tables
from kiosk.records.schema.tables import CallbackEvent

ALL_TABLES = (tables, system_tables, system_tables)


def test_the_constant_is_the_head_of_the_script_folder() -> None:
    scripts = ScriptDirectory.from_config(migration_config())
    assert scripts.get_heads() == [HEAD]
    walked = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(walked)) == REVISIONS


def test_the_history_leads_to_the_tables_of_the_code(store: Store) -> None:
    with store.write() as transaction:
        context = MigrationContext.configure(
            transaction.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_same_history_makes_the_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    config = migration_config()
    config.set_main_option("dialect", "postgresql")
    written = StringIO()
    config.output_buffer = written
    command.upgrade(config, "head", sql=True)
    script = written.getvalue()
    for name, table in SQLModel.metadata.tables.items():
        is_there = f"CREATE TABLE {name} (" in script
        assert is_there == (table.info.get("only") != "kiosk"), name
        if is_there:
            # Every column of the code is in the script, with the type PostgreSQL takes.
            dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # untyped in SQLAlchemy
            made = str(CreateTable(table).compile(dialect=dialect))
            for column in table.columns:
                kind = column.type.compile(dialect)
                assert f"{column.name} {kind}" in script, made
    assert "SERIAL" not in script
    assert "SEQUENCE" not in script
    assert script.count("received_at TIMESTAMP WITH TIME ZONE DEFAULT now()") >= 6


def test_accounts_of_before_offer_nothing_and_stay_as_they_are(path: Path) -> None:
    path.parent.mkdir()
    engine = writer_engine(path, sqlite_module())
    with engine.connect() as connection, connection.begin():
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        connection.exec_driver_sql(
            "INSERT INTO staff_account (id, site_id, login, roles, wrapped_keys, created_at,"
            " languages) VALUES (x'01', x'02', 'ann', 'caller', '', '2026-03-01', 'ta')"
        )
    engine.dispose()
    store = Store.open(path)
    with store.read() as transaction:
        query = "SELECT login, languages, offers FROM staff_account"
        found = transaction.connection().exec_driver_sql(query).all()
    store.close()
    assert [tuple(row) for row in found] == [("ann", "ta", "")]


def test_a_current_file_opens_without_alembic(path: Path) -> None:
    Store.open(path, create=True).close()
    code = (
        "import sys; from pathlib import Path; from kiosk.records.database.store import Store;"
        f"Store.open(Path({str(path)!r})).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "False\n"


def test_a_file_without_tables_is_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    store = Store.open(path, create=True)
    with store.read() as transaction:
        found = transaction.connection().exec_driver_sql("SELECT version_num FROM alembic_version")
        assert found.scalar_one() == HEAD
    store.close()


EVENT = (
    "INSERT INTO callback_event (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, request_id,"
    " revision, kind, outcome, by_staff, at) VALUES ({ids}, 1, {false}, {request}, {revision},"
    " 'closed', 'session_booked', {request}, '2026-03-02 04:00:00.000000')"
)


def test_an_old_file_keeps_its_events_and_takes_talks_and_colleagues(path: Path) -> None:
    path.parent.mkdir()
    engine = writer_engine(path, sqlite_module())
    old, request = UUID(int=1), UUID(int=2)
    with engine.connect() as connection, connection.begin():
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        ids = ", ".join(f"x'{id_.hex}'" for id_ in (old, old, old))
        bytes_ = f"x'{request.hex}'"
        connection.exec_driver_sql(EVENT.format(ids=ids, request=bytes_, revision=1, false="0"))
    engine.dispose()
    store = Store.open(path)
    with store.write() as transaction:
        (event,) = facts.events_of(transaction, request)
        assert (event.id, event.with_staff) == (old, None)
        talk = event_row(request, with_staff=UUID(int=9))
        transaction.add(talk)
        transaction.flush()
        assert [one.with_staff for one in facts.events_of(transaction, request)] == [
            None,
            UUID(int=9),
        ]
    store.close()


def event_row(request: UUID, with_staff: UUID) -> CallbackEvent:
    """A talk that was moved: the second event of a request."""
    return CallbackEvent(
        id=UUID(int=3),
        site_id=UUID(int=1),
        kiosk_id=UUID(int=1),
        kiosk_seq=2,
        request_id=request,
        revision=2,
        kind="closed",
        outcome="session_booked",
        by_staff=UUID(int=4),
        at=datetime(2026, 3, 2, tzinfo=UTC),
        next_at=datetime(2026, 3, 3, tzinfo=UTC),
        with_staff=with_staff,
    )


def test_accounts_that_were_disabled_before_lose_their_keys(path: Path) -> None:
    path.parent.mkdir()
    engine = writer_engine(path, sqlite_module())
    with engine.begin() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        for number, disabled_at in enumerate((None, "2026-01-01 00:00:00.000000"), 1):
            connection.exec_driver_sql(
                "INSERT INTO staff_account (id, site_id, login, roles, wrapped_keys, created_at,"
                " disabled_at) VALUES (?, ?, 'mei', 'caller', 'keys', '2026-01-01', ?)",
                (bytes([number]) * 16, bytes(16), disabled_at),
            )
    engine.dispose()
    store = Store.open(path)
    with store.read() as transaction:
        found = transaction.connection().exec_driver_sql(
            "SELECT wrapped_keys FROM staff_account ORDER BY id"
        )
        assert list(found.scalars()) == ["keys", ""]
    store.close()


def test_check_ins_of_the_version_before_are_about_nothing(path: Path) -> None:
    path.parent.mkdir()
    engine = writer_engine(path, sqlite_module())
    with engine.begin() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        connection.exec_driver_sql(
            "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, session_id,"
            " kind, nth, occurred_at) VALUES (?, ?, ?, 1, 0, ?, 'guest', 0, '2026-03-02')",
            (bytes([1]) * 16, bytes(16), bytes(16), bytes(16)),
        )
    engine.dispose()
    store = Store.open(path)
    with store.read() as transaction:
        found = transaction.connection().exec_driver_sql("SELECT kind, about FROM check_in")
        assert [tuple(row) for row in found] == [("guest", None)]
    store.close()


def test_requests_of_before_are_told_of_by_the_first_notice(path: Path) -> None:
    path.parent.mkdir()
    engine = writer_engine(path, sqlite_module())
    request, site = UUID(int=1), UUID(int=2)
    with engine.begin() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        connection.exec_driver_sql(
            "INSERT INTO callback_request (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, ref,"
            " slip_lookup, sealed, call_language, windows, ui_language, consent_version,"
            " created_at) VALUES (?, ?, ?, 1, 0, '7K4QFMRF', ?, ?, 'en', 'any', 'en', '1',"
            " '2026-01-01 00:00:00.000000')",
            (request.bytes, site.bytes, site.bytes, b"slip", b"sealed"),
        )
    engine.dispose()
    store = Store.open(path)
    with store.read() as transaction:
        assert read_states(transaction, site) == ()
        assert untold_requests(transaction, site, NoticeWay.MAIL) == [request]
    store.close()
