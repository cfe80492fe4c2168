"""Where the sync meets the kiosk's data folder: when it begins, and how it ends."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.bootstrap import syncing as bootstrap
from kiosk.bootstrap.data_folder import has_central, make_folder
from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.bootstrap.syncing import ask_central, kiosk_link, open_syncer, start_sync
from kiosk.devices.clock import SystemClock
from kiosk.errors import SetupError
from kiosk.records import outbox
from kiosk.records.database.opening import LINK_FILE
from tests.support.centres import Centre
from tests.support.desks import open_clinic
from tests.support.linked import join, leave_alone
from tests.support.postgres import free_port

SOON = 20.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of a clinic."""
    folder = tmp_path / "clinic"
    make_folder(folder)
    with open_clinic(folder):
        pass
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[Kiosk]:
    kiosk = open_kiosk(folder)
    try:
        yield kiosk
    finally:
        kiosk.store.close()


def pending(kiosk: Kiosk) -> int:
    with kiosk.store.read() as transaction:
        return outbox.count_pending(transaction)


def syncing() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "sync"]


def test_without_a_centre_nothing_begins(folder: Path) -> None:
    assert not has_central(folder)
    with opened(folder) as kiosk, ExitStack() as ending:
        start_sync(kiosk, ending)
        assert syncing() == []
        assert not kiosk.maintenance().status().has_central
        with pytest.raises(SetupError, match="has no centre"):
            kiosk_link(folder)


def test_beside_the_screens_everything_is_sent(
    folder: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_QUIET_SECONDS", 0.1)
    join(folder, centre)
    with opened(folder) as kiosk:
        with ExitStack() as ending:
            start_sync(kiosk, ending)
            (thread,) = syncing()
            assert thread.daemon
            until = time.monotonic() + SOON
            while pending(kiosk) and time.monotonic() < until:
                thread.join(0.05)
            assert pending(kiosk) == 0
        assert syncing() == []
        status = kiosk.maintenance().status()
        assert (status.has_central, status.problem, status.pending) == (True, None, 0)
        assert status.contact_at is not None


def test_a_silent_centre_does_not_hold_the_end_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_QUIET_SECONDS", 0.1)
    monkeypatch.setattr(bootstrap, "_END_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        leave_alone(folder, server.getsockname()[1])
        with opened(folder) as kiosk:
            before = pending(kiosk)
            with ExitStack() as ending:
                start_sync(kiosk, ending)
                connection, _ = server.accept()
                began = time.monotonic()
            assert time.monotonic() - began < 3
            connection.close()
            for thread in syncing():
                thread.join(SOON)
            assert pending(kiosk) == before


def test_a_link_that_cannot_be_read_leaves_the_kiosk_working(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is logged once, however often the link is read again."""
    monkeypatch.setattr(bootstrap, "_LINK_SECONDS", 0.02)
    (folder / LINK_FILE).write_text('{"password": "secret"')
    with opened(folder) as kiosk, ExitStack() as ending:
        with caplog.at_level(logging.INFO, "kiosk.sync"):
            start_sync(kiosk, ending)
            (thread,) = syncing()
            thread.join(0.2)
        assert [record.message for record in caplog.records] == [
            "the sync has not begun: SetupError"
        ]
        assert kiosk.visitor_desks().desk.sessions_today().open_now == ()


def test_a_link_that_is_mended_begins_the_sync(
    folder: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_QUIET_SECONDS", "_LINK_SECONDS"):
        monkeypatch.setattr(bootstrap, name, 0.1)
    join(folder, centre)
    whole = (folder / LINK_FILE).read_text()
    (folder / LINK_FILE).write_text("{" * 5000)
    with opened(folder) as kiosk, ExitStack() as ending:
        start_sync(kiosk, ending)
        (thread,) = syncing()
        thread.join(0.2)
        assert pending(kiosk)
        (folder / LINK_FILE).write_text(whole)
        until = time.monotonic() + SOON
        while pending(kiosk) and time.monotonic() < until:
            thread.join(0.05)
        assert pending(kiosk) == 0


def test_a_machine_tells_what_it_is(folder: Path, centre: Centre) -> None:
    """The report of a round carries the program's version and the date of the helplines."""
    join(folder, centre)
    with opened(folder) as kiosk:
        syncer = open_syncer(kiosk, kiosk_link(folder))
        assert syncer.round().problem is None
        syncer.close()
    with centre.engine.begin() as connection:
        (row,) = connection.exec_driver_sql(
            "SELECT version, helplines_review_by, pending FROM kiosk_heartbeat"
        ).all()
    assert row[0]
    assert row[1] > "2026"
    assert row[2] == 0


def test_nothing_of_the_centre_is_imported_before_the_thread(folder: Path) -> None:
    leave_alone(folder, free_port())
    code = (
        "import sys; from pathlib import Path; from kiosk.bootstrap.kiosk import open_kiosk;"
        f"kiosk = open_kiosk(Path({str(folder)!r})); kiosk.visitor_desks(); kiosk.clean();"
        "print([name for name in ('psycopg', 'kiosk.sync') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"


def test_a_look_at_the_centre_says_whether_it_answers(folder: Path, centre: Centre) -> None:
    join(folder, centre)
    link = kiosk_link(folder)
    # More than anybody waits, for a busy machine that tests.
    reached = ask_central(link, SystemClock(), SOON)
    assert reached.problem is None
    assert reached.offset_ms is not None
    assert abs(reached.offset_ms) < 60_000
    for contract, oldest, said in ((0, 0, "older than this kiosk"), (9, 9, "too old")):
        with centre.engine.begin() as connection:
            terms = {"contract": contract, "oldest": oldest}
            connection.execute(
                text("UPDATE central SET contract = :contract, oldest_contract = :oldest"), terms
            )
        assert said in str(ask_central(link, SystemClock(), SOON).problem)


def test_a_look_at_a_centre_that_is_away_is_short(folder: Path) -> None:
    leave_alone(folder, free_port())
    assert "cannot be reached" in str(ask_central(kiosk_link(folder), SystemClock(), SOON).problem)
    with socket.create_server(("127.0.0.1", 0)) as server:
        leave_alone(folder, server.getsockname()[1])
        began = time.monotonic()
        assert "does not answer" in str(ask_central(kiosk_link(folder), SystemClock(), 0.3).problem)
        assert time.monotonic() - began < 3
