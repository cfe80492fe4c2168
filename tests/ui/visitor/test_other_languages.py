"""A fifth language, which is data alone: one tap chooses it anywhere, and nothing is lost by it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.content.languages import find_language
from kiosk.domain.callbacks.request import Source
from kiosk.domain.callbacks.slips import CentralSlip
from kiosk.ui.visitor.screens.help_now import HelpNowScreen
from kiosk.ui.visitor.screens.reading import ArticleScreen
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.layout import Sheet
from tests.support.desks import Clinic
from tests.support.invented import CODE, OWN_NAME, add_language, say
from tests.support.screens import HOME, SIZES, USUAL, Visitor, at_kiosk, side_of


@pytest.fixture(autouse=True, scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of texts, with the invented language."""
    with pytest.MonkeyPatch.context() as patch:
        yield add_language(tmp_path_factory.mktemp("texts"), patch)


def _language(visitor: Visitor) -> str:
    return visitor.app.context.visit.texts.language


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_home_names_it_and_one_tap_chooses_it(clinic: Clinic, size: tuple[int, int]) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        visitor.expect(HOME, OWN_NAME)
        await visitor.tap(OWN_NAME)
        visitor.expect(say(HOME), "English")
        visitor.expect_not(OWN_NAME)
        await visitor.tap("English")
        visitor.expect(HOME)


