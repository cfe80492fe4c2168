"""The manager's look at the clinic's machines, at a clinic of one and at a centre."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert

from kiosk.domain.central.fleet import KioskView, MachineKind
from kiosk.records import outbox, site
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import KioskDevice, KioskHeartbeat, KioskIncarnation
from kiosk.usecases.admin.desk import OversightDesk
from tests.support.desks import Clinic

pytestmark = pytest.mark.central(full=True)


@pytest.fixture
def desk(clinic: Clinic) -> OversightDesk:
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager))


def now_there(clinic: Clinic) -> datetime:
    """The time by which contacts are told."""
    with clinic.store.read() as transaction:
        return site.contact_now(transaction, clinic.clock.at)


@contextmanager
def owning(clinic: Clinic) -> Iterator[Connection]:
    """Lend the rights of whoever owns the database."""
    if clinic.owner is not None:
        with clinic.owner.begin() as connection:
            yield connection
        return
    with clinic.store.write() as transaction:
        yield transaction.connection()


def add(clinic: Clinic, name: str, beat: dict[str, object] | None, **device: object) -> UUID:
    """Enrol a machine that last reported `beat`; by the owner, as at a centre."""
    id_, at = clinic.id(), now_there(clinic)
    values = {
        "id": id_, "site_id": clinic.site.site_id, "name": name, "symbols": name[:2],
        "pin_hash": "", "sealed_audit_key": b"sealed", "enrolled_at": at - timedelta(days=3),
        "kind": "kiosk", **device,
    }  # fmt: skip
    told = {
        "kiosk_id": id_, "site_id": clinic.site.site_id, "at": at, "received_at": at,
        "pending": 0, "parked": 0, "sent_upto": 0, "version": "0.1.0",
    }  # fmt: skip
    with owning(clinic) as connection:
        connection.execute(insert(table(KioskDevice)).values(values))
        if beat is not None:
            connection.execute(insert(table(KioskHeartbeat)).values({**told, **beat}))
    return id_


def seen(desk: OversightDesk) -> dict[str, KioskView]:
    return {view.name: view for view in desk.kiosks()}


def test_a_clinic_of_one_machine_needs_nobody(clinic: Clinic, desk: OversightDesk) -> None:
    (here,) = desk.kiosks()
    assert (here.here, here.joined, here.needs) == (True, True, ())
    assert here.name == clinic.site.kiosk_name


def test_what_the_machines_reported_is_judged(clinic: Clinic, desk: OversightDesk) -> None:
    now = now_there(clinic)
    add(clinic, "Fine", {"version": "0.2.0", "helplines_review_by": "2199-01-01"})
    add(clinic, "Odd", {"parked": 2, "clock_offset_ms": 400_000, "helplines_review_by": "soon"})
    add(clinic, "Gone", {"wiped_at": now}, revoked_at=now)
    add(clinic, "New", None, sealed_audit_key=b"")
    add(clinic, "Mute", {"received_at": now - timedelta(days=9), "version": "0.2.0"})
    add(clinic, "Slow", {"pending": 3, "waiting_since": now - timedelta(hours=3), "version": ""})
    found = seen(desk)
    assert [(name, len(view.needs)) for name, view in found.items()][:4] == [
        ("Mute", 1), ("New", 1), ("Odd", 3), ("Slow", 1),
    ]  # fmt: skip
    assert found["Fine"].needs == found["Gone"].needs == ()
    assert list(found)[-1] == "Gone"
    assert found["Odd"].helplines_review_by is None
    assert found["Mute"].needs[0].startswith("No contact for 9 days.")
    assert found["Slow"].needs[0].startswith("3 records have waited for 3 hours.")
    assert found["New"].needs[0].startswith("Enrolled 3 days ago, but never joined.")


def test_a_desk_machine_may_be_off_for_weeks(clinic: Clinic, desk: OversightDesk) -> None:
    long_ago = now_there(clinic) - timedelta(days=40)
    add(clinic, "Office", {"received_at": long_ago}, kind="desk")
    view = seen(desk)["Office"]
    assert (view.kind, view.needs) == (MachineKind.DESK, ())


def test_a_machine_of_another_clinic_is_not_there(clinic: Clinic, desk: OversightDesk) -> None:
    add(clinic, "Elsewhere", None, site_id=clinic.id())
    assert list(seen(desk)) == [clinic.site.kiosk_name]


def test_a_kiosk_that_runs_twice_needs_a_person(clinic: Clinic, desk: OversightDesk) -> None:
    now, door = now_there(clinic), add(clinic, "Door", {})
    add(clinic, "Hall", {})
    first = {
        "kiosk_id": door, "site_id": clinic.site.site_id, "number": 0, "mark": door, "pushes": 3,
        "upto": 9, "pending": 0, "began_at": now - timedelta(days=2), "heard_at": now,
        "unseen_after": 0, "unseen_upto": 0,
    }  # fmt: skip
    second = {**first, "number": 1, "began_at": now - timedelta(hours=1)}
    with owning(clinic) as connection:
        connection.execute(insert(table(KioskIncarnation)), [first, second])
    views = seen(desk)
    assert views["Door"].needs[0].startswith("Two machines run as this kiosk")
    assert views["Hall"].needs == ()


@pytest.mark.own_file
def test_since_when_the_oldest_record_waits(clinic: Clinic) -> None:
    with owning(clinic) as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
    with clinic.store.read() as transaction:
        assert outbox.waiting_since(transaction) is None
    first = clinic.clock.at
    clinic.maintenance.unlock("no")
    clinic.clock.move(hours=2)
    clinic.maintenance.unlock("no")
    with clinic.store.read() as transaction:
        assert outbox.waiting_since(transaction) == first
    assert first.tzinfo is UTC
