"""Why a passphrase or a PIN will not do, for those who choose one."""

from kiosk.domain.guessable import Weakness, find_pin_weakness
from kiosk.domain.staff import (
    LONGEST_PASSPHRASE,
    SHORTEST_PASSPHRASE,
    PassphraseProblem,
    is_pin,
)

PASSPHRASE_PROBLEMS = {
    PassphraseProblem.TOO_SHORT: (
        f"This passphrase is too short: at least {SHORTEST_PASSPHRASE} characters."
    ),
    PassphraseProblem.TOO_LONG: (
        f"This passphrase is too long: at most {LONGEST_PASSPHRASE} characters."
    ),
    PassphraseProblem.SAME: "This passphrase is the one there was; choose another.",
    PassphraseProblem.REPEATED: "This passphrase repeats itself; take four other words.",
    PassphraseProblem.ROW: "This passphrase is keys in a row; take four words.",
    PassphraseProblem.NAME: "This passphrase is a known name; add other words.",
    PassphraseProblem.COMMON: "Many people choose this passphrase; add other words.",
}
"""Sentences for the command line and the desk."""
_PIN_SHAPE = "The PIN of the maintenance screen has 4 to 12 digits; choose another."
_PIN_PROBLEMS = {
    Weakness.REPEATED: "This PIN repeats itself, so it is tried first; choose another.",
    Weakness.ROW: "This PIN is digits in a row, so it is tried first; choose another.",
    Weakness.COMMON: "Many people choose this PIN, so it is tried first; choose another.",
}


def describe_pin_problem(pin: str) -> str:
    """Return why a text cannot be a new PIN of the maintenance screen; nothing where it can."""
    if not is_pin(pin):
        return _PIN_SHAPE
    weakness = find_pin_weakness(pin)
    return "" if weakness is None else _PIN_PROBLEMS[weakness]
