"""What becomes of what is printed is said wherever one is by then; no screen waits for it."""

from kiosk.domain.printing import PrintResult, PrintState
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.deskscreens import Colleague, at_desk

OUT_OF_PAPER = PrintResult(PrintState.FAILED, "The printer is out of paper.")


async def begin(colleague: Colleague) -> None:
    """Print a roster that takes its time."""
    colleague.written.printer.result = None
    await colleague.keys("g", "enter", "p", "p")
    colleague.expect("Printing the roster …")


def end(colleague: Colleague, result: PrintResult) -> None:
    (job,) = colleague.written.printer.jobs
    job.result = result


async def test_a_slow_printer_is_told_and_holds_up_nothing(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-20)
    async with at_desk(clinic, "manager") as colleague:
        await begin(colleague)
        await colleague.wait(5)
        colleague.expect("Printing the roster … 5 s")
        await colleague.keys("g")
        await colleague.wait(0)
        colleague.expect("1 guest")
        await colleague.wait(5)
        await colleague.keys("escape")
        await colleague.wait(5)
        colleague.expect("Groups today", "Printing the roster … 1")
        end(colleague, OUT_OF_PAPER)
        await colleague.wait(1)
        colleague.expect("Groups today", "Not printed: the roster. The printer is out of paper.")
        # It is told once; the list says no longer that it is being printed.
        await colleague.keys("enter")
        await colleague.wait(1)
        colleague.expect("Room 2")
        colleague.expect_not("rinting", "Not printed")


async def test_what_was_not_told_before_the_lock_is_told_after_it(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-20)
    async with at_desk(clinic, "manager") as colleague:
        await begin(colleague)
        await colleague.wait(121)
        colleague.expect_not("roster")
        end(colleague, PrintResult(PrintState.SENT, "Sent to the printer."))
        await colleague.wait(1)
        colleague.expect_not("roster")
        await colleague.type(PASSPHRASE, "enter")
        await colleague.wait(1)
        colleague.expect("Sent to the printer: the roster.")


async def test_what_waits_at_the_printer_is_told(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-20)
    async with at_desk(clinic, "manager", size=(120, 40)) as colleague:
        await begin(colleague)
        end(colleague, PrintResult(PrintState.WAITING, "It waits at the printer (Out of paper)."))
        await colleague.wait(1)
        colleague.expect("Not printed yet: the roster. It waits at the printer (Out of paper).")


async def test_two_that_end_alike_are_told_once(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-20)
    async with at_desk(clinic, "manager") as colleague:
        await begin(colleague)
        await colleague.keys("p")
        for job in colleague.written.printer.jobs:
            job.result = OUT_OF_PAPER
        await colleague.wait(1)
        assert len(colleague.written.printer.jobs) == 2
        assert colleague.screen.sentence == "Not printed: the roster. The printer is out of paper."
