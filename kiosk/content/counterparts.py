"""What a text on a screen is in another language, found from the sentences that it is made of.

Where a terminal breaks the letters of a language the screens are in English, but what is said of
them is in the visitor's language all the same. And where nothing speaks a language, what stands on
the screens in it is said in English.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import lru_cache
from string import Formatter

from kiosk.content.articles import all_texts
from kiosk.content.assets import ENGLISH
from kiosk.content.helplines import helplines_in_force
from kiosk.content.languages import find_language
from kiosk.content.translations import catalogue_path
from kiosk.errors import SetupError

_BETWEEN = re.compile(r"(\n| +· +| {2,}|(?<=[.?!]) +|(?<=:) +|, )")
"""What stands between sentences that a screen puts together."""
_FILLED = r"([^\n.?!]+?)"
_SAID_ONLY: tuple[object, ...] = ("speech", b"speech")
"""The context of sentences that stand on no screen; Babel leaves it in bytes (2.18)."""
_Pairs = list[tuple[str, str]]


class Counterparts:
    """Pairs of a text and its counterpart."""

    def __init__(self, pairs: Iterable[tuple[str, str]], prose: Iterable[tuple[str, str]]) -> None:
        """Take sentences, which may have places to fill in, and whole texts of our own."""
        self._whole = dict(pairs)
        self._prose = {_first_block(text): other for text, other in prose}
        forms = [one for one in self._whole.items() if "{" in one[0]]
        forms.sort(key=lambda one: -len(re.sub(r"\{.*?\}", "", one[0])))
        self._forms = [(_pattern(text), _names(text), other) for text, other in forms]

    def of(self, text: str) -> str:
        """Return the counterpart of a text; what is known of none stays as it is."""
        if not any(sign.isalpha() for sign in text):
            return text
        if text in self._whole:
            return self._whole[text]
        for pattern, names, other in self._forms:
            if found := pattern.fullmatch(text):
                values = zip(names, map(self.of, found.groups()), strict=True)
                return other.format(**dict(values))
        if text.endswith(".") and text[:-1] in self._whole:
            return f"{self._whole[text[:-1]]}."
        parts = _BETWEEN.split(text)
        return text if len(parts) == 1 else "".join(map(self.of, parts))

    def of_prose(self, markdown: str) -> str:
        """Return the counterpart of an article."""
        return self._prose.get(_first_block(markdown), markdown)


@lru_cache(maxsize=8)
def counterparts(shown: str, said: str, published: str = "") -> Counterparts:
    """Return what texts in one language are in another; one of the two is English.

    `published`: the helplines in force, if any. It reads a whole catalogue, and is remembered.
    """
    other = shown if said == ENGLISH else said
    titles, prose = _article_pairs(other)
    sentences = [
        *_date_pairs(other),
        *titles,
        *_helpline_pairs(other, published),
        *_catalogue_pairs(other),
    ]
    if said == ENGLISH:
        sentences, prose = _turned(sentences), _turned(prose)
    return Counterparts(sentences, prose)


def _turned(pairs: _Pairs) -> _Pairs:
    return [(other, english) for english, other in pairs]


def _catalogue_pairs(language: str) -> Iterator[tuple[str, str]]:
    """Yield each sentence with its translation; both forms of what is counted."""
    from babel.messages.mofile import read_mo  # few visits need it

    try:
        with catalogue_path(language).open("rb") as file:
            messages = [one for one in read_mo(file) if one.id and one.context not in _SAID_ONLY]
    except (OSError, ValueError):
        return
    for message in messages:
        forms = (message.id,) if isinstance(message.id, str) else message.id
        others = (message.string,) if isinstance(message.string, str) else message.string or ("",)
        for number, text in enumerate(forms):
            other = others[min(number, len(others) - 1)]
            if other and set(_names(other)) == set(_names(text)):
                yield text, other


def _helpline_pairs(language: str, published: str) -> Iterator[tuple[str, str]]:
    """Yield name and remark of each line that is written in the language."""
    try:
        entries = helplines_in_force(published).entries
    except SetupError:
        return
    for entry in entries:
        yield from zip(entry.texts[ENGLISH], entry.texts.get(language, ()), strict=False)


def _date_pairs(language: str) -> Iterator[tuple[str, str]]:
    """Yield the days of the week, and a day of each month, as Babel writes them."""
    from babel import UnknownLocaleError
    from babel.dates import format_date, format_skeleton

    locales = [find_language(one).locale for one in (ENGLISH, language)]
    with suppress(ValueError, UnknownLocaleError):
        for day in range(1, 8):
            english, other = (format_date(date(2024, 1, day), "EEEE", one) for one in locales)
            yield english, other
        for month in range(1, 13):
            days = (format_skeleton("MMMMd", date(2024, month, 29), locale=one) for one in locales)
            english, other = (str(one).replace("29", "{day}") for one in days)
            yield english, other


def _article_pairs(language: str) -> tuple[_Pairs, _Pairs]:
    """Return the titles and the texts of what can be read; nothing of a file that cannot be."""
    try:
        here, there = all_texts(ENGLISH), all_texts(language)
    except SetupError:
        return [], []
    both = list(zip(here, there, strict=True))
    titles = [(one.title, other.title) for one, other in both]
    return titles, [(one.markdown, other.markdown) for one, other in both]


def _first_block(markdown: str) -> str:
    return markdown.strip().partition("\n\n")[0]


def _names(text: str) -> list[str]:
    """Return the names of the places to fill in, in their order."""
    try:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return []


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{.*?\}", text)
    return re.compile(_FILLED.join(map(re.escape, parts)))
