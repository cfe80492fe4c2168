"""A stolen kiosk that keeps a transaction open holds nothing that staff wait for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from kiosk.devices.clock import entropy
from kiosk.errors import StoreBusy
from kiosk.records.central import connection, owner, sessions, store
from kiosk.records.central.connection import Address
from kiosk.records.central.owner import CentralSite
from kiosk.records.central.setup import role_name
from kiosk.records.central.store import CentralStore
from kiosk.records.database.writing import add_fact, add_reference
from kiosk.records.schema.system_tables import SyncState
from kiosk.records.schema.tables import CallbackEvent, Passcard, SupportGroup
from kiosk.usecases.central.owner import (
    NewMachine,
    central_status,
    declare_restored,
    enrol_machine,
    prepare_central,
    revoke_machine,
)
from tests.support.centres import FOUNDED, Centre
from tests.support.desks import SetClock
from tests.support.rights_rows import Clinic, credentials, fresh, sample, settle
from tests.support.rights_tries import HOLDS

NOW = FOUNDED + timedelta(days=30)
SOON = text(
    "SELECT set_config('synchronous_commit', 'on', true), set_config('lock_timeout', '2s', true)"
)


@pytest.fixture
def clinic(centre: Centre) -> Clinic:
    made = Clinic()
    settle(centre, made)
    with centre.engine.begin() as owner_connection:
        owner_connection.execute(text("UPDATE site SET id = site_id"))
        for number, machine in enumerate((made.kiosk, made.desk, made.other_kiosk)):
            owner_connection.execute(
                text("UPDATE kiosk_device SET symbols = :s, name = 'Hall' WHERE id = :id"),
                {"s": f"{number}X", "id": machine},
            )
    return made


@pytest.fixture(autouse=True)
def staff_wait_for_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (connection, store, owner):
        monkeypatch.setattr(module, "PATIENT_COMMIT", SOON)


def join(centre: Centre) -> None:
    with centre.engine.begin() as changing:
        changing.execute(text("UPDATE kiosk_device SET sealed_audit_key = 'k'"))


def signed_in(address: Address) -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host=address.host,
        port=address.port,
        dbname=address.database,
        user=address.role,
        password=address.password,
    )


@contextmanager
def holding(centre: Centre, clinic: Clinic) -> Iterator["psycopg.Connection[Any]"]:
    """Run every statement as the first kiosk, and leave the transaction open."""
    thief = signed_in(credentials(centre, "kiosk", clinic.site, clinic.kiosk))
    names = {
        "site": clinic.site,
        "own": clinic.kiosk,
        "request": clinic.other_kiosk,
        "own_role": role_name("kiosk", clinic.kiosk, clinic.site),
        "unused": fresh(),
    }
    thief.execute(HOLDS[0][1])
    for _, statement in HOLDS[1:]:
        with suppress(psycopg.Error), thief.transaction():
            thief.execute(statement.format(**names))
    try:
        yield thief
    finally:
        thief.close()


def site_of(clinic: Clinic) -> CentralSite:
    return CentralSite(clinic.site, "words", fresh())


def a_desk_writes(centre: Centre, clinic: Clinic) -> None:
    desk = CentralStore(credentials(centre, "desk", clinic.site, clinic.desk), clinic.site)
    try:
        with desk.write() as transaction:
            state = {**sample("sync_state", clinic.site, clinic.desk), "last_fact_at": FOUNDED}
            transaction.add(SyncState(**state))
            transaction.flush()
            add_reference(
                transaction, SupportGroup(**sample("support_group", clinic.site, clinic.desk))
            )
            add_reference(transaction, Passcard(**sample("passcard", clinic.site, clinic.desk)))
            for revision in (1, 2):
                row = sample("callback_event", clinic.site, clinic.desk)
                row |= {"request_id": clinic.other_kiosk, "revision": revision}
                add_fact(transaction, CallbackEvent(**row), NOW)
    finally:
        desk.close()


def the_owner_looks(centre: Centre, clinic: Clinic) -> None:
    status = central_status(centre.address, SetClock(NOW))
    assert clinic.kiosk in {one.id for one in (*status.machines, *status.removed)}


def the_owner_enrols(centre: Centre, clinic: Clinic) -> None:
    new = NewMachine("New", "kiosk", centre.address)
    enrol_machine(
        centre.address, site_of(clinic), new, SetClock(NOW), entropy, lambda _signed: None
    )


def the_owner_says_restored(centre: Centre, _clinic: Clinic) -> None:
    assert declare_restored(centre.address, SetClock(NOW), entropy)[0] > 0


def the_owner_upgrades(centre: Centre, _clinic: Clinic) -> None:
    prepare_central(centre.address, SetClock(NOW))


def the_owner_shuts_it_out(centre: Centre, clinic: Clinic) -> None:
    gone = revoke_machine(centre.address, site_of(clinic), "0X", SetClock(NOW), at_once=True)
    assert gone.id == clinic.kiosk
    with pytest.raises(psycopg.OperationalError):
        signed_in(credentials(centre, "kiosk", clinic.site, clinic.kiosk))


def the_owner_revokes_it_kindly(centre: Centre, clinic: Clinic) -> None:
    revoke_machine(centre.address, site_of(clinic), "0X", SetClock(NOW), at_once=False)


STAFF: tuple[Callable[[Centre, Clinic], None], ...] = (
    a_desk_writes, the_owner_looks, the_owner_enrols, the_owner_says_restored,
    the_owner_revokes_it_kindly, the_owner_upgrades, the_owner_shuts_it_out,
)  # fmt: skip


@pytest.mark.parametrize("joined", [True, False])
def test_staff_work_on_whatever_a_kiosk_keeps_open(
    centre: Centre, clinic: Clinic, joined: bool
) -> None:
    neighbour = Clinic()
    settle(centre, neighbour)
    if joined:
        join(centre)
    with holding(centre, clinic) as thief:
        for work in STAFF if joined else (a_desk_writes, the_owner_shuts_it_out):
            work(centre, clinic)
        a_desk_writes(centre, neighbour)
        with pytest.raises(psycopg.OperationalError):
            thief.execute("SELECT 1")


def test_looking_removes_an_enrolment_whose_machine_holds_its_row(
    centre: Centre, clinic: Clinic
) -> None:
    with holding(centre, clinic):
        status = central_status(centre.address, SetClock(NOW))
    assert clinic.kiosk in {one.id for one in status.removed}
    assert status.machines == ()


def test_an_enrolment_goes_whatever_its_role_has_left_there(centre: Centre, clinic: Clinic) -> None:
    with signed_in(credentials(centre, "kiosk", clinic.site, clinic.kiosk)) as thief:
        thief.execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC")
        thief.commit()
    assert clinic.kiosk in {one.id for one in central_status(centre.address, SetClock(NOW)).removed}


def test_who_keeps_the_counter_is_named(
    centre: Centre, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = text("SELECT set_config('lock_timeout', '20ms', true)")
    for module in (store, owner):
        monkeypatch.setattr(module, "PATIENT_COMMIT", at_once)
    join(centre)
    first = CentralStore(credentials(centre, "desk", clinic.site, clinic.desk), clinic.site)
    other = fresh()
    centre.add_machine(clinic.site, other, "desk", "9Y")
    second = CentralStore(credentials(centre, "desk", clinic.site, other), clinic.site)
    named = r"Desk 1X \(Hall\) keeps .* revoke 1X --now"
    with first.write():
        with pytest.raises(StoreBusy, match=named), second.write():
            pass
        with pytest.raises(StoreBusy, match=named):
            the_owner_enrols(centre, clinic)
        with pytest.raises(StoreBusy, match=rf"0X is shut out, .* {named}"):
            the_owner_shuts_it_out(centre, clinic)
    with pytest.raises(psycopg.OperationalError):
        signed_in(credentials(centre, "kiosk", clinic.site, clinic.kiosk))
    first.close()
    second.close()


def test_a_desk_ends_what_kiosks_of_its_clinic_keep_open_for_a_minute(
    centre: Centre, clinic: Clinic
) -> None:
    other = Clinic()
    settle(centre, other)
    mine = signed_in(credentials(centre, "kiosk", clinic.site, clinic.kiosk))
    theirs = signed_in(credentials(centre, "kiosk", other.site, other.kiosk))
    for kiosk in (mine, theirs):
        kiosk.execute("SELECT 1 FROM central")
    desk = CentralStore(credentials(centre, "desk", clinic.site, clinic.desk), clinic.site)
    with desk.write() as transaction:
        sessions.end_open_transactions(transaction)
    mine.execute("SELECT 1")
    with centre.engine.begin() as changing:
        signature = "kiosk_end_open_transactions()"
        at_once = sessions.FUNCTIONS[signature].replace("60 seconds", "0 seconds")
        changing.exec_driver_sql(at_once)
    with desk.write() as transaction:
        sessions.end_open_transactions(transaction)
    with pytest.raises(psycopg.OperationalError):
        mine.execute("SELECT 1")
    theirs.execute("SELECT 1")
    desk.close()
    theirs.close()
    mine.close()


def test_a_kiosk_takes_no_more_than_its_own_connections(centre: Centre, clinic: Clinic) -> None:
    address = credentials(centre, "kiosk", clinic.site, clinic.kiosk)
    taken = [signed_in(address) for _ in range(8)]
    with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
        signed_in(address)
    signed_in(replace(address, role=role_name("desk", clinic.desk, clinic.site))).close()
    for one in taken:
        one.close()
