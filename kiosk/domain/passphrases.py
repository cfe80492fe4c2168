"""What a passphrase must be: long; nothing else makes it better."""

import unicodedata
from enum import StrEnum

SHORTEST = 12
LONGEST = 256


class PassphraseProblem(StrEnum):
    """Why a text cannot be a new passphrase."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SAME = "same"
    """The one that is to be replaced."""


def check_passphrase(text: str) -> str | PassphraseProblem:
    """Take a new passphrase in NFKC, so that every keyboard spells it alike, or say why not."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain.strip()) < SHORTEST:
        return PassphraseProblem.TOO_SHORT
    return plain if len(plain) <= LONGEST else PassphraseProblem.TOO_LONG
