"""No press does what nobody can have read, and no two presses in one place do two things."""

import pytest
from textual.geometry import Region

from kiosk.ui.screen import READ_SECONDS
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.screens.callback_form import (
    FORM_STEPS,
    CallLanguageScreen,
    CallMessageScreen,
    CallPhoneScreen,
    CallReviewScreen,
    CallWhenScreen,
)
from kiosk.ui.visitor.screens.help_now import HelpNowScreen
from kiosk.ui.widgets.touch_keyboard import TouchKeys
from tests.support.desks import PIN, Clinic
from tests.support.screens import HOME, Visitor, at_kiosk
from tests.ui.visitor.stops import check_in, form

EARLY = 0.9 * READ_SECONDS
LATE = 1.5 * READ_SECONDS
"""Somebody's double tap that is slow."""
SIZES = ((56, 16), (71, 20), (72, 22), (80, 24), (106, 32), (120, 40), (200, 60))


def stands_at(visitor: Visitor) -> type[VisitorScreen]:
    """Return which screen is on top."""
    return type(visitor.screen)


async def slip(visitor: Visitor, clinic: Clinic) -> None:
    """Make a request and hold its slip under the scanner."""
    await visitor.scan(clinic.visitor.request_callback(clinic.draft()).slip_digits)


@pytest.mark.parametrize("gap", [0.0, 0.5 * EARLY, EARLY])
async def test_a_double_tap_on_next_takes_one_step(clinic: Clinic, gap: float) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        for step in FORM_STEPS[2:]:
            await visitor.tap_twice("Next", gap)
            assert stands_at(visitor) is step
        visitor.expect("Is this right?", "Yes, send")
    assert clinic.count("callback_request") == 0


async def test_a_slow_double_tap_on_next_sends_nothing(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallMessageScreen)(visitor, clinic)
        await visitor.tap_twice("Next", LATE)
        assert stands_at(visitor) is CallReviewScreen
    assert clinic.count("callback_request") == 0


@pytest.mark.parametrize("size", SIZES)
async def test_what_cannot_be_taken_back_stands_where_nothing_else_stood(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        elsewhere: list[Region] = []
        for step in FORM_STEPS[:-1]:
            await form(step)(visitor, clinic)
            elsewhere += [visitor.screen.query_one(name).region for name in ("#next", "#back")]
            await visitor.keys("escape")
        await form(CallReviewScreen)(visitor, clinic)
        await visitor.keys("end")  # to the consent, without which nothing is sent
        final = [visitor.screen.query_one("#send").region]
        elsewhere += [one.region for one in visitor.screen.query("#back, #more") if one.display]
        await visitor.keys("escape")
        await slip(visitor, clinic)
        final.append(visitor.screen.query_one("#withdraw").region)
    assert [one.overlaps(other) for one in final for other in elsewhere if other.area] == (
        [False] * len([other for other in elsewhere if other.area]) * len(final)
    )
    assert all(one.width >= 16 and one.height == 3 for one in final)


async def test_a_burst_of_letters_presses_the_first_button_only(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallWhenScreen)(visitor, clinic)
        await visitor.at_once(*"nnnny")
        assert stands_at(visitor) is CallLanguageScreen
        await visitor.at_once("enter", "enter", "space", "enter")
        assert stands_at(visitor) is CallMessageScreen
    assert clinic.count("callback_request") == 0


async def test_what_is_typed_ahead_still_goes_into_its_fields(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        for _ in range(2):
            await visitor.at_once("c", *"Mei", "enter", *"81234567", "enter", "enter", "n")
            assert stands_at(visitor) is CallWhenScreen
            draft = visitor.app.context.visit.call_form().draft
            assert (draft.preferred_name, draft.phone) == ("Mei", "+6581234567")
            await visitor.keys("escape")


async def test_enter_behind_nothing_typed_is_a_press_like_any_other(clinic: Clinic) -> None:
    """Back at the name, Enter twice must not pass over the number."""
    async with at_kiosk(clinic) as visitor:
        await form(FORM_STEPS[0])(visitor, clinic)
        await visitor.at_once("enter", "enter")
        assert stands_at(visitor) is CallPhoneScreen


async def test_help_and_the_way_out_wait_for_nothing(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.at_once("c", "f1")
        assert stands_at(visitor) is HelpNowScreen
        await visitor.at_once("r", "escape")
        visitor.expect(HOME)
        await visitor.tap("Ask for a call")
        await visitor.touch_down(*visitor.place_of("Help now"))
        await visitor.settle()
        assert stands_at(visitor) is HelpNowScreen


async def test_the_way_out_is_not_tapped_unseen(clinic: Clinic) -> None:
    """On a small screen "Finish" of a receipt stands where something else stood."""
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        await visitor.tap("More")
        await visitor.tap("Yes, send")
        for x, y in ((5, 13), (5, 14), (5, 15), (30, 14), (50, 14)):
            await visitor.touch_down(x, y)
        await visitor.settle()
        visitor.expect("Thank you. We have your request.")


@pytest.mark.parametrize("gap", [EARLY, LATE])
async def test_a_double_tap_on_a_group_counts_nobody(clinic: Clinic, gap: float) -> None:
    async with at_kiosk(clinic) as visitor:
        await check_in()(visitor, clinic)
        await visitor.tap_twice("Room 2, 12:00 pm", gap)
        await visitor.at_once("enter")
    assert clinic.count("check_in") == 0


async def test_nothing_is_counted_or_withdrawn_by_a_key_that_came_early(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await check_in()(visitor, clinic)
        await visitor.at_once("enter", "j", "enter")
        visitor.expect("Just count me")
        await visitor.keys("escape")
        await slip(visitor, clinic)
        visitor.seconds.at += EARLY
        visitor.screen.query_one("#withdraw").focus()
        await visitor.touch_down(*visitor.place_of("Withdraw it"))
        await visitor.settle()
        visitor.expect("It has been kept safely on this kiosk since")
    assert clinic.count("check_in") == clinic.count("callback_withdrawal") == 0


async def test_a_double_tap_on_open_does_not_close_the_kiosk(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN)
        await visitor.tap_twice("Open", EARLY)
        visitor.expect("Maintenance", "Out of order")


async def test_a_mark_that_is_tapped_twice_at_once_stays(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        await visitor.tap_twice("You may tell my care team", EARLY)
        visitor.expect("[✓] You may tell my care team")
        await visitor.tap_twice("You may tell my care team", LATE)
        visitor.expect("[✓] You may tell my care team")


async def test_the_keys_on_the_screen_type_as_fast_as_they_are_tapped(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.touch()
        await visitor.keys("c")
        await visitor.touch()
        keys = visitor.screen.query_one(TouchKeys).region
        for _ in range(3):
            await visitor.touch_down(keys.x + 1, keys.y)
        await visitor.settle()
        assert visitor.app.context.visit.call_form().draft.preferred_name == "111"
