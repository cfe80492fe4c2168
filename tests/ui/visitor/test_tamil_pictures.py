"""Every screen in Tamil at every size, on a terminal that shows its letters as pictures."""

import logging

import pytest

from kiosk.content.languages import find_language
from kiosk.content.shaping import needs_shaping
from kiosk.content.translations import Texts
from kiosk.ui.terminal.messages import PicturesTried
from kiosk.ui.visitor.screen import Chosen
from tests.support.desks import Clinic
from tests.support.screens import USUAL, at_kiosk
from tests.ui.visitor.layout_rules import offences
from tests.ui.visitor.stops import STOPS, Stop, start_over

SIZES = ((56, 16), (80, 24), (106, 32), (120, 40), (160, 50))
TELLING = {"help", "call-wishes", "call-review", "receipt"}
"""The screens that nobody may misread, and those with the least room."""


async def wrong_on(
    clinic: Clinic, stops: tuple[Stop, ...], sizes: tuple[tuple[int, int], ...]
) -> list[str]:
    """Return what is cut off or crooked on these screens."""
    wrong = []
    async with at_kiosk(clinic) as visitor:
        for stop in stops:
            await start_over(visitor, clinic, USUAL)
            visitor.app.pictures_come()
            visitor.app.context.speak("ta")
            await stop.way(visitor, clinic)
            if visitor.app.context.visit.texts.language != "ta":
                # A pass or a slip has brought its own.
                visitor.app.post_message(Chosen(find_language("ta")))
                await visitor.settle()
            for size in sizes:
                await visitor.resize(*size)
                if found := offences(visitor):
                    wrong += [f"{stop.name} at {size}", *found, visitor.picture()]
            assert needs_shaping("".join(visitor.lines)), stop.name
    return wrong


async def test_the_screens_that_matter_most_are_whole(clinic: Clinic) -> None:
    stops = tuple(stop for stop in STOPS if stop.name in TELLING)
    assert len(stops) == len(TELLING)
    wrong = await wrong_on(clinic, stops, SIZES[:3])
    assert not wrong, "\n".join(wrong)


async def test_pictures_that_come_late_change_nothing_that_was_done(clinic: Clinic) -> None:
    """A terminal may answer while somebody fills in a form in English beside drawn letters."""
    tamil = Texts("ta", has_pictures=True)
    async with at_kiosk(clinic) as visitor:
        visitor.app.context.speak("ta")
        await visitor.keys("c")
        await visitor.type("Mei")
        visitor.expect("What should we call you?", "Mei")
        visitor.app.pictures_come()
        await visitor.settle()
        visitor.expect("Mei")
        await visitor.keys("enter")
        visitor.expect(tamil.gettext("Which number should we call?"))
        await visitor.keys("f1", "b")
        await visitor.type("81234567", "enter")
        await visitor.keys("n", "n", "n")
        visitor.expect(tamil.gettext("Is this right?"), "Mei")


async def test_without_its_font_there_are_none_and_the_log_says_why(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    async with at_kiosk(clinic) as visitor:
        with caplog.at_level(logging.WARNING, logger="kiosk"):
            visitor.app.post_message(PicturesTried("A font file is missing or damaged."))
            await visitor.settle()
        assert "no pictures of words: A font file is missing" in caplog.text
        assert not visitor.app.context.has_pictures
        visitor.app.context.speak("ta")
        await visitor.keys("r")
        visitor.expect("Read about peer support")


@pytest.mark.full
@pytest.mark.parametrize("part", range(4))
async def test_every_screen_is_whole(clinic: Clinic, part: int) -> None:
    wrong = await wrong_on(clinic, STOPS[part::4], SIZES)
    assert not wrong, "\n".join(wrong)
