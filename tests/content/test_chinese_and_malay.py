"""The shipped Chinese and Malay: whole, filled in alike, neutral, and drawn alike everywhere."""

import re
from functools import cache
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from rich.cells import cell_len
from wcwidth import wcwidth

from kiosk.content.assets import assets_dir, config_dir
from kiosk.content.helplines import shipped_helplines
from kiosk.content.wishes import read_wishes
from tests.support.extract import TEMPLATE

LANGUAGES = ("zh", "ms")
_CONTENT = assets_dir() / "content"
_UNCHECKED = "Not yet checked by a native reviewer"
_NEVER = {
    "zh": ("精神", "病人", "患者", "疾病", "诊断", "症"),
    "ms": ("psikiat", "pesakit", "penyakit", "diagnos", " gila"),
}
"""Words that nobody in the room should read over a shoulder."""
_BOTH_WIDTHS = "·…—–“”‘’○●①×÷°±"
"""Signs that some terminals draw in one cell and others in two."""


def _catalogue(language: str) -> Catalog:
    path = assets_dir() / "locale" / language / "LC_MESSAGES" / "kiosk.po"
    with path.open(encoding="utf-8") as file:
        return read_po(file)


@cache
def _messages(language: str) -> tuple[Message, ...]:
    return tuple(message for message in _catalogue(language) if message.id)


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _articles(language: str) -> list[Path]:
    return sorted((_CONTENT / language).glob("*.md"))


def _texts(language: str) -> list[str]:
    """Return everything that a visitor reads in a language."""
    lines = [entry.texts[language] for entry in shipped_helplines().entries]
    topics = [topic.label(language) for topic in read_wishes(config_dir() / "wishes.toml").topics]
    sentences = chain.from_iterable(_forms(message.string) for message in _messages(language))
    pages = [path.read_text(encoding="utf-8") for path in _articles(language)]
    pages = [re.sub("<!--.*?-->", "", page) for page in pages]
    return [*chain.from_iterable(lines), *topics, *sentences, *pages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there(language: str) -> None:
    with TEMPLATE.open(encoding="utf-8") as file:
        wanted = {(message.context, message.id) for message in read_po(file) if message.id}
    found = {
        (message.context, message.id)
        for message in _messages(language)
        if all(_forms(message.string)) and not message.fuzzy
    }
    assert wanted - found == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_form_serves_every_number(language: str) -> None:
    assert _catalogue(language).plural_forms == "nplurals=1; plural=0;"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_is_filled_in(language: str) -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}

    wrong = [
        (message.id, form)
        for message in _messages(language)
        for form in _forms(message.string)
        if names(form) != names(_forms(message.id)[0])
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_crisis_and_consent_is_translated_back(language: str) -> None:
    for message in _messages(language):
        told = any(one.startswith("back-translation: ") for one in message.user_comments)
        assert told or message.context not in ("crisis", "consent"), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_says_that_nobody_has_checked_it_yet(language: str) -> None:
    assert _UNCHECKED in _catalogue(language).header_comment
    for path in _articles(language):
        assert path.read_text(encoding="utf-8").startswith(f"<!-- {_UNCHECKED}. -->\n# "), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_articles_have_the_same_parts_as_in_english(language: str) -> None:
    def parts(path: Path) -> list[str]:
        lines = path.read_text(encoding="utf-8").split("\n")
        marks = [re.match(r"#+ |- \*\*|- |<!-- calling|\S", line) for line in lines]
        return [mark[0] if len(mark[0]) > 1 else "text" for mark in marks if mark]

    assert [path.name for path in _articles(language)] == [path.name for path in _articles("en")]
    for path in _articles(language):
        assert parts(path)[1:] == parts(_CONTENT / "en" / path.name), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_the_same_in_articles(language: str) -> None:
    for path in _articles(language):
        english = (_CONTENT / "en" / path.name).read_text(encoding="utf-8")
        found = re.findall(r"\d+", path.read_text(encoding="utf-8"))
        assert found == re.findall(r"\d+", english), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_says_why_people_are_here(language: str) -> None:
    found = [(word, text) for text in _texts(language) for word in _NEVER[language]
             if word in text.lower()]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sign_has_one_width_for_all(language: str) -> None:
    signs = set("".join(_texts(language))) - {"\n"}
    assert {sign for sign in signs if cell_len(sign) != wcwidth(sign)} == set()
    assert signs & set(_BOTH_WIDTHS) == set()


def test_chinese_is_simplified_and_without_blanks_between_words() -> None:
    for text in _texts("zh"):
        assert not re.search(r"[\u3400-\u9fff，。：；] +[\u3400-\u9fff，。：；]", text), text
        assert not re.search("[們這個來時說話請務會對門電謝]", text), text
        assert not re.search(r"[\u3400-\u9fff][,.:;?!()]", text), text


def test_actions_are_short() -> None:
    """The least button has room for 20 cells, with its letter and two blanks."""
    actions = (
        "Back", "Next", "More", "Check in", "Keep these", "Another time", "Withdraw it",
        "Withdraw", "Yes, send", "No phone?", "Print my slip", "Show me my pass", "Tell me more",
        "Back to my form", "Open", "Open again", "Out of order", "Exit", "Finish", "Help now",
        "Finish and clear",
    )  # fmt: skip
    for language in LANGUAGES:
        short = {message.id: message.string for message in _messages(language)}
        assert [one for one in actions if cell_len(str(short[one])) > 17] == []
