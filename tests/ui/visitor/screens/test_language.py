"""The tiles say what they bring: a language of the screens, a call in one, other colours."""

import pytest

from kiosk.content.languages import Language
from kiosk.ui.theme import THEMES, theme_names
from tests.support.desks import Clinic
from tests.support.screens import SIZES, Visitor, at_kiosk


def test_every_look_has_a_name_of_its_own() -> None:
    names = theme_names(str)
    assert names.keys() == THEMES.keys()
    assert len(set(names.values())) == len(THEMES)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_tile_names_the_look_that_it_brings(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("l")
        names = theme_names(str)
        for theme, before in (("night", "calm"), ("quiet", "night"), ("calm", "quiet")):
            await _show(visitor, names[theme])
            visitor.expect("Change the colours")
            visitor.expect_not(names[before])
            await visitor.tap(names[theme])
            assert visitor.app.theme == theme


async def _show(visitor: Visitor, words: str) -> None:
    """Press "More" until `words` can be seen."""
    for _ in range(9):
        if visitor.sees(words):
            return
        await visitor.tap("More")
    visitor.expect(words)


async def test_the_tile_still_says_so_when_the_screen_is_opened_again(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("l")
        await visitor.tap("Change the colours")
        await visitor.keys("b", "l")
        visitor.expect("Quiet and dim")
        visitor.expect_not("Strong contrast", "Usual colours")


async def test_a_language_is_named_only_where_the_screens_have_it(clinic: Clinic) -> None:
    async with at_kiosk(clinic, size=(120, 40)) as visitor:
        visitor.app.context.languages = Language("en", "English"), Language("zh", "中文")
        await visitor.keys("r")
        visitor.expect("L  Language", "中文")
        visitor.expect_not("Melayu")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_call_in_another_language_is_called_a_call(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    """Where the screens have English alone."""
    async with at_kiosk(clinic, size=size) as visitor:
        visitor.app.context.languages = visitor.app.context.languages[:1]
        await visitor.keys("l")
        visitor.expect("English", "用中文通电话", "Panggilan Bahasa Melayu", "A call in Tamil")
        if size[0] > 56:
            visitor.expect("A call in Mandarin", "A call in Malay")
        await visitor.tap("用中文通电话")
        visitor.expect("What should we call you?")
        assert visitor.app.context.visit.call_form().draft.call_language == "zh"
