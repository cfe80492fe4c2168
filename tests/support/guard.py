"""Ends the servers of a test run when the run is over, however it ended.

The guard is a process of its own, called with the run's folder. Its standard input is a pipe that
the run holds open and never writes to: the system closes it when the run ends, also by a signal
that nobody can catch.
"""

import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN_VARIABLE = "TESTS_RUN_FOLDER"
"""Names the folder of the servers of one test run."""
LOCK = "lock"
"""Whoever starts the server of a run holds this file locked."""


@contextmanager
def guarded_run() -> Iterator[None]:
    """Let servers that are started from now on end with this process, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-tests-"))
    # The servers' user has to reach its data.
    folder.chmod(0o755)
    (folder / LOCK).touch()
    os.environ[RUN_VARIABLE] = str(folder)
    words = [sys.executable, "-I", "-S", str(Path(__file__)), str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True):
        # Leaving the block closes the pipe and waits for the guard.
        yield


def end(folder: Path) -> None:
    """End every server whose data is in `folder`, and remove the folder."""
    with (folder / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for told in folder.glob("*/data/postmaster.pid"):
            _stop(int(told.read_text().split()[0]))
        for link in folder.iterdir():
            if link.is_symlink():
                shutil.rmtree(link.resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _stop(process: int) -> None:
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    os.kill(process, signal.SIGQUIT)
    select.select([handle], [], [])
    os.close(handle)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    end(Path(sys.argv[1]))
