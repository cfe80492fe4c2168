"""What waits at the places of the menu, in a few words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.attendance.roster import SessionStage
from kiosk.domain.callbacks.notice import Delivery, NoticeFault, NoticeState, NoticeWay
from kiosk.domain.central.fleet import KioskView, MachineKind
from kiosk.domain.health import FirstStep
from kiosk.domain.policy import Rules
from kiosk.domain.retention import KeptDays, RetentionPast, RetentionStatus, retention_status
from kiosk.presentation.menu import (
    PlaceNews,
    describe_first_step,
    tell_anomalies,
    tell_callbacks,
    tell_helplines,
    tell_machines,
    tell_retention,
    tell_sessions,
)

ZONE = ZoneInfo("Asia/Singapore")
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
POLICY = KeptDays.of(Rules())
ROOM = 38
"""Cells of a tile at 80 columns, but for its mark."""


@pytest.mark.parametrize(
    ("waiting", "now", "told"),
    [
        (70, 64, PlaceNews("64 to call now", "64 to call now")),
        (12, 0, PlaceNews("None to call now; 12 wait")),
        (1, 0, PlaceNews("None to call now; 1 waits")),
        (0, 0, PlaceNews("Nothing waits")),
    ],
)
def test_callbacks(waiting: int, now: int, told: PlaceNews) -> None:
    assert tell_callbacks(waiting, now) == told


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        ((), PlaceNews("No meeting today")),
        ((SessionStage.CANCELLED,), PlaceNews("No meeting today")),
        ((SessionStage.SCHEDULED,), PlaceNews("The next begins at 12:00")),
        ((SessionStage.RECONCILED,), PlaceNews("All lists are closed")),
        ((SessionStage.RUNNING, SessionStage.OPEN), PlaceNews("2 on now")),
        ((SessionStage.ENDED,), PlaceNews("1 list to close", "1 list to close")),
        (
            (SessionStage.ENDED, SessionStage.ENDED, SessionStage.RUNNING),
            PlaceNews("2 lists to close, 1 on now", "2 lists to close"),
        ),
    ],
)
def test_sessions(stages: tuple[SessionStage, ...], told: PlaceNews) -> None:
    assert tell_sessions([(stage, NOON) for stage in stages], ZONE) == told


def test_odd_records() -> None:
    assert tell_anomalies(0) == PlaceNews("Nothing waits")
    assert tell_anomalies(2) == PlaceNews("2 to look at", "2 odd records")


def test_one_machine_is_named_and_several_are_counted() -> None:
    silent = KioskView(
        "Kiosk 2", "8K", MachineKind.KIOSK, here=False, enrolled_at=NOON, joined=True,
        needs=("No contact for 3 hours; 40 records waited then. Look whether it is on.",),
    )  # fmt: skip
    assert tell_machines(()) is None
    told = PlaceNews("Kiosk 2: no contact for 3 hours", "1 kiosk needs a person")
    assert tell_machines((silent,)) == told
    two = tell_machines((silent, replace(silent, name="Kiosk 3")))
    assert two == PlaceNews("2 kiosks need a person", "2 kiosks need a person")


def test_a_notice_that_fails_is_told_where_no_machine_needs_a_person() -> None:
    fine = NoticeState(NoticeWay.COMMAND, UUID(int=1))
    late = NoticeState(NoticeWay.MAIL, UUID(int=2), last=Delivery(NoticeFault.BUSY, 451))
    assert tell_machines((), (fine,)) is None
    assert tell_machines((), (fine, late)) == PlaceNews("Notices by mail fail", "Notices fail")


def retention(**ago: float) -> RetentionStatus:
    done = NOON - timedelta(**ago)
    past = RetentionPast(POLICY, NOON - timedelta(days=9), done, done)
    return retention_status(past, POLICY, NOON, is_doubtful=False)


@pytest.mark.parametrize(
    ("status", "line", "needs"),
    [
        (retention(hours=1), "Retention ran today", False),
        (retention(hours=20), "Retention ran yesterday", False),
        (retention(days=3), "Retention ran on Friday", False),
        (retention(days=4), "Retention not run since Thursday", True),
        (
            retention_status(RetentionPast(), POLICY, NOON, is_doubtful=False),
            "Retention waits for your yes",
            True,
        ),
        (
            retention_status(RetentionPast(), POLICY, NOON, is_doubtful=True),
            "Retention held up: is the clock right?",
            True,
        ),
        (
            retention_status(RetentionPast(POLICY, NOON), POLICY, NOON, is_doubtful=False),
            "Retention runs within the day",
            False,
        ),
    ],
)
def test_retention(status: RetentionStatus, line: str, needs: bool) -> None:
    told = tell_retention(status, ZONE)
    assert (told.line, bool(told.alone)) == (line, needs)
    assert len(told.line) <= ROOM


@pytest.mark.parametrize(
    ("today", "line", "needs"),
    [
        (date(2026, 4, 1), "To be rung again by 23 May 2026", False),
        (date(2026, 4, 23), "To be rung by 23 May 2026", True),
        (date(2026, 5, 24), "Were to be rung by 23 May 2026", True),
    ],
)
def test_helplines(today: date, line: str, needs: bool) -> None:
    told = tell_helplines(date(2026, 5, 23), today)
    assert (told.line, bool(told.alone)) == (line, needs)


def test_every_step_of_the_first_hour_has_words_of_its_own() -> None:
    assert len({describe_first_step(step) for step in FirstStep}) == len(FirstStep)
