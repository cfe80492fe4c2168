"""What can be wished for: one screen that is passed by with a key, and is there only if wanted."""

from dataclasses import replace
from functools import partial

import pytest

from kiosk.domain.callbacks.wishes import OfferedWishes, Wish
from kiosk.ui.visitor.screens.callback_form import CallLanguageScreen, CallWishesScreen
from tests.support.desks import Clinic
from tests.support.screens import OFFERED, SIZES, Visitor, at_kiosk, side_of
from tests.ui.visitor.stops import form

HEADING = "Do you have a wish for the call?"
MESSAGE, LANGUAGE = "may we leave a message?", "Which language should we speak?"
SENT = "Thank you. We have your request."


async def to_wishes(visitor: Visitor, clinic: Clinic) -> None:
    await form(CallLanguageScreen, "n")(visitor, clinic)
    visitor.expect(HEADING)


def kept(clinic: Clinic) -> tuple[tuple[str, ...], str]:
    """The wishes of the one request, and what may be left."""
    (row,) = clinic.callbacks.worklist().rows
    return row.request.wishes, row.request.message_policy


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_is_passed_by_with_one_key_and_is_no_step_of_its_own(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size, boot=partial(side_of, clinic, OFFERED)) as visitor:
        await form(CallLanguageScreen)(visitor, clinic)
        visitor.expect("Step 4 of 6")
        await visitor.keys("enter")
        visitor.expect(HEADING, "You can pass this by.", "get in touch in any case.")
        visitor.expect_not("Step")
        await visitor.keys("enter")
        visitor.expect("Step 5 of 6", MESSAGE)
        await visitor.keys("n")
        visitor.expect("Is this right?")
        visitor.expect_not("Wishes")
        await visitor.keys("end", "y")
        visitor.expect(SENT)
    assert kept(clinic) == ((), "none")


async def test_where_nothing_is_offered_nobody_is_asked(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallLanguageScreen, "n")(visitor, clinic)
        visitor.expect(MESSAGE, "Step 5 of 6")


async def test_wishes_survive_back_and_forward_are_read_back_and_sealed(clinic: Clinic) -> None:
    async with at_kiosk(clinic, boot=partial(side_of, clinic, OFFERED)) as visitor:
        await to_wishes(visitor, clinic)
        for words in ("With a woman", "An interpreter", "Work or study"):
            await visitor.tap(words)
        await visitor.keys("b")
        visitor.expect(LANGUAGE)
        await visitor.keys("n")
        visitor.expect("[✓] With a woman", "[✓] An interpreter", "[✓] Work or study")
        visitor.expect("[ ] With a man", "[ ] Groups")
        await visitor.keys("h", "b", "n", "b")
        visitor.expect(HEADING, "[✓] Work or study")
        await visitor.tap("Work or study")
        visitor.expect("[ ] Work or study", "[✓] An interpreter")
        await visitor.tap("Groups")
        await visitor.keys("n", "n")
        visitor.expect("Wishes", "With a woman, An interpreter, Groups")
        await visitor.keys("y")
        visitor.expect(SENT)
        assert visitor.app.context.visit.form is None
    assert kept(clinic) == (("about_groups", "interpreter", "woman"), "none")


async def test_a_woman_and_a_man_exclude_each_other(clinic: Clinic) -> None:
    async with at_kiosk(clinic, boot=partial(side_of, clinic, OFFERED)) as visitor:
        await to_wishes(visitor, clinic)
        await visitor.tap("With a woman")
        await visitor.tap("With a man")
        visitor.expect("[ ] With a woman", "[✓] With a man")
        await visitor.tap("With a woman")
        visitor.expect("[✓] With a woman", "[ ] With a man")
        await visitor.tap("With a woman")
        visitor.expect("[ ] With a woman", "[ ] With a man")


async def test_a_text_is_allowed_by_who_wishes_for_one_and_told_on_the_next_step(
    clinic: Clinic,
) -> None:
    async with at_kiosk(clinic, boot=partial(side_of, clinic, OFFERED)) as visitor:
        await to_wishes(visitor, clinic)
        await visitor.tap("Text, do not ring")
        await visitor.keys("n")
        visitor.expect(MESSAGE, "(✓) Text me")
        await visitor.tap("No message")
        await visitor.keys("b")
        visitor.expect("[ ] Text, do not ring")
        await visitor.tap("Text, do not ring")
        await visitor.keys("n", "n")
        visitor.expect("Text, do not ring")
        await visitor.keys("y")
        visitor.expect(SENT)
    assert kept(clinic) == (("text",), "text_ok")


async def test_only_what_is_offered_is_shown(clinic: Clinic) -> None:
    topics_alone = replace(OFFERED, wishes=())
    async with at_kiosk(clinic, boot=partial(side_of, clinic, topics_alone)) as visitor:
        await to_wishes(visitor, clinic)
        visitor.expect("What would you like to talk about?", "[ ] Groups")
        visitor.expect_not("woman", "interpreter")
    one_wish = OfferedWishes((Wish.INTERPRETER,))
    async with at_kiosk(clinic, boot=partial(side_of, clinic, one_wish)) as visitor:
        await to_wishes(visitor, clinic)
        visitor.expect("[ ] An interpreter")
        visitor.expect_not("talk about", "woman")
        assert isinstance(visitor.screen, CallWishesScreen)


async def test_nothing_of_a_visit_stays_when_it_ends(clinic: Clinic) -> None:
    async with at_kiosk(clinic, boot=partial(side_of, clinic, OFFERED)) as visitor:
        await to_wishes(visitor, clinic)
        await visitor.tap("For someone I care for")
        filled = visitor.app.context.visit.call_form()
        await visitor.keys("escape")
        assert filled.draft.wishes == frozenset()
        await to_wishes(visitor, clinic)
        visitor.expect("[ ] For someone I care for")
