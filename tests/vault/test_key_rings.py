"""A staff account's keys open under its passphrase, for that account, and together."""

import json
from typing import Any
from uuid import UUID

import pytest

from kiosk.domain.staff import Purpose, Role
from kiosk.errors import VaultError
from kiosk.vault.keys import Rights, dummy_unwrap, new_keypair, unwrap_ring, wrap, wrap_ring
from kiosk.vault.passphrases import Cost

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
ACCOUNT = UUID("019a0000-0000-7000-8000-000000000001")
OTHER_ACCOUNT = UUID("019a0000-0000-7000-8000-000000000002")
CALLBACKS = new_keypair().private
ROSTER = new_keypair().private
RIGHTS = Rights(frozenset({Role.CALLER, Role.FACILITATOR}), must_change=True)
RING = wrap_ring(
    {Purpose.CALLBACKS: CALLBACKS, Purpose.ROSTER: ROSTER},
    "demo",
    account=ACCOUNT,
    rights=RIGHTS,
    cost=CHEAP,
)


def edited(text: str, **changes: Any) -> str:
    """Return a ring with some of its fields changed."""
    return json.dumps({**json.loads(text), **changes})


def test_a_ring_holds_a_key_for_each_purpose() -> None:
    assert unwrap_ring(RING, "demo", account=ACCOUNT).keys == {
        Purpose.CALLBACKS: {CALLBACKS.key_id: CALLBACKS},
        Purpose.ROSTER: {ROSTER.key_id: ROSTER},
    }


def test_a_ring_keeps_old_keys_under_a_new_passphrase() -> None:
    old, new = new_keypair().private, new_keypair().private
    held = {Purpose.ROSTER: {old.key_id: old, new.key_id: new}}
    first = wrap_ring(held, "before", account=ACCOUNT, rights=RIGHTS, cost=CHEAP)
    ring = unwrap_ring(first, "before", account=ACCOUNT).keys
    again = wrap_ring(ring, "after", account=ACCOUNT, rights=RIGHTS, cost=CHEAP)
    assert unwrap_ring(again, "after", account=ACCOUNT).keys == held
    with pytest.raises(VaultError, match="wrong"):
        unwrap_ring(again, "before", account=ACCOUNT)


def test_an_empty_ring_can_be_kept() -> None:
    empty = wrap_ring({}, "demo", account=ACCOUNT, rights=RIGHTS, cost=CHEAP)
    assert unwrap_ring(empty, "demo", account=ACCOUNT).keys == {}
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


@pytest.mark.parametrize(
    "changes", [{"roles": ["manager"]}, {"roles": []}, {"must_change": False}, {"more": 1}]
)
def test_rights_that_were_edited_open_nothing(changes: dict[str, object]) -> None:
    assert unwrap_ring(RING, "demo", account=ACCOUNT).rights == RIGHTS
    with pytest.raises(VaultError, match="wrong"):
        unwrap_ring(edited(RING, **changes), "demo", account=ACCOUNT)


def test_rights_that_were_left_out_open_nothing() -> None:
    without = {name: value for name, value in json.loads(RING).items() if name != "roles"}
    with pytest.raises(VaultError, match="wrong"):
        unwrap_ring(json.dumps(without), "demo", account=ACCOUNT)


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
