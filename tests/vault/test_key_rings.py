"""A staff account's keys open under its passphrase, for that account, and together."""

import json
from typing import Any
from uuid import UUID

import pytest

from kiosk.domain.staff import Purpose
from kiosk.errors import VaultError
from kiosk.vault.keys import dummy_unwrap, new_keypair, unwrap_ring, wrap, wrap_ring
from kiosk.vault.passphrases import Cost

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
ACCOUNT = UUID("019a0000-0000-7000-8000-000000000001")
OTHER_ACCOUNT = UUID("019a0000-0000-7000-8000-000000000002")
CALLBACKS = new_keypair().private
ROSTER = new_keypair().private
RING = wrap_ring(
    {Purpose.CALLBACKS: CALLBACKS, Purpose.ROSTER: ROSTER}, "demo", account=ACCOUNT, cost=CHEAP
)


def edited(text: str, **changes: Any) -> str:
    """Return a ring with some of its fields changed."""
    return json.dumps({**json.loads(text), **changes})


def test_a_ring_holds_a_key_for_each_purpose() -> None:
    assert unwrap_ring(RING, "demo", account=ACCOUNT) == {
        Purpose.CALLBACKS: {CALLBACKS.key_id: CALLBACKS},
        Purpose.ROSTER: {ROSTER.key_id: ROSTER},
    }


def test_a_ring_keeps_old_keys_under_a_new_passphrase() -> None:
    old, new = new_keypair().private, new_keypair().private
    held = {Purpose.ROSTER: {old.key_id: old, new.key_id: new}}
    first = wrap_ring(held, "before", account=ACCOUNT, cost=CHEAP)
    ring = unwrap_ring(first, "before", account=ACCOUNT)
    again = wrap_ring(ring, "after", account=ACCOUNT, cost=CHEAP)
    assert unwrap_ring(again, "after", account=ACCOUNT) == held
    with pytest.raises(VaultError, match="wrong"):
        unwrap_ring(again, "before", account=ACCOUNT)


def test_an_empty_ring_can_be_kept() -> None:
    empty = wrap_ring({}, "demo", account=ACCOUNT, cost=CHEAP)
    assert unwrap_ring(empty, "demo", account=ACCOUNT) == {}
    with pytest.raises(VaultError, match="wrong"):
        unwrap_ring(empty, "demo!", account=ACCOUNT)


def test_a_ring_moved_to_another_account_is_refused() -> None:
    with pytest.raises(VaultError, match="wrong"):
        unwrap_ring(RING, "demo", account=OTHER_ACCOUNT)


def test_a_ring_whose_purposes_were_exchanged_is_refused() -> None:
    keys = json.loads(RING)["keys"]
    keys[0]["purpose"], keys[1]["purpose"] = keys[1]["purpose"], keys[0]["purpose"]
    with pytest.raises(VaultError, match="wrong"):
        unwrap_ring(edited(RING, keys=keys), "demo", account=ACCOUNT)


def test_a_key_file_is_no_ring() -> None:
    with pytest.raises(VaultError, match="damaged"):
        unwrap_ring(wrap(ROSTER, "demo", cost=CHEAP), "demo", account=ACCOUNT)


def test_an_unknown_name_costs_the_same_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[Cost] = []

    def counted(passphrase: str, salt: bytes, cost: Cost) -> bytes:
        costs.append(cost)
        return bytes(32)

    monkeypatch.setattr("kiosk.vault.keys.derive", counted)
    dummy_unwrap("demo", CHEAP)
    with pytest.raises(VaultError):
        unwrap_ring(RING, "demo", account=ACCOUNT)
    assert costs == [CHEAP, CHEAP]
