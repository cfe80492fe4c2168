"""What waits to be sent, what was confirmed, and when slips may say so."""

from datetime import timedelta

from kiosk.domain.callbacks.slips import RequestPhase, SlipNews, half_day
from kiosk.records import outbox
from kiosk.records.outbox import Waiting
from tests.support.desks import NOON, Clinic


def waiting(clinic: Clinic) -> list[Waiting]:
    with clinic.store.read() as transaction:
        return outbox.waiting(transaction, 1000)


def confirmed(clinic: Clinic, row: Waiting) -> object:
    with clinic.store.read() as transaction:
        return outbox.confirmed_at(transaction, row.row_id, row.kiosk_seq or 0)


def test_rows_wait_in_their_order_until_they_are_confirmed(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.visitor.request_callback(clinic.draft())
    rows = waiting(clinic)
    assert [row.seq for row in rows] == sorted(row.seq for row in rows)
    with clinic.store.write() as transaction:
        outbox.confirm(transaction, rows[:-1], NOON)
    assert waiting(clinic) == rows[-1:]
    assert confirmed(clinic, rows[-2]) == NOON
    assert confirmed(clinic, rows[-1]) is None


def test_confirming_drops_nothing_that_stands_between(clinic: Clinic) -> None:
    for _ in range(4):
        clinic.visitor.request_callback(clinic.draft())
    first, *between, last = waiting(clinic)
    with clinic.store.write() as transaction:
        outbox.confirm(transaction, [first, last], NOON)
    assert waiting(clinic) == between


def test_confirming_twice_is_confirming_once(clinic: Clinic) -> None:
    clinic.visitor.request_callback(clinic.draft())
    rows = waiting(clinic)
    for late in (timedelta(0), timedelta(hours=1)):
        with clinic.store.write() as transaction:
            outbox.confirm(transaction, rows, NOON + late)
    assert confirmed(clinic, rows[-1]) == NOON
    assert clinic.maintenance.status().pending == 0


def test_a_row_that_is_held_back_is_not_confirmed_by_later_ones(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.visitor.request_callback(clinic.draft())
    *_, first, second, third = waiting(clinic)
    with clinic.store.write() as transaction:
        outbox.park(transaction, first, "23514", NOON)
        outbox.confirm(transaction, [third], NOON)
    assert confirmed(clinic, first) is None
    assert confirmed(clinic, second) is None
    assert confirmed(clinic, third) == NOON
    assert clinic.maintenance.status().parked == 1


def test_a_slip_says_with_the_clinic_once_the_centre_has_it(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    rows = waiting(clinic)
    with clinic.store.write() as transaction:
        outbox.confirm(transaction, rows, NOON + timedelta(minutes=5))
    state = clinic.visitor.slip_state(receipt.slip_digits)
    arrived = half_day(NOON + timedelta(minutes=5), clinic.site.zone)
    assert state.news == SlipNews(RequestPhase.WITH_CLINIC, arrived)
    assert clinic.visitor.withdraw_by_slip(receipt.slip_digits).phase == "withdrawn"
