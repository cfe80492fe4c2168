"""Each of a visitor's tasks, start to end, by somebody who hears the kiosk and presses keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from babel.dates import get_day_names

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

LETTERS = ("{count} letter entered.", "{count} letters entered.")
DIGITS = ("{count} digit entered.", "{count} digits entered.")


def by_each(first: int) -> pytest.MarkDecorator:
    """Each language with headphones and by the speaker, most of it in the long run only.

    English and what is drawn are heard in each run, with headphones or by the speaker; `first` is
    0 or 1, so that this changes from task to task.
    """
    ways = []
    for place, language in enumerate(languages()):
        for has_headphones in (True, False):
            often = language.code == "en" or language.is_shaped
            often &= (place + first) % 2 != has_headphones
            marks = () if often else (pytest.mark.full,)
            name = f"{language.code}-{'headphones' if has_headphones else 'speaker'}"
            ways.append(pytest.param(language, has_headphones, id=name, marks=marks))
    return pytest.mark.parametrize(("language", "headphones"), ways)


class Ear:
    """A listener who knows one language."""

    def __init__(self, listener: Listener, language: str, *, is_alone: bool) -> None:
        """Take whether nobody else hears what is said."""
        self.by = listener
        self.language = language
        self.texts = Texts(language, has_pictures=True)
        self._is_alone = is_alone

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

    def hears_alone(self, said: str, public: str) -> None:
        """Hear what is private, or what is said in its place where others may hear."""
        self.by.hears(said if self._is_alone else public)
        if not self._is_alone:
            self.by.hears_not(said)

    def count(self, one: str, many: str, count: int) -> str:
        """Return how much was typed."""
        return self.texts.ngettext(one, many, count).format(count=count)

    async def asks_for_all(self) -> None:
        """Have all of it said aloud from now on, where others may hear."""
        if not self._is_alone:
            await self.by.press("f10")
            self.by.hears(self._("All is said aloud now. F10 ends that.", "speech"))
            self._is_alone = True

    async def choose(self, message: str, key: str = "enter") -> None:
        await self.by.choose(self.title(message), key)


@asynccontextmanager
async def speaking(clinic: Clinic, language: Language, *, headphones: bool) -> AsyncIterator[Ear]:
    """Start speech by its key, and choose the language by ear."""
    async with listening(clinic, headphones=headphones) as listener:
        await listener.press("f3")
        if language.code != "en":
            await listener.press("f2")
            await listener.choose(language.own_name)
        ear = Ear(listener, language.code, is_alone=headphones)
        ear.hears("Talk to someone who has been there")
        yield ear


@by_each(0)
async def test_reading(clinic: Clinic, language: Language, headphones: bool) -> None:
    first = articles(language.code)[0]
    async with speaking(clinic, language, headphones=headphones) as ear:
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
@by_each(1)
async def test_asking_for_a_call(clinic: Clinic, language: Language, headphones: bool) -> None:
    async with speaking(clinic, language, headphones=headphones) as ear:
        await ear.choose("Ask for a call")
        ear.hears("What should we call you?")
        await ear.by.type("Mei")
        # Of what is typed the room hears no letter.
        assert ear.by.heard == ("i" if headphones else ear.count(*LETTERS, 3))
        await ear.by.press("enter")
        ear.hears("Which number should we call?")
        await ear.by.type("8123456")
        await ear.by.press("enter")
        ear.hears_alone("8, 1, 2, 3, 4, 5, 6", ear.count(*DIGITS, 7))
        await ear.by.type("7")
        ear.hears_alone("8 1 2 3, 4 5 6 7", ear._("We can call this number.", "speech"))
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
        ear.by.hears(ear.title("Saturday mornings"))
        ear.hears_alone("Mei", ear._("It is on the screen.", "speech"))
        ear.hears_alone("8 1 2 3, 4 5 6 7", ear.count(*DIGITS, 8))
        await ear.choose("Yes, send")
        ear.hears("Thank you. We have your request.")
        (row,) = clinic.callbacks.worklist().rows
        spelled = speakable(row.request.reference).rstrip(".")
        ear.hears_alone(spelled, ear._("Your reference is on the screen.", "speech"))
        await ear.asks_for_all()
        assert ear.by.heard.count(spelled) == 2
    assert clinic.numbers() == ["+6581234567"]
    assert row.request.preferred_name == "Mei"
    assert row.request.windows == ("saturday_am",)
    assert row.request.call_language == CallLanguage.TAMIL


@by_each(0)
async def test_checking_in_with_a_pass(
    clinic: Clinic, language: Language, headphones: bool
) -> None:
    clinic.add_session("Room 1")
    clinic.add_session("Room 2")
    digits = clinic.passes.issue_pass("Mei", language.code).digits
    async with speaking(clinic, language, headphones=headphones) as ear:
        await ear.by.scan(digits)
        which = ear._("Welcome, {name}. Which group is it?").format(name="Mei")
        ear.hears_alone(which, ear._("Welcome. Which group is it?"))
        ear.by.hears("Room 1")
        await ear.by.choose("Room 2")
        ear.hears_alone(ear._("✓  Welcome, {name}").format(name="Mei"), ear._("✓  Welcome"))
        ear.hears("You are checked in.")
        ear.by.hears("Room 2")
    assert [str(arrival.name) for arrival in clinic.arrivals()] == ["Mei"]


@by_each(1)
async def test_checking_in_without_a_pass(
    clinic: Clinic, language: Language, headphones: bool
) -> None:
    clinic.add_session("Room 1")
    async with speaking(clinic, language, headphones=headphones) as ear:
        await ear.choose("Check in to a group")
        ear.by.hears("Room 1")
        await ear.by.press("enter")
        ear.hears("You are welcome. How would you like to come in?")
        await ear.choose("Just count me")
        ear.hears("You are counted in.")
    assert len(clinic.arrivals()) == 1


@pytest.mark.conforms("WCAG 3.3.4")
@by_each(0)
async def test_withdrawing_by_slip(clinic: Clinic, language: Language, headphones: bool) -> None:
    draft = replace(clinic.draft(), ui_language=language.code)
    digits = clinic.visitor.request_callback(draft).slip_digits
    async with speaking(clinic, language, headphones=headphones) as ear:
        await ear.choose("Withdraw a request")
        ear.hears("Withdraw a request")
        await ear.by.scan(digits)
        ear.hears("Your request")
        kept = ear._("It has been kept safely on this kiosk since {when}.")
        day = get_day_names("wide", locale=language.locale)[0]
        ear.hears_alone(
            kept.partition("{")[0] or kept.partition("}")[2],
            ear._("News of your request is on the screen.", "speech"),
        )
        assert (day in ear.by.heard) == headphones
        await ear.choose("Withdraw it")
        ear.hears("It is withdrawn. Nobody will call you about it.")
    assert clinic.count("callback_withdrawal") == 1


@by_each(1)
async def test_withdrawing_by_the_typed_code(
    clinic: Clinic, language: Language, headphones: bool
) -> None:
    async with speaking(clinic, language, headphones=headphones) as ear:
        await ear.choose("Withdraw a request")
        await ear.by.type("7KDC")
        await ear.by.press("enter")
        ear.hears("That code does not look right. Please check it once more.")
        ear.hears_alone("K Kilo", ear.count(*LETTERS, 4))
        await ear.by.type("8HDF")
        await ear.by.press("enter")
        ear.hears("If the code fits a request, staff will withdraw it.")
    assert clinic.column("SELECT ref FROM callback_withdrawal") == ["7KDC-8HDF"]


@by_each(0)
async def test_help_now(clinic: Clinic, language: Language, headphones: bool) -> None:
    async with speaking(clinic, language, headphones=headphones) as ear:
        await ear.by.press("f1")
        ear.by.hears(ear._("Help now", "crisis"))
        today = clinic.clock.now().date()
        for line in helplines(language.code, today).lines:
            if line.tel:
                await ear.by.find(speakable(line.number).rstrip("."))
                ear.by.hears(speakable(line.name).rstrip("."))
