"""The maintenance screen's desk."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from kiosk.errors import StoreBusy, StoreError, StoreFull
from kiosk.records.database.store import Store
from kiosk.usecases.maintenance_desk import MaintenanceDesk, PinAnswer
from tests.support.desks import NOON, PIN, Clinic


def test_the_pin_unlocks_and_a_wrong_one_waits(clinic: Clinic) -> None:
    desk = clinic.maintenance
    assert desk.unlock(PIN) == PinAnswer(accepted=True)
    waits = [desk.unlock("0000").wait_seconds for _ in range(3)]
    assert waits == [0, 0, 5]
    assert desk.unlock(PIN) == PinAnswer(accepted=False, wait_seconds=5)
    clinic.clock.move(seconds=5)
    assert desk.unlock(PIN) == PinAnswer(accepted=True)


def test_sign_ins_and_the_pin_are_counted_apart(clinic: Clinic) -> None:
    for _ in range(5):
        clinic.access.sign_in("", "wrong wrong wrong")
    assert clinic.maintenance.unlock(PIN).accepted


def test_the_status_says_what_a_technician_needs(clinic: Clinic) -> None:
    before = clinic.maintenance.status()
    assert (before.site_name, before.kiosk_name, before.symbols) == (
        "Sample clinic",
        "Kiosk 1",
        "7K",
    )
    assert (before.version, before.now, before.clock_ok) == ("0.0.0", NOON, True)
    assert (before.parked, before.contact_at, before.out_of_order) == (0, None, None)
    clinic.clock.move(minutes=1)
    clinic.visitor.request_callback(clinic.draft())
    after = clinic.maintenance.status()
    assert after.pending == before.pending + 1
    assert after.last_fact_at == clinic.clock.now()


def test_a_clock_in_the_past_says_so_until_somebody_trusts_it(clinic: Clinic) -> None:
    desk = clinic.maintenance
    clinic.clock.move(days=365)
    clinic.visitor.request_callback(clinic.draft())
    clinic.clock.move(days=-365, hours=1)
    assert not desk.status().clock_ok
    clinic.visitor.request_callback(clinic.draft())
    desk.trust_clock()
    desk.trust_clock()
    assert desk.status().clock_ok
    clinic.visitor.request_callback(clinic.draft())
    doubtful = [row.request.clock_doubtful for row in clinic.callbacks.worklist().rows]
    assert doubtful.count(True) == 2, "the one that was asked ahead of now, and the one after it"


def test_out_of_order_outlives_a_restart_and_saying_it_twice_is_saying_it_once(
    clinic: Clinic,
) -> None:
    desk = clinic.maintenance
    assert desk.out_of_order() is None
    before = clinic.count("audit_event")
    desk.set_out_of_order("Being \x1b[31mmended")
    desk.set_out_of_order("Being \x1b[31mmended")
    assert clinic.count("audit_event") == before + 1
    other = Store.open(clinic.file)
    restarted = MaintenanceDesk(other, clinic.clock, clinic.entropy, clinic.site, "0.0.0")
    assert restarted.out_of_order() == "Being [31mmended"
    assert restarted.status().out_of_order == "Being [31mmended"
    other.close()
    desk.set_out_of_order(None)
    assert desk.out_of_order() is None


@pytest.mark.parametrize("error", [StoreFull("The disk is full."), StoreBusy("Held.")])
def test_the_pin_unlocks_and_waits_where_nothing_can_be_written(
    clinic: Clinic, error: StoreError
) -> None:
    desk = clinic.maintenance
    with patch.object(Store, "write", side_effect=error):
        assert desk.unlock(PIN) == PinAnswer(accepted=True)
        waits = [desk.unlock("0000").wait_seconds for _ in range(3)]
        assert waits == [0, 0, 5]
        assert desk.unlock(PIN) == PinAnswer(accepted=False, wait_seconds=5)
        clinic.clock.move(seconds=5)
        assert desk.unlock("0000") == PinAnswer(accepted=False, wait_seconds=10)
        clinic.clock.move(seconds=10)
        assert desk.unlock(PIN) == PinAnswer(accepted=True)
        assert desk.unlock("0000") == PinAnswer(accepted=False)
    assert desk.unlock(PIN) == PinAnswer(accepted=True)


def test_a_wait_that_was_kept_counts_where_nothing_can_be_written(clinic: Clinic) -> None:
    desk = clinic.maintenance
    for _ in range(3):
        desk.unlock("0000")
    with patch.object(Store, "write", side_effect=StoreFull("The disk is full.")):
        assert desk.unlock(PIN) == PinAnswer(accepted=False, wait_seconds=5)


def test_what_could_not_be_kept_for_visitors_is_an_entry_each(clinic: Clinic) -> None:
    """With the time when it happened, in a chain that is whole, by a clock nobody doubts."""
    happened = [clinic.clock.at, clinic.clock.at + timedelta(minutes=1)]
    clinic.clock.move(minutes=30)
    clinic.visitor.request_callback(clinic.draft())
    clinic.maintenance.note_refusals(happened)
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    lines = [line for line in desk.audit_trail() if line.action == "visitor_refused"]
    assert sorted(line.at for line in lines) == happened
    assert desk.verify_audit().ok
    assert clinic.column("SELECT count(*) FROM audit_event WHERE clock_doubtful") == [0]
