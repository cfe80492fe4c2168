"""Text from people and from opened records: cleaned on entry and on show, names, CSV cells."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_JOINERS = "\u200c\u200d"
"""ZWNJ and ZWJ, which Tamil, Hindi, Sinhala and Persian spelling needs between letters."""
_ZWJ = "\u200d"
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Hangul fillers: letters to Unicode, but nothing to the eye."""
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
_USUAL = 4096
"""Characters that are judged once: more than a clinic's names are written with."""
_MOST_MARKS = 4
"""Marks on one letter; more than any name needs, and enough to write over other lines."""

STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
"""What acts on a terminal: controls (C0, C1, bidirectional), line separators, tags, surrogates."""

_TOML_PLACE = re.compile(r"\(at (line \d+, column \d+)\)$")
_ID = re.compile(r"[STFGM]\d{7}[A-Z]", re.ASCII)
_PART_OF_ID = re.compile(r"[STFGM]?\d{3,4}[A-Z]", re.ASCII)


def clean(text: str, limit: int = 200) -> str:
    """Return `text` in NFC (Unicode UAX #15) on one line, safe to show, cut at `limit` characters.

    White space becomes single spaces. Controls (ESC and C1 with them), bidi controls, other
    format characters, surrogates, private use, non-characters and invisible fillers go; a joiner
    stays between letters, and between the parts of one emoji. Cleaning twice changes nothing more.
    """
    if text.isascii() and text.isprintable():
        is_tidy = len(text) <= limit and "  " not in text
        return text.strip() if is_tidy else " ".join(text.split())[:limit].rstrip()
    # A character may take several code points before NFC, so the cut leaves room for them.
    text = text[: limit * 8]
    words = text.split()
    if "".join(words).isalpha() and _FILLERS.isdisjoint(text):
        # Letters of any script without marks: nothing among them can be dropped.
        return unicodedata.normalize("NFC", " ".join(words))[:limit].rstrip()
    kept = "".join(filter(None, map(_kept, text)))
    composed = unicodedata.normalize("NFC", kept)
    joined = unicodedata.normalize("NFC", _without_loose_parts(composed))
    return " ".join(joined.split())[:limit].rstrip(" " + _JOINERS)


def looks_like_id(text: str) -> bool:
    """Return whether `text` holds something of the shape of an NRIC or FIN, spaced out or not.

    True also where the whole text is the part that people use instead (567D, S****567D).
    These numbers are never collected (PDPC Singapore, Advisory Guidelines
    on NRIC and other National Identification Numbers).
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    squeezed = ascii_digits("".join(c for c in plain if c.isalnum()))
    return bool(_ID.search(squeezed) or _PART_OF_ID.fullmatch(squeezed))


def ascii_digits(text: str) -> str:
    """Return `text` with the decimal digits of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


@lru_cache(maxsize=_USUAL)
def _kept(character: str) -> str:
    """Return what one character becomes before normalising: itself, a space or nothing."""
    if character in _JOINERS:
        return character
    if character.isspace():
        return " "
    if unicodedata.category(character) in _DROPPED_CATEGORIES or character in _FILLERS:
        return ""
    # Unassigned characters stay, for this Python is older than some names; non-characters go.
    point = ord(character)
    is_non_character = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    is_tag = 0xE0000 <= point <= 0xE00FF
    return "" if is_non_character or is_tag else character


def _without_loose_parts(text: str) -> str:
    """Return `text` without joiners that join nothing, and marks beyond four on a letter."""
    parts: list[str] = []
    on_letter, on_emoji, marks = False, False, 0
    for place, character in enumerate(text):
        kind = unicodedata.category(character)[0]
        if character in _JOINERS:
            following = text[place + 1 : place + 2]
            joins_emoji = on_emoji and character == _ZWJ and _is_emoji(following)
            if joins_emoji or (on_letter and _takes_joiner(following, marks)):
                parts.append(character)
            continue
        if kind == "M":
            marks += 1
            if marks > _MOST_MARKS:
                continue
        else:
            on_letter, marks = kind == "L", 0
            on_emoji = _is_emoji(character) or (on_emoji and character in _SKIN_TONES)
        parts.append(character)
    return "".join(parts)


