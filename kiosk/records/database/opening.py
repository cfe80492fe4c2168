"""Looks at a database file before anything may write to it."""

from pathlib import Path
from sqlite3 import Connection
from types import ModuleType

from kiosk.errors import StoreDamaged, StoreNewer
from kiosk.records.database.errors import store_error
from kiosk.records.migrations import REVISIONS

LINK_FILE = "central.json"
"""In the data folder of a machine that has a central database: the way there."""
_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_SMALL = 16 * 1024 * 1024
"""Files up to this size are checked page by page at every start (some 20 ms)."""


def revision(path: Path, module: ModuleType) -> str | None:
    """Read the schema revision of the file at `path`, or None where it holds no tables yet.

    `module` is the DBAPI module. Raises StoreDamaged for a damaged or foreign file and
    StoreNewer for one of a newer kiosk; the file is not changed and no side file is made.
    """
    if path.stat().st_size == 0:
        return None
    _check_header(path, whole=not _has_log(path))
    try:
        connection = module.connect(read_only_uri(path), uri=True)
    except module.Error as error:
        raise store_error(error) from None
    try:
        # SQLCipher reports damage on stderr, which would tear the screen.
        connection.execute("PRAGMA cipher_log_level=NONE")
        found = _read_revision(connection, small=path.stat().st_size <= _SMALL)
    except module.DatabaseError as error:
        problem = store_error(error)
        raise (_damaged(path) if isinstance(problem, StoreDamaged) else problem) from None
    finally:
        connection.close()
    if found == "":
        raise _damaged(path)
    if found is not None and found not in REVISIONS:
        raise StoreNewer(
            f"The database {path.name} was written by a newer kiosk and is left as it is; "
            "install that version or a later one."
        )
    return found


def read_only_uri(path: Path) -> str:
    """Return the URI by which SQLite reads the file at `path` and makes no side file."""
    # Without a write-ahead log the file is complete, and can be read without locks or side files.
    mode = "mode=ro" if _has_log(path) else "mode=ro&immutable=1"
    return f"{path.absolute().as_uri()}?{mode}"


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _check_header(path: Path, *, whole: bool) -> None:
    """Refuse what is no SQLite file, and a `whole` file that is shorter than it says."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise _damaged(path)
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    size_is_current = header[24:28] == header[92:96]
    bytes_needed = pages * (65536 if page_size == 1 else page_size)
    if whole and size_is_current and path.stat().st_size < bytes_needed:
        raise _damaged(path)


def _read_revision(connection: Connection, *, small: bool) -> str | None:
    """Return the revision, None for an empty file, "" for a foreign or damaged one."""
    if small and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        return ""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")
    names = {name for (name,) in tables}
    if not names:
        return None
    if "alembic_version" not in names:
        return ""
    rows = connection.execute("SELECT version_num FROM alembic_version")
    return next((str(revision) for (revision,) in rows), "")


def _damaged(path: Path) -> StoreDamaged:
    return StoreDamaged(
        f"The database {path.name} is damaged or is no kiosk database, and is left as it is; "
        "restore its last backup."
    )
