"""A second stroke of the same key by a hand that shakes, by a clock that the tests move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.settings import Settings
from kiosk.ui.terminal.key_gate import RepeatGuard
from kiosk.ui.terminal.messages import TakenBack
from kiosk.ui.visitor.screens.callback_form import CallPhoneScreen
from kiosk.ui.visitor.visit import VisitorSide
from kiosk.ui.widgets.inputs import Field
from tests.support.desks import Clinic
from tests.support.screens import Visitor, at_kiosk, side_of
from tests.ui.visitor.test_touch import place_on, tap_keys

HALF = 0.5


@asynccontextmanager
async def naming(clinic: Clinic, seconds: float = HALF) -> AsyncIterator[Visitor]:
    """The screen of the name at a kiosk whose setting is `seconds`."""
    side = side_of(clinic)
    desks = side.open_desks()
    guarded = replace(desks, clinic=replace(desks.clinic, repeat_guard=seconds))
    boot = VisitorSide(lambda: guarded, side.open_maintenance)
    async with at_kiosk(clinic, boot=lambda: boot) as visitor:
        await visitor.keys("c")
        yield visitor


def typed(visitor: Visitor) -> str:
    return visitor.screen.query_one(Field).value


@pytest.mark.conforms("EN 301 549 5.8")
def test_the_same_key_within_the_time_is_dropped_and_another_is_not() -> None:
    guard = RepeatGuard()
    guard.seconds = HALF
    strokes = [("a", 0.0), ("a", 0.4), ("b", 0.41), ("a", 0.42), ("a", 1.0), ("a", 1.49)]
    assert [guard.takes(*stroke) for stroke in strokes] == [True, False, True, True, True, False]


def test_a_key_that_is_held_counts_once() -> None:
    guard = RepeatGuard()
    guard.seconds = HALF
    assert [guard.takes("a", number * 0.03) for number in range(100)].count(True) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 2)), max_size=30))
def test_nothing_is_dropped_by_default(strokes: list[tuple[str, float]]) -> None:
    guard, at = RepeatGuard(), 0.0
    for key, pause in strokes:
        at += pause
        assert guard.takes(key, at)
    assert Settings().visit.repeat_guard_seconds == 0


@pytest.mark.conforms("EN 301 549 5.8")
async def test_by_keys(clinic: Clinic) -> None:
    async with naming(clinic) as visitor:
        for gap, key in ((1.0, "L"), (0.4, "L"), (0.0, "i"), (0.0, "L"), (0.51, "L"), (0.1, "a")):
            await visitor.hurries(gap, key)
        await visitor.settle()
        assert typed(visitor) == "LiLLa"
        for gap in (1.0, 0.4, 0.4, 0.6):
            await visitor.hurries(gap, "backspace")
        await visitor.settle()
        assert typed(visitor) == "LiL"


@pytest.mark.conforms("EN 301 549 5.8")
async def test_by_the_keys_on_the_screen(clinic: Clinic) -> None:
    async with naming(clinic) as visitor:
        await form_phone(visitor, clinic)
        eight, one = await place_on(visitor, "8"), await place_on(visitor, "1")
        for gap, place in ((1.0, eight), (0.4, eight), (0.0, one), (0.0, eight), (0.51, eight)):
            visitor.seconds.at += gap
            await visitor.touch_down(*place)
            await visitor.settle()
        assert typed(visitor) == "8188"


async def form_phone(visitor: Visitor, clinic: Clinic) -> None:
    """Go on to the number, with nothing in the field, by touch."""
    await visitor.touch()
    await tap_keys(visitor, "M", "e")
    await visitor.tap("Next")
    assert isinstance(visitor.screen, CallPhoneScreen)


async def test_an_action_is_pressed_again_only_after_the_time(clinic: Clinic) -> None:
    async with naming(clinic, 1.0) as visitor:
        await visitor.type("Mei")
        await visitor.tap("Next")
        place = visitor.place_of("Next")
        for gap in (1.1, 0.9):  # the first is refused, for the number is no number
            visitor.seconds.at += gap
            await visitor.touch_down(*place)
            await visitor.settle()
            visitor.screen.query_one(Field).value = "81234567"
        assert isinstance(visitor.screen, CallPhoneScreen)
        visitor.seconds.at += 0.2
        await visitor.touch_down(*place)
        await visitor.settle()
        assert not isinstance(visitor.screen, CallPhoneScreen)


@pytest.mark.parametrize("before", ["", "Mei "])
async def test_letters_of_a_machine_are_still_taken_back(clinic: Clinic, before: str) -> None:
    """Of letters in a row the guard let one through."""
    async with naming(clinic) as visitor:
        await visitor.hurries(1.0, *before)
        await visitor.hurries(0.0, *"https")
        visitor.app.post_message(TakenBack("https"))
        await visitor.settle()
        assert typed(visitor) == before


async def test_double_letters_and_numbers_typed_fast_are_kept_by_default(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.at_once(*"Annee", "enter", *"88887777")
        assert typed(visitor) == "88887777"
        assert visitor.app.context.visit.call_form().draft.preferred_name == "Annee"
