"""The store: settings of the database, transactions, errors, and what the disk may do."""

import stat
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.errors import SetupError, StoreError, StoreFull
from kiosk.records.database import store as stores
from kiosk.records.database.store import Store, StoreToRead, sqlite_module
from kiosk.records.migrations import HEAD

SECRET = "+6598765432"


def settings(store: Store, *, writer: bool, names: tuple[str, ...]) -> dict[str, object]:
    with (store.write if writer else store.read)() as transaction:
        connection = transaction.connection()
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}


class LockHeldError(Exception):
    """What a driver raises where somebody else has the lock."""

    sqlite_errorcode = 5 | 2 << 8  # an extended code counts too


class Driver:
    """A driver's connection that is refused the lock so many times."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.done: list[str] = []

    def execute(self, statement: str) -> None:
        self.done.append(statement)
        if statement.startswith("BEGIN") and self.done.count(statement) <= self.refusals:
            raise LockHeldError


def test_the_writer_keeps_what_it_said(store: Store) -> None:
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
    found = settings(store, writer=True, names=(*names, "wal_autocheckpoint"))
    assert list(found.values()) == ["wal", 2, 1, 1, 5000, 200]


def test_readers_cannot_write(store: Store) -> None:
    assert settings(store, writer=False, names=("query_only", "wal_autocheckpoint")) == {
        "query_only": 1,
        "wal_autocheckpoint": 0,
    }
    with pytest.raises(StoreError), store.read() as transaction:
        transaction.connection().execute(text("DELETE FROM outbox"))


def test_an_empty_folder_is_enough_and_others_may_not_look_in(path: Path) -> None:
    store = Store.open(path, create=True)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["kiosk.db"]
    Store.open(path).close()


@pytest.mark.parametrize("create_empty_file", [False, True])
def test_without_a_clinic_it_says_what_to_do_and_makes_nothing(
    path: Path, create_empty_file: bool
) -> None:
    if create_empty_file:
        path.parent.mkdir()
        path.touch()
    before = list(path.parent.glob("*"))
    with pytest.raises(SetupError, match="kiosk init"):
        Store.open(path)
    assert list(path.parent.glob("*")) == before


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as transaction:
        transaction.connection().exec_driver_sql(
            "INSERT INTO confirmation VALUES (1, x'00', '2026-01-01 00:00:00.000000')"
        )
        raise RuntimeError("in the middle")
    with store.read() as transaction:
        count = transaction.connection().exec_driver_sql("SELECT count(*) FROM confirmation")
        assert count.scalar_one() == 0


def test_writing_takes_the_lock_at_once(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_TRIES", 1)
    other = Store.open(path)
    with store.write(), pytest.raises(StoreError, match="Another program"), other.write():
        pytest.fail("two transactions wrote at once")
    with other.write():
        pass
    other.close()


def test_a_lock_is_looked_for_often_and_for_five_seconds() -> None:
    """Beside a process that writes without a pause: SQLite alone looks every 100 ms."""
    patient = Driver(refusals=49)
    stores._begin_writing(LockHeldError, patient)
    assert patient.done == [
        "PRAGMA busy_timeout=100",
        *["BEGIN IMMEDIATE"] * 50,
        "PRAGMA busy_timeout=5000",
    ]
    turned_away = Driver(refusals=50)
    with pytest.raises(LockHeldError):
        stores._begin_writing(LockHeldError, turned_away)
    assert turned_away.done == patient.done


def test_errors_carry_no_values(store: Store) -> None:
    query = text("INSERT INTO site (id, name) VALUES (:id, :name)")
    with pytest.raises(StoreError) as caught, store.write() as transaction:
        transaction.connection().execute(query, {"id": b"x", "name": SECRET})
    assert caught.value.__cause__ is None
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error!s}{error!r}{error.args!r}"
        error = error.__context__


def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(store: Store) -> None:
    def add(size: int) -> None:
        with store.write() as transaction:
            transaction.connection().execute(
                text(
                    "INSERT INTO outbox (site_id, table_name, row_id, payload)"
                    " VALUES (x'00', 't', x'00', :payload)"
                ),
                {"payload": "x" * size},
            )

    def limit(pages: int) -> None:
        with store.write() as transaction:
            transaction.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def count() -> int:
        with store.read() as transaction:
            query = "SELECT count(*) FROM outbox"
            return int(transaction.connection().exec_driver_sql(query).scalar_one())

    add(10)
    limit(1)
    with pytest.raises(StoreFull, match="make room"):
        add(100_000)
    assert count() == 1
    limit(1_000_000)
    add(100_000)
    assert count() == 2


def test_a_folder_that_cannot_be_written_is_one_sentence() -> None:
    with pytest.raises(StoreFull, match="cannot be written"):
        Store.open(Path("/proc/kiosk-data/kiosk.db"), create=True)


def test_examining_finds_a_sound_file_sound(store: Store) -> None:
    assert store.examine()


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "kiosk.db").mkdir()
    with pytest.raises(StoreError, match=r"kiosk.db cannot be read \(Is a directory\)"):
        Store.open(tmp_path / "kiosk.db")


@pytest.mark.parametrize("name", ["kiosk.db", "a b?#%41.db"])
def test_what_cannot_be_written_now_is_read_and_left_as_it_is(tmp_path: Path, name: str) -> None:
    """Beside somebody who holds the write lock, and where nobody else has the file."""
    path = tmp_path / name
    store = Store.open(path, create=True)
    to_read = StoreToRead(path)
    query = text("SELECT version_num FROM alembic_version")

    def revision() -> object:
        with to_read.read() as transaction:
            return transaction.connection().execute(query).scalar()

    with store.write() as transaction:
        transaction.connection().execute(text("UPDATE alembic_version SET version_num='0'"))
        assert revision() == HEAD
    assert revision() == "0"
    store.close()
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    assert revision() == "0"
    assert to_read.examine()
    with pytest.raises(StoreFull), to_read.write():
        pass
    with pytest.raises(StoreError), to_read.read() as transaction:
        transaction.connection().execute(text("DELETE FROM alembic_version"))
    to_read.checkpoint()
    to_read.close()
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def known(path: Path) -> int:
    """Count what SQLite knows of how rows are spread."""
    with closing(sqlite_module().connect(path)) as file:
        if not file.execute("SELECT 1 FROM sqlite_schema WHERE name='sqlite_stat1'").fetchone():
            return 0
        return int(file.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0])


def filled(path: Path) -> Store:
    """Return an open store with rows of which nothing is known."""
    store = Store.open(path, create=True)
    with store.write() as transaction:
        transaction.connection().exec_driver_sql(
            "INSERT INTO outbox (site_id, table_name, row_id, payload)"
            " SELECT x'00', 'check_in', randomblob(16), value FROM json_each('[1,2,3,4,5,6,7,8,9]')"
        )
    assert known(path) == 0
    return store


def test_how_rows_are_spread_is_known_once_it_was_closed(path: Path) -> None:
    filled(path).close()
    assert known(path) > 0


def test_how_rows_are_spread_is_learnt_from_a_few_of_them(path: Path) -> None:
    store = filled(path)
    store.optimize()
    assert known(path) > 0
    assert settings(store, writer=True, names=("analysis_limit", "busy_timeout")) == {
        "analysis_limit": 400,
        "busy_timeout": 5000,
    }
    store.close()


def test_who_writes_goes_before_what_is_only_learnt(path: Path) -> None:
    store = filled(path)
    with store.write():
        store.optimize()  # would wait for itself
    assert known(path) == 0
    with closing(sqlite_module().connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        store.optimize()
        store.close()
        assert time.monotonic() - began < 3
        other.execute("ROLLBACK")
    assert known(path) == 0


def test_a_full_disk_is_no_reason_not_to_close(path: Path) -> None:
    store = filled(path)
    with store.write() as transaction:
        connection = transaction.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    store.close()
    assert known(path) == 0
