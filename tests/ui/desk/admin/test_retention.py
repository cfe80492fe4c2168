"""Records kept: the policy in words, a look that deletes nothing, and a run that does."""

import os
from datetime import timedelta
from threading import Event

import pytest

from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.policy import Rules
from kiosk.domain.retention import RetentionDone
from kiosk.errors import SetupError
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.admin.retention import Progress
from tests.support import facts
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk


@pytest.fixture
def old(clinic: Clinic) -> Clinic:
    """A clinic with three requests and one file that have been kept for long enough."""
    clinic.rules = Rules(closed_requests_kept=timedelta(days=90), exports_kept=timedelta(days=7))
    for _ in range(3):
        draft = clinic.draft()
        clinic.visitor.request_callback(draft)
        facts.event(clinic, draft.id, 1, EventKind.CLOSED, "declined")
    folder = clinic.context.exports
    assert folder is not None
    folder.mkdir()
    (folder / "callbacks.csv").write_text("Mei")
    os.utime(folder / "callbacks.csv", (clinic.clock.at.timestamp(),) * 2)
    clinic.clock.move(days=100)
    return clinic


async def at_records(colleague: Colleague) -> None:
    await colleague.enter("manager")
    await colleague.keys("d")
    colleague.expect("Records kept")


async def test_the_policy_is_told_in_words(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await at_records(colleague)
        colleague.expect("Go 180 days after they are closed or withdrawn.")
        colleague.expect("Check-ins and head counts go after 2 years.")
        colleague.expect("Go 2 years after their last use.", "Go 7 days after they were written.")
        colleague.expect("Nothing is deleted by itself until a manager", "kiosk.toml")
        assert sum("Nothing would go now." in line for line in colleague.lines) == 4


async def test_looking_deletes_nothing(old: Clinic) -> None:
    async with at_desk(old) as colleague:
        await at_records(colleague)
        colleague.expect("3 requests would go now, the oldest of 2 Mar 2026.")
        colleague.expect("1 file would go now, the oldest of 2 Mar 2026.")
        old.clock.move(minutes=7)
        await colleague.keys("p")
        colleague.expect("Looked at 12:07; nothing has been deleted by looking.")
        await colleague.keys("d")
        colleague.expect("Agree, and delete for good what is due?", "It cannot be brought back")
        colleague.expect("By this clock it is Wednesday, 10 Jun 2026.", "every day, by itself")
        await colleague.keys("n")
        colleague.expect("3 requests would go now", "Nothing is deleted by itself until")
    assert old.count("callback_request") == 3


async def test_a_confirmed_run_deletes_and_says_what(old: Clinic) -> None:
    async with at_desk(old) as colleague:
        await at_records(colleague)
        await colleague.keys("d", "y")
        colleague.expect("Deleted for good: 3 requests, 1 file.")
        colleague.expect("It goes by itself, once a day; last on Wed 10 Jun 2026, 12:00")
        colleague.expect_not("would go now,")
        await colleague.keys("d")
        colleague.expect("Run it all the same?", "Nothing is old enough")
        await colleague.keys("y")
        colleague.expect("Nothing was old enough to be deleted.")
    assert old.count("callback_request") == 0


async def test_a_long_run_shows_how_far_it_is(old: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = Event()

    def run(desk: OversightDesk, progress: Progress) -> RetentionDone:
        progress(300, 1200)
        assert may_end.wait(10)
        return RetentionDone(old.clock.at, 0, 1200, 0, 0)

    monkeypatch.setattr(OversightDesk, "run_retention", run)
    async with at_desk(old) as colleague:
        await at_records(colleague)
        await colleague.keys("d")
        await colleague.sends("y")
        await colleague.until("Deleting 300 of 1,200", 10)
        colleague.expect(f"{'█' * 10}{'░' * 30}")
        colleague.expect_not("Preview", "Looked at")
        may_end.set()
        await colleague.settle()
        colleague.expect("Deleted for good: 1,200 check-ins and head counts.", "Preview")
        colleague.expect_not("░")


async def test_trouble_in_a_run_is_said(old: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_desk: OversightDesk, _progress: Progress) -> RetentionDone:
        raise SetupError("The exports folder cannot be emptied.")

    monkeypatch.setattr(OversightDesk, "run_retention", run)
    async with at_desk(old) as colleague:
        await at_records(colleague)
        await colleague.keys("d", "y")
        colleague.expect("The exports folder cannot be emptied.", "3 requests would go now")


async def test_what_holds_it_up_is_said(old: Clinic) -> None:
    async with at_desk(old) as colleague:
        await at_records(colleague)
        await colleague.keys("d", "y", "escape")
        old.clock.move(hours=-1)
        await colleague.keys("d")
        colleague.expect("The clock stands before the last record, so nothing is deleted.")
        await colleague.keys("d", "y")
        colleague.expect("Set it, or say on the maintenance screen that it is right.")
