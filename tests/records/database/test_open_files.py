"""A file that is replaced, removed or written over while it is open is noticed before it counts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.errors import StoreReplaced
from kiosk.records.database.store import Store

_CHANGE = text("UPDATE alembic_version SET version_num = version_num")
_MANY = """
import sys
from pathlib import Path
from sqlalchemy import text
from kiosk.records.database.store import Store
store = Store.open(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    with store.write() as transaction:
        transaction.connection().execute(text("CREATE TABLE made (x)"))
        transaction.connection().execute(text("INSERT INTO made VALUES (zeroblob(60000))"))
        transaction.connection().execute(text("DROP TABLE made"))
    store.checkpoint()
store.close()
"""

_LOOK = """
import sys
from pathlib import Path
from sqlalchemy import text
from kiosk.records.database.store import Store
store = Store.open(Path(sys.argv[1]))
with store.read() as transaction:
    later = text("SELECT count(*) FROM sqlite_schema WHERE name = 'made_later'")
    assert transaction.connection().execute(later).scalar() == 0
assert store.examine()
store.close()
"""


def change(store: Store) -> None:
    with store.write() as transaction:
        transaction.connection().execute(_CHANGE)


def copy_of(store: Store) -> Path:
    """Make a sound copy of the database, as a backup would be."""
    store.checkpoint()
    return Path(shutil.copy2(store.path, store.path.with_name("backup.db")))


def move_over(store: Store, copy: Path) -> None:
    copy.replace(store.path)


def copy_over(store: Store, copy: Path) -> None:
    subprocess.run(["cp", copy, store.path], check=True)


def copy_over_and_keep_times(store: Store, copy: Path) -> None:
    subprocess.run(["cp", "--preserve=timestamps", copy, store.path], check=True)


def remove(store: Store, _: Path) -> None:
    store.path.unlink()


def remove_log(store: Store, _: Path) -> None:
    store.path.with_name("kiosk.db-wal").unlink()


def remove_memory(store: Store, _: Path) -> None:
    store.path.with_name("kiosk.db-shm").unlink()


def empty_log(store: Store, _: Path) -> None:
    os.truncate(store.path.with_name("kiosk.db-wal"), 0)


def empty_file(store: Store, _: Path) -> None:
    os.truncate(store.path, 0)


def move_folder(store: Store, _: Path) -> None:
    store.path.parent.rename(store.path.parent.with_name("elsewhere"))


def replace_folder(store: Store, _: Path) -> None:
    folder = store.path.parent
    folder.rename(folder.with_name("elsewhere"))
    shutil.copytree(folder.with_name("elsewhere"), folder)


WAYS = (
    move_over, copy_over, copy_over_and_keep_times, remove, remove_log, remove_memory, empty_log,
    empty_file, move_folder, replace_folder,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("when", ["before", "inside"])
def test_no_commit_counts_in_a_file_that_is_no_longer_there(
    path: Path, way: Callable[[Store, Path], None], when: str
) -> None:
    store = Store.open(path, create=True)
    copy = copy_of(store)
    change(store)
    store.checkpoint()
    change(store)
    if when == "before":
        way(store, copy)
        with pytest.raises(StoreReplaced):
            change(store)
    else:
        with pytest.raises(StoreReplaced), store.write() as transaction:
            transaction.connection().execute(_CHANGE)
            way(store, copy)
    # It stays so, whatever is put back, and nothing is shown of it any more.
    with pytest.raises(StoreReplaced), store.read():
        pass
    with pytest.raises(StoreReplaced):
        change(store)


def test_closing_it_leaves_the_log_of_the_file_that_is_there_now(path: Path) -> None:
    store = Store.open(path, create=True)
    copy = copy_of(store)
    change(store)
    path.with_name("kiosk.db-wal").unlink()
    path.with_name("kiosk.db-shm").unlink()
    copy.replace(path)
    other = Store.open(path)
    change(other)
    with pytest.raises(StoreReplaced):
        change(store)
    store.close()
    change(other)
    assert path.with_name("kiosk.db-wal").exists()
    other.close()


def test_what_other_processes_write_and_copy_is_no_replacement(path: Path) -> None:
    store = Store.open(path, create=True)
    change(store)
    with subprocess.Popen([sys.executable, "-c", _MANY, path, "60"]) as other:
        looks = 0
        while other.poll() is None:
            change(store)
            looks += 1
            if looks % 20 == 0:
                store.checkpoint()
        assert other.returncode == 0
    assert looks > 60
    store.checkpoint()
    change(store)
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["kiosk.db"]


def test_the_log_of_the_old_file_is_kept_and_never_copied_to_the_new_one(path: Path) -> None:
    store = Store.open(path, create=True)
    copy = copy_of(store)
    with store.write() as transaction:
        transaction.connection().execute(text("CREATE TABLE made_later (x)"))
    copy_over(store, copy)
    with pytest.raises(StoreReplaced):
        change(store)
    (kept,) = (file for file in path.parent.iterdir() if file.name.startswith("kiosk.db-wal."))
    assert b"made_later" in kept.read_bytes()
    # In another process, as after a new start: this one still holds the old files.
    subprocess.run([sys.executable, "-c", _LOOK, path], check=True)
