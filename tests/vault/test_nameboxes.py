"""A name box opens with its pass alone and tells nothing by its size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.passes import derive_name_key
from kiosk.errors import VaultError
from kiosk.vault.sealing import NAME_BOX_BYTES, lock_name, unlock_name

KEY = derive_name_key(bytes(16))
OTHER_KEY = derive_name_key(b"\x01" + bytes(15))
BOX = lock_name("அனிதா s/o குமார்", KEY)

names = st.text(st.characters(codec="utf-8"), max_size=80).filter(lambda n: len(n.encode()) <= 254)


@given(names)
def test_a_locked_name_comes_back_and_every_box_is_alike(name: str) -> None:
    box = lock_name(name, KEY)
    assert unlock_name(box, KEY) == name
    assert len(box) == NAME_BOX_BYTES == 285


def test_the_longest_name_fits() -> None:
    assert unlock_name(lock_name("x" * 254, KEY), KEY) == "x" * 254
    with pytest.raises(VaultError, match="too long"):
        lock_name("x" * 255, KEY)
    with pytest.raises(VaultError, match="cleaned"):
        lock_name("\ud800", KEY)


def test_another_pass_opens_nothing() -> None:
    assert unlock_name(BOX, KEY) is not None
    assert unlock_name(BOX, OTHER_KEY) is None


def test_the_same_name_never_looks_the_same() -> None:
    assert lock_name("Mei", KEY) != lock_name("Mei", KEY)
    assert b"Mei" not in lock_name("Mei", KEY)


@given(st.integers(0, NAME_BOX_BYTES * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    changed = bytearray(BOX)
    changed[bit // 8] ^= 1 << bit % 8
    assert unlock_name(bytes(changed), KEY) is None


@given(st.binary(max_size=300))
def test_noise_is_refused(box: bytes) -> None:
    assert unlock_name(box, KEY) is None
    assert unlock_name(BOX[:-1], KEY) is None
    assert unlock_name(BOX + b"\0", KEY) is None
