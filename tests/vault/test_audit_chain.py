"""The audit chain shows where its past was touched, and a later key cannot repair it."""

import hmac
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.vault.audit_chain import START_TAG, ChainCheck, first_key, tag_entry, verify_chain

FIRST = first_key(bytes(range(32)))


class StoredEntry(NamedTuple):
    """One entry as the database holds it."""

    body: bytes
    tag: bytes


def check(first: bytes, entries: Iterable[StoredEntry]) -> ChainCheck:
    """Check a chain of entries that there is one version of."""
    return verify_chain(first, (((one.body,), one.tag) for one in entries))


def chain(bodies: list[bytes]) -> tuple[list[StoredEntry], bytes]:
    """Write a chain; return its entries and the key that is left on the machine."""
    entries: list[StoredEntry] = []
    key, tag = FIRST, START_TAG
    for body in bodies:
        tag, key = tag_entry(key, tag, body)
        entries.append(StoredEntry(body, tag))
    return entries, key


bodies_of_many = st.lists(st.binary(max_size=20), min_size=2, max_size=8)


def test_a_link_is_the_designed_one() -> None:
    tag, key = tag_entry(FIRST, START_TAG, b"body")
    assert tag == hmac.digest(FIRST, bytes(32) + b"body", "sha256")
    assert key == hmac.digest(FIRST, b"next", "sha256")


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_a_whole_chain_is_whole(bodies: list[bytes]) -> None:
    entries, _ = chain(bodies)
    assert check(FIRST, entries).broken_at is None
    assert check(FIRST, iter(entries)).broken_at is None


@given(bodies_of_many, st.data())
def test_a_changed_entry_is_found_where_it_is(bodies: list[bytes], data: st.DataObject) -> None:
    entries, _ = chain(bodies)
    place = data.draw(st.integers(0, len(entries) - 1))
    body, tag = entries[place]
    if data.draw(st.booleans()):
        entries[place] = StoredEntry(body + b"!", tag)
    else:
        entries[place] = StoredEntry(body, bytes([tag[0] ^ 1]) + tag[1:])
    assert check(FIRST, entries).broken_at == place


@given(bodies_of_many, st.data())
def test_a_removed_entry_is_found(bodies: list[bytes], data: st.DataObject) -> None:
    entries, _ = chain(bodies)
    place = data.draw(st.integers(0, len(entries) - 2))
    del entries[place]
    assert check(FIRST, entries).broken_at == place


@given(bodies_of_many, st.data())
def test_exchanged_entries_are_found(bodies: list[bytes], data: st.DataObject) -> None:
    entries, _ = chain(bodies)
    place = data.draw(st.integers(0, len(entries) - 2))
    entries[place], entries[place + 1] = entries[place + 1], entries[place]
    assert check(FIRST, entries).broken_at == place


def test_a_thief_with_todays_key_cannot_rewrite_the_past() -> None:
    entries, key_left = chain([b"seen", b"exported", b"signed out"])
    forged: list[StoredEntry] = []
    key, tag = key_left, START_TAG
    for body in (b"seen", b"signed out"):
        tag, key = tag_entry(key, tag, body)
        forged.append(StoredEntry(body, tag))
    assert check(FIRST, forged).broken_at == 0
    tail, _ = tag_entry(key_left, entries[0].tag, b"signed out")
    assert check(FIRST, [entries[0], StoredEntry(b"signed out", tail)]).broken_at == 1


def test_another_first_key_verifies_nothing() -> None:
    entries, _ = chain([b"a"])
    assert check(first_key(bytes(32)), entries).broken_at == 0


def test_a_tag_of_another_length_is_broken_not_a_crash() -> None:
    entries, _ = chain([b"a", b"b"])
    assert check(FIRST, [StoredEntry(b"a", b""), entries[1]]).broken_at == 0
    assert check(FIRST, [entries[0], StoredEntry(b"b", entries[1].tag + b"\0")]).broken_at == 1


def test_odd_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="entropy"):
        first_key(bytes(31))
    with pytest.raises(ValueError, match="32 bytes"):
        tag_entry(FIRST, b"", b"body")


def test_entries_of_an_earlier_version_are_vouched_for_beside_later_ones() -> None:
    entries, _ = chain([b"old", b"new"])
    both = [((b"old, anew", b"old"), entries[0].tag), ((b"new", b"new, before"), entries[1].tag)]
    assert verify_chain(FIRST, both).broken_at is None
    assert verify_chain(FIRST, [((b"a", b"b"), entries[0].tag), both[1]]).broken_at == 0
