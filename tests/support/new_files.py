"""New databases of a kiosk, copied from one that is migrated once in a test process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from kiosk.records.database import store
from kiosk.records.database.store import Store

_make_file = store._make_file


@contextmanager
def files_made_at_once() -> Iterator[None]:
    """Let every file that is made in the block have its tables from the beginning."""
    with patch.object(store, "_make_file", _make_with_tables):
        yield


def _make_with_tables(path: Path) -> None:
    _make_file(path)
    if not path.stat().st_size:
        path.write_bytes(_migrated())


@lru_cache(maxsize=1)
def _migrated() -> bytes:
    with TemporaryDirectory(prefix="kiosk-empty-") as folder:
        file = Path(folder) / "kiosk.db"
        with patch.object(store, "_make_file", _make_file):
            Store.open(file, create=True).close()
        return file.read_bytes()
