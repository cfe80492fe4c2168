"""Where the system moves memory to that is not used for a while, and whether that is encrypted."""

import os
import re
from contextlib import suppress
from pathlib import Path

from kiosk.domain.health import Swap

_ESCAPED = re.compile(r"\\([0-7]{3})")


def read_swaps(root: Path = Path("/")) -> list[Swap] | None:
    """Return every swap device and file (proc_swaps(5)); None where the system does not say."""
    try:
        lines = (root / "proc/swaps").read_text(encoding="utf-8").splitlines()[1:]
    except (OSError, UnicodeDecodeError):
        return None
    return [_read_swap(line, root / "sys") for line in lines]


def _read_swap(line: str, system: Path) -> Swap:
    escaped, kind, *_ = line.split()
    name = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), escaped)
    is_safe = _is_safe_file if kind == "file" else _is_safe_device
    return Swap(name, is_safe(Path(name), system))


def _is_safe_device(path: Path, system: Path) -> bool:
    """Return whether a device is encrypted, or memory itself."""
    device = system / "class/block" / path.name
    if device.name.startswith("zram"):
        # What does not compress may go to a device behind it.
        return _read(device / "backing_dev") in ("", "none")
    return _is_encrypted(device)


def _is_safe_file(path: Path, system: Path) -> bool:
    """Return whether the device that a file lies on is encrypted."""
    try:
        number = path.stat().st_dev
    except OSError:
        return False
    return _is_encrypted(system / f"dev/block/{os.major(number)}:{os.minor(number)}")


def _is_encrypted(device: Path) -> bool:
    """Return whether a device is dm-crypt's, or lies on nothing but such ones, as LVM's may."""
    if _read(device / "dm/uuid").startswith("CRYPT-"):
        return True
    below = list((device / "slaves").glob("*"))
    return bool(below) and all(map(_is_encrypted, below))


def _read(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="utf-8").strip()
    return ""
