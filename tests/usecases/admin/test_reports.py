"""Reports tell finished blocks as they stood, from real records, and tell them once and for all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.callbacks.entry import PaperForm
from kiosk.domain.callbacks.request import CallLanguage, Origin
from kiosk.domain.callbacks.state import AttemptResult, EventKind
from kiosk.domain.person.data import Corrected
from kiosk.domain.policy import Rules
from kiosk.domain.statistics import (
    AttendanceBlock,
    Block,
    FirstVisitStatistics,
    RequestsBlock,
    Waits,
)
from kiosk.presentation.statistics import REPORTS
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support import facts
from tests.support.desks import Clinic

pytestmark = pytest.mark.central

MISS, REACHED = AttemptResult.NO_ANSWER.value, AttemptResult.REACHED_SELF.value


def open_desk(clinic: Clinic) -> OversightDesk:
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager))


def to_a_new_block(clinic: Clinic) -> None:
    """Move to the Monday noon on which a block begins (the clinic's clock stands at a noon)."""
    ends = open_desk(clinic).report(RequestsBlock).next_at - timedelta(days=2)
    clinic.clock.at = ends + timedelta(hours=12)


def to_the_report(clinic: Clinic) -> OversightDesk:
    # Past the days in which the block before is still settled.
    clinic.clock.move(days=3)
    clinic.clock.at = open_desk(clinic).report(RequestsBlock).next_at
    return open_desk(clinic)


def ask(
    clinic: Clinic,
    language: CallLanguage = CallLanguage.ENGLISH,
    visitor: VisitorDesk | None = None,
) -> UUID:
    draft = replace(clinic.draft(), call_language=language)
    (visitor or clinic.visitor).request_callback(draft)
    return draft.id


def last_requests(desk: OversightDesk) -> RequestsBlock:
    (block,) = desk.report(RequestsBlock, 1).blocks
    return block


def last_attendance(desk: OversightDesk) -> AttendanceBlock:
    (block,) = desk.report(AttendanceBlock, 1).blocks
    return block


def test_a_block_of_requests_is_told_from_what_was_done(clinic: Clinic) -> None:
    to_a_new_block(clinic)
    requests = [ask(clinic) for _ in range(12)]
    clinic.clock.move(hours=2)
    for request in requests:
        facts.event(clinic, request, 1, EventKind.ATTEMPT, MISS)
    clinic.clock.move(days=1)
    for request in requests[:6]:
        facts.event(clinic, request, 2, EventKind.ATTEMPT, REACHED)
    mistake = facts.event(clinic, requests[6], 2, EventKind.ATTEMPT, REACHED)
    facts.event(clinic, requests[6], 3, EventKind.UNDONE, other=mistake)
    for request in requests[6:]:
        facts.event(clinic, request, 4, EventKind.ATTEMPT, MISS)
    told = last_requests(to_the_report(clinic))
    assert told.total == 12
    assert told.first_attempt == told.weeks[0].first_attempt == Waits(2, 2)
    # Two working hours, and a working day of nine.
    assert told.contact == Waits(11, None)
    assert told.reach == (None, 50, None)


def test_a_block_of_attendance_is_told_from_who_was_there(clinic: Clinic) -> None:
    to_a_new_block(clinic)
    session = clinic.add_session("Room 2", hours=3)
    clinic.clock.move(hours=1)
    for number in range(9):
        facts.check_in(clinic, session.id, bytes([number]) * 16)
    facts.check_in(clinic, session.id, bytes([0]) * 16, nth=1)
    facts.check_in(clinic, session.id)
    voided = facts.check_in(clinic, session.id)
    facts.check_in(clinic, session.id, void_of=voided)
    facts.check_in(clinic, clinic.id())
    told = last_attendance(to_the_report(clinic))
    assert told.total == 10
    (group,) = told.groups
    assert group.name == "Group of Room 2"
    # Shown, the one week in which anybody came would tell that nobody did in the others.
    assert group.weeks == (None,) * 4


def test_first_visits_are_told_with_who_was_met_and_who_came_again(clinic: Clinic) -> None:
    to_a_new_block(clinic)
    session = clinic.add_session("Room 2", hours=3)
    clinic.clock.move(hours=1)
    arrivals = [facts.check_in(clinic, session.id, bytes([number]) * 16) for number in range(30)]
    wishes = [
        facts.check_in(clinic, session.id, about=(CheckInKind.FIRST_VISIT, one))
        for one in arrivals[:16]
    ]
    for one in arrivals[:11]:
        facts.check_in(clinic, session.id, about=(CheckInKind.MET, one))
    mistake = facts.check_in(clinic, session.id, about=(CheckInKind.MET, arrivals[11]))
    facts.check_in(clinic, session.id, void_of=mistake)
    facts.check_in(clinic, session.id, void_of=wishes[15])
    clinic.clock.move(days=7)
    later = clinic.add_session("Room 2", hours=3)
    clinic.clock.move(hours=1)
    for number in (*range(6), 16):
        facts.check_in(clinic, later.id, bytes([number]) * 16)
    told = last_attendance(to_the_report(clinic))
    assert told.first_visits == FirstVisitStatistics(15, None, 6)


class OneTransaction:
    """A store all of whose transactions are one."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        yield self._transaction
        self._transaction.flush()

    read = write

    def checkpoint(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def examine(self) -> bool:
        raise NotImplementedError


def random_days(clinic: Clinic, dice: Random, days: int) -> None:
    """Let anything happen for some days: requests, calls, mistakes, arrivals, a clock set back."""
    with clinic.store.write() as transaction:
        random_days_of(replace(clinic, store=OneTransaction(transaction)), dice, days)


def random_days_of(clinic: Clinic, dice: Random, days: int) -> None:
    visitor = clinic.visitor
    sessions = [clinic.add_session(f"Room {number}", hours=20).id for number in range(2)]
    requests: list[tuple[UUID, list[UUID]]] = []
    arrivals: list[UUID] = []
    for _ in range(days):
        back = timedelta(days=40) if dice.random() < 0.1 else timedelta(0)
        clinic.clock.at -= back
        for _ in range(dice.randint(0, 4)):
            language = dice.choice([CallLanguage.ENGLISH, CallLanguage.TAMIL])
            requests.append((ask(clinic, language, visitor), []))
            lookup = dice.choice([None, dice.randbytes(16)])
            arrivals.append(facts.check_in(clinic, dice.choice(sessions), lookup))
        for request, events in dice.sample(requests, min(3, len(requests))):
            kind = dice.choice([EventKind.ATTEMPT, EventKind.ATTEMPT, EventKind.CLOSED])
            revision = len(events) + 1
            outcome = dice.choice([MISS, REACHED]) if kind is EventKind.ATTEMPT else "declined"
            undo = events and dice.random() < 0.3
            if undo:
                kind, outcome = EventKind.UNDONE, ""
            other = dice.choice(events) if undo else None
            events.append(facts.event(clinic, request, revision, kind, outcome, other=other))
        for arrival in dice.sample(arrivals, min(1, len(arrivals))):
            facts.check_in(clinic, sessions[0], void_of=arrival)
        clinic.clock.at += back + timedelta(days=1)


def told(desk: OversightDesk) -> dict[tuple[str, Block], RequestsBlock | AttendanceBlock]:
    requests, arrivals = desk.report(RequestsBlock, 9), desk.report(AttendanceBlock, 9)
    found: dict[tuple[str, Block], RequestsBlock | AttendanceBlock] = {}
    found.update({("requests", one.block): one for one in requests.blocks})
    found.update({("attendance", one.block): one for one in arrivals.blocks})
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_block_that_was_told_never_changes(clinic: Clinic, seed: int) -> None:
    clinic.rules = Rules(
        closed_requests_kept=timedelta(days=60), attendance_kept=timedelta(days=75)
    )
    dice = Random(seed)
    earlier: dict[tuple[str, Block], RequestsBlock | AttendanceBlock] = {}
    compared = gone = 0
    for _ in range(8):
        random_days(clinic, dice, dice.randint(5, 21))
        desk = open_desk(clinic)
        gone += desk.run_retention().total
        now = told(desk)
        same = now.keys() & earlier.keys()
        assert {key: now[key] for key in same} == {key: earlier[key] for key in same}
        earlier |= now
        compared += len(same)
    assert compared > 3
    assert gone > 3
    assert any(one.total is not None for one in earlier.values())


def test_a_report_of_more_blocks_tells_the_same_of_each(clinic: Clinic) -> None:
    random_days(clinic, Random(9), 90)
    desk = open_desk(clinic)
    most = desk.report(RequestsBlock, 9).blocks
    assert len(most) >= 3
    assert desk.report(RequestsBlock, 1).blocks == most[-1:]
    assert desk.report(RequestsBlock, 2).blocks == most[-2:]
    assert desk.report(AttendanceBlock, 2).blocks == desk.report(AttendanceBlock, 9).blocks[-2:]


def test_what_the_centre_had_too_late_counts_no_more(clinic: Clinic) -> None:
    to_a_new_block(clinic)
    session = clinic.add_session()
    for _ in range(6):
        facts.check_in(clinic, session.id)
        ask(clinic)
    desk = to_the_report(clinic)
    requests, arrivals = last_requests(desk), last_attendance(desk)
    assert (requests.total, arrivals.total) == (6, 6)
    in_time, late = clinic.clock.at - timedelta(seconds=1), clinic.clock.at
    for received, left in ((in_time, 6), (late, None)):
        for table in ("check_in", "callback_request"):
            at = received.strftime("%Y-%m-%d %H:%M:%S.%f")
            clinic.bend(f"UPDATE {table} SET received_at='{at}'")  # noqa: S608
        desk = open_desk(clinic)
        assert (last_requests(desk).total, last_attendance(desk).total) == (left, left)


@pytest.mark.own_file
def test_what_staff_enter_or_correct_later_changes_no_block_that_was_told(clinic: Clinic) -> None:
    to_a_new_block(clinic)
    asked = [ask(clinic) for _ in range(8)]
    filled_in_at = clinic.clock.at
    before = last_requests(to_the_report(clinic))
    desk = clinic.access.entry_desk(clinic.fresh(clinic.manager))
    (form,) = desk.make_forms(1)
    on_paper = Origin("paper", None, "person", "paper")
    paper = PaperForm(form.reference, filled_in_at)
    desk.enter(replace(clinic.draft(), origin=on_paper), paper)
    people = clinic.access.person_desk(clinic.fresh(clinic.manager))
    assert isinstance(people.correct_request(asked[0], "Mei", "+6590001112"), Corrected)
    assert last_requests(open_desk(clinic)) == before
    assert before.total == 8


def test_groups_are_told_whether_or_not_anybody_came(clinic: Clinic) -> None:
    to_a_new_block(clinic)
    clinic.add_session("Room 1")
    clinic.add_session("Room 2")
    clinic.bend(
        "UPDATE support_group SET deleted_at='2026-01-01 00:00:00.000000'"
        " WHERE public_label='Room 2'"
    )
    desk = to_the_report(clinic)
    clinic.add_session("Room 3")
    assert [group.name for group in last_attendance(desk).groups] == ["Group of Room 1"]


def test_every_report_that_is_shown_tells_its_own_blocks(clinic: Clinic) -> None:
    random_days(clinic, Random(9), 90)
    desk = open_desk(clinic)
    for report in REPORTS:
        blocks = desk.report(report.kind).blocks
        assert blocks
        assert {type(block) for block in blocks} == {report.kind}
