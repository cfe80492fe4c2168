"""What is unsent, written into a file: by hand, and by itself before an upgrade."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, insert

from kiosk.errors import StoreFull, StoreNewer
from kiosk.records import outbox
from kiosk.records.central.connection import read_address
from kiosk.records.central.link import CentralLink, write_link
from kiosk.records.database.store import Store, sqlite_module, writer_engine
from kiosk.records.database.upgrading import migration_config
from kiosk.records.migrations import HEAD
from kiosk.records.outbox import (
    EXPORTED_FILE,
    UNSENT_FILES,
    count_unsent,
    delete_unsent_files,
    exported_upto,
    leave_out_of_files,
    set_exported_upto,
    write_unsent,
)
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Outbox
from tests.support.desks import Clinic

SITE, KIOSK = UUID(int=1), UUID(int=2)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def export(clinic: Clinic, path: Path, tell: Callable[[int, int], None]) -> None:
    with clinic.store.read() as transaction:
        write_unsent(transaction.connection(), path, tell)


def test_everything_unsent_is_written_as_the_outbox_holds_it(clinic: Clinic) -> None:
    clinic.visitor.request_callback(clinic.draft())
    with clinic.store.write() as transaction:
        rows = outbox.waiting(transaction, 1000)
        outbox.park(transaction, rows[0], "23514", clinic.clock.at)
    told: list[tuple[int, int]] = []
    path = clinic.folder / "out.jsonl"
    export(clinic, path, lambda done, of: told.append((done, of)))
    header, *facts = lines(path)
    assert header == {
        "kiosk_unsent": 1,
        "site_id": str(clinic.site.site_id),
        "kiosk_id": str(clinic.site.kiosk_id),
        "count": len(rows),
    }
    assert facts == [
        {
            "table": row.table_name,
            "row_id": str(row.row_id),
            "payload": json.loads(row.payload),
        }
        for row in rows
    ]
    assert told[-1] == (len(rows), len(rows))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"81234567" not in path.read_bytes()


def test_the_extent_counts_what_is_set_aside_too(clinic: Clinic) -> None:
    with clinic.store.write() as transaction:
        rows = outbox.waiting(transaction, 1000)
        outbox.park(transaction, rows[-1], "23514", clinic.clock.at)
        there = count_unsent(transaction.connection())
    assert (there.count, there.upto_seq) == (len(rows), rows[-1].seq)


def test_a_file_that_cannot_be_written_leaves_nothing(clinic: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    (folder / "out.jsonl").mkdir(parents=True)
    with pytest.raises(StoreFull, match="cannot be written"):
        export(clinic, folder / "out.jsonl", lambda _done, _of: None)
    assert [left.name for left in folder.iterdir()] == ["out.jsonl"]


def test_the_note_only_goes_up_and_broken_ones_count_for_nothing(tmp_path: Path) -> None:
    assert exported_upto(tmp_path) == 0
    for upto, then in ((7, 7), (3, 7), (9, 9)):
        set_exported_upto(tmp_path, upto)
        assert exported_upto(tmp_path) == then
    for broken in ("", "[]", '{"upto_seq": "x"}', "{}"):
        (tmp_path / EXPORTED_FILE).write_text(broken)
        assert exported_upto(tmp_path) == 0


def an_old_file(path: Path, facts: int) -> None:
    """Make a machine's file of revision 0002 with so many unsent facts."""
    engine = writer_engine(path, sqlite_module())
    with engine.connect() as connection, connection.begin():
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        _fill(connection, facts)
    engine.dispose()


def _fill(connection: Connection, facts: int) -> None:
    connection.exec_driver_sql(
        "INSERT INTO sync_state (kiosk_id, site_id, cursor, last_seq, last_fact_at)"
        " VALUES (?, ?, 0, ?, '2026-03-01 00:00:00.000000')",
        (KIOSK.bytes, SITE.bytes, facts),
    )
    for number in range(facts):
        connection.execute(
            insert(table(Outbox)).values(
                kiosk_seq=number + 1,
                site_id=SITE,
                table_name="check_in",
                row_id=uuid4(),
                payload=json.dumps({"kiosk_seq": number + 1, "reason": "café"}),
            )
        )


def linked(folder: Path) -> None:
    address = read_address("postgresql://k@db.example.org/kiosk")
    write_link(folder, CentralLink("kiosk", SITE, KIOSK, address))


def test_an_upgrade_keeps_what_is_unsent_in_a_file_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    an_old_file(path, 12)
    linked(tmp_path)
    store = Store.open(path)
    with store.read() as transaction:
        connection = transaction.connection()
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        assert (version, outbox.count_pending(transaction)) == (HEAD, 12)
    store.close()
    (kept,) = tmp_path.glob(UNSENT_FILES)
    header, *facts = lines(kept)
    assert (kept.name, header["count"]) == ("unsent-0002-12.jsonl", 12)
    assert [fact["payload"]["kiosk_seq"] for fact in facts] == list(range(1, 13))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert exported_upto(tmp_path) == 12
    # A file that is up to date is left in peace.
    kept.unlink()
    Store.open(path).close()
    assert list(tmp_path.glob(UNSENT_FILES)) == []


def test_a_cut_while_rows_are_left_out_of_a_file_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_old_file(tmp_path / "kiosk.db", 3)
    linked(tmp_path)
    Store.open(tmp_path / "kiosk.db").close()
    (kept,) = tmp_path.glob(UNSENT_FILES)
    before = kept.read_bytes()
    gone = lines(kept)[1]["row_id"]

    def cut(*_: object) -> None:
        raise StoreFull("The power went.")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_write_whole", cut)
        with pytest.raises(StoreFull):
            leave_out_of_files(tmp_path, [gone])
    assert kept.read_bytes() == before
    with kept.open("rb") as old:
        leave_out_of_files(tmp_path, [gone])
        assert not any(old.read()), "what stood on the disk is overwritten"
    assert [len(lines(kept)), lines(kept)[0]["count"]] == [3, 2]


def test_an_upgrade_without_a_centre_or_without_facts_writes_no_file(tmp_path: Path) -> None:
    for name, facts, has_centre in (("alone", 3, False), ("empty", 0, True)):
        folder = tmp_path / name
        folder.mkdir()
        an_old_file(folder / "kiosk.db", facts)
        if has_centre:
            linked(folder)
        Store.open(folder / "kiosk.db").close()
        assert list(folder.glob("unsent*")) == []


def test_an_upgrade_that_cannot_keep_them_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    an_old_file(path, 3)
    linked(tmp_path)
    (tmp_path / "unsent-0002-3.jsonl").mkdir()
    with pytest.raises(StoreFull, match=r"unsent-0002-3\.jsonl cannot be written"):
        Store.open(path)
    (tmp_path / "unsent-0002-3.jsonl").rmdir()
    Store.open(path).close()
    assert len(lines(tmp_path / "unsent-0002-3.jsonl")) == 4


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    an_old_file(path, 3)
    linked(tmp_path)
    engine = writer_engine(path, sqlite_module())
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreNewer):
        Store.open(path)
    assert list(tmp_path.glob("unsent*")) == []


def test_what_was_kept_goes_once_it_has_arrived(tmp_path: Path) -> None:
    (tmp_path / "unsent-0002-12.jsonl").touch()
    (tmp_path / "mine.jsonl").touch()
    set_exported_upto(tmp_path, 12)
    delete_unsent_files(tmp_path)
    assert [left.name for left in tmp_path.iterdir()] == ["mine.jsonl"]
