"""The keyboard on the screen: there after a touch, gone after a key, and it types what it says."""

import pytest

from kiosk.ui.visitor.screens.callback_form import CallPhoneScreen
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.touch_keyboard import TouchKeys
from tests.support.desks import Clinic
from tests.support.screens import SIZES, Visitor, at_kiosk
from tests.ui.visitor.stops import form


def keyboard(visitor: Visitor) -> TouchKeys:
    """The keyboard of the screen."""
    return visitor.screen.query_one(TouchKeys)


async def tap_keys(visitor: Visitor, *labels: str) -> None:
    """Tap the keys with these labels."""
    for label in labels:
        region = visitor.regions()[keyboard(visitor)]
        for y, line in enumerate(visitor.reads(keyboard(visitor))):
            x = f" {line} ".find(f" {label} ")
            if x >= 0:
                await visitor.tap_at(region.x + x + len(label) // 2, region.y + y)
                break
        else:
            raise AssertionError(f"no key {label!r} in\n{visitor.picture()}")


def typed(visitor: Visitor) -> str:
    """What is in the field."""
    return visitor.screen.query_one(Field).value


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_taps_type_in_order(clinic: Clinic, size: tuple[int, int]) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.tap("Ask for a call")
        await tap_keys(visitor, "A", "h", "Space", "M", "e", "n", "g", "'", "-", ".", "/", "@", "7")
        assert typed(visitor) == "Ah Meng'-./@7"
        await tap_keys(visitor, "Del", "Del", "Caps", "X", "y")
        assert typed(visitor) == "Ah Meng'-./Xy"
        assert visitor.screen.query_one(Field).has_focus


async def test_every_key_of_the_keyboards_types_itself(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Ask for a call")
        await tap_keys(visitor, "Caps", *"1234567890qwertyuiop@asdfghjkl'/zxcvbnm-.")
        assert typed(visitor) == "1234567890qwertyuiop@asdfghjkl'/zxcvbnm-."
        await form(CallPhoneScreen)(visitor, clinic)
        visitor.screen.query_one(Field).value = ""
        await tap_keys(visitor, *"+1234567890", "Del")
        assert typed(visitor) == "+123456789"


async def test_fast_taps_keep_their_order(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        visitor.screen.query_one(Field).value = ""
        await visitor.touch()
        region = visitor.regions()[keyboard(visitor)]
        rows = visitor.reads(keyboard(visitor))
        for digit in "9182736450":
            y = next(index for index, row in enumerate(rows) if digit in row)
            await visitor.touch_down(region.x + rows[y].index(digit), region.y + y)
        await visitor.settle()
        assert typed(visitor) == "9182736450"


async def test_it_goes_into_the_field_wherever_the_focus_is(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c", "tab")
        assert not visitor.screen.query_one(Field).has_focus
        await visitor.touch()
        await tap_keys(visitor, "M", "e")
        assert typed(visitor) == "Me"
        assert visitor.screen.query_one(Field).has_focus


async def test_in_the_middle_of_a_text(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mng", "left", "left")
        await visitor.touch()
        await tap_keys(visitor, "Caps", "e", "x", "Del")
        assert typed(visitor) == "Meng"


async def test_it_is_there_after_a_touch_and_gone_after_a_key(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        visitor.expect_not("Caps", "Space")
        await visitor.tap("What should we call you?")
        visitor.expect("Caps", "Space", "Del")
        await visitor.keys("M")
        visitor.expect_not("Caps", "Space")
        assert typed(visitor) == "M"
        await visitor.tap("Next")
        visitor.expect("Which number should we call?", "Del")
        await visitor.keys("8", "f1", "b")
        visitor.expect("Which number should we call?")
        visitor.expect_not("Del")


async def test_it_is_never_on_a_screen_without_a_field(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Read about peer support")
        visitor.expect_not("Caps", "Del")


async def test_taps_between_keys_and_beside_them_are_harmless(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Ask for a call")
        region = visitor.regions()[keyboard(visitor)]
        for x, y in ((region.x, region.y), (region.right - 1, region.bottom - 1)):
            await visitor.tap_at(x, y)
        assert typed(visitor) == "1 "
        await visitor.tap_at(0, 0)
        visitor.expect("What should we call you?")
