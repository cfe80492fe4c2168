"""Bundles: worthless without their code, and no field can be altered."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import VaultError
from kiosk.vault.enrolment_bundle import (
    Bundle,
    first_password,
    format_bundle,
    read_bundle,
    sign_bundle,
)

CODE = "2346789CDFGHJKMPQRTV"
OTHER_CODE = "2346789CDFGHJKMPQRTW"
BUNDLE = Bundle(
    host="db.example.org",
    port=5432,
    database="kiosk",
    role="k_1",
    ca="-----BEGIN CERTIFICATE-----\n",
    site_id=UUID(int=1),
    kiosk_id=UUID(int=2),
    symbols="7K",
    name="Kiosk 2 \u00e9",
    kind="kiosk",
    expires=datetime(2026, 3, 9, tzinfo=UTC),
)
TEXT = format_bundle(sign_bundle(BUNDLE, CODE))
ALTERED: dict[str, Any] = {
    "host": "evil.example.org",
    "port": 5433,
    "database": "other",
    "role": "k_2",
    "ca": "",
    "site_id": str(UUID(int=3)),
    "kiosk_id": str(UUID(int=3)),
    "symbols": "7M",
    "name": "Kiosk 3",
    "kind": "desk",
    "expires": "2036-03-09T00:00:00+00:00",
    "signature": "00" * 64,
}


def test_a_bundle_is_read_as_it_was_written() -> None:
    signed = read_bundle(TEXT)
    assert signed.bundle == BUNDLE
    signed.check(CODE)


def test_neither_code_nor_password_stands_in_it() -> None:
    assert CODE not in TEXT
    assert first_password(CODE, BUNDLE.kiosk_id) not in TEXT
    assert TEXT.isascii()


@pytest.mark.parametrize("name", ALTERED)
def test_no_field_can_be_altered(name: str) -> None:
    content = json.loads(TEXT)
    assert content[name] != ALTERED[name]
    signed = read_bundle(json.dumps({**content, name: ALTERED[name]}))
    with pytest.raises(VaultError, match="altered"):
        signed.check(CODE)


def test_all_fields_are_tried() -> None:
    assert set(ALTERED) == set(json.loads(TEXT)) - {"what_this_is", "version"}


def test_another_code_does_not_fit() -> None:
    with pytest.raises(VaultError, match="does not belong"):
        read_bundle(TEXT).check(OTHER_CODE)


def test_passwords_are_each_machines_own() -> None:
    passwords = {
        first_password(code, UUID(int=number)) for code in (CODE, OTHER_CODE) for number in (1, 2)
    }
    assert len(passwords) == 4
    assert {len(password) for password in passwords} == {43}


def test_password_and_signing_key_are_derived_apart() -> None:
    def derived(use: bytes) -> bytes:
        info = b"kiosk/bundle/v1\0" + use + b"\0" + BUNDLE.kiosk_id.bytes
        return HKDF(SHA256(), 32, None, info).derive(CODE.encode())

    password = first_password(CODE, BUNDLE.kiosk_id)
    assert base64.urlsafe_b64decode(password + "=") == derived(b"password")
    content = json.loads(TEXT)
    signature = bytes.fromhex(content.pop("signature"))
    signed = json.dumps(content, sort_keys=True, separators=(",", ":"))
    key = Ed25519PrivateKey.from_private_bytes(derived(b"signing")).public_key()
    key.verify(signature, b"kiosk/bundle/v1\0" + signed.encode())


def test_the_fingerprint_tells_bundles_apart() -> None:
    one, other = sign_bundle(BUNDLE, CODE), sign_bundle(replace(BUNDLE, port=1), CODE)
    assert one.fingerprint != other.fingerprint
    assert [len(group) for group in one.fingerprint.split(" ")] == [4] * 5
    assert read_bundle(TEXT).fingerprint == one.fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        " " * 300_000,
        TEXT[:-40],
        TEXT.replace('"version": 1', '"version": 2'),
        TEXT.replace('"port": 5432', '"port": "5432"'),
        TEXT.replace('"port": 5432', '"port": true'),
        TEXT.replace('"kind": "kiosk"', '"kind": "owner"'),
        TEXT.replace('"host": "db.example.org"', '"host": null'),
        TEXT.replace("+00:00", ""),
    ],
)
def test_what_is_no_bundle_is_refused(text: str) -> None:
    with pytest.raises(VaultError, match="no bundle"):
        read_bundle(text)


def test_a_bundle_is_read_up_to_its_longest_and_no_further() -> None:
    longest = TEXT.ljust(262_144)
    assert read_bundle(longest).bundle == BUNDLE
    with pytest.raises(VaultError, match="no bundle"):
        read_bundle(longest + " ")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(json.loads(TEXT))), json_values)
def test_any_value_in_any_field_is_a_bundle_or_a_sentence(name: str, value: object) -> None:
    text = json.dumps({**json.loads(TEXT), name: value})
    try:
        signed = read_bundle(text)
    except VaultError:
        return
    if signed.bundle != BUNDLE:
        with pytest.raises(VaultError):
            signed.check(CODE)
