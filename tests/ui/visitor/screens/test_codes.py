"""The QR codes of every screen that shows one are read from a picture of that screen."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.cli.demo import begin
from kiosk.content.articles import read_take_home
from kiosk.domain.callbacks.slips import RequestPhase
from kiosk.domain.passes import Code, CodeKind, decode
from kiosk.ui.visitor.screens.callback_form import CallReviewScreen
from kiosk.ui.widgets.buttons import Tile
from kiosk.ui.widgets.qr import QrCode
from tests.support.desks import Clinic
from tests.support.pictures import codes
from tests.support.screens import SIZES, TAKE_HOME, USUAL, Visitor, at_kiosk, side_of
from tests.ui.visitor.layout_rules import offences
from tests.ui.visitor.stops import check_in, form

LINES = ("tel:995", "tel:999", "tel:1771", "tel:1767")
LOOKS = ("calm", "night")


async def seen_everywhere(visitor: Visitor, sizes: tuple[tuple[int, int], ...] = SIZES) -> set[str]:
    """Read the one code on the screen at each of `sizes` and in both looks."""
    texts: set[str] = set()
    for size in sizes:
        await visitor.resize(*size)
        for look in LOOKS:
            await visitor.put_on(look)
            found = codes(visitor.strips())
            assert len(found) == 1, f"{size} {look} {found}\n{visitor.picture()}"
            texts |= set(found)
    return texts


async def test_help_shows_the_code_of_each_line(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("h")
        assert await seen_everywhere(visitor, SIZES[:2]) == {LINES[0]}
        for line in LINES[1:]:
            await visitor.keys("down")
            assert codes(visitor.strips()) == [line]
        await visitor.tap("999")
        assert codes(visitor.strips()) == ["tel:999"]


@pytest.mark.parametrize("size", [(56, 16), (60, 40)], ids=str)
async def test_where_help_has_no_room_for_codes_a_line_opens_its_own(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("h")
        for line in LINES:
            assert codes(visitor.strips()) == []
            await visitor.tap(line.removeprefix("tel:"))
            assert codes(visitor.strips()) == [line]
            visitor.expect("The code calls the line from your phone.")
            await visitor.keys("b")
            visitor.expect("Staff here now.", "1767  Samaritans of")


async def test_a_new_pass_can_be_photographed_and_scanned(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await check_in("enter", "g", name="Mei")(visitor, clinic)
        await visitor.keys("p")
        (digits,) = await seen_everywhere(visitor)
        code = decode(digits)
        assert isinstance(code, Code)
        assert code.kind is CodeKind.PASS
        await visitor.scan(digits)
        visitor.expect("✓ Welcome, Mei", "You are with us since 12:00 pm.")


async def test_the_slip_of_a_receipt_can_be_photographed_and_scanned(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen, "y")(visitor, clinic)
        (digits,) = await seen_everywhere(visitor)
        assert clinic.visitor.slip_state(digits).phase is RequestPhase.KEPT_HERE
        await visitor.scan(digits)
        visitor.expect("It has been kept safely on this kiosk since")


async def test_the_numbers_to_take_home_have_their_codes(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("t")
        for index, line in enumerate(LINES, start=len(TAKE_HOME)):
            visitor.read()
            list(visitor.screen.query(Tile))[index].press()
            await visitor.settle()
            assert codes(visitor.strips()) == [line]
            await visitor.keys("b")


async def test_every_address_to_take_home_has_its_code_or_is_readable(clinic: Clinic) -> None:
    """A long address needs a larger code than the smallest screen has rows for."""
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("t")
        for index, item in enumerate(TAKE_HOME):
            visitor.read()
            list(visitor.screen.query(Tile))[index].press()
            await visitor.settle()
            for size in SIZES:
                await visitor.resize(*size)
                shown = visitor.regions().keys() & set(visitor.screen.query(QrCode))
                if shown or size[1] > 16:
                    assert codes(visitor.strips()) == [item.url], visitor.picture()
                else:
                    assert item.url in "".join("".join(visitor.lines).split())
            await visitor.keys("b")


async def test_the_booklets_of_a_demo_can_be_photographed(clinic: Clinic, tmp_path: Path) -> None:
    """The three of the clinic's own page, each with its size, by sample addresses."""
    begin(tmp_path / "demo")
    items = read_take_home(tmp_path / "demo" / "take-home.toml")
    assert [item.size for item in items] == ["", "PDF, 11.7 MB", "PDF, 458 KB"]
    side = side_of(clinic)
    desks = replace(side.open_desks(), clinic=replace(side.clinic, take_home=items))
    with_booklets = replace(side, open_desks=lambda: desks)
    async with at_kiosk(clinic, boot=lambda: with_booklets) as visitor:
        await visitor.keys("t")
        for index, item in enumerate(items):
            visitor.expect(item.title, item.size)
            visitor.read()
            list(visitor.screen.query(Tile))[index].press()
            await visitor.settle()
            visitor.expect(item.url)
            assert codes(visitor.strips()) == [item.url]
            await visitor.resize(120, 40)
            assert codes(visitor.strips()) == [item.url]
            await visitor.keys("b")
            await visitor.resize(56, 16)
            assert offences(visitor) == [], visitor.picture()
            await visitor.resize(*USUAL)


async def test_a_screen_without_a_code_shows_none(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        assert codes(visitor.strips()) == []


async def test_a_code_comes_back_whole_after_the_terminal_was_small(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen, "y")(visitor, clinic)
        before = codes(visitor.strips())
        await visitor.resize(50, 10)
        assert codes(visitor.strips()) == []
        await visitor.resize(120, 40)
        assert codes(visitor.strips()) == before
