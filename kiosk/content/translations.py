"""The sentences of the screens in the visitor's language, from gettext catalogues.

English is the sentences as they stand in the code. Another language is a catalogue
`assets/locale/<code>/LC_MESSAGES/kiosk.mo`; what it lacks is shown in English.
"""

import logging
import re
import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter

from kiosk.content.assets import ENGLISH, assets_dir, is_language_code, read_text
from kiosk.content.helplines import covers_language
from kiosk.content.languages import Language, find_language, known_languages
from kiosk.errors import SetupError

SAFETY_CONTEXTS = ("crisis", "consent")
"""Message contexts without which a language is not offered."""

_SAFETY_MESSAGE = re.compile(
    rf'^msgctxt "({"|".join(SAFETY_CONTEXTS)})"\nmsgid "(.+)"$', re.MULTILINE
)
_log = logging.getLogger("kiosk")


class Texts:
    """All sentences in one language.

    Where its letters have to be drawn, and the terminal shows no pictures, sentences are English;
    the most important ones are asked for by `large`, to be drawn beside them.
    """

    def __init__(
        self, language: str, assets: Path | None = None, *, has_pictures: bool = False
    ) -> None:
        """Load the catalogue of `language`; `assets` is another folder than the one shipped.

        `has_pictures`: whether the terminal can show letters that it breaks as pictures.
        """
        self.language = language
        self._whole = _catalogue(language, assets or assets_dir())
        self.draws_cells = not has_pictures and find_language(language, assets).is_shaped
        """Whether sentences are English, and some of them drawn as well."""
        self._catalogue = NullTranslations() if self.draws_cells else self._whole

    @property
    def written(self) -> str:
        """The language of what is written on the screens; `language` is the visitor's."""
        return ENGLISH if self.draws_cells else self.language

    def large(self, *english: str) -> str:
        """Return what is drawn beside the first of `english` that has a translation, or empty."""
        whole = self._whole
        for message in filter(None, english if self.draws_cells else ()):
            said = (whole.pgettext(context, message) for context in SAFETY_CONTEXTS)
            for found in (whole.gettext(message), *said):
                if found != message and _is_alike(self.language, found, message):
                    return found
        return ""

    def gettext(self, message: str) -> str:
        """Return `message` in this language, or as it is where there is no translation."""
        # gettext keeps a catalogue's header under the empty message.
        return self._checked(self._catalogue.gettext(message), message) if message else ""

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the form that fits `count`; the number itself is not filled in."""
        english = one if count == 1 else many
        return self._checked(self._catalogue.ngettext(one, many, count), english)

    def pgettext(self, context: str, message: str) -> str:
        """Return `message` as it is said in `context`, for example "crisis" or "consent"."""
        return self._checked(self._catalogue.pgettext(context, message), message)

    def _checked(self, translated: str, english: str) -> str:
        """Return a translation, or the English where it could not be filled in like that."""
        if translated is english or _is_alike(self.language, translated, english):
            return translated
        return english


def catalogue_path(language: str, assets: Path | None = None) -> Path:
    """Return where the compiled catalogue of a language stands; its .po stands beside it."""
    folder = (assets or assets_dir()) / "locale" / language.replace("-", "_")
    return folder / "LC_MESSAGES" / "kiosk.mo"


def translated_languages(assets: Path | None = None) -> tuple[Language, ...]:
    """Return English and the languages that a catalogue stands there for, whatever is in it.

    Nothing of a catalogue is read, so the first screen can name them.
    """
    return tuple(
        language
        for language in known_languages(assets)
        if language.code == ENGLISH or catalogue_path(language.code, assets).is_file()
    )


def languages(assets: Path | None = None, published: str = "") -> tuple[Language, ...]:
    """Return the languages to choose from, in the table's order.

    One is offered when its catalogue has every sentence of the safety contexts, and the helplines
    in force (`published`, else those shipped) are written in it. Whatever else it lacks is shown
    in English. Why one is held back is logged.
    """
    return _offered(assets or assets_dir(), published)


@lru_cache(maxsize=8)
def _offered(assets: Path, published: str) -> tuple[Language, ...]:
    found = []
    for language in translated_languages(assets):
        reasons = held_back(language.code, assets, published)
        if not reasons:
            found.append(language)
        else:
            _log.warning("language %s is not offered: %s", language.code, "; ".join(reasons))
    return tuple(found)


def held_back(language: str, assets: Path | None = None, published: str = "") -> tuple[str, ...]:
    """Return why a language is not offered, each reason as the end of a sentence; none if it is.

    An entry marked fuzzy counts as missing, and so does one of the safety contexts that reads as
    in English, or has other places to fill in.
    """
    folder = assets or assets_dir()
    if language == ENGLISH:
        return ()
    if not catalogue_path(language, folder).is_file():
        return ("it has no catalogue",)
    texts = Texts(language, folder, has_pictures=True)
    try:
        missing = [
            f"the {context} sentence '{message}' is missing"
            for context, message in safety_messages(folder)
            if texts.pgettext(context, message) == message
        ]
        if not covers_language(language, folder, published):
            missing.append("the helplines are not written in it")
    except SetupError as error:
        return (str(error),)
    return tuple(missing)


@cache
def safety_messages(assets: Path) -> tuple[tuple[str, str], ...]:
    """Return the sentences that a language must have: (context, message), from the template.

    The template has each on one line. Raises SetupError where it holds none, for then it is not
    known what would be missing.
    """
    template = assets / "locale" / "kiosk.pot"
    found = _SAFETY_MESSAGE.findall(read_text(template))
    if {context for context, _ in found} != set(SAFETY_CONTEXTS):
        raise SetupError(f"The file {template} is wrong; install the kiosk again.")
    return tuple((context, _plain(message)) for context, message in found)


def fields_of(text: str) -> frozenset[tuple[str, str, str]] | None:
    """Return the places to fill in, each as (name, form, conversion); None for a broken text."""
    try:
        return frozenset(_fields(text))
    except ValueError:
        return None


def _fields(text: str) -> Iterator[tuple[str, str, str]]:
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            yield name, form or "", conversion or ""


@lru_cache(maxsize=4096)
def _is_alike(language: str, translated: str, english: str) -> bool:
    """Return whether a translation has the places of the English; log it once where it has not."""
    alike = fields_of(translated) == fields_of(english)
    if not alike:
        _log.warning("language %s has other places to fill in: '%s'", language, english)
    return alike


def _plain(quoted: str) -> str:
    """Return a message as the code has it; a catalogue writes some characters after a \\."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), quoted)


@cache
def _catalogue(language: str, assets: Path) -> NullTranslations:
    return read_catalogue(language, assets)


def read_catalogue(language: str, assets: Path) -> NullTranslations:
    """Return a compiled catalogue; an empty one where it is missing or damaged."""
    if language == ENGLISH or not is_language_code(language):
        return NullTranslations()
    try:
        with catalogue_path(language, assets).open("rb") as file:
            return GNUTranslations(file)
    except FileNotFoundError:
        return NullTranslations()
    except (OSError, ValueError, LookupError, struct.error) as error:
        # A damaged catalogue counts as a missing one: English can always be shown.
        _log.warning("language %s cannot be read: %s", language, type(error).__name__)
        return NullTranslations()
