"""Turns a passphrase into a key by Argon2id, and says what that may cost."""

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


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try at a passphrase costs; the default is RFC 9106's second choice."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def is_acceptable(self) -> bool:
        """Say whether Argon2 takes this cost and no forged file can exhaust the machine by it."""
        return (
            1 <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
            and 8 * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
        )


DEFAULT_COST = Cost()


def derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Derive 32 bytes from a passphrase (NFKC, so that every keyboard spells it alike).

    Takes about 0.1 s at the default cost: call it in a thread. Raises VaultError for a cost out
    of bounds or for which the machine has no memory.
    """
    try:
        return _argon2(salt, cost).derive(_secret_bytes(passphrase))
    except MemoryError:
        raise VaultError("There is too little memory to open the key file.") from None


def phc_hash(secret: str, salt: bytes, cost: Cost) -> str:
    """Hash a secret for checking only, in the PHC string format; errors as in `derive`."""
    return _argon2(salt, cost).derive_phc_encoded(_secret_bytes(secret))


def _secret_bytes(secret: str) -> bytes:
    """Return what is hashed of a typed secret; no text from a keyboard raises."""
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


_PHC = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,128}",
    re.ASCII,
)


def hash_pin(pin: str, *, cost: Cost = DEFAULT_COST) -> str:
    """Hash a PIN as a PHC string (Argon2id, new salt); takes about 0.1 s."""
    return phc_hash(pin, os.urandom(SALT_BYTES), cost)


def verify_pin(stored: str, pin: str) -> bool:
    """Say whether `pin` made the stored hash; a damaged or unsafe hash fits no PIN."""
    parts = _PHC.fullmatch(stored)
    if parts is None or not Cost(*map(int, parts.groups())).is_acceptable():
        return False
    try:
        Argon2id.verify_phc_encoded(_secret_bytes(pin), stored)
    except (InvalidKey, ValueError):
        return False
    return True
