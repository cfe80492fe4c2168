"""Turns what SQLite and SQLAlchemy raise into the kiosk's own errors.

The sentence of a database error may quote statements and values, so none of it is passed on but
the result code.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kiosk.errors import StoreBusy, StoreDamaged, StoreError, StoreFull

_FULL = "The disk is full or cannot be written; make room or mend its permissions."
READ_ONLY = (
    "The disk of the data folder is read-only, as a worn memory card becomes; mount it writable,"
    " or put the folder on a new disk."
)
_BUSY = "Another program holds the database; end it, or try again in a minute."
_DAMAGED = "The database is damaged; stop the kiosk and restore its last backup."
_BY_CODE = {
    5: (StoreBusy, _BUSY),
    6: (StoreBusy, _BUSY),
    8: (StoreFull, _FULL),
    10: (StoreFull, _FULL),
    11: (StoreDamaged, _DAMAGED),
    13: (StoreFull, _FULL),
    14: (StoreFull, _FULL),
    23: (StoreFull, _FULL),
    26: (StoreDamaged, _DAMAGED),
}
"""By SQLite's primary result code: BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, AUTH,
NOTADB. A full disk also shows as IOERR, when the shared memory file cannot grow."""


def store_error(error: BaseException) -> StoreError:
    """Return the kiosk's own error for one of SQLite or SQLAlchemy."""
    if isinstance(error, PoolTimeout):
        return StoreBusy(_BUSY)
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int) and code & 0xFF in _BY_CODE:
        kind, sentence = _BY_CODE[code & 0xFF]
        return kind(sentence)
    name = getattr(cause, "sqlite_errorname", None) or type(cause).__name__
    return StoreError(f"The database refused to work ({name}); see `kiosk doctor`.")


def is_read_only(folder: Path) -> bool:
    """Return whether the file system of a folder takes no writing at all; False if nobody knows."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def unwritable_error(folder: Path) -> StoreFull:
    """Return the error of a data folder that nothing could be written to."""
    return StoreFull(READ_ONLY if is_read_only(folder) else _FULL)


@contextmanager
def translated(*kinds: type[Exception]) -> Iterator[None]:
    """Let no error of these kinds out of the block but as a StoreError without values."""
    try:
        yield
    except kinds as error:
        raise store_error(error) from None
