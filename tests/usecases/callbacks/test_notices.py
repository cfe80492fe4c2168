"""Notices as a desk machine sends them: once for each request, several in one, counts alone."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from kiosk.devices.notice_ways import NoticeMessage
from kiosk.domain.callbacks.notice import Delivery, NoticeFault, NoticeState, NoticeWay
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.person.data import Corrected
from kiosk.domain.policy import Rules
from kiosk.domain.staff import Role
from kiosk.domain.working_time import WorkingCalendar
from kiosk.usecases.callbacks import notices
from kiosk.usecases.callbacks.notices import (
    NoticePlan,
    NoticeSender,
    NoticeTry,
    read_notice_states,
    retry_refused,
)
from tests.support import facts
from tests.support.calls import ask
from tests.support.desks import Clinic

pytestmark = pytest.mark.central
GATHER = timedelta(minutes=10)
SENT = Delivery()


@pytest.fixture(autouse=True)
def _tuesday_at_ten(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """When those who ask here can be called; the centre's own clock cannot be set."""
    monkeypatch.setattr(notices, "shared_now", lambda _, here: here)
    clinic.clock.move(hours=22)


@dataclass
class Route:
    """A way that answers as a test wants, and keeps what it was given."""

    answers: list[Delivery] = field(default_factory=list)
    taken: list[NoticeMessage] = field(default_factory=list)

    def send(self, message: NoticeMessage) -> Delivery:
        self.taken.append(message)
        return self.answers.pop(0) if self.answers else SENT

    @property
    def subjects(self) -> list[str]:
        return [one.subject for one in self.taken]


def sender(
    clinic: Clinic, route: Route, way: NoticeWay = NoticeWay.MAIL, days: int = 2
) -> NoticeSender:
    calendar, plan = WorkingCalendar(clinic.site.zone), NoticePlan({way: route}, GATHER, days)
    return NoticeSender(clinic.store, clinic.clock, clinic.entropy, clinic.site, calendar, plan)


def state(clinic: Clinic) -> NoticeState:
    (one,) = read_notice_states(clinic.store, clinic.site)
    return one


def outcome(delivery: Delivery = SENT) -> tuple[NoticeTry, ...]:
    return (NoticeTry(NoticeWay.MAIL, delivery),)


def test_who_asks_while_it_gathers_is_in_one_notice(clinic: Clinic) -> None:
    route = Route()
    sending = sender(clinic, route)
    assert sending.look() == ()
    ask(clinic)
    assert sending.look() == ()
    clinic.clock.move(minutes=9)
    ask(clinic, "Ravi")
    assert sending.look() == ()
    clinic.clock.move(minutes=1)
    assert sending.look() == outcome()
    assert route.subjects == ["2 new requests, 2 to call now"]
    assert sending.look() == ()
    assert state(clinic).sent_at == clinic.clock.at


def test_nothing_of_a_person_leaves(clinic: Clinic) -> None:
    route, asked = Route(), ask(clinic, "Siti Nurhaliza")
    sending = sender(clinic, route)
    sending.look()
    clinic.clock.move(minutes=10)
    sending.look()
    (message,) = route.taken
    (ref,) = clinic.column("SELECT ref FROM callback_request")
    whole = f"{message.subject}{message.text}{message.json.decode()}{message.id}"
    for word in ("Siti", "8123", ref, asked.hex, str(asked)):
        assert word not in whole
    assert b'"new":1,"call_now":1,"waiting":1' in message.json


def test_what_was_told_is_told_once_and_what_was_done_meanwhile_never(clinic: Clinic) -> None:
    route = Route()
    sending = sender(clinic, route)
    ask(clinic)
    sending.look()
    clinic.clock.move(minutes=10)
    sending.look()
    second = ask(clinic, "Ravi")
    sending.look()
    facts.event(clinic, second, 1, EventKind.CLOSED, "declined")
    clinic.clock.move(minutes=10)
    assert sending.look() == ()
    assert state(clinic).since is None
    ask(clinic, "Aisha")
    sending.look()
    clinic.clock.move(minutes=10)
    sending.look()
    assert route.subjects == ["1 new request, 1 to call now", "1 new request, 2 to call now"]


def test_nothing_is_sent_at_night_and_the_morning_tells_of_all(clinic: Clinic) -> None:
    route = Route()
    sending = sender(clinic, route)
    clinic.clock.move(hours=10)  # 20:00
    for name in ("Mei", "Ravi", "Aisha"):
        ask(clinic, name)
        assert sending.look() == ()
        clinic.clock.move(hours=2)
    assert route.taken == []
    clinic.clock.move(hours=6, minutes=29)
    assert sending.look() == ()
    clinic.clock.move(minutes=1)
    assert sending.look() == outcome()
    assert route.subjects == ["3 new requests, 0 to call now"]