def _is_emoji(character: str) -> bool:
    """Return whether this is a picture, of which several can be joined to one (UTS #51)."""
    return character != "" and unicodedata.category(character) == "So"


def _takes_joiner(following: str, marks: int) -> bool:
    """Return whether a joiner before `following` joins: a letter, or a mark that will be kept."""
    kind = unicodedata.category(following)[0] if following else ""
    return kind == "L" or (kind == "M" and marks < _MOST_MARKS)


FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP ASVS 5.0, 1.2.10)."""


def format_csv_text(text: str) -> str:
    """Return `text` for a cell of a CSV file, behind an apostrophe where it could be a formula."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) else text


def format_phone_cell(text: str) -> str:
    """Return a grouped phone number for a cell of a CSV file.

    A number of the clinic's own country stays as it is. One with its country begins with +, which
    is a formula to a spreadsheet; an apostrophe before it would be shown, and be in what is
    copied, so the country stands in brackets: (+44) 20 7946 0000.
    """
    country, _, rest = text.partition(" ")
    if country[:1] == "+" and _is_digits(country[1:]) and _is_digits(rest, " -"):
        return f"({country}) {rest}"
    return format_csv_text(text)


def _is_digits(text: str, between: str = "") -> bool:
    return text.isascii() and text.translate(str.maketrans("", "", between)).isdecimal()


def place_in_toml(complaint: str) -> str:
    """Return where a file stops being TOML, such as " at line 2, column 15".

    `complaint` is what Python's parser says; the rest of it means little to who mends the file.
    Empty where it names no place.
    """
    found = _TOML_PLACE.search(complaint)
    if found is not None:
        return f" at {found.group(1)}"
    return " at the end" if "end of document)" in complaint else ""


MOST_NAME_CHARACTERS = 80
"""Characters as people count them (extended grapheme clusters, Unicode UAX #29)."""
MOST_NAME_BYTES = 240
"""UTF-8; what a sealed record and a pass have room for."""
_MOST_DIGITS = 6
"""More digits than this are a phone number or the like."""


class NameProblem(StrEnum):
    """Why a text cannot be taken as a name."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_LETTER = "no_letter"
    """Digits or loose marks alone."""
    LOOKS_LIKE_ID = "looks_like_id"
    """Shaped like an NRIC or FIN, which are never collected."""
    NOT_A_NAME = "not_a_name"
    """Holds a long number beside letters, such as a phone number."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is kept: cleaned, on one line; still no markup and no formula."""

    text: str


def check_name(text: str) -> Name | NameProblem:
    """Return what somebody typed as a name, cleaned, or why it is none."""
    import regex

    cleaned = clean(text, limit=2 * MOST_NAME_BYTES)
    if not cleaned:
        return NameProblem.EMPTY
    if looks_like_id(cleaned):
        return NameProblem.LOOKS_LIKE_ID
    # The regex package knows letters that are younger than this Python. Somebody who signs with a
    # sign is welcome; bare digits are rather a slip of the finger.
    if not regex.search(r"\p{L}|^[^\p{N}]*[\p{P}\p{S}][^\p{N}]*$", cleaned):
        return NameProblem.NO_LETTER
    if sum(c.isdecimal() for c in cleaned) > _MOST_DIGITS:
        return NameProblem.NOT_A_NAME
    if (
        len(regex.findall(r"\X", cleaned)) > MOST_NAME_CHARACTERS
        or len(cleaned.encode()) > MOST_NAME_BYTES
    ):
        return NameProblem.TOO_LONG
    return Name(cleaned)
