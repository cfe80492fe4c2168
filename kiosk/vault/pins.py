"""Kiosk PINs: they unlock the maintenance screen, and never a key."""

import os
import re

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kiosk.vault.passphrases import DEFAULT_COST, SALT_BYTES, Cost, phc_hash, secret_bytes

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
        Argon2id.verify_phc_encoded(secret_bytes(pin), stored)
    except (InvalidKey, ValueError):
        return False
    return True
