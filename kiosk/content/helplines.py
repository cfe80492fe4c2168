"""Helplines: whom to turn to at once, in dated lists, the shipped one and a published one."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from kiosk.content.assets import ENGLISH, assets_dir, is_language_code, read_text
from kiosk.domain.phones import is_emergency_number
from kiosk.domain.text import clean
from kiosk.errors import SetupError

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
class HelplineEntry:
    """One line in all its languages."""

    id: str
    number: str
    whatsapp: str
    texts: dict[str, tuple[str, str]]
    """Name and remark by language."""


@dataclass(frozen=True, slots=True)
class HelplineFile:
    """A file as it was read."""

    verified_on: date
    review_by: date
    entries: tuple[HelplineEntry, ...]

    @property
    def languages(self) -> frozenset[str]:
        """The languages that every line is written in."""
        spoken = [frozenset(entry.texts) for entry in self.entries]
        return frozenset.intersection(*spoken) if spoken else frozenset()


def parse_helplines(text: str) -> HelplineFile:
    """Return a file such as assets/content/helplines.toml as it was read.

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


def check_helplines(text: str, country: str) -> HelplineFile:
    """Return a file that is to take the place of the one shipped, in a country (ISO 3166).

    Raises ValueError as `parse_helplines`, and where anything is missing that somebody may need,
    or is more than a screen can hold.
    """
    if len(text) > MOST_SIGNS:
        raise ValueError(f"are longer than {MOST_SIGNS:,} characters")
    file = parse_helplines(text)
    if len(file.entries) > MOST_LINES:
        raise ValueError(f"have more than {MOST_LINES} lines")
    for entry in file.entries:
        for name, note in entry.texts.values():
            if len(name) > LONGEST_NAME or len(note) > LONGEST_NOTE:
                raise ValueError(
                    f"are wrong at line '{entry.id}', whose words are too long: a name has at"
                    f" most {LONGEST_NAME} characters, a note {LONGEST_NOTE}"
                )
    if not any(
        is_emergency_number(entry.number, country) for entry in file.entries if entry.number
    ):
        raise ValueError("have no emergency number of this country")
    if file.review_by <= file.verified_on:
        raise ValueError("are to be reviewed before they were verified")
    return file


def redated(text: str, verified_on: date, review_by: date) -> str:
    """Return a file with other days and nothing else changed.

    ValueError, as `parse_helplines`, where its days do not stand in lines of their own.
    """
    for name, day in (("verified_on", verified_on), ("review_by", review_by)):
        text = re.sub(rf"(?m)^{name}[ \t]*=.*$", f"{name} = {day}", text, count=1)
    file = parse_helplines(text)
    if (file.verified_on, file.review_by) != (verified_on, review_by):
        raise ValueError("need the days verified_on and review_by in lines of their own")
    return text


def shipped_text(assets: Path | None = None) -> str:
    """Return the list that came with the program as it is written; SetupError without it."""
    return read_text((assets or assets_dir()) / "content" / "helplines.toml")


def format_dialled(number: str) -> str:
    """Return the digits that a telephone dials for a number as people write it."""
    return "".join(sign for sign in number if sign in "+0123456789")


def _entry(line: dict[str, object]) -> HelplineEntry:
    texts = {
        language: (_cleaned(text["name"]), _cleaned(text["note"]))
        for language, text in line.items()
        if isinstance(text, dict) and is_language_code(language)
    }
    entry = HelplineEntry(
        _cleaned(line["id"]),
        _cleaned(line.get("number", "")),
        _cleaned(line.get("whatsapp", "")),
        texts,
    )
    if ENGLISH not in texts:
        raise ValueError(f"line '{entry.id}', which has no [line.{ENGLISH}]")
    if not entry.number and entry.id != STAFF:
        raise ValueError(f"line '{entry.id}', which has no number")
    for number in filter(None, (entry.number, entry.whatsapp)):
        if not _NUMBER.fullmatch(number) or len(format_dialled(number)) > _MOST_DIGITS:
            raise ValueError(f"line '{entry.id}', which has no number that can be dialled")
    if not all(name for name, _note in texts.values()):
        raise ValueError(f"line '{entry.id}', which has no name")
    return entry


def _cleaned(value: object) -> str:
    return clean(str(value))


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


@dataclass(frozen=True, slots=True)
class Helpline:
    """One way to get help now."""

    id: str
    name: str
    number: str
    """As people say it, for example 1771; empty for the staff in the room."""
    tel: str
    """The link that dials it, for example tel:1771; empty without a number."""
    note: str
    whatsapp: str
    """The number for messages, for example 6669 1771; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Helplines:
    """All lines in the order to show them, and how fresh they are."""

    lines: tuple[Helpline, ...]
    verified_on: date
    review_by: date
    overdue: bool
    """True after `review_by`: the numbers may be old, so staff stand first."""


def helplines(
    language: str, today: date, assets: Path | None = None, published: str = ""
) -> Helplines:
    """Return the helplines in `language`, a line in English where it must be.

    `today` is the clinic's date; `assets` another folder than the one shipped; `published` a list
    of the clinic's own, see `helplines_in_force`. Raises SetupError where no list can
    be read at all.
    """
    file = helplines_in_force(published, assets)
    lines = tuple(_helpline(entry, language) for entry in file.entries)
    overdue = today > file.review_by
    if overdue:
        lines = tuple(sorted(lines, key=lambda line: line.id != STAFF))
    return Helplines(lines, file.verified_on, file.review_by, overdue)


def helplines_in_force(published: str = "", assets: Path | None = None) -> HelplineFile:
    """Return the published list, or the shipped one where that is newer or the other is broken.

    Raises SetupError where neither can be read.
    """
    own = _published(published) if published else None
    try:
        shipped = shipped_helplines(assets)
    except SetupError:
        if own is None:
            raise
        return own
    return own if own is not None and own.verified_on >= shipped.verified_on else shipped


def shipped_helplines(assets: Path | None = None) -> HelplineFile:
    """Return the list that came with the program; SetupError where it is missing or wrong."""
    return _read((assets or assets_dir()) / "content" / "helplines.toml")


def covers_language(language: str, assets: Path | None = None, published: str = "") -> bool:
    """Return whether every helpline is written in `language`."""
    return language in helplines_in_force(published, assets).languages


def _helpline(entry: HelplineEntry, language: str) -> Helpline:
    name, note = entry.texts.get(language, entry.texts[ENGLISH])
    tel = f"tel:{format_dialled(entry.number)}" if entry.number else ""
    return Helpline(entry.id, name, entry.number, tel, note, entry.whatsapp)


@lru_cache(maxsize=4)
def _published(text: str) -> HelplineFile | None:
    """Return a published list; None where it cannot be read, since help must never break."""
    try:
        return parse_helplines(text)
    except ValueError:
        return None


@cache
def _read(path: Path) -> HelplineFile:
    try:
        return parse_helplines(read_text(path))
    except ValueError as error:
        raise SetupError(f"The helplines in {path} {error}; mend the file.") from None
