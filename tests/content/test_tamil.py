"""The shipped Tamil: whole, filled in alike, neutral, and of letters that can be drawn."""

import re
from functools import cache
from itertools import chain
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from kiosk.content.assets import assets_dir, config_dir
from kiosk.content.helplines import shipped_helplines
from kiosk.content.shaping import needs_shaping
from kiosk.content.wishes import read_wishes
from tests.support.extract import TEMPLATE

_CONTENT = assets_dir() / "content"
_UNCHECKED = "Not yet checked by a native reviewer"
_NEVER = ("நோய்", "நோயாளி", "மனநல மருத்துவ", "மனச்சோர்வு", "பைத்திய", "கோளாறு")
"""Words that nobody in the room should read over a shoulder."""
_DRAWN = re.compile("[\u0b80-\u0bff0-9 !\"#%'()*+,./:;<=>?_-]*")
"""What the font has."""
_SHORT = {
    "Ask for a call", "Check in to a group", "Read about peer support", "Take something home",
    "What we keep", "Withdraw a request", "Help now", "Finish and clear", "Back", "Next", "More",
}  # fmt: skip
"""Titles of tiles and actions, which are drawn about 5 cells a letter."""
_MOST_LETTERS = 14


@cache
def _catalogue() -> Catalog:
    path = assets_dir() / "locale" / "ta" / "LC_MESSAGES" / "kiosk.po"
    with path.open(encoding="utf-8") as file:
        return read_po(file)


def _messages() -> list[Message]:
    return [message for message in _catalogue() if message.id]


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _articles(language: str) -> list[Path]:
    return sorted((_CONTENT / language).glob("*.md"))


def _texts() -> list[str]:
    """Return everything that a visitor reads in Tamil."""
    lines = [entry.texts["ta"] for entry in shipped_helplines().entries]
    topics = [topic.label("ta") for topic in read_wishes(config_dir() / "wishes.toml").topics]
    sentences = chain.from_iterable(_forms(message.string) for message in _messages())
    pages = [path.read_text(encoding="utf-8") for path in _articles("ta")]
    pages = [re.sub("<!--.*?-->", "", page) for page in pages]
    return [*chain.from_iterable(lines), *topics, *sentences, *pages]


def test_every_sentence_is_there() -> None:
    with TEMPLATE.open(encoding="utf-8") as file:
        wanted = {(message.context, message.id) for message in read_po(file) if message.id}
    found = {
        (message.context, message.id)
        for message in _messages()
        if all(_forms(message.string)) and not message.fuzzy
    }
    assert wanted - found == set()
    assert _catalogue().num_plurals == 2


def test_the_same_is_filled_in() -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}

    for message in _messages():
        for form in _forms(message.string):
            assert names(form) == names(_forms(message.id)[0]), message.id


def test_every_sentence_of_crisis_and_consent_is_translated_back() -> None:
    for message in _messages():
        told = any(one.startswith("back-translation: ") for one in message.user_comments)
        assert told == (message.context in ("crisis", "consent")), message.id
    helplines = (_CONTENT / "helplines.toml").read_text(encoding="utf-8")
    assert helplines.count("[line.ta]\n# back-translation: ") == helplines.count("[line.ta]")


def test_everything_says_that_nobody_has_checked_it_yet() -> None:
    assert _UNCHECKED in _catalogue().header_comment
    for path in _articles("ta"):
        assert path.read_text(encoding="utf-8").startswith(f"<!-- {_UNCHECKED}. -->\n# "), path


def test_articles_have_the_parts_and_the_numbers_of_the_english_ones() -> None:
    def parts(text: str) -> list[str]:
        marks = [re.match(r"#+ |- \*\*|- |<!-- calling|\S", line) for line in text.split("\n")]
        return [mark[0] if len(mark[0]) > 1 else "text" for mark in marks if mark]

    assert [path.name for path in _articles("ta")] == [path.name for path in _articles("en")]
    for path in _articles("ta"):
        text = path.read_text(encoding="utf-8")
        english = (_CONTENT / "en" / path.name).read_text(encoding="utf-8")
        assert parts(text)[1:] == parts(english), path
        assert re.findall(r"\d+", text) == re.findall(r"\d+", english), path


def test_no_word_says_why_people_are_here() -> None:
    assert [(word, text) for text in _texts() for word in _NEVER if word in text] == []


def test_every_word_in_tamil_is_of_letters_that_the_font_has() -> None:
    """A word is drawn as a whole, so Latin letters and names filled in stand apart from it."""
    words = {word for text in _texts() for word in re.split(r"[\s✓]+|\{\w+\}[,.:]?(?=\s|$)", text)}
    drawn = {word for word in words if needs_shaping(word)}
    assert len(drawn) > 400
    assert {word for word in drawn if not _DRAWN.fullmatch(word)} == set()


def test_titles_that_are_drawn_large_are_short() -> None:
    titles = {m.id: _letters(str(m.string)) for m in _messages() if m.id in _SHORT}
    assert titles.keys() == _SHORT
    assert {title for title, letters in titles.items() if letters > _MOST_LETTERS} == set()


def _letters(text: str) -> int:
    """Return how many letters stand beside each other; vowel signs belong to theirs."""
    return len(re.sub("[\u0bbe-\u0bcd\u0bd7 ]", "", text))


def test_sentences_are_short() -> None:
    """At most 15 words, as in English, and a few more where two short ones are joined."""
    long = [
        sentence
        for text in _texts()
        for sentence in re.split(r"[.?!:]\s|\n", text)
        if len(sentence.split()) > 17
    ]
    assert long == []


def test_what_articles_name_is_called_so_on_the_screens() -> None:
    named = {name for path in _articles("ta") for name in _quoted(path)}
    assert len(named) == 4
    assert named <= {str(message.string) for message in _messages()}


def _quoted(path: Path) -> list[str]:
    return re.findall('"(.+?)"', path.read_text(encoding="utf-8"))
