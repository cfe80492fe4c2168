"""One visitor kiosk per data folder: a lock that ends with the process, however it ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from kiosk.errors import StoreBusy


class FolderLock:
    """A held lock, until `release` or the end of the `with` block."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def is_at(self, path: Path) -> bool:
        """Return whether the lock is held on the file at `path`, and not on one it has replaced."""
        try:
            there = path.stat()
        except OSError:
            return False
        return self._handle is not None and os.path.samestat(os.fstat(self._handle), there)

    def release(self) -> None:
        """Release the lock; harmless when repeated."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def lock_folder(folder: Path, name: str) -> FolderLock:
    """Take the lock `name` in `folder`; StoreBusy when another process holds it.

    StoreFull where nothing can be written there. The file stays behind and means nothing: only the
    lock on it counts.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        handle = os.open(folder / name, flags, 0o600)
    except OSError:
        # Imported here, for a kiosk takes its lock before anything as heavy as the database.
        from kiosk.records.database.errors import unwritable_error

        raise unwritable_error(folder) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StoreBusy(
            "Another kiosk is already running on this data folder; "
            "end that one first, or give this one a folder of its own."
        ) from None
    return FolderLock(handle)
