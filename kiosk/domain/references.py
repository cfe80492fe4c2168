"""Reference codes of callback requests, to be read aloud: 7K4Q-FMRX."""

import unicodedata

ALPHABET = "2346789CDFGHJKMPQRTVWXY"
"""23 symbols, a prime; no vowels and nothing that looks or sounds like another."""

KIOSK_SYMBOLS = 2
SERIAL_SYMBOLS = 5
SERIALS = len(ALPHABET) ** SERIAL_SYMBOLS
"""How many references one kiosk can give out."""

_LENGTH = KIOSK_SYMBOLS + SERIAL_SYMBOLS + 1
_LONGEST_TEXT = 40
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}


def compose(kiosk_symbols: str, serial: int) -> str:
    """Build the reference number `serial` of a kiosk, in the form people see.

    `kiosk_symbols` are the kiosk's two symbols of ALPHABET, `serial` is from 0 to SERIALS - 1.
    Raises ValueError for anything else.
    """
    if len(kiosk_symbols) != KIOSK_SYMBOLS or not set(kiosk_symbols) <= set(ALPHABET):
        raise ValueError("a kiosk has two symbols of the reference alphabet")
    if not 0 <= serial < SERIALS:
        raise ValueError("the serial number is out of range")
    symbols = ""
    for _ in range(SERIAL_SYMBOLS):
        serial, value = divmod(serial, len(ALPHABET))
        symbols = ALPHABET[value] + symbols
    body = kiosk_symbols + symbols
    return _grouped(body + _check_symbol(body))


def parse(text: str) -> str | None:
    """Read a reference that somebody typed; case, spaces and dashes do not matter.

    Returns the form people see, or None where a symbol is unknown or the check symbol is wrong.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    plain = unicodedata.normalize("NFKC", text).upper()
    symbols = "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Pd")
    if len(symbols) != _LENGTH or not set(symbols) <= set(ALPHABET):
        return None
    if _check_symbol(symbols[:-1]) != symbols[-1]:
        return None
    return _grouped(symbols)


def _check_symbol(body: str) -> str:
    """Weigh the symbols from 2 upwards: finds every single error and every two swapped."""
    total = sum(weight * _VALUES[symbol] for weight, symbol in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]


def _grouped(symbols: str) -> str:
    return f"{symbols[:4]}-{symbols[4:]}"
