"""Sealing keys (RFC 7748, Elliptic Curves for Security: X25519), and wrapping the private ones.

A key file is JSON text: a header with the public keys and the cost and salt of Argon2id, by which
the passphrase makes a key, and the private keys encrypted by AES-256-GCM (NIST SP 800-38D,
Galois/Counter Mode) with that key. The header is its associated data.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.domain.staff import Purpose, Role
from kiosk.errors import VaultError
from kiosk.vault.passphrases import DEFAULT_COST, KEY_BYTES, SALT_BYTES, Cost, derive

KEY_ID_BYTES = 4
_TAG_BYTES = 16
_ONCE = bytes(12)
"""A fixed nonce is safe, for each key encrypts once: every wrap derives its own from a new salt."""
_VERSION = 1
NO_KEYS = ""
"""The text of an account that holds no keys: no passphrase opens it."""
_LONGEST_FILE = 65_536
_DAMAGED = "The key file is damaged; restore it from its backup or use the recovery kit."
_REFUSED = "The passphrase is wrong, or the key file is damaged."


@dataclass(frozen=True, slots=True)
class PublicSealingKey:
    """A public key that records are sealed to."""

    key_id: bytes
    """4 bytes derived from `raw`; they name the key in every record sealed to it."""
    raw: bytes
    """X25519, 32 bytes."""

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES or self.key_id != _key_id(self.raw):
            raise VaultError("A public key is damaged; enrol this kiosk again.")

    @classmethod
    def from_raw(cls, raw: bytes) -> "PublicSealingKey":
        """Return the key of 32 bytes; VaultError for another length."""
        return cls(_key_id(raw), raw)

    def handle(self) -> X25519PublicKey:
        """Return the key as `cryptography` takes it."""
        return X25519PublicKey.from_public_bytes(self.raw)


class PrivateSealingKey:
    """A private key that opens records; its representation shows the key id alone."""

    __slots__ = ("handle", "public")

    def __init__(self, raw: bytes) -> None:
        """Take 32 bytes; raises VaultError for another length."""
        if len(raw) != KEY_BYTES:
            raise VaultError(_DAMAGED)
        self.handle = X25519PrivateKey.from_private_bytes(raw)
        self.public = PublicSealingKey.from_raw(self.handle.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that name this key."""
        return self.public.key_id

    @property
    def raw(self) -> bytes:
        """The 32 secret bytes."""
        return self.handle.private_bytes_raw()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PrivateSealingKey) and self.public == other.public

    def __hash__(self) -> int:
        return hash(self.public)

    def __repr__(self) -> str:
        return f"<PrivateSealingKey {self.key_id.hex()}>"


class KeyPair(NamedTuple):
    """A public key and its private half."""

    public: PublicSealingKey
    private: PrivateSealingKey


KeyRing = Mapping[Purpose, Mapping[bytes, PrivateSealingKey]]
"""The private keys of a member of staff, by purpose and key id, old ones too."""


class Rights(NamedTuple):
    """What the keys of an account vouch for beside themselves."""

    roles: frozenset[Role]
    must_change: bool = False
    """Whether the passphrase was given by somebody else and opens nothing yet."""


class OpenedRing(NamedTuple):
    """What a passphrase has opened."""

    keys: KeyRing
    rights: Rights | None
    """None where the keys were wrapped by a version that did not bind any."""


def new_keypair() -> KeyPair:
    """Return a new key pair from the operating system's randomness."""
    private = PrivateSealingKey(os.urandom(KEY_BYTES))
    return KeyPair(private.public, private)


def wrap(private: PrivateSealingKey, passphrase: str, *, cost: Cost = DEFAULT_COST) -> str:
    """Return the JSON text of a key file with one private key wrapped under a passphrase."""
    return _wrap("key", [("", private)], passphrase, {}, bound_to="", cost=cost)


def unwrap(text: str, passphrase: str) -> PrivateSealingKey:
    """Return the key that `wrap` wrapped; VaultError for a wrong passphrase or a damaged text."""
    _, ((_, private),) = _unwrap("key", text, passphrase, bound_to="")
    return private


def wrap_ring(
    keys: Mapping[Purpose, PrivateSealingKey | Mapping[bytes, PrivateSealingKey]],
    passphrase: str,
    *,
    account: UUID,
    rights: Rights,
    cost: Cost = DEFAULT_COST,
) -> str:
    """Return the JSON text with the keys of a staff account wrapped under its passphrase.

    Takes one key for each purpose, or a whole KeyRing (a new passphrase for the same keys). The
    text opens for this `account` only, and no part of its `rights` can be edited.
    """
    named = [
        (purpose.value, private)
        for purpose, held in keys.items()
        for private in ([held] if isinstance(held, PrivateSealingKey) else held.values())
    ]
    bound = {"roles": sorted(rights.roles), "must_change": rights.must_change}
    return _wrap("ring", named, passphrase, bound, bound_to=str(account), cost=cost)


