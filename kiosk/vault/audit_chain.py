"""A chain of audit entries whose past cannot be rewritten, not even with today's key.

Every entry is tagged with a key that is then replaced by a one-way step and forgotten. Whoever
takes the machine holds the key of the next entry only; the first key lies sealed at the clinic.
"""

import hmac
from collections.abc import Iterable
from typing import NamedTuple

KEY_BYTES = 32
TAG_BYTES = 32
START_TAG = bytes(TAG_BYTES)
"""What stands before the first entry."""


class StoredEntry(NamedTuple):
    """One entry as it is stored."""

    body: bytes
    """Its canonical text; ids and codes, no contents."""
    tag: bytes


class TaggedEntry(NamedTuple):
    """The answer of `link`."""

    tag: bytes
    """32 bytes, to be stored with the entry."""
    next_key: bytes
    """32 bytes, to replace the key that was used."""


def first_key(entropy: bytes) -> bytes:
    """Make the key of the first entry from at least 32 random bytes (else ValueError)."""
    if len(entropy) < KEY_BYTES:
        raise ValueError(f"an audit key needs {KEY_BYTES} bytes of entropy")
    return hmac.digest(entropy, b"kiosk.audit first", "sha256")


def tag_entry(key: bytes, previous_tag: bytes, body: bytes) -> TaggedEntry:
    """Tag `body` as the entry after `previous_tag` (START_TAG for the first), and step the key.

    Raises ValueError for a previous tag that is not 32 bytes long.
    """
    if len(previous_tag) != TAG_BYTES:
        raise ValueError(f"a tag has {TAG_BYTES} bytes")
    tag = hmac.digest(key, previous_tag + body, "sha256")
    # Shorter than any tag, so no entry's tag can ever equal a key.
    return TaggedEntry(tag, hmac.digest(key, b"next", "sha256"))


class ChainCheck(NamedTuple):
    """The answer of `walk`."""

    broken_at: int | None
    """Index of the first entry that is not whole; None where all are."""
    entries: int
    """How many there are, broken ones too."""
    next_key: bytes
    """The key that has to follow the last entry."""
    last_tag: bytes


def verify_chain(first_key: bytes, entries: Iterable[tuple[bytes, bytes]]) -> ChainCheck:
    """Follow a chain of (body, tag) pairs from its first key on.

    Whoever cuts entries off its end cannot make the key that stood there, for keys step one way:
    compare `next_key` with the one that is kept.
    """
    key, previous, broken_at, count = first_key, START_TAG, None, 0
    for body, tag in entries:
        expected, key = tag_entry(key, previous, body)
        if broken_at is None and not hmac.compare_digest(expected, tag):
            broken_at = count
        # What stands there, so that a broken tag does not stop the walk.
        previous = expected
        count += 1
    return ChainCheck(broken_at, count, key, previous)
