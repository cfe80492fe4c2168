"""A hash chain of audit entries with forward integrity: the current key cannot forge past ones.

Every entry is tagged by HMAC-SHA256 (RFC 2104, HMAC) with a key that is then replaced by a one-way
step and forgotten. A stolen machine holds the key of its next entry only; the first key is sealed
to the clinic. The scheme is that of Bellare and Yee, "Forward Integrity for Secure Audit Logs"
(1997), and of Schneier and Kelsey, "Secure Audit Logs to Support Computer Forensics" (1999).
"""

import hmac
from collections.abc import Iterable
from typing import NamedTuple

KEY_BYTES = 32
TAG_BYTES = 32
START_TAG = bytes(TAG_BYTES)
"""The previous tag of the first entry."""


def first_key(entropy: bytes) -> bytes:
    """Return the key of the first entry (32 bytes) from at least 32 random bytes.

    ValueError for fewer.
    """
    if len(entropy) < KEY_BYTES:
        raise ValueError(f"an audit key needs {KEY_BYTES} bytes of entropy")
    return hmac.digest(entropy, b"kiosk.audit first", "sha256")


class TaggedEntry(NamedTuple):
    """The tag of an entry, and the key of the next one."""

    tag: bytes
    """32 bytes, to be stored with the entry."""
    next_key: bytes
    """32 bytes, to replace the key that was used."""


def tag_entry(key: bytes, previous_tag: bytes, body: bytes) -> TaggedEntry:
    """Tag `body` as the entry after `previous_tag` (START_TAG for the first), and step the key.

    `key` and `previous_tag` have 32 bytes. ValueError for a previous tag of another length.
    """
    if len(previous_tag) != TAG_BYTES:
        raise ValueError(f"a tag has {TAG_BYTES} bytes")
    tag = hmac.digest(key, previous_tag + body, "sha256")
    return TaggedEntry(tag, _step(key))


class ChainCheck(NamedTuple):
    """What `verify_chain` found."""

    broken_at: int | None
    """Index of the first entry that was changed or is missing; None where there is none."""
    entries: int
    """The number of entries, broken ones too."""
    next_key: bytes
    """The key that has to follow the last entry."""
    last_tag: bytes


def key_at(first_key: bytes, position: int) -> bytes:
    """Return the key of the entry at a position (from 0) of the chain that begins with a key."""
    key = first_key
    for _ in range(position):
        key = _step(key)
    return key


def verify_chain(
    first_key: bytes,
    entries: Iterable[tuple[Iterable[bytes], bytes]],
    previous: bytes = START_TAG,
) -> ChainCheck:
    """Check a chain of (bodies, tag) pairs from its first key on, or a rest of it.

    Of a rest, `first_key` is the key of its first entry and `previous` the tag before it. Bodies
    are the texts of an entry in the versions that there were, at least one; a tag, 32 bytes, has
    to fit one of them. A chain with entries cut off its end is whole by itself: compare `next_key`
    with the key that the machine holds.
    """
    key, broken_at, count = first_key, None, 0
    for bodies, tag in entries:
        fits = False
        for body in bodies:
            tagged = tag_entry(key, previous, body)
            if fits := hmac.compare_digest(tagged.tag, tag):
                break
        if broken_at is None and not fits:
            broken_at = count
        # The expected tag, so that the entries after a broken one are still checked.
        previous, key = tagged
        count += 1
    return ChainCheck(broken_at, count, key, previous)


def _step(key: bytes) -> bytes:
    # Shorter than any tag, so no entry's tag can ever equal a key.
    return hmac.digest(key, b"next", "sha256")
