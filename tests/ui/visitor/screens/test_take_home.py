"""A page in the visitor's own language to take home, where the clinic has one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk.content.articles import TakeHome
from kiosk.content.shaping import needs_shaping
from kiosk.ui.visitor.visit import VisitorSide
from kiosk.ui.widgets.buttons import Tile
from tests.support.desks import Clinic
from tests.support.pictures import codes
from tests.support.screens import SIZES, TAKE_HOME, USUAL, Visitor, at_kiosk, side_of
from tests.ui.visitor.layout_rules import offences

PAGE = TakeHome(
    "In Tamil: what peer support is",
    "",
    "https://clinic.example/ta",
    "ta",
    {"ta": "தமிழில்: சக ஆதரவு என்றால் என்ன"},
)


def boot_with(clinic: Clinic, *items: TakeHome) -> Callable[[], VisitorSide]:
    side = side_of(clinic)
    desks = replace(side.open_desks(), clinic=replace(side.clinic, take_home=items))
    return lambda: replace(side, open_desks=lambda: desks)


async def open_first_article(visitor: Visitor) -> None:
    await visitor.keys("r")
    visitor.read()
    next(iter(visitor.screen.query(Tile))).press()
    await visitor.settle()


def titles(visitor: Visitor) -> list[str]:
    return [tile.title for tile in visitor.screen.query(Tile)]


async def test_beside_an_english_article_a_tamil_page_is_offered(clinic: Clinic) -> None:
    boot = boot_with(clinic, *TAKE_HOME, PAGE)
    async with at_kiosk(clinic, boot=boot) as visitor:
        visitor.app.context.speak("ta")
        await open_first_article(visitor)
        for size in SIZES:
            await visitor.resize(*size)
            assert offences(visitor) == [], visitor.picture()
        await visitor.resize(*USUAL)
        await visitor.keys("t")
        assert titles(visitor)[0] == PAGE.title
        assert not needs_shaping("".join(visitor.lines))
        visitor.read()
        next(iter(visitor.screen.query(Tile))).press()
        await visitor.settle()
        assert codes(visitor.strips()) == [PAGE.url]


@pytest.mark.parametrize(
    ("language", "items", "pictures"),
    [("ta", TAKE_HOME, False), ("en", (*TAKE_HOME, PAGE), False), ("ta", (PAGE,), True)],
)
async def test_an_article_offers_none_where_there_is_none_or_it_is_read_as_it_is(
    clinic: Clinic, language: str, items: tuple[TakeHome, ...], pictures: bool
) -> None:
    async with at_kiosk(clinic, boot=boot_with(clinic, *items)) as visitor:
        visitor.app.context.has_pictures = pictures
        visitor.app.context.speak(language)
        await open_first_article(visitor)
        assert not visitor.screen.query("#take-home")


async def test_it_is_for_those_who_chose_its_language_and_is_called_so(clinic: Clinic) -> None:
    boot = boot_with(clinic, *TAKE_HOME, PAGE)
    async with at_kiosk(clinic, boot=boot) as visitor:
        await visitor.keys("t")
        assert titles(visitor)[:2] == [item.title for item in TAKE_HOME]
        assert PAGE.title not in titles(visitor)
        await visitor.keys("b")
        visitor.app.context.has_pictures = True
        visitor.app.context.speak("ta")
        await visitor.keys("t")
        assert titles(visitor)[0] == PAGE.titles["ta"]


async def test_with_a_page_in_another_language_alone_the_counter_has_booklets(
    clinic: Clinic,
) -> None:
    async with at_kiosk(clinic, boot=boot_with(clinic, PAGE)) as visitor:
        await visitor.keys("t")
        visitor.expect("Booklets: please ask at the counter.")
