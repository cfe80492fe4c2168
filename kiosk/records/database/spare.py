"""Spare room on the disk of a database, given up once the disk is full so that care goes on.

Whatever fills a disk, signing in and reading a number need a write of a few kilobytes each, for
both are audited.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

SPARE_BYTES: Final = 4 << 20
"""Room for some hundred requests, or some thousand looks at one."""
_LOW: Final = 1 << 20
"""Bytes free at which the room is given up; more than any one transaction writes."""
_PLENTY: Final = 16 * SPARE_BYTES
"""Bytes free at which the room is taken (again)."""


class SpareRoom:
    """A file beside a database that holds nothing but room."""

    def __init__(self, database: Path) -> None:
        """Take the path of the database file."""
        self._folder = database.parent
        self._path = database.with_name(f"{database.name}-spare")

    @property
    def is_held(self) -> bool:
        """Whether the room is still there to be given up."""
        return self._path.exists()

    def hold(self) -> None:
        """Take the room where there is plenty and it is not held."""
        if self.is_held or self._free() < _PLENTY:
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with suppress(OSError):
            handle = os.open(self._path, flags, 0o600)
            try:
                os.posix_fallocate(handle, 0, SPARE_BYTES)
            finally:
                os.close(handle)

    def give_up_if_full(self) -> None:
        """Give the room up where the disk is nearly full; some microseconds, before each write."""
        if self._free() < _LOW:
            with suppress(OSError):
                self._path.unlink()

    def _free(self) -> int:
        """Return the bytes that this process may still write; plenty where nobody knows."""
        try:
            disk = os.statvfs(self._folder)
        except OSError:
            return _PLENTY
        return disk.f_bavail * disk.f_frsize
