"""A PIN fits its own hash, and a damaged hash fits no PIN."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import VaultError
from kiosk.vault.passphrases import Cost, hash_pin, verify_pin

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
STORED = hash_pin("483920", cost=CHEAP)


def test_the_right_pin_fits_and_others_do_not() -> None:
    assert verify_pin(STORED, "483920")
    assert verify_pin(STORED, "４８３９２０")
    for wrong in ("", "483921", "48392", "4839200", " 483920", "\0", "\ud800"):
        assert not verify_pin(STORED, wrong)


def test_a_hash_is_salted_and_in_the_common_format() -> None:
    assert STORED.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert hash_pin("483920", cost=CHEAP) != STORED


def test_the_default_cost_is_the_full_one() -> None:
    assert hash_pin("483920").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "483920",
        STORED[:-2],
        STORED + "x",
        STORED + "\n",
        STORED.replace("argon2id", "argon2i"),
        STORED.replace("v=19", "v=16"),
        STORED.replace("m=64", "m=99999999"),
        STORED.replace("m=64", "m=1"),
        STORED.replace("t=1", "t=0"),
        STORED.replace("t=1", "t=999"),
        STORED.replace("t=1", "t=2"),
        STORED.replace("p=1", "p=99"),
        "$argon2id$" * 1000,
        "$2b$12$abcdefghijklmnopqrstuv",
    ],
    ids=range(15),
)
def test_a_damaged_hash_fits_no_pin(stored: str) -> None:
    assert stored != STORED
    assert not verify_pin(stored, "483920")


@given(st.text(max_size=120), st.text(max_size=12))
def test_any_stored_text_is_answered(stored: str, pin: str) -> None:
    assert not verify_pin(stored, pin)


def test_an_unsafe_cost_is_refused() -> None:
    with pytest.raises(VaultError, match="unsafe"):
        hash_pin("483920", cost=Cost(memory_kib=1))
