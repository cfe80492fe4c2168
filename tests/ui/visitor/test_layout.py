"""Every screen at every size, by keys and by touch."""

import pytest

from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.touch_keyboard import TouchKeys
from tests.support.desks import Clinic
from tests.support.screens import SIZES, STEPS, TELLING, USUAL, Visitor, at_kiosk
from tests.ui.visitor.layout_rules import faint, offences
from tests.ui.visitor.stops import STOPS, Stop, start_over

GROUPS = {
    "reading": STOPS[:10],
    "call": STOPS[10:18],
    "check-in": STOPS[18:30],
    "ends": STOPS[30:],
}
UPRIGHT = {"home", "article", "help", "language", "call-when", "call-review", "receipt", "welcome"}
"""The screens with the most on them, looked at on a screen that is higher than it is wide."""


async def wrong_with(
    visitor: Visitor, stop: Stop, sizes: tuple[tuple[int, int], ...] = TELLING
) -> list[str]:
    """What is wrong with one screen at `sizes`, which it gets one after another."""
    wrong = [f"{stop.name}: {sign}" for sign in faint(visitor)]
    for size in sizes:
        await visitor.resize(*size)
        wrong += _found(visitor, f"{stop.name} at {size}")
    if visitor.screen.query(TouchKeys):
        await visitor.touch()
        for size in SIZES:
            await visitor.resize(*size)
            wrong += _found(visitor, f"{stop.name} at {size}, by touch")
    return wrong


def _found(visitor: Visitor, where: str) -> list[str]:
    found = offences(visitor)
    return [where, *found, visitor.picture()] if found else []


@pytest.mark.conforms("WCAG 1.4.3", "WCAG 1.4.10", "WCAG 2.4.2", "WCAG 2.5.8", "WCAG 3.2.3")
@pytest.mark.parametrize("stops", GROUPS.values(), ids=GROUPS)
async def test_nothing_is_cut_or_crooked(clinic: Clinic, stops: tuple[Stop, ...]) -> None:
    wrong = []
    async with at_kiosk(clinic) as visitor:
        for stop in stops:
            await start_over(visitor, clinic)
            await stop.way(visitor, clinic)
            visitor.expect(stop.heading)
            wrong += await wrong_with(visitor, stop)
    assert not wrong, "\n".join(wrong)


@pytest.mark.conforms("WCAG 1.3.4")
@pytest.mark.parametrize("size", [(60, 66), (100, 90)], ids=str)
async def test_a_screen_may_stand_upright(clinic: Clinic, size: tuple[int, int]) -> None:
    wrong = []
    async with at_kiosk(clinic, size=size) as visitor:
        for stop in STOPS:
            if stop.name in UPRIGHT:
                await start_over(visitor, clinic, size)
                await stop.way(visitor, clinic)
                visitor.expect(stop.heading)
                wrong += _found(visitor, stop.name)
    assert not wrong, "\n".join(wrong)


@pytest.mark.full
@pytest.mark.parametrize("size", STEPS, ids=str)
async def test_every_size_is_a_design_size(clinic: Clinic, size: tuple[int, int]) -> None:
    """Fresh, by touch, and when the terminal gets this size while the screen stands."""
    wrong = []
    async with at_kiosk(clinic, size=size) as visitor:
        for stop in STOPS:
            await start_over(visitor, clinic, size)
            await stop.way(visitor, clinic)
            wrong += _found(visitor, f"{stop.name}, fresh")
            fresh = visitor.lines
            await visitor.resize(*USUAL)
            await visitor.resize(*size)
            wrong += _found(visitor, f"{stop.name}, again")
            if visitor.lines != fresh:
                wrong += [f"{stop.name} changed", *fresh, "to", visitor.picture()]
            await visitor.touch()
            wrong += _found(visitor, f"{stop.name}, by touch")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_long_name_and_a_sentence_leave_room_for_everything(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    """A field with a sentence under it, and the keyboard of a touch screen."""
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("c")
        await visitor.touch()
        visitor.screen.query_one(Field).value = "x" * 120
        await visitor.tap("Next")
        visitor.expect("That is a bit long. Please type a first name.")
        assert offences(visitor) == [], visitor.picture()
