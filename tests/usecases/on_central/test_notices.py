"""Two desk machines of one clinic that send notices at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from kiosk.devices.notice_ways import NoticeMessage
from kiosk.domain.callbacks.notice import Delivery, NoticeWay
from kiosk.domain.working_time import WorkingCalendar
from kiosk.usecases.callbacks import notices
from kiosk.usecases.callbacks.notices import NoticePlan, NoticeSender
from tests.support.calls import ask
from tests.support.central_clinics import desk_beside
from tests.support.centres import Centre
from tests.support.desks import Clinic

ROUNDS = 5


class Shared:
    """What both send to."""

    def __init__(self) -> None:
        self.taken: list[NoticeMessage] = []

    def send(self, message: NoticeMessage) -> Delivery:
        self.taken.append(message)
        return Delivery()


def sender(clinic: Clinic, route: Shared) -> NoticeSender:
    plan = NoticePlan({NoticeWay.WEBHOOK: route}, timedelta(0))
    calendar = WorkingCalendar(clinic.site.zone)
    return NoticeSender(clinic.store, clinic.clock, clinic.entropy, clinic.site, calendar, plan)


def test_one_of_two_desks_sends_and_the_other_can_follow(
    clinic: Clinic, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "shared_now", lambda _, here: here)
    route, both = Shared(), Barrier(2)

    def look(one: NoticeSender) -> int:
        both.wait()
        return len(one.look())

    with (
        desk_beside(clinic, centre, "9D") as other,
        ThreadPoolExecutor(2) as threads,
    ):
        desks = sender(clinic, route), sender(other, route)
        for number in range(ROUNDS):
            ask(clinic, f"Person {number}")
            assert sum(threads.map(look, desks)) == 1
    assert [message.subject[:13] for message in route.taken] == ["1 new request"] * ROUNDS
    assert len({message.id for message in route.taken}) == ROUNDS
