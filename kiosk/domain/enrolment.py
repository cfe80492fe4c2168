"""One-time codes that let a new machine join its centre, and the symbols that it is given."""

import unicodedata
from collections.abc import Collection
from datetime import timedelta

from kiosk.domain.references import ALPHABET

VALID_FOR = timedelta(days=7)
"""How long a bundle may lie about before it is worth nothing."""
CODE_ENTROPY_BYTES = 32
CODE_SYMBOLS = 20
"""Some 90 bits: a bundle tells whether a code is right, so it must stand trying at any speed."""

_GROUP = 4
_LONGEST_TEXT = 80
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}


def new_code(entropy: bytes) -> str:
    """Make a code of 20 symbols from 32 random bytes; ValueError for another length."""
    if len(entropy) != CODE_ENTROPY_BYTES:
        raise ValueError(f"a code needs {CODE_ENTROPY_BYTES} bytes of entropy")
    number, symbols = int.from_bytes(entropy, "big"), ""
    for _ in range(CODE_SYMBOLS):
        number, value = divmod(number, len(ALPHABET))
        symbols += ALPHABET[value]
    return symbols


def shown_code(symbols: str) -> str:
    """Return a code as people see it: groups of four, then a check symbol."""
    groups = [symbols[start : start + _GROUP] for start in range(0, len(symbols), _GROUP)]
    return "-".join((*groups, _check_symbol(symbols)))


def parse_code(text: str) -> str | None:
    """Read a code that somebody typed; case, spaces and dashes do not matter.

    Gives its 20 symbols, or None where a symbol is unknown or the check symbol is wrong.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    plain = unicodedata.normalize("NFKC", text).upper()
    symbols = "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Pd")
    if len(symbols) != CODE_SYMBOLS + 1 or not set(symbols) <= set(ALPHABET):
        return None
    code, check = symbols[:CODE_SYMBOLS], symbols[CODE_SYMBOLS:]
    return code if _check_symbol(code) == check else None


def free_symbols(used: Collection[str], entropy: bytes) -> str | None:
    """Choose two symbols that no machine of the site has or had; None where all are taken."""
    taken = set(used)
    free = [first + second for first in ALPHABET for second in ALPHABET]
    free = [pair for pair in free if pair not in taken]
    return free[int.from_bytes(entropy, "big") % len(free)] if free else None


def _check_symbol(symbols: str) -> str:
    """Weigh the symbols from 2 upwards: finds every single error and every two swapped."""
    total = sum(weight * _VALUES[symbol] for weight, symbol in enumerate(symbols, start=2))
    return ALPHABET[total % len(ALPHABET)]
