"""Whom to turn to at once: the dated file of helplines."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from kiosk.content.assets import ENGLISH, assets_dir, read_text
from kiosk.errors import SetupError

STAFF = "staff"
"""The id of the line that is no telephone: the people in the room."""

_HOME_PREFIX = "+65"


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

    @property
    def whatsapp_link(self) -> str:
        """The address that opens the conversation, or empty."""
        if not self.whatsapp:
            return ""
        abroad = self.whatsapp.startswith("+")
        number = self.whatsapp if abroad else _HOME_PREFIX + self.whatsapp
        return "https://wa.me/" + _dialled(number).removeprefix("+")


@dataclass(frozen=True, slots=True)
class Helplines:
    """All lines in the order to show them, and how fresh they are."""

    lines: tuple[Helpline, ...]
    verified_on: date
    review_by: date
    overdue: bool
    """True after `review_by`: the numbers may be old, so staff stand first."""


def helplines(language: str, today: date, assets: Path | None = None) -> Helplines:
    """Return the helplines in `language`, a line in English where it must be.

    `today` is the clinic's date; `assets` another folder than the one shipped. Raises SetupError
    where its content/helplines.toml is missing or wrong.
    """
    file = _file(assets)
    lines = tuple(_helpline(entry, language) for entry in file.entries)
    overdue = today > file.review_by
    if overdue:
        lines = tuple(sorted(lines, key=lambda line: line.id != STAFF))
    return Helplines(lines, file.verified_on, file.review_by, overdue)


def speaks(language: str, assets: Path | None = None) -> bool:
    """Say whether every helpline is written in `language`."""
    return all(language in entry.words for entry in _file(assets).entries)


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    number: str
    whatsapp: str
    words: dict[str, tuple[str, str]]
    """Name and note by language."""


@dataclass(frozen=True, slots=True)
class _File:
    verified_on: date
    review_by: date
    entries: tuple[_Entry, ...]


def _file(assets: Path | None) -> _File:
    return _read((assets or assets_dir()) / "content" / "helplines.toml")


def _helpline(entry: _Entry, language: str) -> Helpline:
    name, note = entry.words.get(language, entry.words[ENGLISH])
    tel = f"tel:{_dialled(entry.number)}" if entry.number else ""
    return Helpline(entry.id, name, entry.number, tel, note, entry.whatsapp)


def _dialled(number: str) -> str:
    return "".join(sign for sign in number if sign in "+0123456789")


@cache
def _read(path: Path) -> _File:
    try:
        data = tomllib.loads(read_text(path))
        entries = tuple(_entry(line) for line in data["line"])
        verified_on, review_by = data["verified_on"], data["review_by"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SetupError(f"The helplines in {path} are wrong at {error}; mend the file.") from None
    if not (_is_day(verified_on) and _is_day(review_by)):
        raise SetupError(f"The helplines in {path} need the days verified_on and review_by.")
    if [entry.id for entry in entries].count(STAFF) != 1:
        raise SetupError(f"The helplines in {path} need one line with the id '{STAFF}'.")
    return _File(verified_on, review_by, entries)


def _entry(line: dict[str, object]) -> _Entry:
    words = {
        language: (str(text["name"]), str(text["note"]))
        for language, text in line.items()
        if isinstance(text, dict)
    }
    entry = _Entry(
        str(line["id"]), str(line.get("number", "")), str(line.get("whatsapp", "")), words
    )
    if ENGLISH not in words:
        raise ValueError(f"line '{entry.id}', which has no [line.{ENGLISH}]")
    if not _dialled(entry.number) and entry.id != STAFF:
        raise ValueError(f"line '{entry.id}', which has no number")
    return entry


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
