"""Sealed records open for their recipients, in their own place, and unchanged; else not at all."""

import json
import os
from typing import ClassVar
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.staff import Purpose
from kiosk.errors import VaultError
from kiosk.vault import sealing
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey, new_keypair
from kiosk.vault.sealing import open_sealed, seal
from tests.support.amounts import amount

RECORD = UUID("019a0000-0000-7000-8000-000000000001")
OTHER_RECORD = UUID("019a0000-0000-7000-8000-000000000002")
CLINIC = new_keypair().private
RECOVERY = new_keypair().private
STRANGER = new_keypair().private
PAYLOAD: dict[str, object] = {
    "preferred_name": "陳偉明 [/]",
    "phone": "+6581234567",
    "windows": ["weekday_am", "any"],
    "share": True,
    "not_before": None,
}


def sealed(payload: dict[str, object], *recipients: PrivateSealingKey) -> bytes:
    """Seal to the clinic and the recovery key, or to those named."""
    keys = [key.public for key in recipients or (CLINIC, RECOVERY)]
    return seal(
        payload, purpose="callbacks", table="callback_request", record_id=RECORD, recipients=keys
    )


def opened(
    blob: bytes,
    *keys: PrivateSealingKey,
    purpose: str = "callbacks",
    table: str = "callback_request",
    record_id: UUID = RECORD,
) -> dict[str, object]:
    """Open with the clinic's key, or with those named."""
    held = {key.key_id: key for key in keys or (CLINIC,)}
    return open_sealed(blob, purpose=purpose, table=table, record_id=record_id, keys=held)


BLOB = sealed(PAYLOAD)


def test_every_recipient_opens_the_record() -> None:
    assert opened(BLOB, CLINIC) == PAYLOAD
    assert opened(BLOB, RECOVERY) == PAYLOAD
    assert opened(BLOB, STRANGER, RECOVERY) == PAYLOAD


def test_the_layout_is_the_designed_one() -> None:
    assert BLOB[:3] == bytes([1, 1, 2])
    assert BLOB[3:11] == CLINIC.key_id + RECOVERY.key_id
    assert len(BLOB) == 3 + 2 * 4 + 2 * (32 + 48) + 1024 + 16


def test_the_purpose_may_be_the_domains_own() -> None:
    blob = seal(
        PAYLOAD, purpose=Purpose.ROSTER, table="t", record_id=RECORD, recipients=[CLINIC.public]
    )
    assert opened(blob, purpose="roster", table="t") == PAYLOAD


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=8),
        st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
        max_size=4,
    ).filter(lambda p: len(json.dumps(p, ensure_ascii=False).encode()) < 1000)
)
def test_whatever_is_sealed_comes_back(payload: dict[str, object]) -> None:
    blob = sealed(payload)
    assert len(blob) == len(BLOB)
    assert opened(blob) == payload


def test_the_same_payload_never_looks_the_same() -> None:
    again = sealed(PAYLOAD)
    for start, end in [(11, 43), (43, 91), (91, 123), (123, 171), (171, 1211)]:
        assert BLOB[start:end] != again[start:end]


def test_nothing_of_the_payload_is_in_the_record() -> None:
    for word in ("陳偉明", "6581234567", "weekday_am", "phone"):
        assert word.encode() not in BLOB


def test_the_largest_payload_fits_exactly() -> None:
    room = 1022 - len('{"n":""}')
    assert opened(sealed({"n": "x" * room})) == {"n": "x" * room}
    with pytest.raises(VaultError, match="too long"):
        sealed({"n": "x" * (room + 1)})
    with pytest.raises(VaultError, match="too long"):
        sealed({"n": "王" * 400})


def test_a_record_in_another_place_is_refused() -> None:
    with pytest.raises(VaultError, match="wrong place"):
        opened(BLOB, record_id=OTHER_RECORD)
    for purpose, table in [
        ("roster", "callback_request"),
        ("callbacks", "participant"),
        ("callbacks ", "callback_request"),
        ("", "callbackscallback_request"),
    ]:
        with pytest.raises(VaultError, match="wrong place"):
            opened(BLOB, purpose=purpose, table=table)


def test_names_that_could_be_mistaken_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        opened(BLOB, purpose="callbacks\0callback_request", table="")


