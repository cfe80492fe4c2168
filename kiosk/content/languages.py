"""The languages that the program knows: one table, assets/languages.toml."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from kiosk.content.assets import ENGLISH, assets_dir, is_language_code, read_text
from kiosk.domain.text import place_in_toml
from kiosk.errors import SetupError


@dataclass(frozen=True, slots=True)
class Language:
    """A language of screens and passes."""

    code: str
    """For example zh (BCP 47)."""
    own_name: str
    """Its name in itself, for example 中文."""
    name: str = ""
    """Its name in English, as staff read it."""
    locale: str = "en_SG"
    """By which dates and times are written, as Babel knows it (CLDR)."""
    time: str = "short"
    """The form of the time of day (CLDR), where people name the part of the day."""
    voice: str = ""
    """The voice that speaks it, by its name in eSpeak NG; empty for none."""
    keyboard: str = "latin"
    """The keys of the on-screen keyboard."""
    is_shaped: bool = False
    """Whether terminals break its letters, so that they have to be drawn."""
    by_phone: str = ""
    """"A call in this language" in itself."""

    @property
    def plain_name(self) -> str:
        """Its name in letters that every terminal draws."""
        return self.name if self.is_shaped else self.own_name


_ENGLISH = Language(ENGLISH, "English", "English", voice="en")
_TEXTS = frozenset(one.name for one in fields(Language)) - {"code", "is_shaped"}


def known_languages(assets: Path | None = None) -> tuple[Language, ...]:
    """Return the table's languages in its order; English alone where it cannot be read.

    `assets` is another folder than the one shipped.
    """
    try:
        return read_languages(assets or assets_dir())
    except SetupError:
        return (_ENGLISH,)


def find_language(code: str, assets: Path | None = None) -> Language:
    """Return what the table says of a language; one that is not in it stands for itself."""
    for language in known_languages(assets):
        if language.code == code:
            return language
    return Language(code, code, code)


def format_language(code: str) -> str:
    """Return the name of a language of screens as staff read it; an unknown code is its own."""
    return find_language(code).name


def language_options(chosen: str = ENGLISH) -> tuple[tuple[str, str], ...]:
    """Return the languages to choose from as staff read them, code and name, with `chosen` too."""
    known = {one.code: one.name for one in known_languages()}
    return tuple({**known, chosen: known.get(chosen, chosen)}.items())


@cache
def read_languages(assets: Path) -> tuple[Language, ...]:
    """Return the table of an assets folder; SetupError where it is missing or wrong."""
    path = assets / "languages.toml"
    try:
        tables = tomllib.loads(read_text(path))
        found = tuple(_language(code, table) for code, table in tables.items())
    except tomllib.TOMLDecodeError as error:
        place = place_in_toml(str(error))
        raise SetupError(f"The file {path} is no valid TOML{place}; mend it.") from None
    except (ValueError, RecursionError) as error:
        raise SetupError(f"The file {path} is wrong at {error}; mend it.") from None
    if ENGLISH not in {one.code for one in found}:
        raise SetupError(f"The file {path} lacks [{ENGLISH}], which every text exists in; mend it.")
    return found


def _language(code: str, table: object) -> Language:
    """Return one entry; ValueError with its code where it is wrong."""
    if not is_language_code(code) or not isinstance(table, dict):
        raise ValueError(f"[{code}]")
    texts = {key: table[key] for key in table.keys() & _TEXTS}
    shaped = table.get("is_shaped", False)
    is_plain = all(isinstance(text, str) and text.isprintable() for text in texts.values())
    if not is_plain or table.keys() - _TEXTS - {"is_shaped"} or not isinstance(shaped, bool):
        raise ValueError(f"[{code}]")
    if not (texts.get("own_name") and texts.get("name")):
        raise ValueError(f"[{code}], which has no own_name or no name")
    return Language(code, is_shaped=shaped, **texts)
