"""Each of a visitor's tasks, start to end, by somebody who hears the kiosk and presses keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from kiosk.content.articles import articles
from kiosk.content.helplines import helplines
from kiosk.content.languages import Language
from kiosk.content.spelling import speakable
from kiosk.content.translations import Texts, languages
from kiosk.domain.callbacks.request import CallLanguage
from tests.support.desks import Clinic
from tests.support.listening import Listener, listening

pytestmark = pytest.mark.conforms(
    "EN 301 549 5.1.2.2",
    "EN 301 549 5.1.3.1",
    "EN 301 549 5.1.3.14",
    "EN 301 549 5.1.7",
    "508 402.1",
    "508 402.2",
    "WCAG 2.1.1",
)


def _as_often(language: Language) -> object:
    """Return a language for each run where it is English or drawn, for long runs else."""
    often = language.code == "en" or language.is_shaped
    return pytest.param(language, marks=() if often else pytest.mark.full, id=language.code)


in_every_language = pytest.mark.parametrize("language", [_as_often(one) for one in languages()])


class Ear:
    """A listener who knows one language."""

    def __init__(self, listener: Listener, language: str) -> None:
        self.by = listener
        self.language = language
        self.texts = Texts(language, has_pictures=True)

    def _(self, message: str, context: str = "") -> str:
        """Return a sentence as it is said in this language."""
        if context:
            return speakable(self.texts.pgettext(context, message))
        return speakable(self.texts.gettext(message))

    def title(self, message: str) -> str:
        """Return what is written on something, without the full stop behind it."""
        return self._(message).rstrip(".。")

    def hears(self, *messages: str) -> None:
        self.by.hears(*map(self._, messages))

    async def choose(self, message: str, key: str = "enter") -> None:
        await self.by.choose(self.title(message), key)


@asynccontextmanager
async def speaking(
    clinic: Clinic, language: Language, *, headphones: bool = True
) -> AsyncIterator[Ear]:
    """Start speech by its key, and choose the language by ear."""
    async with listening(clinic, headphones=headphones) as listener:
        await listener.press("f3")
        if language.code != "en":
            await listener.press("f2")
            await listener.choose(language.own_name)
        ear = Ear(listener, language.code)
        ear.hears("Talk to someone who has been there")
        yield ear


@in_every_language
async def test_reading(clinic: Clinic, language: Language) -> None:
    first = articles(language.code)[0]
    async with speaking(clinic, language) as ear:
        await ear.choose("Read about peer support")
        ear.hears("Each takes a minute or two.")
        if not ear.by.heard.count(speakable(first.title)):
            await ear.by.find(speakable(first.title))
        await ear.by.press("enter")
        paragraphs = [one for one in first.markdown.split("\n\n") if one and one[0].isalpha()]
        assert paragraphs
        ear.by.hears(*(speakable(" ".join(one.split())).replace("*", "") for one in paragraphs))
        await ear.choose("Back")
        ear.hears("Each takes a minute or two.")


@pytest.mark.conforms("EN 301 549 5.1.3.16", "508 402.2.2", "WCAG 3.3.4")
@in_every_language
async def test_asking_for_a_call(clinic: Clinic, language: Language) -> None:
    async with speaking(clinic, language) as ear:
        await ear.choose("Ask for a call")
        ear.hears("What should we call you?")
        await ear.by.type("Mei")
        ear.by.hears("i")
        await ear.by.press("enter")
        ear.hears("Which number should we call?")
        await ear.by.type("8123456")
        await ear.by.press("enter")
        ear.by.hears("8, 1, 2, 3, 4, 5, 6")
        await ear.by.type("7")
        ear.by.hears("8 1 2 3, 4 5 6 7")
        await ear.by.press("enter")
        ear.hears("When may we call?")
        await ear.choose("Saturday mornings", "space")
        ear.by.hears(ear._("Chosen", "speech"))
        await ear.choose("Next")
        ear.hears("Which language should we speak?")
        await ear.by.choose("Tamil", "space")
        await ear.choose("Next")
        ear.hears("If you do not pick up, may we leave a message?")
        await ear.choose("Text me", "space")
        await ear.choose("Next")
        ear.hears("Is this right?")
        ear.by.hears("Mei", "8 1 2 3, 4 5 6 7", ear.title("Saturday mornings"))
        await ear.choose("Yes, send")
        ear.hears("Thank you. We have your request.")
        (row,) = clinic.callbacks.worklist().rows
        spelled = speakable(row.request.reference)
        assert ear.by.heard.count(spelled.rstrip(".")) == 2
    assert clinic.numbers() == ["+6581234567"]
    assert row.request.preferred_name == "Mei"
    assert row.request.windows == ("saturday_am",)
    assert row.request.call_language == CallLanguage.TAMIL


@in_every_language
async def test_checking_in_with_a_pass(clinic: Clinic, language: Language) -> None:
    clinic.add_session("Room 1")
    clinic.add_session("Room 2")
    digits = clinic.passes.issue_pass("Mei", language.code).digits
    async with speaking(clinic, language) as ear:
        await ear.by.scan(digits)
        ear.by.hears(ear._("Welcome, {name}. Which group is it?").format(name="Mei"), "Room 1")
        await ear.by.choose("Room 2")
        ear.by.hears(ear._("✓  Welcome, {name}").format(name="Mei"))
        ear.hears("You are checked in.")
        ear.by.hears("Room 2")
    assert [str(arrival.name) for arrival in clinic.arrivals()] == ["Mei"]


@in_every_language
async def test_checking_in_without_a_pass(clinic: Clinic, language: Language) -> None:
    clinic.add_session("Room 1")
    async with speaking(clinic, language) as ear:
        await ear.choose("Check in to a group")
        ear.by.hears("Room 1")
        await ear.by.press("enter")
        ear.hears("You are welcome. How would you like to come in?")
        await ear.choose("Just count me")
        ear.hears("You are counted in.")
    assert len(clinic.arrivals()) == 1


@pytest.mark.conforms("WCAG 3.3.4")
@in_every_language
async def test_withdrawing_by_slip(clinic: Clinic, language: Language) -> None:
    draft = replace(clinic.draft(), ui_language=language.code)
    digits = clinic.visitor.request_callback(draft).slip_digits
    async with speaking(clinic, language) as ear:
        await ear.choose("Withdraw a request")
        ear.hears("Withdraw a request")
        await ear.by.scan(digits)
        ear.hears("Your request")
        await ear.choose("Withdraw it")
        ear.hears("It is withdrawn. Nobody will call you about it.")
    assert clinic.count("callback_withdrawal") == 1


@in_every_language
async def test_withdrawing_by_the_typed_code(clinic: Clinic, language: Language) -> None:
    async with speaking(clinic, language) as ear:
        await ear.choose("Withdraw a request")
        await ear.by.type("7KDC")
        await ear.by.press("enter")
        ear.hears("That code does not look right. Please check it once more.")
        ear.by.hears("K Kilo")
        await ear.by.type("8HDF")
        await ear.by.press("enter")
        ear.hears("If the code fits a request, staff will withdraw it.")


@in_every_language
async def test_help_now(clinic: Clinic, language: Language) -> None:
    async with speaking(clinic, language) as ear:
        await ear.by.press("f1")
        ear.by.hears(ear._("Help now", "crisis"))
        today = clinic.clock.now().date()
        for line in helplines(language.code, today).lines:
            if line.tel:
                await ear.by.find(speakable(line.number).rstrip("."))
                ear.by.hears(speakable(line.name).rstrip("."))