@settings(max_examples=amount(50, 300))
@given(st.integers(0, len(BLOB) * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    changed = bytearray(BLOB)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VaultError):
        opened(bytes(changed), CLINIC)


@pytest.mark.parametrize("place", [*range(11), 11, 43, 91, 123, 170, 171, 1194, 1210])
def test_a_flipped_bit_in_every_part_is_refused_for_both_keys(place: int) -> None:
    changed = BLOB[:place] + bytes([BLOB[place] ^ 1]) + BLOB[place + 1 :]
    for key in (CLINIC, RECOVERY):
        with pytest.raises(VaultError):
            opened(changed, key)


@given(st.binary(max_size=64) | st.integers(0, len(BLOB) - 1).map(lambda end: BLOB[:end]))
def test_pieces_and_noise_are_refused(blob: bytes) -> None:
    with pytest.raises(VaultError):
        opened(blob)


def test_added_bytes_are_refused() -> None:
    with pytest.raises(VaultError):
        opened(BLOB + b"\0")


def test_recipients_that_were_exchanged_are_refused() -> None:
    swapped = BLOB[:3] + BLOB[7:11] + BLOB[3:7] + BLOB[91:171] + BLOB[11:91] + BLOB[171:]
    assert len(swapped) == len(BLOB)
    with pytest.raises(VaultError):
        opened(swapped)


def test_without_a_fitting_key_nothing_opens() -> None:
    with pytest.raises(VaultError, match="none of the keys"):
        opened(BLOB, STRANGER)
    with pytest.raises(VaultError, match="none of the keys"):
        open_sealed(BLOB, purpose="callbacks", table="callback_request", record_id=RECORD, keys={})
    with pytest.raises(VaultError, match="damaged"):
        open_sealed(
            BLOB,
            purpose="callbacks",
            table="callback_request",
            record_id=RECORD,
            keys={CLINIC.key_id: STRANGER},
        )


def test_a_newer_version_is_named() -> None:
    with pytest.raises(VaultError, match="newer"):
        opened(b"\x02" + BLOB[1:])
    with pytest.raises(VaultError, match="newer"):
        opened(b"\x01\x02" + BLOB[2:])


@pytest.mark.parametrize("count", [0, 9])
def test_the_number_of_recipients_is_bounded(count: int) -> None:
    with pytest.raises(ValueError, match="recipients"):
        seal({}, purpose="p", table="t", record_id=RECORD, recipients=[CLINIC.public] * count)
    eight = [new_keypair().private for _ in range(8)]
    assert opened(sealed(PAYLOAD, *eight), eight[-1]) == PAYLOAD


def test_a_public_key_that_leads_nowhere_is_refused() -> None:
    zero = PublicSealingKey.from_raw(bytes(32))
    with pytest.raises(VaultError, match="public key"):
        seal({}, purpose="p", table="t", record_id=RECORD, recipients=[zero])


def test_what_is_no_json_or_not_clean_is_not_sealed() -> None:
    with pytest.raises(VaultError, match="cleaned"):
        sealed({"name": "\ud800"})
    with pytest.raises(ValueError, match="JSON"):
        sealed({"number": float("nan")})
    with pytest.raises(TypeError):
        sealed({"when": object()})


def forged(plain: bytes) -> bytes:
    """Make a record as anyone with the clinic's public key can, around any plaintext."""
    header = bytes([1, 1, 1]) + CLINIC.key_id
    context = b"kiosk/seal/v1\0callbacks\0callback_request\0" + RECORD.bytes + header
    data_key = os.urandom(32)
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    stanza = suite.encrypt(data_key, CLINIC.public.handle(), info=context)
    box = AESGCM(data_key).encrypt(bytes(12), plain.ljust(1024, b"\0"), context + stanza)
    return header + stanza + box


def test_a_forged_record_of_another_size_is_refused() -> None:
    with pytest.raises(VaultError, match="damaged"):
        opened(forged(framed(b'{"a":1}').ljust(1025, b"\0")))


def framed(text: bytes) -> bytes:
    """Put the length before a text."""
    return len(text).to_bytes(2, "big") + text


def test_a_forged_record_opens_so_its_text_is_hostile() -> None:
    assert opened(forged(framed(b'{"name":"\\u001b[2J"}'))) == {"name": "\x1b[2J"}


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        framed(b""),
        framed(b"[]"),
        framed(b'"text"'),
        framed(b"{"),
        framed(b"[" * 1022),
        framed(b'{"a":' * 204),
        framed(b'{"a":NaN}'),
        framed(b'{"a":-Infinity}'),
        framed(b'{"a":"\xff"}'),
        b"\xff\xff" + b'{"a":1}',
    ],
    ids=range(11),
)
def test_forged_nonsense_is_refused_like_damage(plain: bytes) -> None:
    with pytest.raises(VaultError, match="damaged"):
        opened(forged(plain))


class Watched:
    """Seals, and keeps hold of the buffers that it was given."""

    def __init__(self, key: bytes) -> None:
        self._real = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytearray, bound: bytes) -> bytes:
        assert b"+6581234567" in data
        self.held.append(data)
        return self._real.encrypt(nonce, data, bound)

    held: ClassVar[list[bytearray]] = []


def test_what_was_sealed_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AESGCM", Watched)
    blob = sealed(PAYLOAD)
    assert [bytes(buffer).strip(b"\0") for buffer in Watched.held] == [b""]
    monkeypatch.undo()
    assert opened(blob) == PAYLOAD
