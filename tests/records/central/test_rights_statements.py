"""What else the credentials of a machine reach: one statement, one answer, one reason."""

from typing import Final

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from kiosk.domain.passes import hash_ticket
from kiosk.records.central.connection import central_engine
from kiosk.records.central.setup import (
    DESKS,
    GROUPS,
    KIOSKS,
    change_password,
    lock_role,
    make_role,
    may_sign_in,
    role_name,
)
from tests.support.centres import PASSWORD, Centre
from tests.support.rights_rows import DENIED, A, B, Who, credentials, fresh, ticket_of, undone
from tests.support.rights_tries import INSERT, NO, NOTHING, TRIES, YES, Try
from tests.support.tables import check_each

_NOT_THERE: Final = ("42P01", "42883")
"""What is said of a table and a function in a schema that one may not look into."""


def names(who: Who) -> dict[str, str]:
    """Return the ids and roles that the statements speak of."""
    unused = fresh()
    alike = f"ffffffff{str(A.site)[8:]}"
    return {
        "site": str(A.site),
        "alike": alike,
        "own": str(who[1]),
        "other": str(A.other_kiosk),
        "known": str(fresh()),
        "unused": str(unused),
        "long": "x" * 1000,
        "request": str(fresh()),
        "ticket": ticket_of(A.site).hex(),
        "ticket_of_b": ticket_of(B.site).hex(),
        "ticket_hash": hash_ticket(ticket_of(A.site)).hex(),
        "slip_lookup": b"bytes".hex(),
        "own_role": role_name(who[0], who[1], A.site),
        "other_role": role_name("kiosk", A.other_kiosk, A.site),
        "unused_role": role_name(who[0], unused, A.site),
    }


def answer(connection: Connection, sql: str) -> str:
    """Run a statement; return what came of it."""
    try:
        with connection.begin_nested():
            rows = connection.connection.cursor()
            rows.execute(sql)
            return NOTHING if rows.rowcount == 0 else YES
    except psycopg.Error as error:
        code = error.sqlstate or ""
        return NO if code == DENIED else code


def test_each_statement(who: Who, machine: Connection) -> None:
    def check(one: Try) -> None:
        wanted = one.kiosk if who[0] == "kiosk" else one.desk
        with undone(machine):
            assert answer(machine, one.sql.format(**names(who))) == wanted, one.why

    check_each(TRIES, check)


@pytest.mark.parametrize("table", ["check_in", "kiosk_heartbeat", "participant"])
def test_copy_is_no_way_round(table: str, who: Who, machine: Connection) -> None:
    refused = answer(machine, f"COPY {table} (id) FROM STDIN")
    assert refused in (NO, "0A000", "42703")


def test_the_groups_themselves_reach_nothing(who: Who, machine: Connection) -> None:
    """Machines are pinned by their own names, so the common name finds no row."""
    own, other = (GROUPS[who[0]], KIOSKS if who[0] == "desk" else DESKS)
    assert answer(machine, f"SET LOCAL ROLE {other}") == NO
    assert answer(machine, f"SET LOCAL ROLE {own}") == YES
    assert answer(machine, "SELECT id FROM passcard") == NOTHING
    assert answer(machine, "SELECT n FROM sync_counter") == NOTHING
    assert answer(machine, INSERT.format(**names(who))) == NO


def test_nobody_ends_the_sessions_of_others(clinics: Centre, who: Who, machine: Connection) -> None:
    with clinics.engine.connect() as owner:
        number = owner.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert answer(machine, f"SELECT pg_terminate_backend({number})") == NO
        assert answer(machine, f"SELECT pg_cancel_backend({number})") == NO


def test_a_machine_joins_once(engines: dict[str, Engine], who: Who) -> None:
    with engines[who[0]].connect() as machine:
        join = text("UPDATE kiosk_device SET pin_hash = 'p', sealed_audit_key = 'k'")
        assert machine.execute(join).rowcount == 1
        assert machine.execute(join).rowcount == 0
        machine.rollback()


def test_rows_of_a_machine_cannot_be_handed_to_another(engines: dict[str, Engine]) -> None:
    row = "INSERT INTO audit_chain (kiosk_id, site_id, length, next_key, last_tag)"
    row += f" VALUES ('{A.desk}', '{A.site}', 0, '', '') ON CONFLICT DO NOTHING"
    change = f"{row}; UPDATE audit_chain SET"
    with engines["desk"].connect() as desk:
        assert answer(desk, f"{change} length = 1") == YES
        assert answer(desk, f"{change} kiosk_id = '{A.other_kiosk}'") == NO
        assert answer(desk, f"{change} site_id = '{B.site}'") == NO
        desk.rollback()


def test_a_stranger_reaches_nothing(clinics: Centre) -> None:
    """A role of the same server that is in no group, as another program's."""
    name = f"stranger_{fresh().hex}"
    with clinics.engine.begin() as owner:
        make_role(owner, name, "kiosk", PASSWORD)
        owner.exec_driver_sql(f"REVOKE {KIOSKS} FROM {name}")
    try:
        address = credentials(clinics, "kiosk", A.site, A.kiosk)
        engine = central_engine(
            type(address)(address.host, address.port, address.database, name, PASSWORD)
        )
        with pytest.raises(DBAPIError, match="permission denied for database"):
            engine.connect()
        with clinics.engine.begin() as owner:
            owner.exec_driver_sql(f"GRANT CONNECT ON DATABASE {address.database} TO {name}")
        with engine.connect() as stranger:
            for sql in (
                "SELECT 1 FROM central",
                "SELECT 1 FROM site",
                "CREATE TEMP TABLE x (y int)",
                "SELECT kiosk_longest_open()",
                "SELECT kiosk_end_open_transactions()",
                INSERT.format(**names(("kiosk", A.kiosk))),
            ):
                assert answer(stranger, sql) in (NO, *_NOT_THERE)
        engine.dispose()
    finally:
        with clinics.engine.begin() as owner:
            owner.exec_driver_sql(f"DROP OWNED BY {name}")
            owner.exec_driver_sql(f"DROP ROLE {name}")


def test_a_machine_that_is_shut_out_loses_its_session(clinics: Centre) -> None:
    role = role_name("desk", B.desk, B.site)
    engine = central_engine(credentials(clinics, "desk", B.site, B.desk))
    with engine.connect() as desk:
        desk.execute(text("SELECT 1"))
        with clinics.engine.begin() as owner:
            lock_role(owner, role)
            assert not may_sign_in(owner, role)
        with pytest.raises(DBAPIError):
            desk.execute(text("SELECT 1"))
    with pytest.raises(DBAPIError, match="not permitted to log in"):
        engine.connect()
    engine.dispose()


def test_a_password_is_replaced_by_the_machine_itself(clinics: Centre) -> None:
    address = credentials(clinics, "kiosk", B.site, B.kiosk)
    engine = central_engine(address)
    with engine.begin() as kiosk:
        change_password(kiosk, address.role, "another")
    with clinics.engine.begin() as owner:
        kept = owner.execute(
            text("SELECT rolpassword FROM pg_authid WHERE rolname = :role"), {"role": address.role}
        ).scalar_one()
    assert kept.startswith("SCRAM-SHA-256$")
    engine.dispose()
