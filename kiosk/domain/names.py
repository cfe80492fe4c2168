"""What we may call somebody: any name from any script, and nothing that is no name."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.text import clean, looks_like_id

MOST_CHARACTERS = 40
"""Characters as people count them (grapheme clusters)."""
MOST_BYTES = 240
"""UTF-8; what a sealed record and a pass have room for."""
_MOST_DIGITS = 6
"""More digits than this are a phone number or the like."""


class NameProblem(StrEnum):
    """Why a text cannot be taken as a name."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_LETTER = "no_letter"
    """Digits or loose marks, and no letter among them."""
    LOOKS_LIKE_ID = "looks_like_id"
    """Shaped like an NRIC or FIN, which are never collected."""
    NOT_A_NAME = "not_a_name"
    """Holds a long number, such as a phone number."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is kept: cleaned, on one line; still no markup and no formula."""

    text: str


def check_name(text: str) -> Name | NameProblem:
    """Take what somebody typed as their name, or say kindly why not."""
    import regex

    cleaned = clean(text, limit=2 * MOST_BYTES)
    if not cleaned:
        return NameProblem.EMPTY
    if looks_like_id(cleaned):
        return NameProblem.LOOKS_LIKE_ID
    if sum(c.isdecimal() for c in cleaned) > _MOST_DIGITS:
        return NameProblem.NOT_A_NAME
    # The regex package knows letters that are younger than this Python. Somebody who signs with a
    # sign is welcome; bare digits are rather a slip of the finger.
    if not regex.search(r"\p{L}|^[^\p{N}]*[\p{P}\p{S}][^\p{N}]*$", cleaned):
        return NameProblem.NO_LETTER
    if len(regex.findall(r"\X", cleaned)) > MOST_CHARACTERS or len(cleaned.encode()) > MOST_BYTES:
        return NameProblem.TOO_LONG
    return Name(cleaned)
