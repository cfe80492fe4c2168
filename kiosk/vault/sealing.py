"""Seals records, so that the machine that seals cannot read them back, and opens them by a key.

A sealed record, version 1, suite 1 (RFC 9180, Hybrid Public Key Encryption, with X25519,
HKDF-SHA256 and AES-256-GCM; the JSON by AES-256-GCM alone: NIST SP 800-38D, Galois/Counter Mode):

    version 1 | suite 1 | n | n key ids of 4 | n times (encapsulated 32 + wrapped data key 48)
    | AES-256-GCM of the JSON, padded to 1024 bytes

Every record with as many recipients has the same size, so the size says nothing. Sealing is not
authentication: anyone with the public key can make a record, so what is opened is hostile text.

A name box, version 1, holds the first name on a pass: version 1 | nonce 12 | AES-256-GCM of the
name, padded to 256 bytes, by the key of the pass.

A news box, version 1, holds what a slip says of its request: version 1 | HPKE, suite 1, of the
news, padded to 64 bytes, to the public key of the slip.
"""

import json
import os
import struct
from collections.abc import Mapping, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from kiosk.errors import VaultError
from kiosk.vault.keys import KEY_ID_BYTES, PrivateSealingKey, PublicSealingKey

PADDED_BYTES = 1024
"""The size of every opened record, two bytes of length included."""
MOST_RECIPIENTS = 8
NAME_BOX_BYTES = 1 + 12 + 256 + 16
"""The size of every name box, whatever the name."""
NEWS_BOX_BYTES = 1 + 32 + 64 + 16
"""The size of every news box, whatever the news."""
_VERSION = 1
_SUITE = 1
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_FIXED_BYTES = 3
_STANZA_BYTES = 32 + 32 + 16
_TAG_BYTES = 16
_DATA_KEY_BYTES = 32
_ONCE = bytes(12)
"""A fixed nonce is safe here: every record has a data key of its own."""
_DAMAGED = "A sealed record is damaged or stands in the wrong place."
_LENGTH_BYTES = 2
_NAME_BOX_VERSION = b"\x01"
_NAME_NONCE_BYTES = 12
_NAME_PADDED_BYTES = 256
_NAME_BOUND = b"kiosk.name\0"
_NEWS_BOX_VERSION = b"\x01"
_NEWS_PADDED_BYTES = 64
_NEWS_BOUND = b"kiosk/news/v1\0"


def seal(
    payload: Mapping[str, object],
    *,
    purpose: str,
    table: str,
    record_id: UUID,
    recipients: Sequence[PublicSealingKey],
) -> bytes:
    """Seal `payload` (JSON values, at most 1022 bytes of UTF-8) to one to eight recipients.

    The record opens only under the same purpose, table and id. Raises VaultError where the
    payload does not fit or a key cannot be used, ValueError for a wrong number of recipients.
    """
    if not 1 <= len(recipients) <= MOST_RECIPIENTS:
        raise ValueError("a record is sealed to one to eight recipients")
    header = bytes([_VERSION, _SUITE, len(recipients)]) + b"".join(r.key_id for r in recipients)
    context = _context(purpose, table, record_id, header)
    data_key = os.urandom(_DATA_KEY_BYTES)
    try:
        stanzas = b"".join(_HPKE.encrypt(data_key, r.handle(), info=context) for r in recipients)
    except ValueError:
        raise VaultError("A public key cannot be used; enrol this kiosk again.") from None
    padded = bytearray(PADDED_BYTES)
    try:
        _write(payload, padded)
        return header + stanzas + AESGCM(data_key).encrypt(_ONCE, padded, context + stanzas)
    finally:
        padded[:] = bytes(PADDED_BYTES)


def open_sealed(
    blob: bytes,
    *,
    purpose: str,
    table: str,
    record_id: UUID,
    keys: Mapping[bytes, PrivateSealingKey],
) -> dict[str, object]:
    """Open a record with whichever of `keys` (by key id) it was sealed to.

    Raises VaultError for a record that is damaged, cut, moved to another row or table, of a newer
    version, or sealed to none of the keys. Treat every text in the answer as hostile.
    """
    key_ids, header, stanzas, box = _split(blob)
    context = _context(purpose, table, record_id, header)
    for place, key_id in enumerate(key_ids):
        key = keys.get(key_id)
        if key is None:
            continue
        stanza = stanzas[place * _STANZA_BYTES : (place + 1) * _STANZA_BYTES]
        try:
            data_key = _HPKE.decrypt(stanza, key.handle, info=context)
            return _unpad(AESGCM(data_key).decrypt(_ONCE, box, context + stanzas))
        except (InvalidTag, ValueError, RecursionError):
            # ValueError is also raised for a forged JSON text.
            raise VaultError(_DAMAGED) from None
    raise VaultError("A sealed record belongs to none of the keys at hand.")


