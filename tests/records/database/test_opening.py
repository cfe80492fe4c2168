"""Files that must be left alone: damaged, foreign, cut, or of a newer kiosk."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from kiosk.errors import StoreDamaged, StoreError, StoreNewer
from kiosk.records.database.store import Store, sqlite_module

Harm = Callable[[Path], None]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def make(path: Path) -> None:
    Store.open(path, create=True).close()


def overwrite(path: Path, start: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(data)


def execute(path: Path, statement: str) -> None:
    connection = sqlite_module().connect(str(path))
    connection.execute(statement)
    connection.commit()
    connection.close()


def with_zeroed_header(path: Path) -> None:
    overwrite(path, 0, bytes(100))


def with_zeroed_magic(path: Path) -> None:
    overwrite(path, 0, bytes(16))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_to_a_stub(path: Path) -> None:
    os.truncate(path, 60)


def with_a_broken_page(path: Path) -> None:
    overwrite(path, 4096, Random(1).randbytes(4096))


def with_random_bytes_all_over(path: Path) -> None:
    random = Random(2)
    for start in range(100, path.stat().st_size, 512):
        overwrite(path, start, random.randbytes(64))


def of_somebody_else(path: Path) -> None:
    path.unlink()
    execute(path, "CREATE TABLE recipes (name TEXT)")


def a_text_file(path: Path) -> None:
    path.write_text("This is no database. " * 50)


def without_its_version(path: Path) -> None:
    execute(path, "DELETE FROM alembic_version")


@pytest.mark.parametrize(
    "harm",
    [
        with_zeroed_header,
        with_zeroed_magic,
        cut,
        cut_to_a_stub,
        with_a_broken_page,
        with_random_bytes_all_over,
        of_somebody_else,
        a_text_file,
        without_its_version,
    ],
)
@pytest.mark.parametrize("create", [False, True])
def test_a_damaged_file_is_refused_in_one_sentence_and_left_as_it_is(
    path: Path, harm: Harm, create: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    make(path)
    harm(path)
    before = contents(path.parent)
    with pytest.raises(StoreDamaged) as caught:
        Store.open(path, create=create)
    assert contents(path.parent) == before
    assert str(caught.value).count("\n") == 0
    assert "backup" in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_file_of_a_newer_kiosk_is_refused_and_left_as_it_is(path: Path) -> None:
    make(path)
    execute(path, "UPDATE alembic_version SET version_num='0999'")
    before = contents(path.parent)
    with pytest.raises(StoreNewer, match="newer kiosk"):
        Store.open(path, create=True)
    assert contents(path.parent) == before


def test_a_newer_file_with_a_log_left_behind_is_refused_and_left_as_it_is(
    path: Path, tmp_path: Path
) -> None:
    make(path)
    running = sqlite_module().connect(str(path))
    running.execute("PRAGMA wal_autocheckpoint=0")
    running.execute("UPDATE alembic_version SET version_num='0999'")
    running.commit()
    killed = tmp_path / "killed"
    shutil.copytree(path.parent, killed)
    running.close()
    before = contents(killed)
    assert set(before) == {"kiosk.db", "kiosk.db-wal", "kiosk.db-shm"}
    with pytest.raises(StoreNewer):
        Store.open(killed / "kiosk.db")
    after = contents(killed)
    # The shared memory file is SQLite's own index of the log and holds nothing of its own.
    del before["kiosk.db-shm"], after["kiosk.db-shm"]
    assert after == before


def test_damage_met_later_is_said_in_the_same_words(path: Path) -> None:
    make(path)
    with sqlite3.connect(path) as connection:
        root = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name='outbox'"
        ).fetchone()[0]
    connection.close()
    store = Store.open(path)
    found = path.stat()
    overwrite(path, (root - 1) * 4096, bytes(4096))
    # A disk that goes bad leaves the file's times alone.
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    with pytest.raises(StoreError, match="damaged"), store.read() as transaction:
        transaction.connection().exec_driver_sql("SELECT * FROM outbox").all()
    store.close()
