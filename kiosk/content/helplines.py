"""Whom to turn to at once: the dated lists of helplines, the shipped one and a published one."""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from kiosk.content.assets import ENGLISH, assets_dir, read_text
from kiosk.content.helplinefile import STAFF, Entry, HelplineFile, dialled, parse
from kiosk.errors import SetupError


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
    of the clinic's own, see `in_force`. Raises SetupError where no list can be read at all.
    """
    file = in_force(published, assets)
    lines = tuple(_helpline(entry, language) for entry in file.entries)
    overdue = today > file.review_by
    if overdue:
        lines = tuple(sorted(lines, key=lambda line: line.id != STAFF))
    return Helplines(lines, file.verified_on, file.review_by, overdue)


def in_force(published: str = "", assets: Path | None = None) -> HelplineFile:
    """Return the published list, or the shipped one where that is newer or the other is broken.

    Raises SetupError where neither can be read.
    """
    own = _published(published) if published else None
    try:
        shipped = shipped_list(assets)
    except SetupError:
        if own is None:
            raise
        return own
    return own if own is not None and own.verified_on >= shipped.verified_on else shipped


def shipped_list(assets: Path | None = None) -> HelplineFile:
    """Return the list that came with the program; SetupError where it is missing or wrong."""
    return _read((assets or assets_dir()) / "content" / "helplines.toml")


def speaks(language: str, assets: Path | None = None, published: str = "") -> bool:
    """Say whether every helpline is written in `language`."""
    return language in in_force(published, assets).languages


def _helpline(entry: Entry, language: str) -> Helpline:
    name, note = entry.words.get(language, entry.words[ENGLISH])
    tel = f"tel:{dialled(entry.number)}" if entry.number else ""
    return Helpline(entry.id, name, entry.number, tel, note, entry.whatsapp)


@lru_cache(maxsize=4)
def _published(text: str) -> HelplineFile | None:
    """Read a published list once; None where it cannot be read, since help must never break."""
    try:
        return parse(text)
    except ValueError:
        return None


@cache
def _read(path: Path) -> HelplineFile:
    try:
        return parse(read_text(path))
    except ValueError as error:
        raise SetupError(f"The helplines in {path} {error}; mend the file.") from None
