"""The first name that is kept with a pass, readable only by whoever shows the pass."""

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.errors import VaultError

BOX_BYTES = 1 + 12 + 256 + 16
"""Every box is as long, whatever the name."""

_VERSION = b"\x01"
_NONCE_BYTES = 12
_PADDED_BYTES = 256
_BOUND = b"kiosk.name\0"


def lock_name(name: str, name_key: bytes) -> bytes:
    """Lock a name of at most 254 bytes of UTF-8 under the 32-byte key of its pass.

    Raises VaultError for a longer name, or one with surrogates (names are cleaned before).
    """
    try:
        raw = name.encode()
    except UnicodeEncodeError:
        raise VaultError("A name holds text that was not cleaned.") from None
    if len(raw) > _PADDED_BYTES - 2:
        raise VaultError("A name is too long for a pass.")
    padded = struct.pack(">H", len(raw)) + raw.ljust(_PADDED_BYTES - 2, b"\0")
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(name_key).encrypt(nonce, padded, _BOUND + _VERSION)


def unlock_name(box: bytes, name_key: bytes) -> str | None:
    """Open a box with the key of the pass; None where it belongs to another or is damaged."""
    if len(box) != BOX_BYTES or not box.startswith(_VERSION):
        return None
    nonce, sealed = box[1 : 1 + _NONCE_BYTES], box[1 + _NONCE_BYTES :]
    try:
        padded = AESGCM(name_key).decrypt(nonce, sealed, _BOUND + _VERSION)
        (length,) = struct.unpack_from(">H", padded)
        return padded[2 : 2 + length].decode()
    except (InvalidTag, UnicodeDecodeError):
        return None
