"""The code in the clinic's QR codes: 53 digits that survive any keyboard layout.

After the head stand type, version, the secret in 39 digits and two check digits (ISO/IEC 7064,
MOD 97-10). What is derived from a secret is BLAKE2b (RFC 7693).
"""

import unicodedata
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b, sha256

from kiosk.domain.attendance.check_in import ScanProblem

HEAD = "0123456789"
"""Starts every code: whatever arrives in its place is how this scanner types 0 to 9."""

SECRET_BYTES = 16
LENGTH = 53

_VERSION = "1"
_SECRET_DIGITS = 39
_PREFIX_LENGTHS = frozenset({0, 3, 7, 10})
"""What a scanner may put before a code: an AIM identifier (]Q1, ISO/IEC 15424), an ECI
(\\000026), or both.

Told by length, for the keyboard layout changes these characters too.
"""
_LONGEST_TEXT = 256
_FEWEST_DIGITS = 8
"""From so many digits on, nothing but digits is a damaged code, or somebody else's number."""
_RECORD_LINKS = ("shlink:/", "shc:/")
"""How links to health records begin, and records themselves (HL7, SMART Health Links and Cards)."""
_ALT_WIDTHS = (2, 3, 4)
"""Digits that a scanner types for one character with Alt held: 48, 048 or 0048 for a 0."""


class CodeKind(IntEnum):
    """What a code is for; the digit after the head."""

    PASS = 1
    SLIP = 2
    """Belongs to one callback request; shows its state and withdraws it."""
    TEST_CARD = 3
    """Checks a scanner when a kiosk is set up."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was read without a doubt."""

    kind: CodeKind
    secret: bytes = field(repr=False)
    """16 bytes; whoever holds them holds the pass, so they are kept out of every log."""


def encode(kind: CodeKind, secret: bytes) -> str:
    """Return 16 secret bytes as the 53 digits of a QR code.

    Raises ValueError for a secret of another length.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a code holds {SECRET_BYTES} secret bytes")
    number = int.from_bytes(secret, "big")
    body = f"{kind.value}{_VERSION}{number:0{_SECRET_DIGITS}d}"
    check = 98 - int(body) * 100 % 97
    return f"{HEAD}{body}{check:02d}"


def decode(text: str) -> Code | ScanProblem:
    """Return the code that a scanner typed or somebody pasted, or why it is none; never raises.

    The first ten characters teach the digits of the scanner's keyboard layout. White space and
    control characters around the code are ignored, so are an AIM identifier and an ECI before it.
    A code that came as Alt codes, or with every character twice, is read as well.
    """
    if any(link in text.lower() for link in _RECORD_LINKS):
        return ScanProblem.RECORD
    if len(text) > _LONGEST_TEXT:
        return ScanProblem.NOT_OURS
    stripped = _undoubled(_from_alt_codes(_strip(text)))
    if len(stripped) - LENGTH in _PREFIX_LENGTHS:
        digits = _digits(stripped[-LENGTH:])
        if digits is not None:
            return _read(digits[len(HEAD) :])
    return ScanProblem.MISREAD if _looks_like_ours(stripped) else ScanProblem.NOT_OURS


def is_test_card(text: str) -> bool:
    """Return whether `text`, which has a head, is a test card's by the digit after the head."""
    kind = int(CodeKind.TEST_CARD)
    return len(text) > len(HEAD) and text[len(HEAD)] == text[kind]


def derive_lookup(secret: bytes) -> bytes:
    """Return what the database stores of a secret: 16 bytes that lead to no name."""
    return blake2b(secret, digest_size=16, person=b"kiosk.lookup").digest()


def derive_news_key(secret: bytes) -> bytes:
    """Return the 32-byte private key (X25519) of what the centre tells of a slip's request."""
    return blake2b(secret, digest_size=32, person=b"kiosk.news").digest()


def derive_news_ticket(secret: bytes) -> bytes:
    """Return the 32 bytes by which a kiosk asks the centre for what a slip says.

    They open nothing, and stand in no database: that holds `hash_ticket` of them.
    """
    return blake2b(secret, digest_size=32, person=b"kiosk.ticket").digest()


def hash_ticket(ticket: bytes) -> bytes:
    """Return what a database holds of a ticket; the centre computes the same (SHA-256)."""
    return sha256(ticket).digest()


def derive_name_key(secret: bytes) -> bytes:
    """Return the 32-byte key of the first name that is stored with a pass."""
    return blake2b(secret, digest_size=32, person=b"kiosk.name").digest()


def _strip(text: str) -> str:
    """Return a text without what scanners add: STX, CR, LF, tabs, spaces, a byte order mark."""
    start, end = 0, len(text)
    while start < end and _is_padding(text[start]):
        start += 1
    while end > start and _is_padding(text[end - 1]):
        end -= 1
    return text[start:end]


def _from_alt_codes(text: str) -> str:
    """Return the text that Alt codes stand for, or `text` itself where it is none."""
    for width in _ALT_WIDTHS:
        codes = [text[place : place + width] for place in range(0, len(text), width)]
        if len(text) > LENGTH and text.isascii() and text.isdigit() and len(codes[-1]) == width:
            plain = _strip("".join(chr(int(code)) for code in codes))
            if plain.startswith(HEAD):
                return plain
    return text


def _undoubled(text: str) -> str:
    """Return `text` with every character once where each came twice."""
    return text[::2] if len(text) > LENGTH and text[::2] == text[1::2] else text


def _is_padding(character: str) -> bool:
    return character.isspace() or character == "\ufeff" or unicodedata.category(character) == "Cc"


def _digits(code: str) -> str | None:
    """Return a code translated by its own head, or None where that is not possible."""
    head = code[: len(HEAD)]
    if len(set(head)) != len(HEAD) or not set(code) <= set(head) or _head_is_swapped(head):
        return None
    return code.translate(dict(zip(map(ord, head), HEAD, strict=True)))


def _head_is_swapped(head: str) -> bool:
    """Return whether two neighbours of a plain head changed places: no layout does that."""
    wrong = [place for place, digit in enumerate(HEAD) if head[place] != digit]
    if len(wrong) != 2 or wrong[1] - wrong[0] != 1:
        return False
    first, second = wrong
    return head[first] == HEAD[second] and head[second] == HEAD[first]


def _read(body: str) -> Code | ScanProblem:
    """Return the code in the 43 digits after the head; the check digits cover all of them."""
    if int(body) % 97 != 1:
        return ScanProblem.MISREAD
    kind, version, number = int(body[0]), body[1], int(body[2:-2])
    if version != _VERSION or kind not in set(CodeKind):
        return ScanProblem.UNKNOWN_VERSION
    if number >= 1 << 8 * SECRET_BYTES:
        return ScanProblem.MISREAD
    return Code(CodeKind(kind), number.to_bytes(SECRET_BYTES, "big"))


def _looks_like_ours(text: str) -> bool:
    """Return whether a text that is no code was probably one, so that scanning again may help."""
    if text.startswith(HEAD) or (text.isdigit() and len(text) >= _FEWEST_DIGITS):
        return True
    if abs(len(text) - LENGTH) <= max(_PREFIX_LENGTHS) and len(set(text)) <= len(HEAD) + 1:
        return True
    head = text[: len(HEAD)]
    body = text[len(HEAD) :]
    return len(set(head)) == len(HEAD) and len(body) >= len(HEAD) and set(body) <= set(head)