def lock_name(name: str, name_key: bytes) -> bytes:
    """Return the name box of a name (at most 254 bytes of UTF-8) under its pass's key of 32 bytes.

    VaultError for a longer name, or one with surrogates (names are cleaned before).
    """
    try:
        raw = name.encode()
    except UnicodeEncodeError:
        raise VaultError("A name holds text that was not cleaned.") from None
    if len(raw) > _NAME_PADDED_BYTES - 2:
        raise VaultError("A name is too long for a pass.")
    padded = struct.pack(">H", len(raw)) + raw.ljust(_NAME_PADDED_BYTES - 2, b"\0")
    nonce = os.urandom(_NAME_NONCE_BYTES)
    return (
        _NAME_BOX_VERSION
        + nonce
        + AESGCM(name_key).encrypt(nonce, padded, _NAME_BOUND + _NAME_BOX_VERSION)
    )


def unlock_name(box: bytes, name_key: bytes) -> str | None:
    """Return the name in a name box; None where it is of another pass or damaged."""
    if len(box) != NAME_BOX_BYTES or not box.startswith(_NAME_BOX_VERSION):
        return None
    nonce, sealed = box[1 : 1 + _NAME_NONCE_BYTES], box[1 + _NAME_NONCE_BYTES :]
    try:
        padded = AESGCM(name_key).decrypt(nonce, sealed, _NAME_BOUND + _NAME_BOX_VERSION)
        (length,) = struct.unpack_from(">H", padded)
        return padded[2 : 2 + length].decode()
    except (InvalidTag, UnicodeDecodeError):
        return None


def lock_news(news: str, news_key: PublicSealingKey, request_id: UUID) -> bytes:
    """Return the box of what the slip of a request says (at most 62 bytes of UTF-8).

    ValueError for longer news, VaultError for a key that cannot be used.
    """
    raw = news.encode()
    if len(raw) > _NEWS_PADDED_BYTES - _LENGTH_BYTES:
        raise ValueError("news are codes and days, and short")
    padded = struct.pack(">H", len(raw)) + raw.ljust(_NEWS_PADDED_BYTES - _LENGTH_BYTES, b"\0")
    try:
        box = _HPKE.encrypt(padded, news_key.handle(), info=_NEWS_BOUND + request_id.bytes)
    except ValueError:
        raise VaultError("The key of a slip cannot be used.") from None
    return _NEWS_BOX_VERSION + box


def unlock_news(box: bytes, news_key: PrivateSealingKey, request_id: UUID) -> str | None:
    """Return what a slip says; None where the box is of another slip or request, or damaged."""
    if len(box) != NEWS_BOX_BYTES or not box.startswith(_NEWS_BOX_VERSION):
        return None
    try:
        padded = _HPKE.decrypt(box[1:], news_key.handle, info=_NEWS_BOUND + request_id.bytes)
        (length,) = struct.unpack_from(">H", padded)
        return padded[2 : 2 + length].decode()
    except (InvalidTag, ValueError):
        return None


def _split(blob: bytes) -> tuple[list[bytes], bytes, bytes, bytes]:
    """Cut a record into key ids, header, stanzas and ciphertext; lengths must fit exactly."""
    if len(blob) < _FIXED_BYTES:
        raise VaultError(_DAMAGED)
    version, suite, count = blob[:_FIXED_BYTES]
    if version != _VERSION or suite != _SUITE:
        raise VaultError("A sealed record is damaged or of a newer kiosk.")
    header_end = _FIXED_BYTES + count * KEY_ID_BYTES
    box_start = header_end + count * _STANZA_BYTES
    if len(blob) != box_start + PADDED_BYTES + _TAG_BYTES:
        raise VaultError(_DAMAGED)
    header = blob[:header_end]
    key_ids = [header[i : i + KEY_ID_BYTES] for i in range(_FIXED_BYTES, header_end, KEY_ID_BYTES)]
    return key_ids, header, blob[header_end:box_start], blob[box_start:]


def _context(purpose: str, table: str, record_id: UUID, header: bytes) -> bytes:
    """Return what a record is bound to: HPKE's info and, with the stanzas, GCM's data."""
    if "\0" in purpose + table:
        raise ValueError("purpose and table hold no NUL")
    place = f"kiosk/seal/v1\0{purpose}\0{table}\0".encode()
    return place + record_id.bytes + header


def _write(payload: Mapping[str, object], padded: bytearray) -> None:
    """Write the JSON behind its length into `padded`, piece by piece: it stands nowhere whole."""
    end = _LENGTH_BYTES
    for piece in _WRITER.iterencode(dict(payload)):
        try:
            raw = piece.encode()
        except UnicodeEncodeError:
            raise VaultError("A record holds text that was not cleaned.") from None
        if end + len(raw) > PADDED_BYTES:
            raise VaultError("A record is too long to be sealed.")
        padded[end : end + len(raw)] = raw
        end += len(raw)
    struct.pack_into(">H", padded, 0, end - _LENGTH_BYTES)


def _unpad(padded: bytes) -> dict[str, object]:
    (length,) = struct.unpack_from(">H", padded)
    payload = _READER.decode(padded[2 : 2 + length].decode())
    if not isinstance(payload, dict):
        raise ValueError("no JSON object")
    return payload


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_READER = json.JSONDecoder(parse_constant=_refuse)
"""Made once: `json.loads` makes one for each record, which takes as long as the reading."""
