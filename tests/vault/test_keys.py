"""Private keys open with their passphrase, and in no other way."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.staff import Purpose
from kiosk.errors import VaultError
from kiosk.vault.keys import (
    PrivateSealingKey,
    PublicSealingKey,
    Rights,
    new_keypair,
    unwrap,
    wrap,
    wrap_ring,
)
from kiosk.vault.passphrases import DEFAULT_COST, Cost
from tests.support.amounts import amount

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
ACCOUNT = UUID("019a0000-0000-7000-8000-000000000001")
CALLBACKS = new_keypair().private
ROSTER = new_keypair().private
KEY_FILE = wrap(CALLBACKS, "six plain words are long enough", cost=CHEAP)
RING = wrap_ring(
    {Purpose.CALLBACKS: CALLBACKS}, "demo", account=ACCOUNT, rights=Rights(frozenset()), cost=CHEAP
)


def edited(text: str, **changes: Any) -> str:
    """Return a key file with some of its fields changed."""
    return json.dumps({**json.loads(text), **changes})


def test_a_key_pair_belongs_together() -> None:
    public, private = new_keypair()
    assert private.public == public
    assert private.key_id == public.key_id
    assert len(public.key_id) == 4
    assert PrivateSealingKey(private.raw) == private
    assert new_keypair().private != private


def test_a_private_key_never_shows_itself() -> None:
    assert repr(CALLBACKS) == f"<PrivateSealingKey {CALLBACKS.key_id.hex()}>"
    assert CALLBACKS.raw.hex() not in f"{CALLBACKS} {CALLBACKS!r} {[CALLBACKS]}"


def test_a_damaged_public_key_is_refused() -> None:
    raw = CALLBACKS.public.raw
    assert PublicSealingKey(CALLBACKS.key_id, raw) == PublicSealingKey.from_raw(raw)
    for key_id, wrong in [
        (CALLBACKS.key_id, bytes([raw[0] ^ 1]) + raw[1:]),
        (ROSTER.key_id, raw),
        (CALLBACKS.key_id, raw[:-1]),
        (b"", raw),
    ]:
        with pytest.raises(VaultError, match="public key"):
            PublicSealingKey(key_id, wrong)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_private_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(VaultError):
        PrivateSealingKey(bytes(size))


def test_the_default_cost_is_that_of_rfc_9106() -> None:
    assert Cost() == DEFAULT_COST
    assert Cost(memory_kib=65_536, passes=3, lanes=4) == DEFAULT_COST


def test_a_wrapped_key_opens_with_its_passphrase() -> None:
    assert unwrap(KEY_FILE, "six plain words are long enough").raw == CALLBACKS.raw


def test_a_key_file_names_its_cost_and_holds_no_secret() -> None:
    content = json.loads(KEY_FILE)
    assert (content["kdf"], content["m"], content["t"], content["p"]) == ("argon2id", 64, 1, 1)
    assert CALLBACKS.raw.hex() not in KEY_FILE
    assert wrap(CALLBACKS, "same words", cost=CHEAP) != wrap(CALLBACKS, "same words", cost=CHEAP)


@pytest.mark.parametrize("wrong", ["", "six plain words", "Six plain words are long enough", "\0"])
def test_a_wrong_passphrase_is_refused(wrong: str) -> None:
    with pytest.raises(VaultError, match="passphrase is wrong"):
        unwrap(KEY_FILE, wrong)


def test_a_passphrase_is_the_same_on_every_keyboard() -> None:
    composed, full_width = wrap(ROSTER, "é1", cost=CHEAP), "e\u0301１"
    assert unwrap(composed, full_width) == ROSTER


@settings(max_examples=amount(30, 200))
@given(st.text(max_size=80))
def test_any_passphrase_can_be_chosen(passphrase: str) -> None:
    assert unwrap(wrap(ROSTER, passphrase, cost=CHEAP), passphrase) == ROSTER


def test_a_passphrase_with_broken_bytes_can_be_chosen() -> None:
    assert unwrap(wrap(ROSTER, "\udcff", cost=CHEAP), "\udcff") == ROSTER


@pytest.mark.parametrize(
    "change",
    [{"t": 2}, {"m": 128}, {"p": 2}, {"salt": "00" * 16}, {"keys": []}, {"extra": 1}],
    ids=str,
)
def test_an_edited_header_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(VaultError):
        unwrap(edited(KEY_FILE, **change), "six plain words are long enough")


def test_a_downgrade_is_refused_even_with_the_passphrase() -> None:
    strong = wrap(ROSTER, "demo", cost=Cost(memory_kib=128, passes=2, lanes=1))
    assert unwrap(strong, "demo") == ROSTER
    for weaker in ({"t": 1}, {"m": 64}, {"t": 1, "m": 64}):
        with pytest.raises(VaultError):
            unwrap(edited(strong, **weaker), "demo")


@pytest.mark.parametrize(
    "change",
    [
        {"m": 1024 * 1024 + 1},
        {"m": 2**40},
        {"m": 7},
        {"m": 0},
        {"m": -64},
        {"t": 0},
        {"t": 11},
        {"t": 2**31},
        {"p": 0},
        {"p": 9, "m": 4096},
        {"p": 8, "m": 63},
    ],
    ids=str,
)
def test_an_unsafe_or_absurd_cost_is_refused_before_the_work(change: dict[str, Any]) -> None:
    with pytest.raises(VaultError, match="unsafe passphrase cost"):
        unwrap(edited(KEY_FILE, **change), "six plain words are long enough")


def test_no_key_is_wrapped_at_an_unsafe_cost() -> None:
    for cost in (Cost(passes=0), Cost(memory_kib=1), Cost(lanes=0), Cost(memory_kib=2**30)):
        with pytest.raises(VaultError, match="unsafe passphrase cost"):
            wrap(ROSTER, "demo", cost=cost)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "[[" * 5000,
        KEY_FILE.ljust(65_537),
        KEY_FILE[:-3],
        edited(KEY_FILE, v=2),
        edited(KEY_FILE, v=True),
        edited(KEY_FILE, m="64"),
        edited(KEY_FILE, t=1.0),
        edited(KEY_FILE, kdf="pbkdf2"),
        edited(KEY_FILE, kind="ring"),
        edited(KEY_FILE, salt="00"),
        edited(KEY_FILE, salt="zz"),
        edited(KEY_FILE, salt=None),
        edited(KEY_FILE, sealed="00"),
        edited(KEY_FILE, sealed=5),
        edited(KEY_FILE, keys=None),
        edited(KEY_FILE, keys=[1]),
        edited(KEY_FILE, keys={}),
        RING,
    ],
    ids=range(22),
)
def test_a_damaged_file_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(VaultError, match=r"^The key file is damaged"):
        unwrap(text, "six plain words are long enough")


def test_a_key_file_is_read_up_to_its_longest() -> None:
    longest = KEY_FILE.ljust(65_536)
    assert unwrap(longest, "six plain words are long enough").raw == CALLBACKS.raw


@given(st.data())
def test_no_changed_digit_of_the_ciphertext_is_accepted(data: st.DataObject) -> None:
    sealed = json.loads(KEY_FILE)["sealed"]
    place = data.draw(st.integers(0, len(sealed) - 1))
    digit = data.draw(st.sampled_from("0123456789abcdef").filter(lambda d: d != sealed[place]))
    changed = sealed[:place] + digit + sealed[place + 1 :]
    with pytest.raises(VaultError, match="wrong"):
        unwrap(edited(KEY_FILE, sealed=changed), "six plain words are long enough")
