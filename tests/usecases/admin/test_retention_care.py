"""What a retention run must not take along: what something younger hangs on, what changed."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from kiosk.domain.callbacks.actions import Claim, Merge
from kiosk.domain.callbacks.slips import RequestPhase
from kiosk.domain.callbacks.state import EventKind, RequestStatus
from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.policy import Rules
from kiosk.domain.retention import RetentionDone
from kiosk.records import outbox
from kiosk.records.retention import cutoff
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Outbox
from kiosk.records.schema.tables import CheckIn
from tests.support import facts
from tests.support.calls import ask, do
from tests.support.desks import Clinic

pytestmark = pytest.mark.central

RULES = Rules(
    closed_requests_kept=timedelta(days=90),
    attendance_kept=timedelta(days=200),
    passes_kept=timedelta(days=200),
)


def run(clinic: Clinic, **span: float) -> RetentionDone:
    """Let time pass, and then the policy."""
    clinic.clock.move(**span)
    clinic.rules = RULES
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager)).run_retention()


def test_a_duplicate_stays_as_long_as_what_it_was_merged_into(clinic: Clinic) -> None:
    """Its slip still takes back the request that the call goes on under."""
    first = clinic.draft()
    clinic.visitor.request_callback(first)
    middle, last = ask(clinic), ask(clinic)
    do(clinic.callbacks, first.id, Claim(), Merge(middle))
    do(clinic.callbacks, middle, Claim(), Merge(last))
    assert run(clinic, days=100).requests == 0
    taken = clinic.visitor.withdraw_by_slip(encode(CodeKind.SLIP, first.slip_secret))
    assert taken.phase is RequestPhase.WITHDRAWN
    row = clinic.callbacks.row(last)
    assert isinstance(row, WorkRow)
    assert row.state.status is RequestStatus.WITHDRAWN
    assert run(clinic, days=89).requests == 0
    assert run(clinic, days=1).requests == 3
    assert clinic.count("callback_event") == clinic.count("callback_withdrawal") == 0


def met_centre_that_has_all(clinic: Clinic) -> None:
    with clinic.store.write() as transaction:
        rows = outbox.waiting(transaction, 10_000)
        outbox.confirm(transaction, rows, clinic.clock.now())


def owe_again(clinic: Clinic) -> None:
    """Queue every check-in once more, as a centre of another epoch wants it."""
    with clinic.store.write() as transaction:
        connection, kind = transaction.connection(), table(CheckIn)
        rows = connection.execute(select(kind.c.site_id, kind.c.id)).all()
        queued = [
            {"site_id": site, "table_name": kind.name, "row_id": id_, "payload": "{}"}
            for site, id_ in rows
        ]
        connection.execute(insert(table(Outbox)), queued)


@pytest.mark.own_file
def test_what_the_centre_asks_for_again_during_the_run_stays(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutoff, "IDS_AT_A_TIME", 1)
    session = clinic.add_session()
    for number in range(3):
        facts.check_in(clinic, session.id, bytes([number]) * 16)
    met_centre_that_has_all(clinic)
    clinic.clock.move(days=300)
    clinic.rules = RULES
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))

    def first_part(done: int, _total: int) -> None:
        if done == 1:
            owe_again(clinic)

    assert desk.run_retention(first_part).attendance == 1
    assert clinic.count("check_in") == 2
    assert clinic.count("outbox") >= 2


@pytest.mark.own_file
def test_a_kiosk_with_a_centre_lets_nobody_go_who_may_have_come_elsewhere(clinic: Clinic) -> None:
    facts.person(clinic, b"p" * 16)
    met_centre_that_has_all(clinic)
    assert run(clinic, days=300).passes == 0
    assert clinic.count("participant") == clinic.count("passcard") == 1


def test_who_comes_back_during_the_run_stays(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutoff, "IDS_AT_A_TIME", 1)
    session = clinic.add_session()
    for number in range(3):
        facts.person(clinic, bytes([number]) * 16)
    clinic.clock.move(days=300)
    clinic.rules = RULES
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))

    def while_it_runs(done: int, _total: int) -> None:
        if done == 1:
            for number in range(3):
                facts.check_in(clinic, session.id, bytes([number]) * 16)

    assert desk.run_retention(while_it_runs).passes == 1
    assert clinic.count("passcard") == 2


@pytest.mark.own_file
def test_a_void_stays_as_long_as_what_it_voids_is_owed(clinic: Clinic) -> None:
    session = clinic.add_session()
    arrival = facts.check_in(clinic, session.id, b"p" * 16)
    facts.check_in(clinic, session.id, void_of=arrival)
    with clinic.store.write() as transaction:
        rows = [row for row in outbox.waiting(transaction, 10_000) if row.row_id != arrival]
        outbox.confirm(transaction, rows, clinic.clock.now())
    assert run(clinic, days=300).attendance == 0
    assert clinic.count("check_in") == 2


def test_an_escalated_request_waits_like_any_other(clinic: Clinic) -> None:
    request = ask(clinic)
    facts.event(clinic, request, 1, EventKind.ESCALATED)
    assert run(clinic, days=89).requests == 0
    assert run(clinic, days=1).requests == 1
