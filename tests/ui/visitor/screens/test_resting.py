"""A kiosk that is switched off, or whose desks do not open: visitors are sent to people."""

import logging
from dataclasses import replace
from unittest.mock import patch

import pytest

from kiosk.domain.audit import AuditAction
from kiosk.errors import SetupError, StoreBusy, StoreDamaged, StoreFull, StoreReplaced
from kiosk.ui.terminal.startup import EXIT_REPLACED
from kiosk.ui.visitor.visit import VisitorDesks, VisitorSide
from kiosk.usecases.maintenance_desk import MaintenanceDesk
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.desks import PIN, Clinic
from tests.support.screens import COUNTER, HOME, Visitor, at_kiosk, side_of
from tests.support.trail import subjects
from tests.ui.visitor.stops import STRANGER

RESTING = "This screen is resting. Any staff member can do everything for you."


async def expect_help_and_nothing_else(visitor: Visitor) -> None:
    """Try what a visitor might try before a closed kiosk."""
    visitor.expect(COUNTER, RESTING)
    await visitor.scan(STRANGER)
    await visitor.keys("c", "g", "r", "t", "k", "w", "enter", "space", "tab", "f12", "b")
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


class LateDesks:
    """Desks that can be opened once nothing is in the way any more; staff's own at any time."""

    def __init__(self, clinic: Clinic, error: Exception) -> None:
        self.error: Exception | None = error
        self.tries = 0
        self._side = side_of(clinic)

    def boot(self) -> VisitorSide:
        return replace(self._side, open_desks=self._open)

    def _open(self) -> VisitorDesks:
        self.tries += 1
        if self.error is not None:
            raise self.error
        return self._side.open_desks()


@pytest.mark.parametrize(
    "error",
    [
        SetupError("The settings are no valid TOML."),
        StoreBusy("Another program holds the database."),
        StoreFull("The disk is full."),
        StoreDamaged("The database is damaged."),
        OSError("Input/output error"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_it_opens_by_itself_once_its_desks_do(clinic: Clinic, error: Exception) -> None:
    clinic.add_session()
    late = LateDesks(clinic, error)
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        for _ in range(3):
            visitor.expect(COUNTER, "For staff:")
            await visitor.wait(6)
        tries, late.error = late.tries, None
        assert tries >= 4
        await visitor.wait(4)
        visitor.expect(COUNTER)
        await visitor.wait(2)
        visitor.expect(HOME, "Today   Room 2, 12:00 pm")
        await visitor.scan(STRANGER)
        visitor.expect("You are counted in.")


async def test_replaced_records_close_it_and_it_starts_anew_once_nobody_is_there(
    clinic: Clinic,
) -> None:
    clinic.add_session()
    late = LateDesks(clinic, StoreBusy("Another program holds the database."))
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        late.error = None
        await visitor.wait(6)
        visitor.expect(HOME)
        late.error = StoreReplaced("The database file was replaced.")
        await visitor.scan(STRANGER)
        visitor.expect_not("You are counted in.")
        await visitor.wait(1)
        visitor.expect(COUNTER, "For staff: The database file was replaced.")
        await visitor.keys("h")
        await visitor.wait(6)
        visitor.expect("You can say: I need help now.")
        assert visitor.app.return_code is None
        await visitor.keys("escape")
        await visitor.wait(1)
    assert visitor.app.return_code == EXIT_REPLACED


async def test_another_reason_takes_the_place_of_the_first(clinic: Clinic) -> None:
    late = LateDesks(clinic, StoreBusy("Another program holds the database."))
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        visitor.expect("For staff: Another program holds the database.")
        late.error = StoreFull("The disk is full.")
        await visitor.wait(6)
        visitor.expect("For staff: The disk is full.")
        visitor.expect_not("Another program")


async def test_help_and_the_pin_go_on_while_it_tries_and_when_it_opens(clinic: Clinic) -> None:
    late = LateDesks(clinic, StoreBusy("Another program holds the database."))
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        for key, words in (("h", "You can say: I need help now."), ("m", "What you type stays")):
            await visitor.keys(key)
            late.error = StoreFull("The disk is full.") if key == "h" else None
            await visitor.wait(6)
            visitor.expect(words)
            if key == "h":
                await visitor.keys("b")
                visitor.expect(COUNTER, "The disk is full.")
        await visitor.keys("escape")
        visitor.expect(HOME)


async def test_the_right_pin_opens_the_maintenance_screen_meanwhile(clinic: Clinic) -> None:
    late = LateDesks(clinic, SetupError("The settings are no valid TOML; mend them."))
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        await visitor.keys("m")
        await visitor.type("2580", "enter")
        visitor.expect("That is not the PIN.")
        await visitor.type(PIN, "enter")
        visitor.expect("Maintenance", "The settings are no valid TOML; mend them.", "Records to")
        await visitor.keys("o")
        visitor.expect(COUNTER, "For staff: The settings are no valid TOML")
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        late.error = None
        await visitor.keys("o")
        await visitor.wait(1)
        visitor.expect(HOME)


async def test_the_switch_does_what_is_written_on_it_though_the_kiosk_has_opened(
    clinic: Clinic,
) -> None:
    late = LateDesks(clinic, StoreFull("The disk is full."))
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        late.error = None
        await visitor.wait(6)
        visitor.expect("O  Open again")
        await visitor.keys("o")
        visitor.expect(HOME)
    assert clinic.maintenance.out_of_order() is None


async def test_a_kiosk_that_staff_closed_stays_closed_when_its_desks_open(clinic: Clinic) -> None:
    clinic.maintenance.set_out_of_order("switched off by staff")
    late = LateDesks(clinic, StoreBusy("Another program holds the database."))
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        visitor.expect(COUNTER, "For staff:")
        late.error = None
        await visitor.wait(6)
        visitor.expect(COUNTER)
        visitor.expect_not("For staff")


async def test_what_visitors_could_not_have_is_told_once_it_can_be(clinic: Clinic) -> None:
    """A pass before a closed kiosk, and what a desk could not keep; whose it was is not kept."""
    clinic.add_session()
    late = LateDesks(clinic, StoreFull("The disk is full."))
    async with at_kiosk(clinic, boot=late.boot) as visitor:
        await visitor.scan(STRANGER)
        await visitor.scan("https://example.org/pay")
        late.error = None
        await visitor.wait(6)
        visitor.expect(HOME)
        assert refusals(clinic) == 1
        with patch.object(VisitorDesk, "check_in", side_effect=StoreFull("The disk is full.")):
            await visitor.scan(STRANGER)
            visitor.expect("Please ask at the counter")
        await visitor.keys("escape")
        with patch.object(MaintenanceDesk, "note_refusals", side_effect=StoreFull("Full.")):
            await minute(visitor)
        assert refusals(clinic) == 1
        await minute(visitor)
        assert refusals(clinic) == 2
        await minute(visitor)
    assert refusals(clinic) == 2
    assert clinic.count("check_in") == 0


def refusals(clinic: Clinic) -> int:
    """How often the audit trail says that something could not be kept for a visitor."""
    return len(subjects(clinic, AuditAction.VISITOR_REFUSED))


async def minute(visitor: Visitor) -> None:
    """Let a minute of ticks pass in which nobody does anything."""
    for _ in range(60):
        await visitor.app.tick()
    await visitor.settle()


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
