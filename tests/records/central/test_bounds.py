"""What a desk's password may write has bounds, and an older centre with worse in it upgrades."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, MetaData, Table, insert, select, text
from sqlmodel import SQLModel

from kiosk.records.central.setup import set_up
from kiosk.records.database.upgrading import migration_config
from tests.support.centres import FOUNDED, Centre
from tests.support.postgres import new_database
from tests.support.rights_rows import A, sample, tried, undone
from tests.support.tables import check_each

REFUSED = "23514"
"""SQLSTATE of a check that does not hold."""
TIMES = (
    ("support_group", "deleted_at"), ("group_session", "starts_at"), ("group_session", "ends_at"),
    ("group_session", "deleted_at"), ("membership", "deleted_at"), ("staff_account", "created_at"),
    ("staff_account", "disabled_at"), ("staff_account", "deleted_at"),
    ("helpline_list", "published_at"), ("helpline_list", "deleted_at"),
    ("sync_state", "contact_at"), ("sync_state", "last_fact_at"), ("sign_in_attempt", "failed_at"),
)  # fmt: skip
TEXTS = (
    ("support_group", "about"), ("support_group", "name"), ("support_group", "source"),
    ("group_session", "cancelled_reason"), ("group_session", "room"),
    ("staff_account", "wrapped_keys"), ("staff_account", "roles"), ("staff_account", "offers"),
    ("helpline_list", "text"),
    ("sync_state", "out_of_order"), ("sign_in_attempt", "digest"), ("audit_chain", "last_tag"),
    ("change_log", "table_name"),
)  # fmt: skip


@pytest.fixture
def owner(clinics: Centre) -> Any:
    with clinics.engine.connect() as connection:
        yield connection


def test_times_that_no_desk_could_read_are_refused(owner: Connection) -> None:
    def check(where: tuple[str, str]) -> None:
        name, column = where
        for odd in ("infinity", "-infinity", "20000-01-01", "0044-03-15 BC"):
            with undone(owner):
                change = text(f"UPDATE {name} SET {column} = '{odd}'")  # noqa: S608 - our own
                assert tried(owner, change) == REFUSED, odd

    check_each(TIMES, check)


def test_texts_that_fill_a_memory_are_refused(owner: Connection) -> None:
    def check(where: tuple[str, str]) -> None:
        name, column = where
        kind = "bytea" if column in ("digest", "last_tag") else "text"
        value = f"repeat('x', 300000)::{kind}"
        with undone(owner):
            change = text(f"UPDATE {name} SET {column} = {value}")  # noqa: S608 - our own
            assert tried(owner, change) == REFUSED

    check_each(TEXTS, check)


def test_a_poisoned_centre_upgrades_and_keeps_all(postgres: str) -> None:
    from kiosk.records.central.connection import central_engine, read_address

    with new_database(postgres) as url:
        engine = central_engine(read_address(url))
        ids = _poison(engine)
        with engine.begin() as connection:
            set_up(connection, FOUNDED)
        with engine.connect() as connection:
            _check_mended(connection, ids)
        engine.dispose()


def _poison(engine: Engine) -> dict[str, UUID]:
    config, ids = migration_config(), dict[str, UUID]()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for name in ("support_group", "group_session", "staff_account", "helpline_list"):
            ids[name] = _insert_as_it_was(connection, name)["id"]
        for name in ("sync_state", "audit_chain"):
            _insert_as_it_was(connection, name)
        for statement in (
            "UPDATE support_group SET about = repeat('x', 300000)",
            "UPDATE group_session SET ends_at = 'infinity'",
            "INSERT INTO change_log (site_id, v, table_name, row_id)"
            " SELECT site_id, 1, 'staff_account', id FROM staff_account",
            "UPDATE staff_account SET disabled_at = '20000-01-01', roles = 'caller'",
            "UPDATE helpline_list SET published_at = '-infinity'",
            "INSERT INTO staff_account SELECT gen_random_uuid(), site_id, deleted_at, login, roles,"
            " 'forged', created_at - interval '1 year', NULL, must_change, languages"
            " FROM staff_account",
            "UPDATE sync_state SET last_fact_at = 'infinity'",
            "UPDATE audit_chain SET last_tag = repeat('x', 100)::bytea",
        ):
            connection.execute(text(statement))
    return ids


def _insert_as_it_was(connection: Connection, name: str) -> dict[str, Any]:
    """Insert a row into a table of an earlier revision: later columns are not there yet."""
    row = sample(name, A.site, A.desk)
    there = Table(name, MetaData(), autoload_with=connection)
    known = {column: value for column, value in row.items() if column in there.c}
    connection.execute(insert(there).values(known))
    return row


def _check_mended(connection: Connection, ids: dict[str, UUID]) -> None:
    noted = connection.execute(text("SELECT table_name, row_id, before FROM desk_change")).all()
    forged = text("SELECT id FROM staff_account WHERE wrapped_keys = 'forged'")
    second = connection.execute(forged).scalar_one()
    assert {row.row_id for row in noted} == {*ids.values(), second}
    before = {row.table_name: json.loads(row.before) for row in noted}
    assert len(before["support_group"]["about"]) == 300_000
    assert before["group_session"]["ends_at"] == "infinity"
    for name in (*ids, "sync_state", "audit_chain"):
        rows = connection.execute(select(SQLModel.metadata.tables[name])).all()
        (row,) = (one for one in rows if name != "staff_account" or one.id == ids[name])
        if name in ("group_session", "helpline_list"):
            assert row.deleted_at is not None, "no visitor sees it"
        if name == "staff_account":
            (other,) = (one for one in rows if one.id == second)
            assert (row.roles, row.deleted_at) == ("caller", None)
            assert other.deleted_at is not None, "the first with a login is the person's own"
            assert row.disabled_at - row.created_at > timedelta(0), "an account that had ended has"
