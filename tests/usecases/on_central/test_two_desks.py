"""Two desks at one centre: whoever claims first holds a request, and both see the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest

from kiosk.domain.callbacks.actions import Attempt, Claim, Done, HeldBy
from kiosk.domain.callbacks.state import AttemptResult
from kiosk.domain.staff import Role
from kiosk.errors import RevisionTaken
from kiosk.records.callbacks.facts import add_event
from kiosk.records.schema.tables import CallbackEvent
from kiosk.usecases.callbacks.desk import CallbackDesk
from tests.support.calls import ask
from tests.support.central_clinics import KioskBeside, desk_beside
from tests.support.centres import Centre
from tests.support.desks import Clinic

REQUESTS = 20


def test_each_request_has_one_holder_and_the_other_is_told_who(
    clinic: Clinic, kiosk: KioskBeside, centre: Centre
) -> None:
    ids = [ask(kiosk.clinic) for _ in range(REQUESTS)]
    kiosk.send()
    ann = clinic.access.callback_desk(clinic.add_staff("ann", Role.CALLER))
    ben_signed_in = clinic.add_staff("ben", Role.CALLER)
    with desk_beside(clinic, centre, "9D") as other:
        ben = other.access.callback_desk(ben_signed_in)
        start = Barrier(2)

        def claim(desk: CallbackDesk) -> dict[UUID, Done | HeldBy]:
            desk.worklist()
            found: dict[UUID, Done | HeldBy] = {}
            for id_ in ids:
                start.wait()
                answer = desk.act(id_, 0, Claim())
                assert isinstance(answer, Done | HeldBy)
                found[id_] = answer
            return found

        with ThreadPoolExecutor(2) as both:
            told = [future.result() for future in [both.submit(claim, d) for d in (ann, ben)]]
        for id_ in ids:
            answers = {type(one[id_]) for one in told}
            assert answers == {Done, HeldBy}
        assert clinic.count("callback_event") == REQUESTS
        by_both = [
            {row.request.id: row.holder for row in desk.worklist().rows} for desk in (ann, ben)
        ]
        assert by_both[0] == by_both[1]
        assert set(by_both[0].values()) <= {"ann", "ben"}


def test_two_who_take_the_next_call_at_once_never_get_the_same(
    clinic: Clinic, kiosk: KioskBeside, centre: Centre
) -> None:
    clinic.clock.at -= timedelta(hours=1)  # in the morning that they asked for
    kiosk.clinic.clock.at = clinic.clock.at
    ids = {ask(kiosk.clinic) for _ in range(8)}
    kiosk.send()
    ann = clinic.access.callback_desk(clinic.add_staff("ann", Role.CALLER))
    ben_signed_in = clinic.add_staff("ben", Role.CALLER)
    with desk_beside(clinic, centre, "9D") as other:
        ben = other.access.callback_desk(ben_signed_in)
        start = Barrier(2)

        def call(desk: CallbackDesk) -> list[UUID]:
            found = list[UUID]()
            for _ in range(3):
                start.wait()
                row = desk.next_call()
                assert row is not None
                found.append(row.request.id)
                missed = Attempt(AttemptResult.NO_ANSWER)
                assert isinstance(desk.act(row.request.id, row.state.revision, missed), Done)
            return found

        with ThreadPoolExecutor(2) as both:
            told = [future.result() for future in [both.submit(call, d) for d in (ann, ben)]]
    rung = [id_ for one in told for id_ in one]
    assert len(set(rung)) == len(rung) == 6
    assert set(rung) <= ids


def test_a_request_of_a_kiosk_is_on_the_list_with_when_it_came(
    clinic: Clinic, kiosk: KioskBeside
) -> None:
    desk = clinic.callbacks
    assert desk.worklist().rows == ()
    id_ = ask(kiosk.clinic)
    clinic.bend("ALTER TABLE callback_request ALTER received_at SET DEFAULT now()")
    kiosk.send()
    (row,) = desk.worklist().rows
    assert (row.request.id, row.request.preferred_name) == (id_, "Mei")
    assert row.request.received_at is not None


def test_a_revision_that_was_taken_is_told_before_the_commit(clinic: Clinic) -> None:
    id_, at = ask(clinic), datetime(2026, 3, 2, tzinfo=UTC)

    def claim() -> CallbackEvent:
        return CallbackEvent(
            id=clinic.id(), site_id=clinic.site.site_id, kiosk_id=clinic.site.kiosk_id,
            request_id=id_, revision=1, kind="claimed", by_staff=clinic.manager.staff.id, at=at,
        )  # fmt: skip

    with clinic.store.write() as transaction:
        add_event(transaction, claim(), at)
    # The block goes on, so it was no error of the commit.
    with pytest.raises(ZeroDivisionError), clinic.store.write() as transaction:
        with pytest.raises(RevisionTaken):
            add_event(transaction, claim(), at)
        raise ZeroDivisionError
    assert clinic.count("callback_event") == 1
