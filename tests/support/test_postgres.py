"""The tests' own PostgreSQL: a slow start is waited for, and a kill ends all of it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from tests.support import postgres
from tests.support.postgres import PROGRAMS, Server, own_server

RECOVERY = 15.0
"""Seconds that a server may take to come back on a slow disk."""
LONG_WORK = "SELECT count(*) FROM generate_series(1, 2000000000)"
"""Never waits, so nothing tells it that its server is gone."""
AT_WORK = "SELECT count(*) FROM pg_stat_activity WHERE query = %s AND state = 'active'"


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that refuses everybody until `RECOVERY` seconds of a pretended clock are over."""
    pretend(tmp_path, "postgres", "echo replaying; exec tail -f /dev/null")
    pretend(tmp_path, "pg_isready", f"test -e {tmp_path / 'ready'}")
    now = [0.0]

    def sleep(seconds: float) -> None:
        # Each one for long, as on a busy machine.
        now[0] += 10 * seconds
        if now[0] >= RECOVERY:
            (tmp_path / "ready").touch()

    monkeypatch.setattr(postgres, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    server = Server(tmp_path, 1)
    yield server
    server.kill()


def pretend(folder: Path, name: str, words: str) -> None:
    """Write a program into a server's folder."""
    program = folder / PROGRAMS / name
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{words}\n")
    program.chmod(0o755)


def test_a_slow_start_is_waited_for(slow: Server) -> None:
    slow.start()
    assert (slow.folder / "ready").exists()


def test_a_server_that_never_answers_is_told_with_its_log(
    slow: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_PATIENCE", RECOVERY / 2)
    with pytest.raises(AssertionError, match="does not start: replaying"):
        slow.start()


def test_a_kill_ends_what_is_at_work_too() -> None:
    with own_server() as server, psycopg.connect(server.url(), autocommit=True) as busy:
        work = threading.Thread(target=run_until_cut, args=(busy,), daemon=True)
        work.start()
        with psycopg.connect(server.url(), autocommit=True) as watcher:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE query = %s AND state = 'active'"
            while watcher.execute(asked, (LONG_WORK,)).fetchone() != (1,):
                pass
        server.kill()
        server.start()
        work.join()


def run_until_cut(connection: psycopg.Connection) -> None:
    """Begin a long work that only the server's death ends."""
    with pytest.raises(psycopg.OperationalError):
        connection.execute(LONG_WORK)
