"""News boxes: what a slip says, sealed to a key whose private half the slip gives."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import VaultError
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey
from kiosk.vault.sealing import NEWS_BOX_BYTES, lock_news, unlock_news

KEY, OTHER = PrivateSealingKey(bytes(32)), PrivateSealingKey(bytes([1]) * 32)
ONE, TWO = UUID(int=1), UUID(int=2)


@given(st.text(st.characters(codec="ascii"), max_size=62))
def test_news_come_back_and_all_boxes_are_alike(news: str) -> None:
    box = lock_news(news, KEY.public, ONE)
    assert len(box) == NEWS_BOX_BYTES
    assert unlock_news(box, KEY, ONE) == news
    assert box != lock_news(news, KEY.public, ONE)


def test_a_box_opens_by_its_key_and_in_its_place_alone() -> None:
    box = lock_news("missed", KEY.public, ONE)
    assert unlock_news(box, OTHER, ONE) is None
    assert unlock_news(box, KEY, TWO) is None
    assert unlock_news(box[:-1], KEY, ONE) is None


@given(st.integers(0, NEWS_BOX_BYTES - 1), st.integers(1, 255))
def test_a_box_that_was_bent_does_not_open(place: int, by: int) -> None:
    box = bytearray(lock_news("missed", KEY.public, ONE))
    box[place] ^= by
    assert unlock_news(bytes(box), KEY, ONE) is None


@given(st.binary(max_size=200))
def test_other_bytes_are_no_box(box: bytes) -> None:
    assert unlock_news(box, KEY, ONE) is None


def test_long_news_are_none() -> None:
    with pytest.raises(ValueError, match="short"):
        lock_news("x" * 63, KEY.public, ONE)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(VaultError, match="cannot be used"):
        lock_news("missed", PublicSealingKey.from_raw(bytes(32)), ONE)
