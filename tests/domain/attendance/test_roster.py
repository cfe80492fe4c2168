"""Where a session stands."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import SessionStage, is_far_count, session_stage

TWO = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SESSION = Session(UUID(int=1), "Room 2", "", TWO, TWO + timedelta(hours=1))


@pytest.mark.parametrize(
    ("minutes", "stage", "closed"),
    [
        (-31, SessionStage.SCHEDULED, SessionStage.SCHEDULED),
        (-30, SessionStage.OPEN, SessionStage.OPEN),
        (0, SessionStage.RUNNING, SessionStage.RECONCILED),
        (60, SessionStage.ENDED, SessionStage.RECONCILED),
        (60 + 72 * 60 - 1, SessionStage.ENDED, SessionStage.RECONCILED),
        (60 + 72 * 60, SessionStage.UNRECONCILED, SessionStage.RECONCILED),
    ],
)
def test_a_session_goes_through_its_stages(
    minutes: int, stage: SessionStage, closed: SessionStage
) -> None:
    now, before = TWO + timedelta(minutes=minutes), timedelta(minutes=30)
    assert session_stage(SESSION, now, before, cancelled=False, reconciled=False) is stage
    assert session_stage(SESSION, now, before, cancelled=False, reconciled=True) is closed
    called_off = session_stage(SESSION, now, before, cancelled=True, reconciled=True)
    assert called_off is SessionStage.CANCELLED


@pytest.mark.parametrize(
    ("listed", "counted", "is_far"),
    [
        (7, 70, True),
        (10, 1, True),
        (0, 5, True),
        (6, 0, True),
        (12, 2, True),
        (5, 15, True),
        (0, 4, False),
        (3, 12, False),
        (12, 21, False),
        (40, 30, False),
        (60, 35, False),
    ],
)
def test_a_count_is_far_that_a_slip_of_the_finger_would_make(
    listed: int, counted: int, is_far: bool
) -> None:
    assert is_far_count(listed, counted) is is_far
