"""Ids carry their time in the order of RFC 9562 and differ by their entropy."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.ids import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_matches_the_example_of_the_rfc() -> None:
    # RFC 9562, A.6: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F, at 2022-02-22 14:22:22 -05:00.
    entropy = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert str(uuid7(AT, entropy)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_later_is_greater_whatever_the_entropy(first: bytes, second: bytes) -> None:
    assert uuid7(AT, first) < uuid7(AT + timedelta(milliseconds=1), second)


@given(
    st.integers(0, 2**47).map(lambda ms: EPOCH + timedelta(milliseconds=ms)),
    st.binary(min_size=10, max_size=10),
)
def test_version_variant_and_time_are_right(at: datetime, entropy: bytes) -> None:
    made = uuid7(at, entropy)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert EPOCH + timedelta(milliseconds=made.int >> 80) == at
    assert uuid7(at + timedelta(microseconds=999), entropy) == made


def test_every_used_bit_of_entropy_counts() -> None:
    made = {uuid7(AT, (1 << bit).to_bytes(10, "big")) for bit in range(74)}
    assert len(made) == 74


def test_the_zone_does_not_matter() -> None:
    there = AT.astimezone(timezone(timedelta(hours=8)))
    assert uuid7(AT, bytes(10)) == uuid7(there, bytes(10))


@pytest.mark.parametrize("size", [0, 9, 11, 16])
def test_refuses_entropy_of_another_length(size: int) -> None:
    with pytest.raises(ValueError, match="entropy"):
        uuid7(AT, bytes(size))


def test_refuses_naive_and_early_times() -> None:
    with pytest.raises(ValueError, match="aware"):
        uuid7(AT.replace(tzinfo=None), bytes(10))
    with pytest.raises(ValueError, match="1970"):
        uuid7(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), bytes(10))
