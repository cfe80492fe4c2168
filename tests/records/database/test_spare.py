"""The spare room beside a database, and the size of its log."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.records.database.spare import SPARE_BYTES, SpareRoom
from kiosk.records.database.store import Store

FreeBytes = Callable[[int], None]


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> FreeBytes:
    """Set how many bytes the disk has left."""

    def set_free(count: int) -> None:
        disk = os.statvfs_result((4096, 4096, 0, 0, count // 4096, 0, 0, 0, 0, 255))
        monkeypatch.setattr("os.statvfs", lambda _path: disk)

    set_free(1 << 30)
    return set_free


def test_room_is_held_while_there_is_plenty_and_given_up_on_a_full_disk(
    tmp_path: Path, free: FreeBytes
) -> None:
    path = tmp_path / "kiosk.sqlite3"
    spare = tmp_path / "kiosk.sqlite3-spare"
    store = Store.open(path, create=True)
    store.hold_spare_room()
    assert spare.stat().st_blocks * 512 >= SPARE_BYTES
    assert spare.stat().st_mode & 0o777 == 0o600
    free(2 << 20)
    with store.write():
        assert spare.exists()
    free(1 << 19)
    with store.write():
        assert not spare.exists()
    free(SPARE_BYTES)
    store.checkpoint()
    assert not spare.exists(), "taken again only where there is plenty"
    free(1 << 30)
    store.checkpoint()
    assert spare.exists()
    store.close()
    free(0)
    Store.open(path).close()
    assert not spare.exists()


def test_a_folder_that_cannot_be_asked_or_written_changes_nothing(tmp_path: Path) -> None:
    spare = SpareRoom(tmp_path / "away" / "kiosk.sqlite3")
    spare.hold()
    spare.give_up_if_full()
    assert not spare.is_held


def test_the_log_does_not_keep_its_peak_size(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "kiosk.sqlite3", create=True)
    log = tmp_path / "kiosk.sqlite3-wal"
    with store.write() as transaction:
        transaction.connection().execute(text("CREATE TABLE much (what BLOB)"))
        transaction.connection().execute(text("INSERT INTO much VALUES (zeroblob(8000000))"))
    assert log.stat().st_size > 4_000_000
    # The log is emptied where it begins anew.
    for _ in range(2):
        with store.write() as transaction:
            transaction.connection().execute(text("DELETE FROM much"))
    assert log.stat().st_size <= 1 << 20
    store.close()
