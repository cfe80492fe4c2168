"""The tile of the colours says what it brings."""

import pytest

from kiosk.ui.theme import THEMES, theme_names
from tests.support.desks import Clinic
from tests.support.screens import SIZES, at_kiosk


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
        visitor.expect("Change the colours", "Strong contrast")
        visitor.expect_not("Usual colours")
        await visitor.tap("Strong contrast")
        assert visitor.app.theme == "night"
        visitor.expect("Change the colours", "Usual colours")
        visitor.expect_not("Strong contrast")
        await visitor.tap("Usual colours")
        assert visitor.app.theme == "calm"
        visitor.expect("Strong contrast")
        visitor.expect_not("Usual colours")


async def test_the_tile_still_says_so_when_the_screen_is_opened_again(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("l")
        await visitor.tap("Change the colours")
        await visitor.keys("b", "l")
        visitor.expect("Usual colours")
        visitor.expect_not("Strong contrast")
