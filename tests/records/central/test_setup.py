"""Making a database into a centre."""

from dataclasses import replace
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kiosk.domain.ids import uuid7
from kiosk.errors import SetupError
from kiosk.records.central.connection import central_engine, read_address
from kiosk.records.central.setup import (
    CONTRACT,
    DESKS,
    KIOSKS,
    lock_role,
    make_role,
    may_sign_in,
    role_name,
    set_up,
)
from kiosk.records.central.store import CentralStore
from kiosk.records.database.upgrading import migration_config
from tests.support.centres import FOUNDED, Centre
from tests.support.postgres import new_database


def test_founding_again_changes_nothing(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        set_up(connection, FOUNDED)
        set_up(connection, FOUNDED)
        row = connection.execute(text("SELECT contract, founded_at FROM central")).one()
    assert tuple(row) == (CONTRACT, FOUNDED)


_EVENT = (
    "INSERT INTO callback_event (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, request_id,"
    " revision, kind, outcome, by_staff, at) VALUES (gen_random_uuid(), '{site}', '{machine}', {n},"
    " false, '{site}', {n}, 'closed', 'session_booked', '{site}', now())"
)
"""As programs write it that know nothing of talks and colleagues."""


def test_an_older_centre_keeps_its_events_and_a_newer_one_takes_those_of_older_machines(
    postgres: str,
) -> None:
    site, machine = uuid7(FOUNDED, b"0123456789"), uuid7(FOUNDED, b"9876543210")
    with new_database(postgres) as url:
        engine = central_engine(read_address(url))
        config = migration_config()
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0009")
            connection.execute(text(_EVENT.format(site=site, machine=machine, n=1)))
        with engine.begin() as connection:
            set_up(connection, FOUNDED)
            connection.execute(text(_EVENT.format(site=site, machine=machine, n=2)))
            found = connection.execute(text("SELECT revision, with_staff FROM callback_event"))
            assert sorted(tuple(row) for row in found) == [(1, None), (2, None)]
        engine.dispose()


def test_a_machine_signs_in_by_a_password_that_stands_nowhere(centre: Centre) -> None:
    site, kiosk = uuid7(FOUNDED, b"0123456789"), uuid7(FOUNDED, b"9876543210")
    centre.add_site(site)
    address = centre.add_machine(site, kiosk)
    engine = central_engine(address)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == address.role
        assert connection.execute(text("SELECT count(*) FROM sync_counter")).scalar_one() == 1
        assert connection.execute(text("SELECT id FROM kiosk_device")).scalar_one() == kiosk
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("SELECT count(*) FROM callback_request"))
    engine.dispose()


def test_an_owner_who_is_no_superuser(postgres: str, centre: Centre) -> None:
    """A hosted database gives its owner CREATEROLE and no more."""
    name = f"owner_{uuid4().hex}"
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN CREATEROLE")
    with new_database(postgres) as url:
        with centre.engine.begin() as connection:
            database = url.rpartition("/")[2]
            connection.exec_driver_sql(f"ALTER DATABASE {database} OWNER TO {name}")
            for group in (KIOSKS, DESKS):
                connection.exec_driver_sql(f"GRANT {group} TO {name} WITH ADMIN OPTION")
        engine = central_engine(replace(read_address(url), role=name))
        role = role_name("kiosk", uuid4(), uuid4())
        with engine.begin() as connection:
            assert set_up(connection, FOUNDED) is False, "only a superuser takes locks away"
            make_role(connection, role, "kiosk", "a password")
        machine = central_engine(replace(read_address(url), role=role, password="a password"))
        with machine.connect() as kiosk:
            kiosk.execute(text("SELECT contract FROM central"))
            with engine.begin() as connection:
                lock_role(connection, role)
                assert not may_sign_in(connection, role)
            with pytest.raises(DBAPIError):
                kiosk.execute(text("SELECT contract FROM central"))
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP ROLE {role}")
        machine.dispose()
        engine.dispose()
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {name}")
        connection.exec_driver_sql(f"DROP ROLE {name}")


def test_what_an_older_version_allowed_is_taken_away(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(f"GRANT SELECT, UPDATE (reason) ON check_in TO {KIOSKS}")
        connection.exec_driver_sql("GRANT SELECT ON participant TO PUBLIC")
        connection.exec_driver_sql("CREATE POLICY all_of_it ON check_in FOR SELECT USING (true)")
        set_up(connection, FOUNDED)
        asked = (
            "has_any_column_privilege(:role, 'check_in', 'SELECT, UPDATE')",
            "has_table_privilege(:role, 'participant', 'SELECT')",
            "EXISTS (SELECT 1 FROM pg_policies WHERE policyname = 'all_of_it')",
        )
        for one in asked:
            words = text(f"SELECT {one}")
            given = {"role": KIOSKS} if ":role" in one else {}
            assert connection.execute(words, given).scalar_one() is False, one


def test_a_database_where_anybody_may_make_tables_is_no_centre(centre: Centre) -> None:
    with pytest.raises(SetupError, match="schema public"), centre.engine.begin() as connection:
        connection.exec_driver_sql(f"GRANT CREATE ON SCHEMA public TO {KIOSKS}")
        set_up(connection, FOUNDED)


def test_a_site_takes_turns_only_where_it_is_known(centre: Centre) -> None:
    store = CentralStore(centre.address, uuid4())
    with store.write() as transaction:
        assert transaction.connection().execute(text("SELECT 1")).scalar_one() == 1
    assert store.examine()
    store.close()
