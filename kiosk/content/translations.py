"""The sentences of the screens in the visitor's language, from gettext catalogues.

English is the sentences as they stand in the code. Another language is a catalogue
`assets/locale/<code>/LC_MESSAGES/kiosk.mo`; what it lacks is shown in English.
"""

import struct
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from typing_extensions import override

from kiosk.content.assets import ENGLISH, assets_dir, is_language_code
from kiosk.content.helplines import covers_language

SAFETY_CONTEXTS = frozenset({"crisis", "consent"})
"""Message contexts without which a language is not offered."""

_OWN_NAME = ("language", "English")
"""The message (context, text) that a catalogue translates by its language's own name."""
_DESK = "kiosk/ui/desk/"
"""Where sentences stand that no visitor reads."""
_ORDER = ("en", "zh", "ms", "ta")
"""The order of the national languages in a choice; others follow by code."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a visitor may choose."""

    code: str
    """For example zh (BCP 47)."""
    own_name: str
    """Its name in itself, for example 中文."""


class Texts:
    """All sentences in one language."""

    def __init__(self, language: str, assets: Path | None = None) -> None:
        """Load the catalogue of `language`; `assets` is another folder than the one shipped."""
        self.language = language
        self._catalogue = _catalogue(language, assets or assets_dir())

    def gettext(self, message: str) -> str:
        """Return `message` in this language, or as it is where there is no translation."""
        # gettext keeps a catalogue's header under the empty message.
        return self._catalogue.gettext(message) if message else ""

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the form that fits `count`; the number itself is not filled in."""
        return self._catalogue.ngettext(one, many, count)

    def pgettext(self, context: str, message: str) -> str:
        """Return `message` as it is said in `context`, for example "crisis" or "consent"."""
        return self._catalogue.pgettext(context, message)


def languages(assets: Path | None = None, published: str = "") -> tuple[Language, ...]:
    """Return the languages to choose from, English first.

    A catalogue is offered when it names its language, translates every sentence of the visitor's
    screens, and the helplines in force exist in that language too; an entry marked fuzzy counts
    as missing, and so does one of the safety contexts that reads as in English.
    """
    folder = assets or assets_dir()
    found = [Language(ENGLISH, "English")]
    for path in folder.glob("locale/*/LC_MESSAGES/kiosk.mo"):
        code = path.parent.parent.name.replace("_", "-")
        texts = Texts(code, folder)
        own_name = texts.pgettext(*_OWN_NAME)
        if code != ENGLISH and own_name != _OWN_NAME[1] and _is_whole(texts, folder, published):
            found.append(Language(code, own_name))
    return tuple(sorted(found, key=_place))


def _is_whole(texts: Texts, assets: Path, published: str) -> bool:
    whole = _read(texts.language, assets)
    whole.add_fallback(_Absent())
    return covers_language(texts.language, assets, published) and all(
        _says(whole, context, message) not in ("", message if context in SAFETY_CONTEXTS else "")
        for context, message in _visitors_messages(assets / "locale" / "kiosk.pot")
    )


class _Absent(NullTranslations):
    """Answers with nothing for what a catalogue lacks."""

    @override
    def gettext(self, message: str) -> str:
        return ""

    @override
    def pgettext(self, context: str, message: str) -> str:
        return ""


def _says(catalogue: NullTranslations, context: str, message: str) -> str:
    return catalogue.pgettext(context, message) if context else catalogue.gettext(message)


def _place(language: Language) -> tuple[int, str]:
    place = _ORDER.index(language.code) if language.code in _ORDER else len(_ORDER)
    return place, language.code


@cache
def _catalogue(language: str, assets: Path) -> NullTranslations:
    return _read(language, assets)


def _read(language: str, assets: Path) -> NullTranslations:
    if language == ENGLISH or not is_language_code(language):
        return NullTranslations()
    path = assets / "locale" / language.replace("-", "_") / "LC_MESSAGES" / "kiosk.mo"
    try:
        with path.open("rb") as file:
            return GNUTranslations(file)
    except (OSError, ValueError, struct.error):
        # A damaged catalogue counts as a missing one: English can always be shown.
        return NullTranslations()


@cache
def _visitors_messages(template: Path) -> frozenset[tuple[str, str]]:
    """Return (context, message) of what visitors read, from the catalogues' template.

    The context is empty where there is none.
    """
    # Imported here: a kiosk with English alone never needs it.
    from babel.messages.pofile import read_po

    with template.open(encoding="utf-8") as file:
        messages = [message for message in read_po(file) if message.id]
    return frozenset(
        (message.context or "", message.id if isinstance(message.id, str) else message.id[0])
        for message in messages
        if not message.locations
        or not all(place.startswith(_DESK) for place, _ in message.locations)
    )


def visitors_sentences(texts: Texts) -> tuple[tuple[str, str], ...]:
    """Return the sentences of the visitor's screens that are whole as they stand, sorted.

    Each in English, and as it is in the language of `texts`; one that has no translation is left
    out, and so is one with a gap to fill in.
    """
    said = []
    for context, english in sorted(_visitors_messages(assets_dir() / "locale" / "kiosk.pot")):
        text = texts.pgettext(context, english) if context else texts.gettext(english)
        if "{" not in english and (text != english or texts.language == ENGLISH):
            said.append((english, text))
    return tuple(said)
