"""Every screen in every offered language: whole at every size, and nothing of it in English."""

from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from kiosk.content.articles import articles
from kiosk.content.translations import Texts, languages
from kiosk.ui.visitor.screens.callback_form import CallLanguageScreen
from tests.support.desks import Clinic
from tests.support.extract import TEMPLATE
from tests.support.screens import USUAL, Visitor, at_kiosk
from tests.ui.visitor.layout_rules import faint, offences
from tests.ui.visitor.stops import STOPS, Stop, choose_language, form, start_over

OTHERS = tuple(one.code for one in languages() if one.code != "en")
WALKED = ((56, 16), (80, 24), (106, 32), (120, 40), (160, 50))
_LEAST = 8
"""Characters of an English sentence from which on another language does not hold it by chance."""


def test_there_are_other_languages() -> None:
    assert {"zh", "ms"} <= set(OTHERS)


def _english(language: str) -> Iterator[str]:
    """Yield what stands on a screen only where a translation has not been used."""
    texts = Texts(language)
    with TEMPLATE.open(encoding="utf-8") as file:
        for message in read_po(file):
            for one in (message.id,) if isinstance(message.id, str) else message.id:
                context = message.context
                known = texts.pgettext(context, one) if context else texts.gettext(one)
                if known != one:
                    yield one.partition("{")[0]
    yield from (article.title for article in articles("en"))


def _wrong(visitor: Visitor, where: str) -> list[str]:
    found = [*offences(visitor), *(f"faint: {sign}" for sign in faint(visitor))]
    return [where, *found, visitor.picture()] if found else []


async def _walk(
    clinic: Clinic, language: str, stops: tuple[Stop, ...], sizes: tuple[tuple[int, int], ...]
) -> list[str]:
    """Return what is wrong on the screens of a visit in `language`."""
    wrong = []
    english = [words for words in _english(language) if len(words) >= _LEAST]
    async with at_kiosk(clinic) as visitor:
        for stop in stops:
            await start_over(visitor, clinic, USUAL, language)
            await stop.way(visitor, clinic)
            await choose_language(visitor, language)  # again, where the visit has ended by now
            read = "\n".join(visitor.paragraphs)
            wrong += [f"{stop.name}: {words}" for words in english if words in read]
            for size in sizes:
                await visitor.resize(*size)
                wrong += _wrong(visitor, f"{stop.name} in {language} at {size}")
    return wrong


@pytest.mark.full
@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("language", OTHERS)
async def test_every_screen_is_whole_in_every_language(
    clinic: Clinic, language: str, part: int
) -> None:
    wrong = await _walk(clinic, language, STOPS[part::4], WALKED)
    assert not wrong, "\n".join(wrong)


_TELLING = {"home", "help", "call-review", "receipt"}
"""The screens that nobody may misread, and those with the least room."""


@pytest.mark.conforms("WCAG 1.4.10")
@pytest.mark.parametrize("language", OTHERS)
async def test_the_screens_that_matter_most_are_whole(clinic: Clinic, language: str) -> None:
    stops = tuple(stop for stop in STOPS if stop.name in _TELLING)
    wrong = await _walk(clinic, language, stops, WALKED[:2])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("language", "spoken"), [("zh", "华语 Mandarin"), ("ms", "Melayu")])
async def test_the_call_is_in_the_language_of_the_screens_until_another_is_chosen(
    clinic: Clinic, language: str, spoken: str
) -> None:
    async with at_kiosk(clinic) as visitor:
        await start_over(visitor, clinic, USUAL, language)
        await form(CallLanguageScreen)(visitor, clinic)
        visitor.expect(f"(✓) {spoken}", "( ) English")
        await visitor.tap("Hokkien")
        visitor.expect("(✓) 福建话 Hokkien", f"( ) {spoken}")


async def test_a_language_that_nobody_is_called_in_begins_with_english(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.app.context.visit.texts = Texts("qaa")
        assert visitor.app.context.visit.call_form().draft.call_language == "en"
