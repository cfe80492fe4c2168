"""The recovery kit reaches the disk whole, for its owner alone, and proves itself."""

import json
import os
import stat
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kiosk.domain.staff import Purpose
from kiosk.errors import SetupError, VaultError
from kiosk.vault.keys import new_keypair
from kiosk.vault.recovery_kit import format_kit, read_kit, write_kit
from kiosk.vault.sealing import open_sealed, seal

SITE = UUID("019a0000-0000-7000-8000-000000000001")
MADE_ON = date(2026, 3, 2)
KEYS = {purpose: new_keypair().private for purpose in Purpose}
TEXT = format_kit(SITE, KEYS, MADE_ON)


def edited(**changes: Any) -> str:
    """Return the kit with some of its fields changed."""
    return json.dumps({**json.loads(TEXT), **changes})


def test_a_kit_comes_back_whole() -> None:
    kit = read_kit(TEXT)
    assert (kit.site_id, kit.made_on) == (SITE, MADE_ON)
    assert kit.keys == KEYS
    assert {purpose: key.raw for purpose, key in kit.keys.items()} == {
        purpose: key.raw for purpose, key in KEYS.items()
    }


def test_a_kit_says_what_it_is_and_its_repr_does_not_tell() -> None:
    content = json.loads(TEXT)
    assert "Move it off this machine" in content["what_this_is"]
    assert content["version"] == 1
    assert "key" not in repr(read_kit(TEXT)).lower()


def test_a_kit_needs_every_purpose() -> None:
    with pytest.raises(ValueError, match="every purpose"):
        format_kit(SITE, {Purpose.ROSTER: KEYS[Purpose.ROSTER]}, MADE_ON)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "[" * 5000,
        "x" * 70_000,
        TEXT[:-9],
        edited(version=2),
        edited(site_id="nobody"),
        edited(site_id=5),
        edited(made_on="yesterday"),
        edited(keys={}),
        edited(keys={purpose.value: None for purpose in Purpose}),
        edited(keys={p.value: {"key_id": "00", "private": KEYS[p].raw.hex()} for p in Purpose}),
        edited(keys={p.value: {"key_id": KEYS[p].key_id.hex(), "private": "00"} for p in Purpose}),
    ],
    ids=range(14),
)
def test_a_damaged_kit_is_refused(text: str) -> None:
    with pytest.raises(VaultError, match="damaged"):
        read_kit(text)


def test_a_kit_is_read_up_to_its_longest_and_no_further() -> None:
    longest = TEXT.ljust(65_536)
    assert read_kit(longest).keys == KEYS
    with pytest.raises(VaultError, match="damaged"):
        read_kit(longest + " ")


def test_nothing_of_a_damaged_kit_stands_behind_the_error() -> None:
    with pytest.raises(VaultError) as caught:
        read_kit(edited(made_on="+65 8123 4567"))
    assert caught.value.__suppress_context__


def test_a_written_kit_is_private_and_opens_records(tmp_path: Path) -> None:
    path = tmp_path / "recovery-kit.json"
    kit = write_kit(path, TEXT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8") == TEXT
    assert kit == read_kit(TEXT)
    where: dict[str, Any] = {"purpose": "callbacks", "table": "t", "record_id": SITE}
    blob = seal({"n": 1}, recipients=[KEYS[Purpose.CALLBACKS].public], **where)
    key = kit.keys[Purpose.CALLBACKS]
    assert open_sealed(blob, keys={key.key_id: key}, **where) == {"n": 1}


def test_an_existing_file_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "kit.json"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SetupError, match="exists already"):
        write_kit(path, TEXT)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target, path = tmp_path / "elsewhere", tmp_path / "kit.json"
    path.symlink_to(target)
    with pytest.raises(SetupError, match="exists already"):
        write_kit(path, TEXT)
    assert not target.exists()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be written"):
        write_kit(tmp_path / "nowhere" / "kit.json", TEXT)


def test_nothing_is_written_of_a_damaged_kit(tmp_path: Path) -> None:
    with pytest.raises(VaultError):
        write_kit(tmp_path / "kit.json", "{}")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SetupError, match="No space left"):
        write_kit(tmp_path / "kit.json", TEXT)
    assert list(tmp_path.iterdir()) == []


def test_a_kit_that_reads_back_differently_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = format_kit(SITE, {p: new_keypair().private for p in Purpose}, MADE_ON)
    monkeypatch.setattr(Path, "read_text", lambda self, encoding: other)
    with pytest.raises(VaultError):
        write_kit(tmp_path / "kit.json", TEXT)
    assert list(tmp_path.iterdir()) == []
