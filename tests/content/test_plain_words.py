"""The texts are in plain words: short sentences, an easy index, no clinical labels."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kiosk.content.articles import Article, articles, page
from kiosk.content.assets import assets_dir
from kiosk.content.helplines import helplines
from tests.support.plain_words import (
    HARDEST_INDEX,
    headings,
    prose,
    readability,
    sentences,
    too_long,
    words,
)

READ = articles("en")
PAGES = (*READ, page("en", "what-we-keep"), page("en", "without-a-phone"))
CLINICAL = re.compile(
    r"psychiatr|\b(?:in|out)?patients?\b|diagnos|schizo|psychos|psychot|bipolar|mania|manic"
    r"|depress|anxiety|disorder|illness|autis|dementia|addict|borderline|\b(?:ocd|ptsd|adhd)\b",
    re.IGNORECASE,
)
"""What a waiting room must never read on the screen."""


BY_LOOKS = re.compile(
    r"\b(?:above|below|beside|beneath|under|left|right|top|bottom|corner|middle|red|green|blue|yellow"
    r"|grey|round|square|large|small|bold)\b",
    re.IGNORECASE,
)
"""How a thing looks, or where it stands; to be told by that alone would not help everybody."""
RIGHT = re.compile(r"\b(?:is|say it is|no) right\b|^(?:right$|Is this right)")
"""Where "right" means correct."""
NAMED_OTHERWISE_TOO = {
    "A peer does not stand above you.",
    "A small booklet lists what is on offer.",
    "Hold the square code of your pass to the scanner.",
    'Look under "Take something home", or ask a staff member for a copy.',
    "Small steps that you choose.",
    "That code does not look right.",
    "The square code that you see then is your slip.",
    "There is a square code, for the camera of a phone.",
    "With your slip under the scanner it happens at once.",
}
"""Sentences with such a word that point at nothing, or name it by more than that."""


def _slug(article: Article) -> str:
    return article.slug


def _messages(*, for_visitors: bool = False, context: str | None = None) -> list[str]:
    """The sentences of the screens in English; a desk's own are no visitor's.

    `context`: of one context alone, empty for those without one.
    """
    template = Path(assets_dir() / "locale" / "kiosk.pot")
    with template.open(encoding="utf-8") as file:
        catalogue = [message for message in read_po(file) if message.id]
    if for_visitors:
        catalogue = [
            message
            for message in catalogue
            if not all(place.startswith("kiosk/ui/desk/") for place, _ in message.locations)
        ]
    if context is not None:
        catalogue = [message for message in catalogue if (message.context or "") == context]
    ids = [message.id for message in catalogue]
    return [text for one in ids for text in ([one] if isinstance(one, str) else one)]


@pytest.mark.parametrize("article", PAGES, ids=_slug)
def test_article_is_easy_to_read(article: Article) -> None:
    text = prose(article.markdown)
    assert too_long(text) == []
    assert too_long("\n".join((article.title, *headings(article.markdown)))) == []
    assert readability(sentences(text)) <= HARDEST_INDEX


@pytest.mark.parametrize("article", READ, ids=_slug)
def test_article_is_short_and_has_sections(article: Article) -> None:
    assert 150 <= len(words(article.markdown)) <= 350
    assert 3 <= len(headings(article.markdown)) <= 5


def test_what_we_keep_fits_one_screen_or_two() -> None:
    assert 120 <= len(words(page("en", "what-we-keep").markdown)) <= 180


def test_sentences_of_the_screens_are_short() -> None:
    assert [long for message in _messages() for long in too_long(message)] == []


@pytest.mark.parametrize("context", ["", "crisis", "consent", "speech"])
def test_sentences_of_the_screens_are_easy_to_read(context: str) -> None:
    """All that end as sentences do, in whatever context they are said."""
    said = "\n".join(_messages(for_visitors=True, context=context))
    whole = [one for one in sentences(said) if one.endswith((".", "?"))]
    assert whole
    assert readability(whole) <= HARDEST_INDEX


def test_sentences_of_the_helplines_are_short() -> None:
    notes = [line.note for line in helplines("en", date(2026, 11, 23)).lines]
    assert [long for note in notes for long in too_long(note)] == []


def test_no_clinical_label_is_shown_to_visitors() -> None:
    shown = [text for article in PAGES for text in (article.title, article.markdown)]
    shown += _messages(for_visitors=True)
    shown += [f"{line.name} {line.note}" for line in helplines("en", date(2026, 11, 23)).lines]
    assert [hit.group() for text in shown for hit in CLINICAL.finditer(text)] == []


@pytest.mark.conforms("WCAG 1.3.3")
def test_no_sentence_points_at_something_by_its_looks_or_place_alone() -> None:
    shown = [*(article.markdown for article in PAGES), *_messages(for_visitors=True)]
    found = {one for text in shown for one in sentences(prose(text)) if BY_LOOKS.search(one)}
    assert {one for one in found if not RIGHT.search(one)} == NAMED_OTHERWISE_TOO


@pytest.mark.parametrize(
    "text", ["The psychiatric ward", "Outpatients only", "Patient", "Your diagnosis", "PTSD"]
)
def test_clinical_labels_are_noticed(text: str) -> None:
    assert CLINICAL.search(text)


def test_articles_name_buttons_as_the_screens_do() -> None:
    labels = set(_messages())
    quoted = {label for article in PAGES for label in re.findall(r'"([^"]+)"', article.markdown)}
    assert quoted
    assert quoted - labels == set()