def unwrap_ring(text: str, passphrase: str, *, account: UUID) -> OpenedRing:
    """Return the keys and rights that `wrap_ring` wrapped for `account`.

    VaultError for a wrong passphrase, another account, a damaged text or one of a newer version.
    """
    ring: dict[Purpose, dict[bytes, PrivateSealingKey]] = {}
    header, opened = _unwrap("ring", text, passphrase, bound_to=str(account))
    for name, private in opened:
        try:
            purpose = Purpose(name)
        except ValueError:
            raise VaultError("The keys were made by a newer kiosk; update this one.") from None
        ring.setdefault(purpose, {})[private.key_id] = private
    return OpenedRing(ring, _rights(header))


def dummy_unwrap(passphrase: str, cost: Cost = DEFAULT_COST) -> None:
    """Take as long as `unwrap`, so that the time of an answer does not show unknown names."""
    derive(passphrase, bytes(SALT_BYTES), cost)


def _rights(header: Mapping[str, Any]) -> Rights | None:
    """Return the rights in a header that was found to be genuine."""
    if "roles" not in header:
        return None
    # A role of a later version gives no right in this one.
    known = frozenset(role for role in Role if role in header["roles"])
    return Rights(known, must_change=bool(header["must_change"]))


def _key_id(raw: bytes) -> bytes:
    return sha256(b"kiosk.key\0" + raw).digest()[:KEY_ID_BYTES]


def _wrap(
    kind: str,
    keys: Iterable[tuple[str, PrivateSealingKey]],
    passphrase: str,
    rights: Mapping[str, Any],
    *,
    bound_to: str,
    cost: Cost,
) -> str:
    """Encrypt the keys in the order of the header, which holds `rights`; bound with `bound_to`."""
    keys, salt = list(keys), os.urandom(SALT_BYTES)
    header: dict[str, Any] = {
        "v": _VERSION,
        "kind": kind,
        "kdf": "argon2id",
        "m": cost.memory_kib,
        "t": cost.passes,
        "p": cost.lanes,
        "salt": salt.hex(),
        "keys": [{"purpose": name, "public": key.public.raw.hex()} for name, key in keys],
        **rights,
    }
    secrets = b"".join(key.raw for _, key in keys)
    box = AESGCM(derive(passphrase, salt, cost))
    sealed = box.encrypt(_ONCE, secrets, _bound(header, bound_to))
    return json.dumps({**header, "sealed": sealed.hex()}, indent=1)


def _unwrap(
    kind: str, text: str, passphrase: str, *, bound_to: str
) -> tuple[Mapping[str, Any], list[tuple[str, PrivateSealingKey]]]:
    """Return the header of a key file and its keys with their purposes."""
    try:
        header, salt, cost, purposes, sealed = _parse(kind, text)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise VaultError(_DAMAGED) from None
    box = AESGCM(derive(passphrase, salt, cost))
    try:
        secrets = box.decrypt(_ONCE, sealed, _bound(header, bound_to))
    except InvalidTag:
        raise VaultError(_REFUSED) from None
    return header, [
        (name, PrivateSealingKey(secrets[place * KEY_BYTES : (place + 1) * KEY_BYTES]))
        for place, name in enumerate(purposes)
    ]


def _parse(kind: str, text: str) -> tuple[dict[str, Any], bytes, Cost, list[str], bytes]:
    """Split a key file into header, salt, cost, purposes of its keys and ciphertext, strictly."""
    if len(text) > _LONGEST_FILE:
        raise ValueError("too long")
    header: dict[str, Any] = dict(json.loads(text))
    sealed = bytes.fromhex(header.pop("sealed"))
    numbers = [header[name] for name in ("v", "m", "t", "p")]
    if any(type(number) is not int for number in numbers) or header["v"] != _VERSION:
        raise ValueError("unknown version or odd numbers")
    if header["kind"] != kind or header["kdf"] != "argon2id":
        raise ValueError("another kind of file")
    salt = bytes.fromhex(header["salt"])
    purposes = [str(key["purpose"]) for key in header["keys"]]
    if len(salt) != SALT_BYTES or len(sealed) != len(purposes) * KEY_BYTES + _TAG_BYTES:
        raise ValueError("odd lengths")
    _, memory, passes, lanes = numbers
    return header, salt, Cost(memory, passes, lanes), purposes, sealed


def _bound(header: Mapping[str, Any], bound_to: str) -> bytes:
    """Return the associated data, so that no part of a header can be edited or exchanged."""
    return json.dumps([header, bound_to], sort_keys=True, separators=(",", ":")).encode()
