"""Retention by itself: once a manager has agreed, once a day, and by no clock that is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.policy import Rules
from kiosk.domain.retention import RetentionDone, RetentionHold, RetentionStatus
from kiosk.errors import SetupError
from kiosk.usecases.admin import retention
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.admin.retention import DueRecords, read_status, run_by_itself
from kiosk.usecases.staff_desk import Context
from tests.support import facts
from tests.support.desks import Clinic

pytestmark = pytest.mark.central

RULES = Rules(closed_requests_kept=timedelta(days=90))
FAR_AHEAD = timedelta(days=5 * 365)


def closed(clinic: Clinic) -> UUID:
    """Keep a request that is closed at once."""
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    facts.event(clinic, draft.id, 1, EventKind.CLOSED, "declined")
    return draft.id


@pytest.fixture
def old(clinic: Clinic) -> Clinic:
    """A clinic with a request that has been closed for long enough, and nothing agreed."""
    clinic.rules = RULES
    closed(clinic)
    clinic.clock.move(days=91)
    return clinic


def desk(clinic: Clinic) -> OversightDesk:
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager))


def status(clinic: Clinic) -> RetentionStatus:
    with clinic.store.read() as transaction:
        return read_status(clinic.context, transaction, clinic.clock.now())


def run(clinic: Clinic) -> RetentionDone | None:
    return run_by_itself(clinic.context)


def entries(clinic: Clinic) -> list[tuple[str, str]]:
    """Return what the trail tells of retention: the action and who did it."""
    lines = desk(clinic).audit_trail()
    return [(one.action, one.login) for one in reversed(lines) if "retention" in one.action]


def test_nothing_goes_before_a_manager_has_looked_and_agreed(old: Clinic) -> None:
    assert run(old) is None
    assert desk(old).retention_preview().status.hold is RetentionHold.NOT_AGREED
    assert old.count("callback_request") == 1
    assert desk(old).run_retention().requests == 1
    assert status(old).hold is None
    assert entries(old) == [
        ("retention_agreed", "manager"),
        ("retention_begun", "manager"),
        ("retention_done", "manager"),
    ]


def test_then_it_goes_once_a_day_in_the_machines_own_name(old: Clinic) -> None:
    desk(old).run_retention()
    closed(old)
    gone = 0
    for _ in range(13):
        old.clock.move(days=7)
        done = run(old)
        assert done is not None
        gone += done.requests
        assert run(old) is None
    assert gone == 1
    assert entries(old)[-2:] == [("retention_begun", ""), ("retention_done", "")]
    old.clock.move(hours=19)
    assert run(old) is None


def test_who_looks_while_another_one_is_at_work_leaves_it_to_them(
    old: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(old).run_retention()
    old.clock.move(days=13)
    seen: list[RetentionDone | None] = []
    find = retention.find_due_records

    def meanwhile(context: Context, transaction: Transaction, now: datetime) -> DueRecords:
        seen.append(run(old))
        return find(context, transaction, now)

    monkeypatch.setattr(retention, "find_due_records", meanwhile)
    assert run(old) is not None
    assert seen == [None]


def test_of_two_that_look_at_once_one_runs(old: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    desk(old).run_retention()
    old.clock.move(days=13)
    done: list[RetentionDone | None] = []
    look = retention.read_status

    def beside(context: Context, transaction: Transaction, here: datetime) -> RetentionStatus:
        found = look(context, transaction, here)
        if not done:
            done.append(None)
            done.append(run(old))
        return found

    monkeypatch.setattr(retention, "read_status", beside)
    assert run(old) is None
    assert done[1] is not None


def test_a_run_that_was_cut_off_is_completed_an_hour_later(old: Clinic) -> None:
    desk(old).run_retention()
    closed(old)
    for _ in range(7):
        old.clock.move(days=13)
        if old.clock.at < datetime(2026, 8, 30, tzinfo=UTC):
            run(old)

    def cut(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_by_itself(old.context, cut)
    assert run(old) is None
    old.clock.move(hours=1)
    assert run(old) is not None


def test_a_policy_that_keeps_less_is_agreed_to_anew(old: Clinic) -> None:
    desk(old).run_retention()
    old.clock.move(days=1)
    old.rules = replace(RULES, closed_requests_kept=timedelta(days=89))
    assert status(old).hold is RetentionHold.SHORTER
    assert run(old) is None
    old.rules = replace(RULES, closed_requests_kept=timedelta(days=180))
    assert run(old) is not None


def test_a_clock_that_is_far_ahead_lets_nothing_go(clinic: Clinic) -> None:
    clinic.rules = RULES
    desk(clinic).run_retention()
    closed(clinic)
    clinic.clock.at += FAR_AHEAD
    assert status(clinic).hold is RetentionHold.CLOCK_AHEAD
    assert run(clinic) is None
    closed(clinic)  # what is written meanwhile makes the clock no more credible
    assert run(clinic) is None
    assert clinic.count("callback_request") == 2
    clinic.clock.at -= FAR_AHEAD - timedelta(days=1)
    assert clinic.count("callback_request") == 2


@pytest.mark.own_file
def test_a_clock_before_the_last_record_lets_nothing_go_by_hand_either(old: Clinic) -> None:
    desk(old).run_retention()
    closed(old)
    old.clock.move(days=-40)
    assert status(old).hold is RetentionHold.CLOCK_BEHIND
    assert run(old) is None
    with pytest.raises(SetupError, match="The clock stands before the last record"):
        desk(old).run_retention()
    assert old.count("callback_request") == 1


@pytest.mark.own_file
@pytest.mark.parametrize("wrong", [datetime(1970, 1, 1, 0, 5, tzinfo=UTC), None])
def test_what_a_wrong_clock_dated_is_odd_and_not_old(
    clinic: Clinic, wrong: datetime | None
) -> None:
    """It goes as long after the machine wrote by a right clock again as all else."""
    clinic.rules = RULES
    clinic.clock.move(days=100)
    right, session = clinic.clock.at, clinic.add_session()
    desk(clinic).run_retention()
    clinic.clock.at = wrong or right - timedelta(days=99)
    facts.check_in(clinic, session.id, b"p" * 16)
    facts.head_count(clinic, session.id, 1)
    facts.person(clinic, b"q" * 16)
    closed(clinic)
    clinic.clock.at = right
    plan = desk(clinic).retention_preview()
    assert [one.count for one in plan.counts] == [0, 0, 0, 0]
    assert desk(clinic).run_retention().total == 0
    clinic.clock.move(days=91)
    assert desk(clinic).run_retention().requests == 1
    clinic.clock.move(days=731)
    assert desk(clinic).run_retention().attendance == 2
    assert clinic.count("participant") == (1 if wrong else 0)


@pytest.mark.own_file
def test_what_is_dated_before_the_clinic_was_founded_is_not_old(clinic: Clinic) -> None:
    """The first facts of a machine have none before them that would mark them as doubtful."""
    clinic.clock.move(days=1)
    session, early = clinic.add_session(), datetime(1970, 1, 1, tzinfo=UTC)
    arrival = facts.check_in(clinic, session.id, b"p" * 16, at=early)
    facts.check_in(clinic, session.id, void_of=arrival)
    assert clinic.column("SELECT clock_doubtful FROM check_in") == [0, 0]
    assert desk(clinic).run_retention().attendance == 0
    clinic.clock.move(days=731)
    assert desk(clinic).run_retention().attendance == 2


def test_it_waits_between_small_transactions(old: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.records.retention.cutoff.IDS_AT_A_TIME", 1)
    desk(old).run_retention()
    for _ in range(3):
        closed(old)
    steps: list[int] = []
    for _ in range(8):
        old.clock.move(days=13)
        run_by_itself(old.context, lambda done, _of: steps.append(done))
    assert steps == [1, 2, 3]