async def test_the_choice_leads_to_it_too_and_ends_with_the_visit(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("l")
        await visitor.tap(OWN_NAME)
        visitor.expect(say(HOME))
        await visitor.keys("r")
        visitor.expect("Kioskisch: Groups", "What peer support is")
        await visitor.keys("escape")
        visitor.expect(HOME)


async def test_dates_and_helplines_follow_it(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        visitor.expect("12:00 pm")
        await visitor.tap(OWN_NAME)
        visitor.expect("12:00")
        visitor.expect_not("12:00 pm")
        await visitor.keys("h")
        visitor.expect("«Ambulance»")
    assert find_language(CODE).voice == "de"


async def test_a_form_keeps_what_is_typed_and_where(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei", "left")
        await visitor.tap(OWN_NAME)
        visitor.expect(say("What should we call you?"), "Mei")
        await visitor.type("x")
        visitor.expect("Mexi")
        await visitor.keys("f2")
        await visitor.tap("English")
        visitor.expect("What should we call you?", "Mexi")
        await visitor.type("y")
        visitor.expect("Mexyi")


@pytest.mark.parametrize("by_choice", [False, True])
async def test_an_article_stays_where_it_is_read(clinic: Clinic, by_choice: bool) -> None:
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        await visitor.keys("r", "enter")
        assert isinstance(visitor.screen, ArticleScreen)
        await visitor.keys("end")
        last = visitor.screen.query_one(Sheet)
        assert last.scroll_y == last.max_scroll_y > 0
        await visitor.keys(*(["l"] if by_choice else []))
        await visitor.tap(OWN_NAME)
        assert isinstance(visitor.screen, ArticleScreen)
        here = visitor.screen.query_one(Sheet)
        assert here is not last
        assert here.scroll_y == here.max_scroll_y > 0


async def test_a_receipt_is_written_anew_and_sent_once(clinic: Clinic) -> None:
    async with at_kiosk(clinic, size=(120, 40)) as visitor:
        await _ask_for_call(visitor)
        visitor.expect("Thank you. We have your request.")
        reference = clinic.column("SELECT ref FROM callback_request")[0]
        await visitor.tap(OWN_NAME)
        visitor.expect(say("Thank you. We have your request."), reference)
        assert clinic.count("callback_request") == 1


async def _ask_for_call(visitor: Visitor) -> None:
    await visitor.keys("c")
    await visitor.type("Mei", "enter")
    await visitor.type("81234567", "enter")
    await visitor.keys("n", "n", "n")
    await visitor.keys("y")


async def test_a_result_is_said_again_for_as_long(clinic: Clinic) -> None:
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", "en").digits
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        visitor.expect("✓  Welcome, Mei")
        await visitor.wait(7)
        await visitor.tap(OWN_NAME)
        visitor.expect(say("✓  Welcome, {name}").format(name="Mei"))
        await visitor.wait(7)
        visitor.expect("Mei")
        await visitor.wait(2)
        visitor.expect(HOME)


async def test_help_keeps_the_line_that_was_chosen(clinic: Clinic) -> None:
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        await visitor.keys("h", "down", "enter")
        visitor.expect("National mindline")
        await visitor.keys("l")
        await visitor.tap(OWN_NAME)
        visitor.expect("«National mindline»", say("The code calls the line from your phone."))
        await visitor.keys("b")
        assert isinstance(visitor.screen, HelpNowScreen)


def _slip(clinic: Clinic, language: str) -> str:
    draft = replace(clinic.draft(), ui_language=language)
    return clinic.visitor.request_callback(draft).slip_digits


async def test_a_slip_shows_itself_in_the_language_it_was_asked_for_in(clinic: Clinic) -> None:
    digits = _slip(clinic, CODE)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        visitor.expect(say("Your request"))
        await visitor.tap("English")
        visitor.expect("Your request")
        # What follows is in the language that was chosen since.
        await visitor.keys("w")
        visitor.expect("Nobody will call you about it.")
        await visitor.keys("escape")
        visitor.expect(HOME)
        assert _language(visitor) == "en"


async def test_a_slip_of_a_request_that_staff_entered_leaves_the_language(clinic: Clinic) -> None:
    digits = _slip(clinic, "en")
    clinic.bend("UPDATE callback_request SET source=:by", by=Source.COUNTER)
    async with at_kiosk(clinic) as visitor:
        await visitor.tap(OWN_NAME)
        await visitor.scan(digits)
        visitor.expect(say("Your request"))


async def test_news_of_the_centre_are_asked_for_once(clinic: Clinic) -> None:
    asked: list[str] = []

    def ask(digits: str) -> CentralSlip | None:
        asked.append(digits)
        return CentralSlip(UUID(int=7), clinic.clock.now(), False, False, None)

    digits = _slip(clinic, "en")
    async with at_kiosk(clinic, boot=partial(side_of, clinic, ask_central=ask)) as visitor:
        await visitor.scan(digits)
        visitor.expect("It has been with the clinic since")
        await visitor.tap(OWN_NAME)
        visitor.expect("«It has been with the clinic since")
        assert asked == [digits]
        await visitor.keys("escape")
        await visitor.scan(digits)
        assert asked == [digits, digits]


async def test_whoever_chooses_a_group_may_choose_the_language_first(clinic: Clinic) -> None:
    clinic.add_session()
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", CODE).digits
    async with at_kiosk(clinic, size=(120, 40)) as visitor:
        await visitor.scan(digits)
        visitor.expect(say("Welcome, {name}. Which group is it?").format(name="Mei"))
        await visitor.tap("English")
        visitor.expect("Welcome, Mei. Which group is it?")
        await visitor.keys("enter")
        visitor.expect("✓  Welcome, Mei")


async def test_a_language_that_fails_after_all_changes_nothing(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = add_language(tmp_path / "other", monkeypatch)
    (texts / "locale" / CODE / "LC_MESSAGES" / "kiosk.mo").write_bytes(b"damaged")
    async with at_kiosk(clinic) as visitor:
        visitor.expect_not(OWN_NAME)
        visitor.app.context.languages = (find_language("en"), find_language(CODE))
        visitor.screen.relabel_bar()
        await visitor.settle()
        await visitor.tap(OWN_NAME)
        visitor.expect(HOME)
        assert _language(visitor) == "en"


@pytest.mark.parametrize("screen", ["warning", "notice"])
async def test_what_covers_a_screen_gives_way(clinic: Clinic, screen: str) -> None:
    async with at_kiosk(clinic, size=USUAL) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei")
        if screen == "warning":
            await visitor.wait(61)
            visitor.expect("Are you still there?")
        else:
            await visitor.scan("https://example.org/somebody/else")
            visitor.expect("This is not a group pass")
        await visitor.tap(OWN_NAME)
        visitor.expect(say("What should we call you?"), "Mei")
        assert isinstance(visitor.screen.focused, Field)


async def test_a_name_that_must_be_drawn_is_its_own_where_there_are_pictures(
    clinic: Clinic,
) -> None:
    tamil = find_language("ta")
    async with at_kiosk(clinic) as visitor:
        visitor.app.context.languages = (find_language("en"), tamil)
        visitor.screen.relabel_bar()
        await visitor.settle()
        visitor.expect(tamil.name)
        visitor.app.pictures_come()
        await visitor.settle()
        visitor.expect(tamil.own_name)
        visitor.expect_not(tamil.name)
