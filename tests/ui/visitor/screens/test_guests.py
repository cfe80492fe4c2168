"""Coming to a group without a pass."""

from datetime import UTC, datetime

import pytest

from kiosk.domain.attendance.check_in import JoinDraft, Joined
from tests.support.desks import Clinic
from tests.support.screens import HOME, at_kiosk
from tests.ui.visitor.stops import check_in


def mei(clinic: Clinic) -> str:
    """Give out a pass for Mei."""
    return clinic.passes.issue_pass("Mei", "en").digits


async def test_somebody_without_a_pass_is_counted_once(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await check_in("enter")(visitor, clinic)
        visitor.expect("Room 2, 12:00 pm", "You are welcome. How would you like to come in?")
        await visitor.at_once("j", "j", "enter", "j")
        visitor.expect("✓ Welcome", "You are counted in.", "Room 2, 12:00 pm")
    assert clinic.count("check_in") == 1


async def test_a_first_name_gets_a_pass_for_next_time(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await check_in("enter", "g")(visitor, clinic)
        await visitor.keys("enter")
        visitor.expect("Please type a name. A nickname is fine.")
        await visitor.at_once(*"王小明", "enter", "enter")
        visitor.expect("✓ Welcome, 王小明", "You are checked in.", "Room 2, 12:00 pm")
        await visitor.keys("p")
        visitor.expect("Your pass", "Photograph this code. Show it to the scanner next time.")
        visitor.expect_not("王小明")
    assert [arrival.name for arrival in clinic.arrivals()] == ["王小明"]


async def test_a_scan_on_the_way_to_a_guest_counts_once(clinic: Clinic) -> None:
    """Somebody finds their pass after all."""
    async with at_kiosk(clinic) as visitor:
        await check_in("enter", "g")(visitor, clinic)
        await visitor.type("Me")
        await visitor.scan(mei(clinic))
        visitor.expect("✓ Welcome, Mei", "You are checked in.")
    assert clinic.count("check_in") == 1


async def test_a_pass_waiting_for_its_session_is_not_taken_for_a_later_guest(
    clinic: Clinic,
) -> None:
    """Mei goes back without choosing; who comes next without a pass is not Mei."""
    for room in ("Room 1", "Room 2"):
        clinic.add_session(room)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(mei(clinic))
        await visitor.tap("Back")
        visitor.expect(HOME)
        await visitor.keys("g", "enter")
        visitor.expect("How would you like to come in?")
    assert clinic.count("check_in") == 0


def test_a_new_pass_of_a_visit_is_one_pass(clinic: Clinic) -> None:
    session = clinic.add_session()
    draft: JoinDraft = clinic.visitor.new_join()
    one, two = (clinic.visitor.join(draft, session.id, "Mei", "en") for _ in range(2))
    assert isinstance(one, Joined)
    assert one == two


@pytest.mark.parametrize("size", [(56, 16), (80, 24), (120, 40)])
async def test_whoever_comes_while_the_clock_is_wrong_is_kept_for_staff(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    digits = mei(clinic)
    clinic.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    async with at_kiosk(clinic, size=size) as visitor:
        visitor.expect_not("No groups are planned today.")
        await visitor.scan(digits)
        visitor.expect("✓ Welcome, Mei", "You are checked in.")
        visitor.expect("Please tell staff which group you came for.")
        await visitor.wait(9)
        await visitor.keys("g")
        visitor.expect("My group", "Show your pass to the scanner.")
        await visitor.keys("enter")
        visitor.expect("Check in to a group", "How would you like to come in?")
        await visitor.keys("g")
        await visitor.at_once(*"Ali", "enter")
        visitor.expect("✓ Welcome, Ali", "Please tell staff which group you came for.")
    assert clinic.count("check_in") == 2
