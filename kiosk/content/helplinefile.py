"""A file of helplines: read whole or refused, and checked before a kiosk shows it to anybody."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.content.assets import ENGLISH, is_language_code
from kiosk.domain.emergencies import is_emergency
from kiosk.domain.text import clean

STAFF = "staff"
"""The id of the line that is no telephone: the people in the room."""
LONGEST_NAME, LONGEST_NOTE = 60, 120
MOST_LINES = 12
"""More than can be taken in by somebody who needs help now."""
MOST_SIGNS = 20_000
"""Of a whole file."""
_MOST_DIGITS = 15
"""Of a telephone number (ITU-T E.164)."""
_NUMBER = re.compile(r"\+?[0-9][0-9 ()/.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line in all its languages."""

    id: str
    number: str
    whatsapp: str
    words: dict[str, tuple[str, str]]
    """Name and note by language."""


@dataclass(frozen=True, slots=True)
class HelplineFile:
    """A file as it was read."""

    verified_on: date
    review_by: date
    entries: tuple[Entry, ...]

    @property
    def languages(self) -> frozenset[str]:
        """The languages that every line is written in."""
        spoken = [frozenset(entry.words) for entry in self.entries]
        return frozenset.intersection(*spoken) if spoken else frozenset()


def parse(text: str) -> HelplineFile:
    """Read a file such as assets/content/helplines.toml.

    Raises ValueError, whose words go on after "The helplines".
    """
    try:
        data = tomllib.loads(text)
        entries = tuple(_entry(line) for line in data["line"])
        verified_on, review_by = data["verified_on"], data["review_by"]
    except (
        tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError, RecursionError
    ) as error:  # fmt: skip
        raise ValueError(f"are wrong at {error}") from None
    if not (_is_day(verified_on) and _is_day(review_by)):
        raise ValueError("need the days verified_on and review_by")
    ids = [entry.id for entry in entries]
    if ids.count(STAFF) != 1:
        raise ValueError(f"need one line with the id '{STAFF}'")
    if len(set(ids)) < len(ids):
        raise ValueError("have two lines with the same id")
    return HelplineFile(verified_on, review_by, entries)


def checked(text: str, country: str) -> HelplineFile:
    """Read a file that is to take the place of the one shipped, in a country (ISO 3166).

    Raises ValueError as `parse`, and where anything is missing that somebody may need, or is more
    than a screen can hold.
    """
    if len(text) > MOST_SIGNS:
        raise ValueError(f"are longer than {MOST_SIGNS:,} characters")
    file = parse(text)
    if len(file.entries) > MOST_LINES:
        raise ValueError(f"have more than {MOST_LINES} lines")
    for entry in file.entries:
        for name, note in entry.words.values():
            if len(name) > LONGEST_NAME or len(note) > LONGEST_NOTE:
                raise ValueError(
                    f"are wrong at line '{entry.id}', whose words are too long: a name has at"
                    f" most {LONGEST_NAME} characters, a note {LONGEST_NOTE}"
                )
    if not any(is_emergency(entry.number, country) for entry in file.entries if entry.number):
        raise ValueError("have no emergency number of this country")
    if file.review_by <= file.verified_on:
        raise ValueError("are to be reviewed before they were verified")
    return file


def dialled(number: str) -> str:
    """Return what a telephone dials for a number as people write it."""
    return "".join(sign for sign in number if sign in "+0123456789")


def _entry(line: dict[str, object]) -> Entry:
    words = {
        language: (_words(text["name"]), _words(text["note"]))
        for language, text in line.items()
        if isinstance(text, dict) and is_language_code(language)
    }
    entry = Entry(
        _words(line["id"]), _words(line.get("number", "")), _words(line.get("whatsapp", "")), words
    )
    if ENGLISH not in words:
        raise ValueError(f"line '{entry.id}', which has no [line.{ENGLISH}]")
    if not entry.number and entry.id != STAFF:
        raise ValueError(f"line '{entry.id}', which has no number")
    for number in filter(None, (entry.number, entry.whatsapp)):
        if not _NUMBER.fullmatch(number) or len(dialled(number)) > _MOST_DIGITS:
            raise ValueError(f"line '{entry.id}', which has no number that can be dialled")
    if not all(name for name, _note in words.values()):
        raise ValueError(f"line '{entry.id}', which has no name")
    return entry


def _words(value: object) -> str:
    return clean(str(value))


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
