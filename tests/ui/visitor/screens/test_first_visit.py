"""Somebody who is here for the first time asks to be met, with the check-in or right after it."""

import pytest

from kiosk.domain.attendance.attendance import FirstVisit
from tests.support.desks import Clinic
from tests.support.screens import HOME, SIZES, at_kiosk
from tests.ui.visitor.stops import check_in

WISH = "It is my first time. Please meet me here."
NOTED = "The group's team looks out for you here."


def stands(clinic: Clinic) -> list[FirstVisit | None]:
    return [arrival.first_visit for arrival in clinic.arrivals()]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_pass_asks_after_its_welcome_and_the_screen_stays_calm(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", "en").digits
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.scan(digits)
        visitor.expect("✓ Welcome, Mei", "You are checked in.", WISH)
        assert stands(clinic) == [None]
        await visitor.keys("f")
        visitor.expect("✓ Welcome, Mei", "You are checked in.", NOTED)
        visitor.expect_not(WISH)
        assert stands(clinic) == [FirstVisit.TO_MEET]
        await visitor.wait(7)
        visitor.expect(NOTED)
        await visitor.wait(2)
        visitor.expect(HOME)
        visitor.seconds.at += 10
        await visitor.scan(digits)
        visitor.expect("✓ Welcome, Mei", "You are with us since", NOTED)
        visitor.expect_not(WISH)
    assert clinic.count("check_in") == 2


async def test_whoever_does_not_want_it_does_nothing_more(clinic: Clinic) -> None:
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", "en").digits
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        await visitor.wait(9)
        visitor.expect(HOME)
        await check_in("enter", "j")(visitor, clinic)
        visitor.expect("You are counted in.")
        visitor.expect_not(NOTED, WISH)
    assert stands(clinic) == [None, None]


async def test_a_guest_ticks_it_before_coming_in(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await check_in("enter")(visitor, clinic)
        await visitor.tap(WISH)
        visitor.expect("[✓] It is my first time.")
        assert clinic.count("check_in") == 0
        await visitor.keys("j")
        visitor.expect("✓ Welcome", "You are counted in.", NOTED)
        await visitor.keys("escape")
        await check_in("enter")(visitor, clinic)
        visitor.expect("[ ] It is my first time.")
    assert stands(clinic) == [FirstVisit.TO_MEET]


async def test_a_tick_can_be_taken_back_until_then_and_goes_along_with_a_name(
    clinic: Clinic,
) -> None:
    async with at_kiosk(clinic) as visitor:
        await check_in("enter", "up", "space", "space")(visitor, clinic)
        visitor.expect("[ ] It is my first time.")
        await visitor.keys("space", "g")
        await visitor.keys("escape")
        visitor.expect(HOME)
        await check_in("enter", "up", "space", "g")(visitor, clinic)
        await visitor.tap("Back")
        visitor.expect("[✓] It is my first time.")
        await visitor.keys("g")
        await visitor.type("Ali", "enter")
        visitor.expect("✓ Welcome, Ali", NOTED, "Show me my pass")
    assert stands(clinic) == [FirstVisit.TO_MEET]


async def test_what_cannot_be_kept_is_said(clinic: Clinic) -> None:
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", "en").digits
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        clinic.bend("DELETE FROM check_in")
        await visitor.keys("f")
        visitor.expect("Please ask at the counter")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_tick_has_a_line_of_its_own(clinic: Clinic, size: tuple[int, int]) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await check_in("enter")(visitor, clinic)
        assert any(f"[ ] {WISH}" in line for line in visitor.lines)
