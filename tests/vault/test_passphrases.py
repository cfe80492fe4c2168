"""A passphrase becomes the same key as anywhere else, and a lack of memory is one sentence."""

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kiosk.errors import VaultError
from kiosk.vault.passphrases import Cost, derive

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
SALT = bytes(range(16))


def test_a_key_is_plain_argon2id() -> None:
    plain = Argon2id(salt=SALT, length=32, iterations=1, lanes=1, memory_cost=64)
    assert derive("demo", SALT, CHEAP) == plain.derive(b"demo")
    assert derive("demo", SALT[::-1], CHEAP) != derive("demo", SALT, CHEAP)


def test_every_part_of_the_cost_counts() -> None:
    costs = [CHEAP, Cost(128, 1, 1), Cost(64, 2, 1), Cost(64, 1, 2)]
    assert len({derive("demo", SALT, cost) for cost in costs}) == 4


def test_a_lack_of_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted:
        def __init__(self, **parameters: object) -> None:
            pass

        def derive(self, key_material: bytes) -> bytes:
            raise MemoryError

    monkeypatch.setattr("kiosk.vault.passphrases.Argon2id", Exhausted)
    with pytest.raises(VaultError, match="too little memory"):
        derive("demo", SALT, CHEAP)
