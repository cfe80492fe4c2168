"""While the disk is slow, held by somebody else or full, the desk lives and says so."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.errors import StoreFull
from kiosk.ui.desk.attendance.roster import RosterScreen
from kiosk.usecases.attendance.roster_desk import RosterDesk
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk

WAIT = "One moment …"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Open when the disk may take a guest."""
    gate, real = threading.Event(), RosterDesk.add_guests

    def waiting(*words: Any) -> Any:
        assert gate.wait(10)
        return real(*words)

    monkeypatch.setattr(RosterDesk, "add_guests", waiting)
    yield gate
    gate.set()


async def asks_for_a_guest(colleague: Colleague) -> None:
    """Press the key, and let the question reach the desk."""
    await colleague.sends("g")
    async with asyncio.timeout(5):
        while not colleague.asking:
            await asyncio.sleep(0.001)


async def test_an_answer_that_takes_its_time_is_told(clinic: Clinic, gate: threading.Event) -> None:
    clinic.add_session()
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g", "enter")
        await asks_for_a_guest(colleague)
        await colleague.app.tick()
        colleague.expect_not(WAIT)
        # What is said is not hidden by the wait.
        colleague.screen.say("Kept.")
        colleague.seconds.at += 1
        await colleague.app.tick()
        await colleague.until("Kept.", seconds=2)
        colleague.expect_not(WAIT)
        colleague.screen.say("")
        await colleague.app.tick()
        await colleague.until(WAIT, seconds=2)
        gate.set()
        await colleague.settle()
        colleague.expect("One guest more.")
        colleague.expect_not(WAIT)
    assert clinic.count("check_in") == 1


async def test_no_key_waits_for_an_answer(clinic: Clinic, gate: threading.Event) -> None:
    clinic.add_session()
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g", "enter")
        await colleague.sends("g", "h")
        await colleague.until("How many", seconds=2)
        await colleague.sends("escape", "escape", "escape")
        await colleague.until("What would you like to do?", seconds=2)
        await colleague.sends("q")
        await colleague.until("Staff desk", seconds=2)
        gate.set()
        await colleague.settle()
        assert clinic.count("check_in") == 1
        await colleague.sign_in("manager")
        colleague.expect("What would you like to do?")


def fill_up(clinic: Clinic) -> None:
    """Let the file not grow any more, and use up what is left in it."""
    with clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql("PRAGMA max_page_count=1")
    for size in (4000, 400, 40, 1):
        with pytest.raises(StoreFull):
            for _ in range(1000):
                with clinic.store.write() as transaction:
                    transaction.connection().exec_driver_sql(
                        "INSERT INTO outbox (site_id, table_name, row_id, payload)"
                        " VALUES (x'00', 't', x'00', ?)",
                        ("x" * size,),
                    )


async def test_a_full_disk_is_told_and_work_goes_on_when_there_is_room(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g", "enter")
        fill_up(clinic)
        for _ in range(40):
            await colleague.keys("g")
            if not colleague.sees("One guest more."):
                break
        colleague.expect("The disk is full or cannot be written; make room")
        assert isinstance(colleague.screen, RosterScreen)
        before = clinic.count("check_in")
        with clinic.store.write() as transaction:
            transaction.connection().exec_driver_sql("PRAGMA max_page_count=1000000")
        await colleague.keys("g")
        colleague.expect("One guest more.")
        assert clinic.count("check_in") == before + 1
