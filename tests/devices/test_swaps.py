"""Which swaps are known to be encrypted."""

import os
from pathlib import Path

import pytest

from kiosk.devices.swaps import read_swaps
from kiosk.domain.health import Swap

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
LINE = "{}                               {}\t8388604\t\t0\t\t-2\n"
CRYPT, LVM = "CRYPT-PLAIN-swap\n", "LVM-Qe5yEfvRvXyWn\n"


def system(
    root: Path, *names: str, kind: str = "partition", uuids: dict[str, str] | None = None
) -> Path:
    (root / "proc").mkdir()
    lines = "".join(LINE.format(name, kind) for name in names)
    (root / "proc/swaps").write_text(HEAD + lines, encoding="utf-8")
    for place, uuid in (uuids or {}).items():
        folder = root / "sys" / place / "dm"
        folder.mkdir(parents=True)
        (folder / "uuid").write_text(uuid, encoding="utf-8")
    return root


def test_no_swap_and_no_answer(tmp_path: Path) -> None:
    assert read_swaps(tmp_path) is None
    assert read_swaps(system(tmp_path)) == []


@pytest.mark.parametrize(
    ("uuids", "is_safe"),
    [
        ({}, False),
        ({"class/block/dm-1": CRYPT}, True),
        ({"class/block/dm-1": LVM}, False),
        ({"class/block/dm-1": LVM, "class/block/dm-1/slaves/dm-0": CRYPT}, True),
        (
            {
                "class/block/dm-1": LVM,
                "class/block/dm-1/slaves/dm-0": CRYPT,
                "class/block/dm-1/slaves/dm-2": LVM,
            },
            False,
        ),
    ],
)
def test_a_device_is_safe_on_dm_crypt(tmp_path: Path, uuids: dict[str, str], is_safe: bool) -> None:
    root = system(tmp_path, "/dev/dm-1", uuids=uuids)
    assert read_swaps(root) == [Swap("/dev/dm-1", is_safe)]


@pytest.mark.parametrize(("backing", "is_safe"), [("none\n", True), ("/dev/sda3\n", False)])
def test_memory_itself_is_safe_while_nothing_lies_behind_it(
    tmp_path: Path, backing: str, is_safe: bool
) -> None:
    root = system(tmp_path, "/dev/zram0", "/dev/sda2")
    device = root / "sys/class/block/zram0"
    device.mkdir(parents=True)
    (device / "backing_dev").write_text(backing, encoding="utf-8")
    assert read_swaps(root) == [Swap("/dev/zram0", is_safe), Swap("/dev/sda2", False)]


def test_a_file_is_as_safe_as_the_device_it_lies_on(tmp_path: Path) -> None:
    file = tmp_path / "swap file"
    file.touch()
    number = file.stat().st_dev
    place = f"dev/block/{os.major(number)}:{os.minor(number)}"
    written = str(file).replace(" ", "\\040")
    names = (written, "/swap/gone\\040(deleted)")
    root = system(tmp_path, *names, kind="file", uuids={place: CRYPT})
    assert read_swaps(root) == [Swap(str(file), True), Swap("/swap/gone (deleted)", False)]
