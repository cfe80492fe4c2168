"""`kiosk sync`: one round, many rounds, what is set aside, and the way out by a file."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kiosk.bootstrap.data_folder import DATABASE, has_central
from kiosk.records import outbox
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CA_FILE, CentralLink, write_link
from kiosk.records.database.lock import lock_folder
from kiosk.records.database.opening import LINK_FILE
from kiosk.records.database.store import Store
from kiosk.records.outbox import Waiting, exported_upto, set_exported_upto
from kiosk.sync.syncer import LOCK, Round, Syncer
from tests.cli.calling import COMMAND, Kiosk
from tests.support.centres import Centre
from tests.support.linked import join, leave_alone
from tests.support.postgres import free_port
from tests.support.terminal import Terminal

SET_ASIDE = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    store = Store.open(folder / DATABASE)
    try:
        yield store
    finally:
        store.close()


def waiting(folder: Path) -> list[Waiting]:
    with opened(folder) as store, store.read() as transaction:
        return outbox.waiting(transaction, 100_000)


def set_aside(folder: Path, *codes: str) -> list[Waiting]:
    """Park the oldest rows, one for each code."""
    rows = waiting(folder)[: len(codes)]
    with opened(folder) as store, store.write() as transaction:
        for row, code in zip(rows, codes, strict=True):
            outbox.park(transaction, row, code, SET_ASIDE)
    return rows


def test_once_sends_and_pulls_everything(kiosk: Kiosk, demo: Path, centre: Centre) -> None:
    join(demo, centre)
    facts = len([row for row in waiting(demo) if row.kiosk_seq is not None])
    there = centre.count("audit_event")
    answer = kiosk("sync", "--once")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Everything is sent and pulled. Sent: ")
    assert waiting(demo) == []
    assert centre.count("audit_event") - there > 0
    sent = sum(
        centre.count(name) for name in ("audit_event", "check_in", "head_count", "callback_request")
    )
    assert sent == facts
    again = kiosk("sync", "--once")
    assert "Sent: 0" in again.out


def test_a_centre_that_is_away_is_one_sentence_and_loses_nothing(kiosk: Kiosk, demo: Path) -> None:
    leave_alone(demo, free_port())
    before = waiting(demo)
    sentence = kiosk("sync", "--once").sentence()
    assert sentence.startswith("The centre cannot be reached just now")
    assert f"{len(before)} records wait here." in sentence
    assert waiting(demo) == before


def test_what_is_set_aside_makes_a_round_incomplete(
    kiosk: Kiosk, demo: Path, centre: Centre
) -> None:
    join(demo, centre)
    set_aside(demo, "23514", "22001")
    said = kiosk("sync", "--once").sentence()
    assert said == "Of all records 2 are set aside; see `kiosk sync parked list`."


def test_a_round_beside_is_waited_for(
    kiosk: Kiosk, demo: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(demo, centre)
    held = lock_folder(demo, LOCK)
    monkeypatch.setattr("time.sleep", lambda _seconds: held.release())
    assert kiosk("sync", "--once").code == 0
    with lock_folder(demo, LOCK):
        monkeypatch.setattr("kiosk.bootstrap.syncing._PATIENCE_SECONDS", -1.0)
        said = kiosk("sync", "--once").sentence()
    assert "is sending just now" in said


@pytest.mark.parametrize(
    "words", [("--once",), (), ("parked", "list"), ("parked", "retry"), ("export", "{}")]
)
def test_without_a_centre_it_is_one_sentence(
    kiosk: Kiosk, demo: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    target = tmp_path / "out.jsonl"
    said = kiosk("sync", *(word.format(target) for word in words)).sentence()
    assert said == (
        "This clinic has no centre, so nothing has to be sent; `kiosk central init` makes one."
    )
    assert not target.exists()


def test_a_desk_machine_has_nothing_to_send(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path))
    address = Address("127.0.0.1", free_port(), "kiosk", "d_nobody", "nothing")
    write_link(tmp_path, CentralLink("desk", UUID(int=1), UUID(int=2), address))
    said = kiosk("sync", "--once").sentence()
    assert said.startswith("This is a desk machine")


def test_a_link_that_cannot_be_read_still_lets_records_out(
    kiosk: Kiosk, demo: Path, tmp_path: Path
) -> None:
    (demo / LINK_FILE).write_text("{")
    assert has_central(demo)
    assert "central.json cannot be read" in kiosk("sync", "--once").sentence()
    assert kiosk("sync", "export", str(tmp_path / "out.jsonl")).code == 0


def test_no_folder_is_one_sentence(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "none"))
    assert "There is no clinic in" in kiosk("sync").sentence()


def test_once_goes_with_no_verb(kiosk: Kiosk, demo: Path) -> None:
    assert "does not go with parked" in kiosk("sync", "--once", "parked", "list").sentence(2)


def test_what_is_set_aside_is_listed_without_contents(kiosk: Kiosk, demo: Path) -> None:
    leave_alone(demo, free_port())
    assert kiosk("sync", "parked", "list").out == "Nothing is set aside.\n"
    first, second, third = set_aside(demo, "23514", "22P02", "tls")
    rows = kiosk("sync", "parked", "list", "--format", "json").rows
    assert [(row["number"], row["code"]) for row in rows] == [
        (first.seq, "23514"),
        (second.seq, "22P02"),
        (third.seq, "tls"),
    ]
    assert datetime.fromisoformat(rows[0].pop("set_aside_at")) == SET_ASIDE
    assert rows[0] == {
        "number": first.seq,
        "kind": "audit entry",
        "code": "23514",
        "reason": "against a rule of the centre's tables",
        "row_id": str(first.row_id),
    }
    told = kiosk("sync", "parked", "list").out
    assert "a value that the centre cannot store" in told
    assert told.endswith("`kiosk sync parked retry`.\n")
    assert first.payload not in told


def test_what_is_set_aside_can_be_sent_again(kiosk: Kiosk, demo: Path) -> None:
    leave_alone(demo, free_port())
    first, second, third = set_aside(demo, "23514", "23514", "23514")
    there = len(waiting(demo))
    said = kiosk("sync", "parked", "retry", str(first.seq), "999999").sentence()
    assert said.startswith("Number 999999 is not set aside")
    assert len(waiting(demo)) == there
    assert kiosk("sync", "parked", "retry", str(second.seq)).out == (
        "1 record waits to be sent again.\n"
    )
    assert waiting(demo)[-1].row_id == second.row_id
    assert kiosk("sync", "parked", "retry").out == "2 records wait to be sent again.\n"
    assert [row.row_id for row in waiting(demo)[-2:]] == [first.row_id, third.row_id]
    assert kiosk("sync", "parked", "retry").out == "Nothing is set aside.\n"


def test_unsent_records_go_into_a_file(kiosk: Kiosk, demo: Path, tmp_path: Path) -> None:
    leave_alone(demo, free_port())
    set_aside(demo, "23514")
    there, target = waiting(demo), tmp_path / "out.jsonl"
    answer = kiosk("sync", "export", str(target))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"{len(there) + 1} records written to {target}.")
    header, *facts = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    assert (header["kiosk_unsent"], header["count"]) == (1, len(facts))
    assert {fact["row_id"] for fact in facts} > {str(row.row_id) for row in there}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert exported_upto(demo) == there[-1].seq
    assert waiting(demo) == there


def test_an_export_never_takes_the_place_of_a_file(
    kiosk: Kiosk, demo: Path, tmp_path: Path
) -> None:
    leave_alone(demo, free_port())
    target = tmp_path / "out.jsonl"
    target.touch()
    assert "exists already" in kiosk("sync", "export", str(target)).sentence(2)
    nowhere = tmp_path / "none" / "out.jsonl"
    assert "there is no folder" in kiosk("sync", "export", str(nowhere)).sentence(2)


def test_files_of_an_upgrade_go_once_all_has_arrived(
    kiosk: Kiosk, demo: Path, centre: Centre
) -> None:
    join(demo, centre)
    kept = demo / "unsent-0002-5.jsonl"
    kept.touch()
    set_exported_upto(demo, 5)
    assert kiosk("sync", "--once").code == 0
    assert not kept.exists()
    assert exported_upto(demo) == 0


def test_it_runs_until_ended_and_tells_each_change(
    kiosk: Kiosk, demo: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(demo, centre)

    def run(syncer: Syncer, _stop: object, _folder: Path, heard: Callable[[Round], None]) -> None:
        heard(syncer.round())
        syncer.close()
        raise KeyboardInterrupt

    monkeypatch.setattr("kiosk.sync.syncer.sync_until", run)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    answer = kiosk("sync")
    first, second = answer.out.splitlines()
    assert first == "Sending and pulling; Ctrl+C ends it."
    assert second.endswith("  Everything is sent and pulled.")
    assert (answer.code, answer.err) == (0, "")
    assert waiting(demo) == []


@pytest.mark.full
@pytest.mark.terminal
def test_ctrl_c_ends_it(demo: Path, centre: Centre) -> None:
    join(demo, centre)
    with Terminal([*COMMAND, "sync"], env={"KIOSK_DATA_DIR": str(demo)}) as terminal:
        terminal.wait_for("Sending and pulling; Ctrl+C ends it.")
        terminal.wait_for("Everything is sent and pulled.")
        terminal.send("\x03")
        assert terminal.wait_exit() == 0
        assert "Traceback" not in terminal.text
    assert waiting(demo) == []


def test_a_service_ends_it_by_a_signal(demo: Path, centre: Centre) -> None:
    join(demo, centre)
    environment = {**os.environ, "KIOSK_DATA_DIR": str(demo), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*COMMAND, "sync"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        lines: list[Any] = [running.stdout.readline(), running.stdout.readline()]
        running.send_signal(signal.SIGTERM)
        rest, errors = running.communicate(timeout=20)
    assert b"Everything is sent and pulled." in lines[1]
    assert (running.returncode, rest, errors) == (0, b"", b"")


def test_a_change_of_state_is_told_once(
    kiosk: Kiosk, demo: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The centre is away twice, then there twice: two lines."""
    join(demo, centre)
    good = (demo / LINK_FILE).read_text()
    site = leave_alone(demo, free_port())
    rounds = iter(("away", "away", "there", "there"))

    def run(_syncer: object, stop: Any, folder: Path, heard: Any) -> None:
        from kiosk.bootstrap import syncing
        from kiosk.bootstrap.kiosk import open_kiosk

        for state in rounds:
            if state == "there":
                (demo / LINK_FILE).write_text(good)
            opened_again = open_kiosk(folder)
            assert opened_again.site.kiosk_id == site.kiosk_id
            heard(syncing.sync_once(opened_again, syncing.kiosk_link(folder)))
            opened_again.store.close()

    monkeypatch.setattr("kiosk.sync.syncer.sync_until", run)
    lines = kiosk("sync").out.splitlines()
    assert len(lines) == 3
    assert "The centre cannot be reached just now" in lines[1]
    assert lines[2].endswith("Everything is sent and pulled.")
    assert not (demo / CA_FILE).exists()
