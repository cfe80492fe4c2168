"""What the centre has had for long enough leaves the kiosk, to the last byte."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kiosk.records import cleaning, outbox
from kiosk.records.check_ins import latest_head_count
from kiosk.records.schema.columns import table
from kiosk.records.schema.tables import CallbackRequest
from kiosk.usecases.admin.retention import Cleaned, clean_kiosk
from tests.support import facts
from tests.support.desks import NOON, Clinic


def clean(clinic: Clinic) -> Cleaned:
    return clean_kiosk(clinic.store, clinic.clock, clinic.entropy, clinic.site, clinic.rules)


def confirm_all(clinic: Clinic) -> None:
    with clinic.store.write() as transaction:
        rows = outbox.waiting(transaction, 10_000)
        outbox.confirm(transaction, rows, clinic.clock.now())


def fill(clinic: Clinic) -> tuple[bytes, bytes]:
    """Make a request and a check-in; return the bytes that must go with each."""
    clinic.add_session()
    clinic.visitor.request_callback(clinic.draft())
    issued = clinic.passes.issue_pass("Mei", "en")
    clinic.visitor.check_in(issued.digits)
    with clinic.store.read() as transaction:
        sealed = transaction.connection().execute(select(table(CallbackRequest).c.sealed))
        (box,) = sealed.scalars().all()
    with clinic.store.read() as transaction:
        query = "SELECT id FROM check_in"
        check_in: bytes = transaction.connection().exec_driver_sql(query).scalar_one()
    return bytes(box[-64:]), check_in


def on_disk(clinic: Clinic) -> bytes:
    folder = clinic.file.parent
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_without_a_centre_nothing_is_dropped(clinic: Clinic) -> None:
    fill(clinic)
    clinic.clock.move(days=4000)
    assert clean(clinic) == Cleaned(0, 0)
    assert clinic.count("callback_request") == clinic.count("check_in") == 1


def test_requests_leave_seven_days_after_they_were_confirmed_and_check_ins_after_thirty(
    clinic: Clinic,
) -> None:
    sealed, check_in = fill(clinic)
    clinic.clock.move(days=100)
    confirm_all(clinic)
    clinic.clock.move(days=6, hours=23)
    assert clean(clinic) == Cleaned(0, 0)
    assert sealed in on_disk(clinic)
    clinic.clock.move(hours=1)
    assert clean(clinic) == Cleaned(1, 0)
    assert sealed not in on_disk(clinic)
    assert check_in in on_disk(clinic)
    clinic.clock.move(days=23)
    assert clean(clinic) == Cleaned(0, 1)
    assert check_in not in on_disk(clinic)
    assert clean(clinic) == Cleaned(0, 0)


def test_a_head_count_that_was_taken_back_stays_so(clinic: Clinic) -> None:
    """Head counts stay on the kiosk, and so do the facts that void them."""
    session = clinic.add_session()
    facts.check_in(clinic, session.id, void_of=facts.check_in(clinic, session.id))
    facts.check_in(clinic, session.id, void_of=facts.head_count(clinic, session.id, 70))
    confirm_all(clinic)
    clinic.clock.move(days=31)
    assert clean(clinic) == Cleaned(0, 2)
    with clinic.store.read() as transaction:
        assert latest_head_count(transaction, session.id) is None


def test_the_payload_in_the_outbox_goes_with_its_confirmation(clinic: Clinic) -> None:
    sealed, _ = fill(clinic)
    assert sealed.hex().encode() in on_disk(clinic)
    confirm_all(clinic)
    clinic.store.checkpoint()
    assert sealed.hex().encode() not in on_disk(clinic)


@pytest.mark.parametrize("queue", ["outbox", "parked"])
def test_what_the_centre_does_not_have_stays(clinic: Clinic, queue: str) -> None:
    clinic.visitor.request_callback(clinic.draft())
    with clinic.store.write() as transaction:
        kept = outbox.waiting(transaction, 1000)[-1]
        if queue == "parked":
            outbox.park(transaction, kept, "23514", NOON)
    clinic.visitor.request_callback(clinic.draft())
    with clinic.store.write() as transaction:
        rows = [r for r in outbox.waiting(transaction, 1000) if r.row_id != kept.row_id]
        outbox.confirm(transaction, rows, clinic.clock.now())
    clinic.clock.move(days=8)
    assert clean(clinic).requests == 1
    with clinic.store.read() as transaction:
        ids = transaction.connection().execute(select(table(CallbackRequest).c.id))
        assert ids.scalars().all() == [kept.row_id]


def test_many_rows_go_in_small_transactions(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "ROWS_AT_A_TIME", 2)
    for _ in range(5):
        clinic.visitor.request_callback(clinic.draft())
    confirm_all(clinic)
    clinic.clock.move(days=8)
    with clinic.store.write() as transaction:
        asked = CallbackRequest, clinic.site.kiosk_id, clinic.clock.now() - timedelta(days=7)
        found = cleaning.confirmed_ids(transaction, *asked)
        dropped = cleaning.drop_confirmed(transaction, *asked, found)
    assert dropped == 2
    assert clean(clinic).requests == 3


def test_slips_of_kept_requests_still_know_when_they_arrived(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.visitor.request_callback(clinic.draft())
        confirm_all(clinic)
        clinic.clock.move(days=20)
    receipt = clinic.visitor.request_callback(clinic.draft())
    confirm_all(clinic)
    confirmed = clinic.clock.now()
    clinic.clock.move(days=1)
    clean(clinic)
    assert clinic.visitor.slip_state(receipt.slip_digits).since == confirmed
    assert clinic.count("confirmation") < 4
