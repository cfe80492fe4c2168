"""Odd records on the screen."""

from datetime import timedelta

from kiosk.domain.staff import Role
from kiosk.ui.widgets.list import Listing
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.oddfacts import asked, machine, seen
from tests.support.screens import SIZES
from tests.ui.desk.test_layout import offences

MINUTE, DAY, YEAR = timedelta(minutes=1), timedelta(days=1), timedelta(days=365)
STRANGER = bytes(range(16))
SCROLLBAR = "▁▂▃▅▆▇"
"""Its end, which need not be read."""


def furnish(clinic: Clinic) -> None:
    """Something of most kinds, at a session with a long name."""
    session = clinic.add_session("Room 2, left at the lift on level 4", starts=-20)
    door, lift = machine(clinic, "8K"), machine(clinic, "2C")
    seen(clinic, door, session.id, STRANGER, late=MINUTE)
    seen(clinic, lift, session.id, STRANGER, off=YEAR, late=2 * DAY)
    seen(clinic, lift, session.id, late=3 * DAY, seq=2, at=clinic.clock.at - 2 * MINUTE)
    seen(clinic, door, session.id, seq=3, at=session.starts_at - DAY, late=DAY)
    seen(clinic, door, session.id, seq=4, clock_doubtful=True)
    asked(clinic, door, "8K2345FC", late=DAY, seq=5)


async def test_each_row_is_told_in_full_and_nothing_is_cut(clinic: Clinic) -> None:
    furnish(clinic)
    async with at_desk(clinic, "manager") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            await colleague.keys("e")
            await each_row_is_told(colleague)
            await colleague.keys("escape")


async def each_row_is_told(colleague: Colleague) -> None:
    colleague.expect("Odd records", "The last 14 days: 2 need a person · ", "› ")
    for words in (
        "1 record by a clock that was wrong; the times are not sure.",
        "Set the machine's clock; the times shown here may be wrong.",
    ):
        told = " ".join(colleague.reads(colleague.screen.query_one("#details")))
        assert words in " ".join(told.split())
    for _ in range(6):
        wrong = [one for one in offences(colleague) if one[1] not in SCROLLBAR]
        assert wrong == [], colleague.picture()
        await colleague.keys("down")


async def test_the_clocks_are_told_side_by_side(clinic: Clinic) -> None:
    furnish(clinic)
    async with at_desk(clinic, "manager", size=(120, 40)) as colleague:
        await colleague.keys("e")
        colleague.expect("clock set right", "seen twice", "came late", "outside its hours", "2C+8K")
        rows = colleague.screen.query_one(Listing).virtual_size.height
        for _ in range(rows):
            if not any("1 year fast" in line for line in colleague.lines):
                await colleague.keys("down")
        colleague.expect("Happened 2 Mar 12:00 · by the kiosk's clock 2 Mar 2027 12:00")
        colleague.expect("came 4 Mar 12:00", "Nothing to mend here")


async def test_each_role_finds_what_is_theirs(clinic: Clinic) -> None:
    furnish(clinic)
    for login, role in (("ana", Role.FACILITATOR), ("ben", Role.MANAGER), ("cai", Role.CALLER)):
        clinic.add_staff(login, role)
    async with at_desk(clinic, "ana") as colleague:
        await colleague.keys("e", "enter")
        colleague.expect("Group of Room 2", "here", "Guest")
        await colleague.keys("escape")
        colleague.expect("Odd records")
        await colleague.keys("q")
        # A manager alone sees them without the roster.
        await colleague.enter("ben")
        await colleague.keys("e")
        colleague.expect("Odd records", "2 need a person")
        assert "Roster" not in colleague.lines[-1]
        await colleague.keys("enter")
        colleague.expect("Odd records")
        await colleague.keys("q")
        # A caller has no such place.
        await colleague.enter("cai")
        await colleague.keys("escape", "e")
        colleague.expect("What would you like to do?")
        colleague.expect_not("Odd records")


async def test_nothing_odd_and_further_back(clinic: Clinic) -> None:
    furnish(clinic)
    clinic.clock.move(days=20)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("e")
        colleague.expect("Nothing odd in the last 14 days.", "Everything fits.")
        await colleague.keys("d")
        colleague.expect("The last 30 days: 2 need a person")
        await colleague.keys("d", "d")
        colleague.expect("Nothing odd in the last 14 days.")


async def test_news_appear_by_themselves(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("e")
        colleague.expect("Nothing odd")
        seen(clinic, door, session.id, late=DAY)
        for _ in range(30):
            await colleague.wait(1)
        colleague.expect("none needs a person · 1 to know", "came late")
