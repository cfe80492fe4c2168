"""A kiosk that is switched off, or whose desks do not open: visitors are sent to people."""

import logging

import pytest

from kiosk.errors import SetupError, StoreDamaged
from kiosk.ui.visitor.visit import VisitorSide
from tests.support.desks import Clinic
from tests.support.screens import COUNTER, HOME, Visitor, at_kiosk, side_of
from tests.ui.visitor.stops import STRANGER

RESTING = "This screen is resting. Any staff member can do everything for you."


async def expect_help_and_nothing_else(visitor: Visitor) -> None:
    """Try what a visitor might try before a closed kiosk."""
    visitor.expect(COUNTER, RESTING)
    await visitor.scan(STRANGER)
    await visitor.keys("c", "g", "r", "t", "k", "w", "enter", "space", "tab", "f9", "b")
    visitor.expect(COUNTER, RESTING)
    await visitor.keys("h")
    visitor.expect("You can say: I need help now.")
    await visitor.scan(STRANGER + "0")
    await visitor.keys("b")
    visitor.expect(COUNTER, RESTING)
    await visitor.keys("escape")
    visitor.expect(COUNTER, RESTING)


async def test_switched_off_before_the_start(clinic: Clinic) -> None:
    clinic.add_session()
    clinic.maintenance.set_out_of_order("switched off by staff")
    async with at_kiosk(clinic) as visitor:
        visitor.expect_not("For staff", "switched off")
        await expect_help_and_nothing_else(visitor)
    assert clinic.count("check_in") == 0


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SetupError("There is no clinic here; run kiosk init."), "There is no clinic here;"),
        (StoreDamaged("The file [b]kiosk.db[/b] is damaged."), "The file [b]kiosk.db[/b] is"),
        (RuntimeError("secret Xanthippe"), "RuntimeError at"),
        (KeyError("[/]"), "KeyError at"),
    ],
)
async def test_desks_that_do_not_open(
    clinic: Clinic, caplog: pytest.LogCaptureFixture, error: Exception, sentence: str
) -> None:
    def boot() -> VisitorSide:
        raise error

    async with at_kiosk(clinic, boot=boot) as visitor:
        visitor.expect(f"For staff: {sentence}")
        visitor.expect_not("Xanthippe")
        await expect_help_and_nothing_else(visitor)
        visitor.expect(f"For staff: {sentence}")
        await visitor.wait(1000)
        visitor.expect(COUNTER)
    assert "Xanthippe" not in caplog.text
    assert caplog.records[0].levelno == logging.ERROR


async def test_keys_pressed_before_the_desks_are_open_are_kept(clinic: Clinic) -> None:
    """The home screen is there before the database; a visitor need not wait."""
    tried: list[bool] = []

    def boot() -> VisitorSide:
        tried.append(True)
        return side_of(clinic)

    clinic.add_session()
    async with at_kiosk(clinic, boot=boot) as visitor:
        await visitor.keys("g")
        visitor.expect("Room 2, 12:00 pm")
    assert tried == [True]


async def test_a_closed_kiosk_is_opened_by_staff_with_the_pin(clinic: Clinic) -> None:
    clinic.maintenance.set_out_of_order("switched off by staff")
    async with at_kiosk(clinic) as visitor:
        visitor.expect(COUNTER)
        await visitor.keys("m")
        await visitor.type("246810", "enter", "o")
        visitor.expect(HOME)
        clinic.add_session()
        await visitor.scan(STRANGER)
        visitor.expect("You are counted in.")
    assert clinic.maintenance.out_of_order() is None


@pytest.mark.parametrize("size", [(55, 15), (56, 15), (55, 40), (20, 5), (1, 1)], ids=str)
async def test_a_terminal_that_is_too_small(clinic: Clinic, size: tuple[int, int]) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei Ling")
        await visitor.resize(*size)
        text = " ".join(" ".join(visitor.lines).split())
        assert text == (COUNTER if size[0] >= len(COUNTER) else COUNTER[: size[0]])
        await visitor.resize(80, 24)
        visitor.expect("What should we call you?", "Mei Ling")
        await visitor.type(" Tan")
        visitor.expect("Mei Ling Tan")
