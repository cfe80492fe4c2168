"""Every screen of the shell and the facilitator at every size: whole, readable, with its keys."""

from rich.cells import cell_len

from kiosk.ui.desk.menu import MenuScreen
from kiosk.ui.widgets.desk_bars import KeyLine
from kiosk.ui.widgets.list import Listing
from tests.support.contrast import ratio
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.pictures import cells, codes
from tests.support.screens import SIZES

STOPS = (
    ("What would you like to do?", (), 0),
    ("Groups today", ("g",), 0),
    ("Group of Room 2, left", ("enter", "n"), 0),
    ("Why take this person off the list?", ("v",), 1),
    ("How many people are in the room?", ("h",), 1),
    ("Add somebody by name", ("a",), 1),
    ("Put a member on the list", ("m", "enter"), 3),
    ("Members and passes", ("p", "enter", "space"), 0),
    ("Revoke every pass of theirs?", ("r",), 1),
    ("A new pass", ("a",), 2),
    ("Choose a passphrase of your own", ("o",), 1),
)
"""Headings, the keys that lead there from the one before, and steps back after it."""
LONG = "Nalini Devi d/o Venkatasubramanian Rama"


def furnish(clinic: Clinic) -> None:
    """Two sessions and some people, one with a long name."""
    session = clinic.add_session("Room 2, left at the lift on level 4", starts=-20, enrolled=True)
    clinic.add_session("Garden", starts=180)
    for name in ("Mei", "林美玲", LONG):
        issued = clinic.passes.issue_pass(name, "en", groups=[session.group_id or session.id])
        if name != "Mei":
            clinic.visitor.check_in(issued.digits, session.id)
    clinic.visitor.count_me_in(clinic.id(), session.id)


def offences(colleague: Colleague) -> list[str]:
    """What is cut off, crooked or faint on the screen."""
    width, height = colleague.app.size
    wrong = []
    strips = colleague.strips()
    if len(strips) != height or any(strip.cell_length != width for strip in strips):
        wrong.append("rows that are too long or too short")
    for line in colleague.screen.query(KeyLine):
        words = " ".join(colleague.reads(line))
        wrong += [f"no {key.words!r}" for key in line._legend if key.words not in words]
        wrong += [f"no {key.label!r}" for key in line._legend if key.label not in words]
    for name in ("#heading", "#lead"):
        for static in colleague.screen.query(name):
            region = colleague.regions().get(static)
            if static.display and (region is None or region.height < static.size.height):
                wrong.append(f"{name} is cut off")
    for listing in colleague.screen.query(Listing):
        seen = colleague.regions().get(listing)
        least = min(3, listing.virtual_size.height)
        if listing.show_horizontal_scrollbar or seen is None or seen.height < least:
            wrong.append(f"the list has {seen}")
    wrong += [
        f"{cell.sign!r} is faint"
        for row in cells(strips)
        for cell in row
        if cell.sign not in " ▀▄█▌" and ratio(_hex(cell.text), _hex(cell.ground)) < 7
    ]
    return wrong


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


async def test_nothing_is_cut_or_faint_at_any_size(clinic: Clinic) -> None:
    furnish(clinic)
    wrong: list[str] = []
    async with at_desk(clinic) as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            wrong += offences(colleague)
            await colleague.enter("manager")
            for heading, keys, back in STOPS:
                await colleague.keys(*keys)
                assert colleague.screen.heading().startswith(heading)
                found = offences(colleague)
                wrong += [f"{heading} at {size}:", *found, colleague.picture()] if found else []
                await colleague.keys(*["escape"] * back)
            assert isinstance(colleague.screen, MenuScreen)
            await colleague.keys("q")
    assert not wrong, "\n".join(wrong)


async def test_the_code_of_a_pass_can_be_read_at_any_size(clinic: Clinic) -> None:
    clinic.passes.issue_pass(LONG, "en")
    async with at_desk(clinic, "manager") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            await colleague.keys("p", "enter", "p", "y")
            assert len(codes(colleague.strips())) == 1
            colleague.expect("The pass of")
            assert offences(colleague) == []
            await colleague.keys("escape", "escape")


async def test_a_smaller_terminal_keeps_its_screen(clinic: Clinic) -> None:
    furnish(clinic)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g", "enter")
        for size in (*SIZES, (200, 60), (80, 24)):
            await colleague.resize(*size)
            assert offences(colleague) == []
        await colleague.resize(40, 10)
        assert all(cell_len(line) == 40 for line in colleague.lines)
        colleague.expect("Please make this window larger.")
        colleague.expect_not("Room 2")
