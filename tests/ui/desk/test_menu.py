"""The menu tells what waits: behind its first picture, and in the way of nothing."""

import asyncio
from threading import Event

import pytest

from kiosk.domain.callbacks.notice import Delivery, NoticeFault, NoticeState, NoticeWay
from kiosk.domain.staff import Role
from kiosk.records.callbacks.notices import add_state
from kiosk.usecases.menu_desk import MenuDesk, MenuNews
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.first_hour import past_the_first_hour
from tests.support.screens import SIZES


async def test_each_tile_says_what_waits(clinic: Clinic) -> None:
    clinic.clock.move(hours=23)  # a weekday morning, as it was asked for
    past_the_first_hour(clinic)
    clinic.add_session("Room 3", starts=-90)
    for name in ("Mei", "Ali"):
        clinic.visitor.request_callback(clinic.draft(name))
    async with at_desk(clinic, "manager", size=(106, 32)) as colleague:
        colleague.expect("C  Callbacks", "! 2 to call now")
        colleague.expect("D  Records kept", "! Retention waits for your yes")
        colleague.expect("H  Helplines", "To be rung again by")
        clinic.clock.move(hours=1)
        await _minute(colleague)
        colleague.expect("None to call now; 2 wait", "! 1 list to close")


async def test_where_a_tile_has_one_line_it_says_what_needs_a_person(clinic: Clinic) -> None:
    past_the_first_hour(clinic)
    clinic.add_session("Room 3", starts=-90)
    async with at_desk(clinic, "manager", size=SIZES[-1]) as colleague:
        colleague.expect("G  ! 1 list to close", "D  ! Retention waits", "K  Kiosks")
        await colleague.keys("d", "d", "y", "escape")
        colleague.expect("D  Records kept")


async def test_notices_that_do_not_arrive_are_told_on_the_tile_of_the_kiosks(
    clinic: Clinic,
) -> None:
    past_the_first_hour(clinic)
    refused = NoticeState(
        NoticeWay.MAIL,
        clinic.id(),
        since=clinic.clock.at,
        last=Delivery(NoticeFault.REFUSED, 550),
        refused=True,
    )
    with clinic.store.write() as transaction:
        add_state(transaction, clinic.site.site_id, clinic.site.kiosk_id, refused)
    async with at_desk(clinic, "manager", size=(106, 32)) as colleague:
        colleague.expect("K  Kiosks", "! Notices by mail fail")
        await colleague.resize(*SIZES[-1])
        colleague.expect("K  ! Notices fail")


async def test_nothing_waits_is_said_quietly(clinic: Clinic) -> None:
    past_the_first_hour(clinic)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("d", "d", "y", "escape")
        colleague.expect("Nothing waits", "Retention ran today", "The next begins at 15:00")
        colleague.expect_not("! ")


async def test_the_menu_is_there_before_the_numbers_and_no_key_waits_for_them(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    past_the_first_hour(clinic)
    counted, may_end = Event(), Event()
    news = MenuDesk.news

    def slow(desk: MenuDesk) -> MenuNews:
        counted.set()
        assert may_end.wait(10)
        return news(desk)

    monkeypatch.setattr(MenuDesk, "news", slow)
    async with at_desk(clinic) as colleague:
        entering = asyncio.ensure_future(colleague.enter("manager"))
        try:
            await colleague.until("Callbacks", 10)
            assert counted.wait(10)
            colleague.expect("The next call is at the top")
            await colleague.sends("g")
            await colleague.until("3:00 pm" if colleague.sees("3:00 pm") else "15:00", 10)
            assert not may_end.is_set()
        finally:
            may_end.set()
        await entering
        await colleague.keys("escape")
        colleague.expect("Nothing waits")


async def test_trouble_in_counting_leaves_the_menu_as_it_is(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_desk: MenuDesk) -> MenuNews:
        raise RuntimeError("Mei")

    monkeypatch.setattr(MenuDesk, "news", broken)
    async with at_desk(clinic, "manager") as colleague:
        colleague.expect("The next call is at the top", "Who has arrived, and head counts")
        colleague.expect_not("trouble", "Mei")
        await colleague.keys("g")
        colleague.expect("Groups today")


async def test_the_first_hour_leads_to_each_step_and_goes_when_all_is_done(
    clinic: Clinic,
) -> None:
    clinic.take_home = clinic.folder / "take-home.toml"
    clinic.take_home.write_text('[[item]]\ntitle = "The brochure"\nurl = ""\n')
    async with at_desk(clinic, "manager", size=(106, 32)) as colleague:
        colleague.expect("First hour, 0 of 7 done. Next: S, add a group.")
        colleague.expect("S  Add a group", "B  Fill in the booklets", "C  Call a test request")
        for key, heading in (
            ("s", "Groups and sessions"),
            ("f", "Staff"),
            ("h", "Helplines"),
            ("b", "Booklets to take home"),
            ("t", "Scan the test card"),
            ("c", "Callbacks"),
        ):
            await colleague.keys(key)
            colleague.expect(heading)
            await colleague.keys("escape")
        past_the_first_hour(clinic)
        clinic.take_home.write_text('[[item]]\ntitle = "The brochure"\nurl = ""\n')
        await _minute(colleague)
        colleague.expect("First hour, 6 of 7 done. Next: B, fill in the booklets.")
        colleague.expect("✓  Add a group: done", "B  Booklets")
        colleague.expect_not("T  Test card")
        await colleague.keys("b")
        colleague.expect("The brochure", "no address yet", "into this file, then press R")
        clinic.take_home.write_text('[[item]]\ntitle = "One"\nurl = "https://a.org/1"\n')
        await colleague.keys("r")
        colleague.expect("https://a.org/1")
        await colleague.keys("escape")
        colleague.expect_not("First hour", "Booklets")


async def _minute(colleague: Colleague) -> None:
    for _ in range(60):
        await colleague.wait(1)


async def test_who_is_no_manager_has_no_first_hour(clinic: Clinic) -> None:
    clinic.add_staff("fay", Role.FACILITATOR, Role.CALLER)
    async with at_desk(clinic, "fay") as colleague:
        colleague.expect("No meeting today", "Nothing waits")
        colleague.expect_not("First hour", "Helplines", "Test card")


async def test_who_has_rung_the_helplines_says_so_by_name(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("h")
        colleague.expect("Nobody here has rung these numbers yet.", "995", "Ambulance")
        await colleague.keys("r")
        colleague.expect("Have you rung them all?", "Each of the 4 numbers")
        await colleague.keys("n")
        colleague.expect("Nobody here has rung")
        await colleague.keys("r", "y")
        colleague.expect("Kept. Thank you.", "Rung by manager on 2 Mar 2026.")


async def test_a_list_that_is_soon_to_be_rung_again_is_told(clinic: Clinic) -> None:
    past_the_first_hour(clinic)
    oversight = clinic.access.oversight_desk(clinic.manager)
    again = oversight.helplines().lines.review_by
    clinic.clock.move(days=(again - clinic.clock.at.date()).days - 10)
    async with at_desk(clinic, "manager") as colleague:
        colleague.expect(f"! To be rung by {again.day} {again:%b %Y}")
