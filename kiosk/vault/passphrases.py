"""Argon2id: keys from passphrases and hashes of PINs (RFC 9106, Argon2 Memory-Hard Function)."""

import os
import re
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kiosk.errors import VaultError

KEY_BYTES = 32
SALT_BYTES = 16
_MOST_MEMORY_KIB = 1024 * 1024
_MOST_PASSES = 10
_MOST_LANES = 8
_PHC = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,128}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one try at a passphrase; the default is RFC 9106's second recommended option."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def is_acceptable(self) -> bool:
        """Return whether Argon2 takes this cost and it cannot exhaust the machine."""
        return (
            1 <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
            and 8 * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
        )


DEFAULT_COST = Cost()


def derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Return a key of 32 bytes from a passphrase and a salt of 16 bytes.

    The passphrase is normalized (Unicode Standard Annex 15, NFKC), so that keyboards that spell it
    in different ways open the same keys. Takes about 0.1 s at the default cost: call it in a
    thread. VaultError for a cost out of bounds or for which the machine has no memory.
    """
    try:
        return _argon2(salt, cost).derive(_secret_bytes(passphrase))
    except MemoryError:
        raise VaultError("There is too little memory to open the key file.") from None


def hash_pin(pin: str, *, cost: Cost = DEFAULT_COST) -> str:
    """Return the hash of a PIN in the PHC string format (Argon2id, new salt); some 0.1 s.

    VaultError for a cost out of bounds.
    """
    return _argon2(os.urandom(SALT_BYTES), cost).derive_phc_encoded(_secret_bytes(pin))


def verify_pin(stored: str, pin: str) -> bool:
    """Return whether `pin` made the stored hash; a damaged or unsafe hash fits no PIN."""
    parts = _PHC.fullmatch(stored)
    if parts is None or not Cost(*map(int, parts.groups())).is_acceptable():
        return False
    try:
        Argon2id.verify_phc_encoded(_secret_bytes(pin), stored)
    except (InvalidKey, ValueError):
        return False
    return True


def _secret_bytes(secret: str) -> bytes:
    """Return a typed secret as bytes; any text from a keyboard is accepted."""
    return unicodedata.normalize("NFKC", secret).encode("utf-8", "surrogatepass")


def _argon2(salt: bytes, cost: Cost) -> Argon2id:
    if not cost.is_acceptable():
        raise VaultError("A key file asks for an unsafe passphrase cost; restore it.")
    return Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
