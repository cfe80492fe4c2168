"""Every screen of the shell and the facilitator at every size: whole, readable, with its keys."""

import pytest
from rich.cells import cell_len
from textual.widget import Widget

from kiosk.domain.staff import Role
from kiosk.ui.desk.menu import MenuScreen
from kiosk.ui.widgets.desk_bars import KeyLine
from kiosk.ui.widgets.inputs import Choice
from kiosk.ui.widgets.layout import Sheet
from kiosk.ui.widgets.list import Listing
from tests.support.contrast import ratio
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.pictures import cells, codes
from tests.support.screens import SIZES, STEPS, TELLING, USUAL

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
OTHERS: dict[str, tuple[str, ...]] = {
    "records kept": ("d",),
    "end": ("x",),
    "groups": ("s",),
    "week": ("s", "enter"),
    "one session": ("s", "enter", "a"),
    "series": ("s", "enter", "s"),
    "new group": ("s", "n"),
    "import": ("s", "i"),
    "staff": ("f",),
    "roles": ("f", "enter"),
    "new account": ("f", "a"),
    "languages": ("f", "l"),
    "reports": ("r",),
    "audit": ("a",),
    "kiosks": ("k",),
    "kiosk": ("k", "enter"),
    "helplines": ("h",),
    "rung": ("h", "r"),
    "booklets": ("b",),
    "test card": ("t",),
    "odd records": ("e",),
    "entered": ("n",),
    "entering": ("n", "n"),
    "paper form": ("n", "p"),
    "blank forms": ("n", "f"),
    "callbacks": ("c", "a"),
    "request": ("c", "a", "enter"),
    "note": ("c", "a", "enter", "t"),
    "claimed": ("c", "a", "enter", "c"),
    "result": ("c", "a", "enter", "c", "enter"),
    "escalating": ("c", "a", "enter", "c", "e"),
    "number": ("c", "a", "enter", "c", "r"),
    "same number": ("c", "a", "enter", "p"),
    "give to": ("c", "a", "enter", "g"),
    "a talk": ("c", "a", "enter", "c", "x", "b"),
    "booked": ("c", "a", "enter", "c", "x", "b", "a"),
    "for their phone": ("c", "a", "enter", "c", "x", "b", "a", "b"),
    "which number": ("c", "b"),
    "rings back": ("c", "b", *"1234567", "enter"),
}
"""Those that tests of their own show at the usual sizes; by the keys from the menu."""
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
    for name in ("Mei", LONG):
        clinic.visitor.request_callback(clinic.draft(name))
    clinic.add_staff("caller", Role.CALLER)


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
    for choice in colleague.screen.query(Choice):
        words = " ".join(colleague.reads(choice))
        if choice in colleague.regions() and not ("…" in words or choice.title in words):
            wrong.append(f"{choice.title!r} is cut to {words!r} without a sign")
    wrong += scrolls_for_nothing(colleague)
    drawn = {
        (cell.text, cell.ground)
        for row in cells(strips)
        for cell in row
        if cell.sign not in " ▀▌▁▂▃▄▅▆▇█"
    }
    wrong += [
        f"{text} on {ground} is faint"
        for text, ground in drawn
        if ratio(_hex(text), _hex(ground)) < 7
    ]
    return wrong


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def scrolls_for_nothing(colleague: Colleague) -> list[str]:
    """Pages that scroll although what stands on them would fit with less air."""
    offences = []
    for page in colleague.screen.query(Sheet):
        rows: set[int] = set()
        for widget in page.query(Widget):
            is_shown = widget.display and all(up.display for up in widget.ancestors)
            if is_shown and not widget.children and str(widget.render()):
                region = widget.content_region
                rows |= set(range(region.y, region.bottom))
        if page.overflows and len(rows) <= page.container_size.height:
            offences.append(f"{page!r} scrolls by {page.max_scroll_y} for {len(rows)} rows")
    return offences


def _found(colleague: Colleague, where: str) -> list[str]:
    found = offences(colleague)
    return [where, *found, colleague.picture()] if found else []


async def test_nothing_is_cut_or_faint_at_any_size(clinic: Clinic) -> None:
    furnish(clinic)
    wrong: list[str] = []
    async with at_desk(clinic) as colleague:
        wrong += await _wrong_with(colleague, "sign in")
        await colleague.enter("manager")
        for heading, keys, back in STOPS:
            await colleague.keys(*keys)
            assert colleague.screen.heading().startswith(heading)
            wrong += await _wrong_with(colleague, heading)
            await colleague.keys(*["escape"] * back)
        assert isinstance(colleague.screen, MenuScreen)
    assert not wrong, "\n".join(wrong)


async def _wrong_with(colleague: Colleague, name: str) -> list[str]:
    wrong = []
    for size in TELLING:
        await colleague.resize(*size)
        wrong += _found(colleague, f"{name} at {size}")
    await colleague.resize(*USUAL)
    return wrong


async def _wrong_again(colleague: Colleague, name: str, size: tuple[int, int]) -> list[str]:
    wrong = _found(colleague, f"{name}, fresh")
    await colleague.resize(*USUAL)
    await colleague.resize(*size)
    return wrong + _found(colleague, f"{name}, again")


@pytest.mark.full
@pytest.mark.parametrize("size", STEPS, ids=str)
async def test_every_size_is_a_design_size(clinic: Clinic, size: tuple[int, int]) -> None:
    """Fresh, and when the terminal gets this size while the screen stands."""
    furnish(clinic)
    wrong: list[str] = []
    async with at_desk(clinic, size=size) as colleague:
        wrong += _found(colleague, "sign in")
        await colleague.enter("manager")
        for heading, keys, back in STOPS:
            await colleague.keys(*keys)
            wrong += await _wrong_again(colleague, heading, size)
            await colleague.keys(*["escape"] * back)
        await colleague.keys("q")
        for name, way in OTHERS.items():
            await colleague.enter("caller" if way[0] == "c" else "manager")
            await colleague.keys(*way)
            wrong += await _wrong_again(colleague, name, size)
            await colleague.keys("f10" if colleague.screen.typing else "q")
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
