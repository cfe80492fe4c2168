"""Ids made by the client: UUIDv7, which sort by the time they were made."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

ENTROPY_BYTES = 10
"""Random bytes that one id takes; 74 of their 80 bits are used."""
NO_ID = UUID(int=0)
"""Of what has no id yet: the nil UUID of RFC 9562 (Universally Unique IDentifiers), 5.9."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(at: datetime, entropy: bytes) -> UUID:
    """Return a UUIDv7 made of the aware time `at` (to the millisecond) and 10 random bytes.

    Layout: RFC 9562 (Universally Unique IDentifiers), 5.7. Raises ValueError for a naive time, a
    time that does not fit 48 bits of milliseconds since 1970, or entropy of another length.
    """
    if at.tzinfo is None:
        raise ValueError("an id needs an aware time")
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"an id needs {ENTROPY_BYTES} bytes of entropy")
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("an id needs a time after 1970")
    bits = int.from_bytes(entropy, "big")
    rand_a = bits >> 62 & 0xFFF
    rand_b = bits & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)


def made_at(id_: UUID) -> datetime | None:
    """Return when a UUIDv7 was made, to the millisecond; None for an id of another version."""
    if id_.version != 7:
        return None
    return _EPOCH + timedelta(milliseconds=id_.int >> 80)
