"""Makes text from people and from opened records harmless, on entry and on show."""

import re
import unicodedata
from functools import lru_cache

_JOINERS = "\u200c\u200d"
"""ZWNJ and ZWJ, which Tamil, Hindi, Sinhala and Persian spelling needs between letters."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Hangul fillers: letters to Unicode, but nothing to the eye."""
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
_USUAL = 4096
"""Characters that are judged once: more than a clinic's names are written with."""
_MOST_MARKS = 4
"""Marks on one letter; more than any name needs, and enough to write over other lines."""

_ID = re.compile(r"[STFGM]\d{7}[A-Z]", re.ASCII)
_PART_OF_ID = re.compile(r"[STFGM]?\d{3,4}[A-Z]", re.ASCII)


def clean(text: str, limit: int = 200) -> str:
    """Return `text` in NFC on one line, at most `limit` characters, and safe to show.

    White space becomes single spaces. Controls (ESC and C1 with them), bidi controls, other
    format characters, surrogates, private use, non-characters and invisible fillers go; a joiner
    stays between letters only. Cleaning twice changes nothing more.
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
    """Say whether `text` holds something of the shape of an NRIC or FIN, spaced out or not.

    True also where the whole text is the part that people give instead (567D, S****567D).
    These numbers are never collected (PDPC, NRIC guidelines 2018).
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
    """Drop joiners that do not stand between letters, and marks beyond four on one letter."""
    parts: list[str] = []
    on_letter, marks = False, 0
    for place, character in enumerate(text):
        kind = unicodedata.category(character)[0]
        if character in _JOINERS:
            if on_letter and _takes_joiner(text[place + 1 : place + 2], marks):
                parts.append(character)
            continue
        if kind == "M":
            marks += 1
            if marks > _MOST_MARKS:
                continue
        else:
            on_letter, marks = kind == "L", 0
        parts.append(character)
    return "".join(parts)


def _takes_joiner(following: str, marks: int) -> bool:
    """Say whether a joiner before `following` joins: a letter, or a mark that will be kept."""
    kind = unicodedata.category(following)[0] if following else ""
    return kind == "L" or (kind == "M" and marks < _MOST_MARKS)
