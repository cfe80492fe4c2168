"""Slips and references: where a request stands, and withdrawing it."""

import pytest

from kiosk.domain.callbacks.slips import CentralSlip, SlipState
from kiosk.errors import StoreFull
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.desks import Clinic
from tests.support.screens import HOME, at_kiosk

KEPT = "It has been kept safely on this kiosk since"
WITHDRAWN = "It is withdrawn. Nobody will call you about it."
THANKS = "If the code fits a request, staff will withdraw it."


async def test_a_slip_shows_the_state_and_withdraws_at_once(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(receipt.slip_digits)
        visitor.expect("Your request", f"{KEPT} Monday afternoon.", "W Withdraw it")
        visitor.expect_not("Mei", "8123")
        await visitor.at_once("w", "w", "w")
        visitor.expect("Your request", WITHDRAWN)
        visitor.expect_not("Withdraw it")
        await visitor.keys("escape")
        visitor.seconds.at += 6
        await visitor.scan(receipt.slip_digits)
        visitor.expect(WITHDRAWN)
    assert [row.state.status for row in clinic.callbacks.worklist().rows] == ["withdrawn"]


async def test_a_slip_can_be_left_alone(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(receipt.slip_digits)
        await visitor.keys("enter")
        visitor.expect(HOME)
    assert [row.state.status for row in clinic.callbacks.worklist().rows] == ["new"]


async def test_a_slip_of_another_kiosk(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    with clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql("DELETE FROM callback_request")
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(receipt.slip_digits)
        visitor.expect("We do not know this slip here. Any staff member can look for you.")
        visitor.expect_not("Withdraw it")


async def test_withdrawing_while_the_disk_is_full(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_desk: VisitorDesk, _digits: str, _central: CentralSlip | None) -> SlipState:
        raise StoreFull("The disk is full; make room.")

    receipt = clinic.visitor.request_callback(clinic.draft())
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(receipt.slip_digits)
        with monkeypatch.context() as broken:
            broken.setattr(VisitorDesk, "withdraw_by_slip", full)
            await visitor.keys("w")
        visitor.expect(KEPT, "This could not be kept just now. Please ask at the counter.")
        await visitor.keys("w")
        visitor.expect(WITHDRAWN)


async def test_a_typed_reference_gets_one_answer_whatever_exists(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    unknown = clinic.visitor.request_callback(clinic.draft()).reference
    with clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql(
            "DELETE FROM callback_request WHERE ref = ?", (unknown,)
        )
    answers = []
    async with at_kiosk(clinic) as visitor:
        for reference in (receipt.reference, unknown):
            for typed in (reference, reference.lower().replace("-", " ")):
                await visitor.keys("w")
                await visitor.type(typed, "enter")
                visitor.expect("Thank you", THANKS)
                answers.append(visitor.lines)
                await visitor.keys("escape")
    assert answers.count(answers[0]) == 4


MISTYPED = (
    ("", "Please type the code from your slip."),
    ("   ", "Please type the code from your slip."),
    ("7K4Q-FMRT", "That code does not look right. Please check it once more."),
    ("hello", "That code does not look right. Please check it once more."),
    ("[/]", "That code does not look right. Please check it once more."),
)


async def test_a_mistyped_reference(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("w")
        for typed, sentence in MISTYPED:
            visitor.screen.query_one(Field).value = ""
            await visitor.type(typed, "enter")
            visitor.expect("Or type its code", sentence)
            assert visitor.screen.query_one(Field).value == typed
            await visitor.keys("x")
            visitor.expect_not(sentence)
    assert clinic.count("callback_withdrawal") == 0


async def test_the_thanks_clear_by_themselves(clinic: Clinic) -> None:
    reference = clinic.visitor.request_callback(clinic.draft()).reference
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("w")
        await visitor.type(reference, "enter")
        visitor.expect(THANKS)
        await visitor.wait(9)
        visitor.expect(HOME)
