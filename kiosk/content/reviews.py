"""Who has checked a language: how whole it is, and which native reviewer has read it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations
from hashlib import blake2b
from json import dumps
from pathlib import Path

from typing_extensions import override

from kiosk.content.assets import assets_dir, read_text
from kiosk.content.helplines import helplines_in_force
from kiosk.content.languages import find_language
from kiosk.content.translations import (
    SAFETY_CONTEXTS,
    catalogue_path,
    fields_of,
    held_back,
    read_catalogue,
)
from kiosk.domain.health import LanguageState
from kiosk.domain.text import clean, place_in_toml
from kiosk.errors import SetupError

NOT_CHECKED = "Not yet checked by a native reviewer."
"""Stands at the head of every catalogue and article that no native reviewer has read."""
REVIEWS = "reviews.toml"
"""In the data folder: who has checked what."""
LONGEST_NAME = 120
_COUNTS = 200
"""Numbers among which every form of a plural occurs."""
_STAFF_PLACES = "kiosk/ui/desk/"
"""Where sentences stand that no visitor reads."""
_HEAD = """\
# Who has checked the languages of the screens. `kiosk content review LANG --by NAME` writes this.
"""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that visitors read, with its translation."""

    context: str
    """For example crisis; mostly empty."""
    english: tuple[str, ...]
    """The sentence; of one with a number in it, the singular and the plural."""
    translated: tuple[str, ...]
    """Its forms in the language; none where it is missing."""
    places: tuple[str, ...]
    """The files of the code that say it."""

    @property
    def is_vital(self) -> bool:
        """Whether the language is held back without it."""
        return self.context in SAFETY_CONTEXTS

    @property
    def is_broken(self) -> bool:
        """Whether a translation has other places to fill in, and so is shown in English."""
        wanted = fields_of(self.english[-1])
        return any(fields_of(form) != wanted for form in self.translated)


@dataclass(frozen=True, slots=True)
class Review:
    """A native reviewer's word."""

    by: str
    on: date
    texts: str
    """The digest of what was read; other texts have to be read again."""


def read_sentences(language: str, assets: Path | None = None) -> tuple[Sentence, ...]:
    """Return all sentences that visitors read, those of the safety contexts first.

    Raises SetupError where there is no template.
    """
    from babel.messages.pofile import read_po

    folder = assets or assets_dir()
    lines = read_text(folder / "locale" / "kiosk.pot").splitlines(keepends=True)
    catalogue = read_catalogue(language, folder)
    catalogue.add_fallback(_Absent())
    found = []
    for message in read_po(lines):
        places = tuple(place for place, _ in message.locations)
        if not message.id or (places and all(one.startswith(_STAFF_PLACES) for one in places)):
            continue
        english = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        context = message.context or ""
        forms = _forms(catalogue, context, english)
        found.append(Sentence(context, english, forms, places))
    return tuple(sorted(found, key=_rank))


def _rank(sentence: Sentence) -> tuple[int, tuple[str, ...]]:
    order = (*SAFETY_CONTEXTS, sentence.context)
    return order.index(sentence.context), sentence.english


def _forms(catalogue: NullTranslations, context: str, english: tuple[str, ...]) -> tuple[str, ...]:
    """Return all forms of a translation; none where one is missing."""
    if len(english) == 1:
        text = english[0]
        said = catalogue.pgettext(context, text) if context else catalogue.gettext(text)
        return (said,) if said else ()
    one, many = english
    forms = {catalogue.ngettext(one, many, count) for count in range(_COUNTS)}
    return () if "" in forms else tuple(sorted(forms))


class _Absent(NullTranslations):
    """Answers with nothing for what a catalogue lacks."""

    @override
    def gettext(self, message: str) -> str:
        return ""

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""

    @override
    def pgettext(self, context: str, message: str) -> str:
        return ""


def examine_language(
    language: str, reviews: dict[str, Review], published: str = "", assets: Path | None = None
) -> LanguageState:
    """Return how whole a language is, and who has checked it; SetupError as `read_sentences`."""
    folder = assets or assets_dir()
    sentences, review = read_sentences(language, folder), reviews.get(language)
    return LanguageState(
        code=language,
        name=find_language(language, folder).name,
        is_translated=catalogue_path(language, folder).is_file(),
        held_back=held_back(language, folder, published),
        sentences=len(sentences),
        missing=sum(not one.translated for one in sentences),
        broken=tuple(one.english[-1] for one in sentences if one.is_broken),
        articles=tuple(path.name for path in _untranslated(language, folder)),
        by="" if review is None else review.by,
        on=None if review is None else review.on,
        is_changed=review is not None and review.texts != digest_texts(language, folder),
    )


def _untranslated(language: str, assets: Path) -> Iterator[Path]:
    """Yield the English articles that the language lacks."""
    for path in sorted((assets / "content" / "en").glob("*.md")):
        if not (assets / "content" / language / path.name).is_file():
            yield path


def digest_texts(language: str, assets: Path | None = None) -> str:
    """Return a digest of all that visitors read in a language, helplines that are shipped too."""
    folder = assets or assets_dir()
    read = [[one.context, one.english, one.translated] for one in read_sentences(language, folder)]
    articles = [
        [path.name, read_text(path)]
        for path in sorted((folder / "content" / language).glob("*.md"))
    ]
    lines = [
        [entry.id, entry.texts.get(language)] for entry in helplines_in_force("", folder).entries
    ]
    return blake2b(dumps([read, articles, lines]).encode(), digest_size=16).hexdigest()


def read_reviews(folder: Path) -> dict[str, Review]:
    """Return who has checked what, by language; SetupError where the file is wrong."""
    path = folder / REVIEWS
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(read_text(path))
        return {code: _review(table) for code, table in tables.items()}
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        place = place_in_toml(str(error))
        raise SetupError(f"The file {path} is wrong{place}; mend it, or remove it.") from None


def _review(table: dict[str, object]) -> Review:
    by, on, texts = table["by"], table["on"], table["texts"]
    if not (isinstance(by, str) and type(on) is date and isinstance(texts, str)):
        raise ValueError("")
    return Review(clean(by, LONGEST_NAME), on, texts)


def write_review(folder: Path, language: str, review: Review) -> None:
    """Keep that a language has been checked, in the place of what was kept of it before."""
    kept = {**read_reviews(folder), language: review}
    tables = [
        f"\n[{code}]\nby = {dumps(one.by, ensure_ascii=False)}\non = {one.on}\n"
        f'texts = "{one.texts}"\n'
        for code, one in sorted(kept.items())
    ]
    path, new = folder / REVIEWS, folder / f".{REVIEWS}.new"
    try:
        new.touch(mode=0o600)
        new.write_text("".join((_HEAD, *tables)), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise SetupError(f"The file {path} cannot be written ({error.strerror}).") from None
