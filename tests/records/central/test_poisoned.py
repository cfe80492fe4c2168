"""A centre with rows that no kiosk should have been able to write: it starts, and loses none."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text, update
from sqlmodel import SQLModel

from kiosk.devices.clock import entropy
from kiosk.records.central.connection import central_engine, read_address
from kiosk.records.central.machines import ParkedRows
from kiosk.records.central.owner import CentralSite
from kiosk.records.central.setup import KIOSKS
from kiosk.records.central.store import CentralStore
from kiosk.records.database.upgrading import migration_config
from kiosk.records.site import all_machines
from kiosk.usecases.central.owner import (
    central_status,
    declare_restored,
    prepare_central,
    revoke_machine,
)
from tests.support.centres import FOUNDED, Centre
from tests.support.desks import SetClock
from tests.support.postgres import new_database
from tests.support.rights_rows import Clinic, fresh, settle

NOW = FOUNDED + timedelta(days=1)
_PASS = (
    "INSERT INTO passcard (id, site_id, lookup, participant_id, name_box, language, created_at,"
    " revoked_at) VALUES (:id, :site, :lookup, :id, :box, 'en', :at, :revoked)"
)
_HEARTBEAT = (
    "INSERT INTO kiosk_heartbeat (kiosk_id, site_id, at, received_at, pending, parked, sent_upto,"
    " version) VALUES (:id, :site, :at, CAST(:received AS timestamptz), 0, 0, 0, :version)"
)


@pytest.fixture
def older(postgres: str) -> Iterator[Engine]:
    """A centre as the version before this one left it."""
    with new_database(postgres) as url:
        engine = central_engine(read_address(url))
        config = migration_config()
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0003")
        yield engine
        engine.dispose()


def test_an_upgrade_sets_aside_what_does_not_fit_and_names_it(older: Engine) -> None:
    site, kiosk, other = fresh(), fresh(), fresh()
    first, second, long, forged = fresh(), fresh(), fresh(), fresh()
    box = bytes(range(256)) * 400
    with older.begin() as connection:
        _enrol(connection, site, {"7K": kiosk, "8M": other})
        cards: list[dict[str, Any]] = [
            {"id": second, "lookup": b"one", "box": b"", "at": FOUNDED, "revoked": NOW},
            {"id": first, "lookup": b"one", "box": b"n", "at": NOW, "revoked": None},
            {"id": long, "lookup": b"two", "box": box, "at": NOW, "revoked": None},
        ]
        for card in cards:
            connection.execute(text(_PASS), {**card, "site": site})
        connection.execute(
            text("INSERT INTO change_log (site_id, v, table_name, row_id) VALUES (:s, 1, :t, :f)"),
            {"s": site, "t": "passcard", "f": first},
        )
        for machine, at, version in ((kiosk, "infinity", "1"), (other, "20000-01-01", "x" * 999)):
            values = {"id": machine, "site": site, "at": NOW, "received": at, "version": version}
            connection.execute(text(_HEARTBEAT), values)
        connection.execute(
            text(
                "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, clock_doubtful,"
                " session_id, kind, nth, occurred_at) VALUES (:id, :site, :kiosk, 1, false, :id,"
                " repeat('x', 1000000), 0, :at)"
            ),
            {"id": forged, "site": site, "kiosk": kiosk, "at": NOW},
        )
    owner = read_address(older.url.set(drivername="postgresql").render_as_string(False))
    prepared = prepare_central(owner, SetClock(NOW))
    assert prepared.parked == (
        ParkedRows("check_in", "7K", "length", 1),
        ParkedRows("kiosk_heartbeat", "7K", "time", 1),
        ParkedRows("kiosk_heartbeat", "8M", "length", 1),
        ParkedRows("passcard", "", "length", 1),
        ParkedRows("passcard", "", "lookup", 1),
    )
    with older.begin() as connection:
        assert connection.execute(text("SELECT id FROM passcard")).scalars().all() == [first]
        kept = connection.execute(text("SELECT id, payload FROM central_parked")).all()
        payloads = {row.id: json.loads(row.payload) for row in kept}
        gone = connection.execute(
            text("SELECT v, row_id FROM change_log WHERE gone ORDER BY v")
        ).all()
        count = connection.execute(text("SELECT n FROM sync_counter")).scalar_one()
    assert payloads.keys() == {second, long, forged, kiosk, other}
    assert payloads[long]["name_box"] == f"\\x{box.hex()}", "nothing of it is lost"
    assert [row.row_id for row in gone] == sorted([second, long])
    assert [row.v for row in gone] == [count - 1, count] == [2, 3]
    assert {one.symbols for one in central_status(owner, SetClock(NOW)).machines} == {"7K", "8M"}
    assert prepare_central(owner, SetClock(NOW)).parked == ()


def _enrol(connection: Connection, site: object, machines: dict[str, Any]) -> None:
    connection.execute(
        text(
            "INSERT INTO site (id, site_id, name, zone, country, founded_at)"
            " VALUES (:site, :site, 'Clinic', 'UTC', 'SG', :at)"
        ),
        {"site": site, "at": FOUNDED},
    )
    connection.execute(
        text("INSERT INTO sync_counter (site_id, n, epoch) VALUES (:site, 1, :site)"),
        {"site": site},
    )
    for symbols, machine in machines.items():
        connection.execute(
            text(
                "INSERT INTO kiosk_device (id, site_id, name, symbols, pin_hash, sealed_audit_key,"
                " enrolled_at) VALUES (:id, :site, 'Hall', :symbols, '', 'k', :at)"
            ),
            {"id": machine, "site": site, "symbols": symbols, "at": FOUNDED},
        )


@pytest.mark.parametrize("at", ["infinity", "-infinity", "20000-01-01", "0044-03-15 BC"])
def test_one_unreadable_report_hides_no_machine(centre: Centre, at: str) -> None:
    """However it came there: the tables take no such time any more."""
    clinic = Clinic()
    settle(centre, clinic)
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE site SET id = site_id"))
        connection.execute(text("UPDATE kiosk_device SET sealed_audit_key = 'k'"))
        connection.execute(
            text("UPDATE kiosk_device SET symbols = '9Y' WHERE id = :id"),
            {"id": clinic.other_kiosk},
        )
        for column in ("received_at", "at", "waiting_since", "wiped_at"):
            connection.exec_driver_sql(
                f"ALTER TABLE kiosk_heartbeat DROP CONSTRAINT ck_kiosk_heartbeat_{column}"
            )
            beats = SQLModel.metadata.tables["kiosk_heartbeat"]
            connection.execute(update(beats).values({column: text(f"timestamptz '{at}'")}))
    clock, site = SetClock(NOW), CentralSite(clinic.site, "words", fresh())
    (bad,) = [one for one in central_status(centre.address, clock).machines if one.symbols == "9Y"]
    assert (bad.contact_at, bad.wiped_at) == (None, None)
    store = CentralStore(centre.address, clinic.site)
    with store.read() as transaction:
        assert len(all_machines(transaction, clinic.site, clinic.desk)) == 3
    store.close()
    assert declare_restored(centre.address, clock, entropy)[0] == 1
    assert revoke_machine(centre.address, site, "9Y", clock, at_once=True).symbols == "9Y"


def test_whatever_a_kiosk_may_write_has_a_greatest_length_and_a_time_that_can_be_read(
    centre: Centre,
) -> None:
    written = text(
        "SELECT DISTINCT p.table_name, p.column_name, c.data_type"
        " FROM information_schema.column_privileges p JOIN information_schema.columns c"
        " USING (table_schema, table_name, column_name) WHERE p.grantee = :kiosks"
        " AND p.privilege_type IN ('INSERT', 'UPDATE')"
        " AND c.data_type NOT IN ('uuid', 'integer', 'bigint', 'smallint', 'boolean')"
    )
    checks = text("SELECT conname FROM pg_constraint WHERE contype = 'c'")
    with centre.engine.begin() as connection:
        columns = connection.execute(written, {"kiosks": KIOSKS}).all()
        there = set(connection.execute(checks).scalars())
    endings = {"character varying": "_length", "bytea": "_length"}
    wanted = {f"ck_{name}_{column}{endings.get(kind, '')}" for name, column, kind in columns}
    assert len(wanted) > 30
    assert wanted - there == set()
