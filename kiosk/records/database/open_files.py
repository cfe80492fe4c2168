"""Sees whether the files of an open database are still the ones that stand at its path."""

import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from kiosk.errors import StoreReplaced

_INDEX_BYTES: Final = 136
"""Of the shared memory (SQLite, "WAL-mode File Format")."""
_FRAMES: Final = slice(16, 20)
"""mxFrame: how many there are in the log."""
_NONE: Final = bytes(4)
_SALTS: Final = slice(32, 40)
"""Of the log; other ones each time it begins anew."""
_COPIED: Final = slice(96, 100)
"""nBackfill: how many frames are in the database file."""
_BEGUN: Final = slice(128, 132)
"""nBackfillAttempted: how many are being copied there."""
_LOG_HEADER_BYTES: Final = 32
_TRIES: Final = 5
"""Looks at a log that another process begins anew just then."""


class _Content(NamedTuple):
    """The database file at a moment when nobody wrote to it."""

    size: int
    changed_ns: int
    copied: bytes
    """See `_copied`."""


class OpenFiles:
    """The database file, its log and its shared memory, as they were when they were opened.

    A program goes on writing to a file that was removed or replaced, and all it writes is lost;
    where a file was written over it is damaged as well (SQLite, "How To Corrupt An SQLite
    Database File", 1.3 and 1.4).
    """

    def __init__(self, path: Path) -> None:
        """Take the files of the database at `path` while a connection holds them open."""
        self._paths = (str(path), f"{path}-wal", f"{path}-shm")
        found = [*map(os.stat, self._paths)]
        self._files = (*(one.st_ino for one in found), *(one.st_dev for one in found))
        self._log = os.open(self._paths[1], os.O_RDONLY | os.O_CLOEXEC)
        self._memory = _Memory.open(self._paths[2])
        self._content: _Content | None = None
        self._is_overwritten = False
        self.is_replaced = False
        self.check()

    def check(self) -> None:
        """Raise StoreReplaced where a file was removed, replaced or written over, then and after.

        Costs three stat(2) and three reads.
        """
        if not self.is_replaced and not self._are_own():
            self.is_replaced = True
            self._set_aside()
        if self.is_replaced:
            raise StoreReplaced(
                "The database file was replaced or removed while it was in use. Put the right one"
                " into the data folder; a kiosk or a desk begins anew by itself."
            )

    def close(self) -> None:
        """Let go, once every connection is closed."""
        os.close(self._log)
        self._memory.close()

    def _set_aside(self) -> None:
        """Keep the log from the file that stands at the path now, to which it does not belong.

        SQLite would copy its pages there. The log is renamed, for it holds what was written last;
        the shared memory is an index of it, and nothing else.
        """
        main, log, memory = map(Path, self._paths)
        with suppress(OSError):
            if memory.stat().st_ino == self._files[2]:
                memory.unlink()
        with suppress(OSError):
            if not self._has_own_main(main) and log.stat().st_ino == self._files[1]:
                log.rename(f"{log}.{time.time_ns()}")

    def _has_own_main(self, path: Path) -> bool:
        try:
            return path.stat().st_ino == self._files[0] and not self._is_overwritten
        except OSError:
            return False

    def _are_own(self) -> bool:
        before = self._memory.read()
        try:
            main, log, memory = map(os.stat, self._paths)
        except OSError:
            return False
        files = (main.st_ino, log.st_ino, memory.st_ino, main.st_dev, log.st_dev, memory.st_dev)
        if files != self._files:
            return False
        after = self._memory.read()
        return self._has_own_log(after) and self._has_own_content(before, main, after)

    def _has_own_log(self, index: bytes) -> bool:
        """Return whether the log is the one that the shared memory speaks of."""
        for _ in range(_TRIES):
            header = os.pread(self._log, _LOG_HEADER_BYTES, 0)
            if header[16:24] == index[_SALTS] or index[_FRAMES] == _NONE:
                return True
            before, index = index, self._memory.read()
            if index[_SALTS] == before[_SALTS] and index[_FRAMES] == before[_FRAMES]:
                return False
        return True

    def _has_own_content(self, before: bytes, main: os.stat_result, after: bytes) -> bool:
        """Return whether the file has changed only when frames were copied to it.

        The shared memory was read `before` the state of the file and `after` it: whoever copies
        frames says so there first, and again when it is done.
        """
        copied = _copied(after)
        if copied != _copied(before) or after[_COPIED] != after[_BEGUN]:
            self._content = None
            return True
        last, now = self._content, _Content(main.st_size, main.st_mtime_ns, copied)
        self._content = now
        self._is_overwritten = last is not None and last[:2] != now[:2] and last.copied == copied
        return not self._is_overwritten


class _Memory:
    """The shared memory of one database, opened once in this process.

    Closing it would take away the locks that this process holds on it (fcntl(2)), so it is closed
    with the last store alone.
    """

    _open: Final[dict[tuple[int, int], "_Memory"]] = {}
    _guard: Final = Lock()

    def __init__(self, file: tuple[int, int], handle: int) -> None:
        self._file = file
        self._handle = handle
        self.users = 0

    @classmethod
    def open(cls, path: str) -> "_Memory":
        """Return the one of the file at `path`."""
        with cls._guard:
            stat = Path(path).stat()
            file = stat.st_dev, stat.st_ino
            if file not in cls._open:
                cls._open[file] = cls(file, os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            found = cls._open[file]
            found.users += 1
            return found

    def read(self) -> bytes:
        """Return what stands in it now."""
        return os.pread(self._handle, _INDEX_BYTES, 0)

    def close(self) -> None:
        """Close it where nobody else uses it."""
        with self._guard:
            self.users -= 1
            if not self.users:
                del self._open[self._file]
                os.close(self._handle)


def _copied(index: bytes) -> bytes:
    """Return which log it is, and how much of it is in the database file."""
    return index[_SALTS] + index[_COPIED]