@pytest.mark.parametrize(
    "fault", [NoticeFault.AWAY, NoticeFault.SLOW, NoticeFault.UNTRUSTED, NoticeFault.BUSY]
)
def test_what_does_not_arrive_is_tried_again_and_takes_new_ones_along(
    clinic: Clinic, fault: NoticeFault
) -> None:
    route = Route([Delivery(fault, 451)] * 3)
    sending = sender(clinic, route)
    ask(clinic)
    sending.look()
    clinic.clock.move(minutes=10)
    for _ in range(3):
        assert sending.look() == outcome(Delivery(fault, 451))
        assert state(clinic).last == Delivery(fault, 451)
        assert sending.look() == (), "not before the wait is over"
        clinic.clock.move(minutes=1)
    ask(clinic, "Ravi")
    assert sending.look() == outcome()
    assert len({message.id for message in route.taken}) == 1
    assert route.subjects[-1] == "2 new requests, 2 to call now"


def test_what_is_refused_waits_for_a_person_or_for_more(clinic: Clinic) -> None:
    refusal = Delivery(NoticeFault.REFUSED, 404)
    route = Route([refusal, refusal])
    sending = sender(clinic, route)
    ask(clinic)
    sending.look()
    clinic.clock.move(minutes=10)
    assert sending.look() == outcome(refusal)
    clinic.clock.move(hours=1)
    assert sending.look() == ()
    assert state(clinic).refused
    ask(clinic, "Ravi")
    sending.look()
    clinic.clock.move(minutes=10)
    assert sending.look() == outcome(refusal)
    assert retry_refused(clinic.store, clinic.clock, clinic.site) == 1
    assert sending.look() == outcome()
    assert route.subjects[-1] == "2 new requests, 2 to call now"
    assert retry_refused(clinic.store, clinic.clock, clinic.site) == 0


def test_a_machine_that_dies_while_it_sends_is_followed_by_another(clinic: Clinic) -> None:
    class PowerCut(Route):
        def send(self, message: NoticeMessage) -> Delivery:
            super().send(message)
            raise RuntimeError

    dying, route = PowerCut(), Route()
    ask(clinic)
    sender(clinic, route).look()
    clinic.clock.move(minutes=10)
    with pytest.raises(RuntimeError):
        sender(clinic, dying).look()
    assert sender(clinic, route).look() == (), "it may still be under way"
    clinic.clock.move(minutes=5)
    assert sender(clinic, route).look() == outcome()
    assert route.taken[0].id == dying.taken[0].id


def test_each_way_tells_for_itself(clinic: Clinic) -> None:
    mail, webhook = Route([Delivery(NoticeFault.REFUSED, 550)]), Route()
    ask(clinic)
    for _ in range(2):
        sender(clinic, mail).look()
        sender(clinic, webhook, NoticeWay.WEBHOOK).look()
        clinic.clock.move(minutes=10)
    assert len(mail.taken) == len(webhook.taken) == 1
    ways = {one.way: one.refused for one in read_notice_states(clinic.store, clinic.site)}
    assert ways == {NoticeWay.MAIL: True, NoticeWay.WEBHOOK: False}


@pytest.mark.parametrize(("days", "call_now"), [(2, 1), (20, 0)])
def test_what_was_handed_on_is_for_all_once_it_is_late(
    clinic: Clinic, days: int, call_now: int
) -> None:
    ben, route = clinic.add_staff("ben", Role.CALLER).staff.id, Route()
    facts.event(clinic, ask(clinic), 1, EventKind.HANDED_OVER, whom=ben)
    clinic.clock.move(days=7)
    for _ in range(2):
        sender(clinic, route, days=days).look()
        clinic.clock.move(minutes=10)
    (subject,) = route.subjects
    assert f"{call_now} to call now" in subject


def test_a_test_arrives_at_once_and_leaves_nothing(clinic: Clinic) -> None:
    route = Route([Delivery(NoticeFault.SIGN_IN, 535)])
    ask(clinic)
    clinic.clock.move(hours=10)
    assert sender(clinic, route).test() == outcome(Delivery(NoticeFault.SIGN_IN, 535))
    assert route.subjects == ["A test of the notices"]
    assert read_notice_states(clinic.store, clinic.site) == ()


def test_what_was_told_of_a_request_goes_with_it(clinic: Clinic) -> None:
    done = ask(clinic)
    ask(clinic, "Ravi")
    sender(clinic, Route()).look()
    assert clinic.count("notice_request") == 2
    facts.event(clinic, done, 1, EventKind.CLOSED, "declined")
    clinic.clock.move(days=91)
    clinic.rules = Rules(closed_requests_kept=timedelta(days=90))
    clinic.access.oversight_desk(clinic.fresh(clinic.manager)).run_retention()
    assert clinic.count("notice_request") == clinic.count("callback_request") == 1


def test_a_corrected_request_is_not_told_of_again(clinic: Clinic) -> None:
    route, request = Route(), ask(clinic)
    sending = sender(clinic, route)
    sending.look()
    clinic.clock.move(minutes=10)
    assert sending.look() == outcome()
    desk = clinic.access.person_desk(clinic.fresh(clinic.manager))
    assert isinstance(desk.correct_request(request, "Siti", "+6590001112"), Corrected)
    clinic.clock.move(minutes=30)
    assert sending.look() == ()
    assert len(route.taken) == 1
