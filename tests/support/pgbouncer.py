"""A pooler in transaction mode before a test's PostgreSQL, where PgBouncer is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kiosk.records.central.connection import Address
from tests.support.postgres import free_port

SERVER_CONNECTIONS = 16


def program() -> str:
    """Give PgBouncer's path; skips the test where there is none."""
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if found is None:
        pytest.skip("PgBouncer is not installed")
    return found


@contextmanager
def pooled(addresses: Sequence[Address], connections: int = SERVER_CONNECTIONS) -> Iterator[int]:
    """Run PgBouncer for some roles of one server; gives its port on 127.0.0.1.

    Clients sign in by SCRAM; `connections` is how many it opens to the server for each role.
    """
    first, port = addresses[0], free_port()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-bouncer-"))
    try:
        roles = "".join(f'"{one.role}" "{one.password}"\n' for one in addresses)
        (folder / "users").write_text(roles)
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": folder / "users",
            "pool_mode": "transaction",
            "default_pool_size": connections,
            "max_client_conn": 5000,
            "logfile": folder / "log",
            "log_connections": 0,
            "log_disconnections": 0,
        }
        lines = [f"* = host={first.host} port={first.port}", "[pgbouncer]"]
        lines += [f"{key} = {value}" for key, value in settings.items()]
        (folder / "settings").write_text("\n".join(["[databases]", *lines, ""]))
        user = "nobody" if os.geteuid() == 0 else None
        if user:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, user)
        words = [program(), "-q", str(folder / "settings")]
        process = subprocess.Popen(words, user=user, stderr=subprocess.DEVNULL)
        try:
            _wait(process, port)
            yield port
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until it listens."""
    for _ in range(200):
        assert process.poll() is None, "PgBouncer ended"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError("PgBouncer does not listen")
