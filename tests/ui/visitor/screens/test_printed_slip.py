"""The receipt on a kiosk with a slip printer: one button, and nobody waits for the printer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from kiosk.content.translations import Texts
from kiosk.domain.printing import SLIP_WORDS, PrintedSlip, PrintJob, PrintResult, PrintState
from kiosk.errors import StoreError
from kiosk.ui.visitor.screens.callback_form import CallReviewScreen
from tests.support.desks import Clinic
from tests.support.screens import TELLING, USUAL, Visitor, at_kiosk, side_of
from tests.ui.visitor.layout_rules import offences
from tests.ui.visitor.stops import form

SENT = "Thank you. We have your request."
AROUND_THE_LEAST = ((56, 21), (56, 22), (120, 21), (120, 22), (64, 22))
"""Sizes at which there is just room for a button beside the code, and just not."""
UNDER_WAY = "Your slip is being printed."
PRINTED = PrintResult(PrintState.PRINTED, "Printed.")
ON_ITS_WAY = PrintResult(PrintState.SENT, "Sent to the slip printer.")
OUT_OF_PAPER = PrintResult(PrintState.FAILED, "The slip printer is out of paper.")


class SlipPrinterAtHand:
    """Takes slips, and prints none until a test says so."""

    def __init__(self) -> None:
        self.slips: list[PrintedSlip] = []
        self.jobs: list[PrintJob] = []

    def __call__(self, slip: PrintedSlip) -> PrintJob:
        self.slips.append(slip)
        self.jobs.append(PrintJob("the slip"))
        return self.jobs[-1]


@asynccontextmanager
async def at_receipt(
    clinic: Clinic, printer: SlipPrinterAtHand, size: tuple[int, int] = USUAL
) -> AsyncIterator[Visitor]:
    """Stand before the receipt of a request."""
    async with at_kiosk(
        clinic, boot=partial(side_of, clinic, print_slip=printer), size=size
    ) as visitor:
        await form(CallReviewScreen, "end", "y")(visitor, clinic)
        visitor.expect("Print my slip")
        yield visitor


async def test_a_slip_is_printed_once_while_the_code_stays(clinic: Clinic) -> None:
    printer = SlipPrinterAtHand()
    async with at_receipt(clinic, printer) as visitor:
        visitor.expect(SENT)
        await visitor.keys("p", "p")
        visitor.expect(UNDER_WAY, SENT)
        await visitor.wait(1)
        visitor.expect(UNDER_WAY)
        printer.jobs[0].result = PRINTED
        await visitor.wait(1)
        visitor.expect("Please take your slip.", SENT)
        await visitor.keys("p")
        visitor.expect("Please take your slip.")
        await visitor.keys("escape")
        visitor.expect_not(SENT)
    (slip,) = printer.slips
    (row,) = clinic.callbacks.worklist().rows
    assert slip.reference == row.request.reference
    assert clinic.visitor.check_in(slip.digits)
    assert slip.words == SLIP_WORDS


async def test_a_printer_that_does_not_answer_is_told_as_such(clinic: Clinic) -> None:
    printer = SlipPrinterAtHand()
    async with at_receipt(clinic, printer) as visitor:
        await visitor.keys("p")
        printer.jobs[0].result = ON_ITS_WAY
        await visitor.wait(1)
        visitor.expect("Please take your slip. If none comes, photograph the code.")


async def test_a_slip_that_could_not_be_printed_can_be_tried_again(clinic: Clinic) -> None:
    printer = SlipPrinterAtHand()
    async with at_receipt(clinic, printer) as visitor:
        await visitor.tap("Print my slip")
        printer.jobs[0].result = OUT_OF_PAPER
        await visitor.wait(1)
        visitor.expect("No slip came out. Please photograph the code.", SENT)
        visitor.expect_not("paper")
        await visitor.tap("Print my slip")
        visitor.expect(UNDER_WAY)
    assert len(printer.slips) == 2


async def test_who_leaves_waits_for_no_printer(clinic: Clinic) -> None:
    printer = SlipPrinterAtHand()
    async with at_receipt(clinic, printer) as visitor:
        await visitor.keys("p", "escape")
        visitor.expect_not(SENT)
        printer.jobs[0].result = OUT_OF_PAPER
        await visitor.wait(1)
        visitor.expect_not("No slip came out")
        # The next visitor's slip is another one.
        await form(CallReviewScreen, "end", "y")(visitor, clinic)
        visitor.expect_not(UNDER_WAY, "No slip came out")
        await visitor.keys("p")
    first, second = printer.slips
    assert first != second


async def test_who_looks_at_help_meanwhile_gets_one_slip(clinic: Clinic) -> None:
    printer = SlipPrinterAtHand()
    async with at_receipt(clinic, printer) as visitor:
        await visitor.keys("p", "h")
        visitor.expect_not(SENT)
        await visitor.keys("b")
        visitor.expect(SENT, UNDER_WAY)
        printer.jobs[0].result = PRINTED
        await visitor.wait(1)
        visitor.expect("Please take your slip.")
        await visitor.keys("p")
    assert len(printer.slips) == 1


async def test_without_a_slip_printer_nothing_is_offered(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen, "end", "y")(visitor, clinic)
        visitor.expect(SENT)
        visitor.expect_not("Print")
        await visitor.keys("p")
        visitor.expect_not(UNDER_WAY)


async def test_nothing_of_it_is_cut_at_any_size(clinic: Clinic) -> None:
    wrong = []
    async with at_receipt(clinic, SlipPrinterAtHand()) as visitor:
        for is_offered, result in ((True, None), (False, OUT_OF_PAPER), (True, PRINTED)):
            for size in (*TELLING, *AROUND_THE_LEAST):
                await visitor.resize(*size)
                assert visitor.sees("Print my slip") is (is_offered and size[1] >= 22), size
                found = offences(visitor)
                wrong += [f"{size}, {result}", *found, visitor.picture()] if found else []
            await visitor.resize(*USUAL)
            await visitor.keys("p")
            printer_says(visitor, result)
            await visitor.wait(1)
        visitor.expect_not("Print my slip")
    assert not wrong, "\n".join(wrong)


def printer_says(visitor: Visitor, result: PrintResult | None) -> None:
    job = visitor.app.context.visit.slip_job
    assert job is not None
    job.result = result


@pytest.mark.parametrize("language", ["en", "zh", "ta", "ms"])
def test_the_words_on_a_slip_are_those_of_the_screens_where_it_has_the_letters(
    language: str,
) -> None:
    assert Texts("en").gettext(SLIP_WORDS) == SLIP_WORDS
    assert Texts(language).gettext(SLIP_WORDS)


async def test_a_desk_in_trouble_is_no_printer(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = SlipPrinterAtHand()
    async with at_receipt(clinic, printer) as visitor:

        def fails(_slip: PrintedSlip) -> PrintJob:
            raise StoreError("away")

        monkeypatch.setattr(SlipPrinterAtHand, "__call__", lambda _self, slip: fails(slip))
        await visitor.keys("p")
        visitor.expect("No slip came out. Please photograph the code.")
        monkeypatch.undo()
        await visitor.keys("p")
        visitor.expect(UNDER_WAY)
