"""Enrolment bundles: the file by which a new machine joins central, together with a one-time code.

Version 1. A bundle is JSON text: the fields of `Bundle`, `version`, a sentence that says what it
is, and `signature` (hex). From the code, 20 symbols of ASCII, HKDF-SHA256 (RFC 5869, HMAC-based
Extract-and-Expand Key Derivation Function) without salt derives

    info "kiosk/bundle/v1\\0password\\0" + kiosk id (16 bytes)  -> 32 bytes, base64url: the password
    info "kiosk/bundle/v1\\0signing\\0" + kiosk id              -> 32 bytes: an Ed25519 key

The key signs (RFC 8032, Edwards-Curve Digital Signature Algorithm) "kiosk/bundle/v1\\0" and the
JSON of all fields but `signature`, with sorted names, no blanks and ASCII only. So the file holds
neither password nor code, and altering it without the code is detected; the code has 90 bits, for
the file shows whether a guess is right.
"""

import base64
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.errors import VaultError
from kiosk.vault.strict_json import read_json

KINDS = ("kiosk", "desk")
FINGERPRINT_BYTES = 10
_VERSION = 1
_BOUND = b"kiosk/bundle/v1\0"
_KEY_BYTES = 32
_LONGEST_FILE = 262_144
_EXPLANATION = (
    "Lets one machine join a clinic's centre, once, together with the code that was shown when"
    " this file was made. Send the code by another way than the file."
)
_DAMAGED = "The bundle is damaged or is no bundle; make a new one with `kiosk central enrol`."


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a new machine has to know of central."""

    host: str
    port: int
    database: str
    role: str
    ca: str
    """Certificates (PEM) that vouch for the server; empty: the machine's own."""
    site_id: UUID
    kiosk_id: UUID
    symbols: str
    name: str
    kind: str
    """kiosk or desk."""
    expires: datetime


@dataclass(frozen=True, slots=True)
class SignedBundle:
    """A bundle as read from a file; nothing in it is trusted before `check`."""

    bundle: Bundle
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """20 hex digits in groups of four, to be compared on two screens."""
        digits = sha256(_signed(self.bundle)).digest()[:FINGERPRINT_BYTES].hex().upper()
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))

    def check(self, code: str) -> None:
        """Check that the bundle was signed by the code; VaultError where it was not."""
        try:
            _signing_key(code, self.bundle.kiosk_id).public_key().verify(
                self.signature, _signed(self.bundle)
            )
        except InvalidSignature:
            raise VaultError(
                "The code does not belong to this bundle, or the bundle was altered; compare the"
                " fingerprints, or make a new bundle with `kiosk central enrol`."
            ) from None


_TEXTS = tuple(one.name for one in fields(Bundle) if one.type is str)


def sign_bundle(bundle: Bundle, code: str) -> SignedBundle:
    """Return a bundle signed by its code (20 symbols)."""
    signature = _signing_key(code, bundle.kiosk_id).sign(_signed(bundle))
    return SignedBundle(bundle, signature)


def first_password(code: str, kiosk_id: UUID) -> str:
    """Return the password of the machine's role until it has joined: 43 characters, base64url."""
    derived = _derive(code, b"password", kiosk_id)
    return base64.urlsafe_b64encode(derived).decode().rstrip("=")


def format_bundle(signed: SignedBundle) -> str:
    """Return a bundle as the JSON text of its file."""
    content = {**_plain(signed.bundle), "signature": signed.signature.hex()}
    return json.dumps(content, indent=1) + "\n"


def read_bundle(text: str) -> SignedBundle:
    """Return the bundle of a file's text; VaultError where it is damaged or of another version."""
    return read_json(text, _read, _LONGEST_FILE, _DAMAGED)


def _read(content: Any) -> SignedBundle:
    if content["version"] != _VERSION:
        raise ValueError("another version")
    port, texts = content["port"], {name: content[name] for name in _TEXTS}
    if type(port) is not int or not all(isinstance(value, str) for value in texts.values()):
        raise TypeError("a field of another kind")
    bundle = Bundle(
        port=port,
        site_id=UUID(content["site_id"]),
        kiosk_id=UUID(content["kiosk_id"]),
        expires=datetime.fromisoformat(content["expires"]),
        **texts,
    )
    if bundle.kind not in KINDS or bundle.expires.tzinfo is None:
        raise ValueError("a field that makes no sense")
    return SignedBundle(bundle, bytes.fromhex(content["signature"]))


def _plain(bundle: Bundle) -> dict[str, object]:
    values = asdict(bundle)
    for name in ("site_id", "kiosk_id"):
        values[name] = str(values[name])
    values["expires"] = bundle.expires.isoformat()
    return {"what_this_is": _EXPLANATION, "version": _VERSION, **values}


def _signed(bundle: Bundle) -> bytes:
    plain = json.dumps(_plain(bundle), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return _BOUND + plain.encode()


def _signing_key(code: str, kiosk_id: UUID) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derive(code, b"signing", kiosk_id))


def _derive(code: str, use: bytes, kiosk_id: UUID) -> bytes:
    info = _BOUND + use + b"\0" + kiosk_id.bytes
    return HKDF(SHA256(), _KEY_BYTES, None, info).derive(code.encode())
