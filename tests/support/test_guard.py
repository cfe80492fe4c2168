"""Servers of a test run end with it, also when a signal ends it."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.guard import RUN_VARIABLE
from tests.support.postgres import URL_VARIABLE

CHECKOUT = Path(__file__).parents[2]
RUN = """
import os, signal
from tests.support.guard import RUN_VARIABLE, guarded_run
from tests.support.postgres import owner_url
signal.signal(signal.SIGINT, signal.default_int_handler)
with guarded_run(), owner_url():
    print(os.environ[RUN_VARIABLE], flush=True)
    signal.pause()
"""


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGTERM, marks=pytest.mark.full), signal.SIGINT, signal.SIGKILL]
)
def test_a_server_ends_with_its_run(number: signal.Signals) -> None:
    variables = {name: value for name, value in os.environ.items() if name != URL_VARIABLE}
    with subprocess.Popen(
        [sys.executable, "-c", RUN],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=CHECKOUT,
        env=variables,
    ) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().decode().strip())
        assert str(folder) != os.environ[RUN_VARIABLE]
        (told,) = folder.glob("*/data/postmaster.pid")
        server = os.pidfd_open(int(told.read_text().split()[0]))
        run.send_signal(number)
        # The guard holds the same pipe: the end of it is the end of the guard.
        run.stdout.read()
    ended, _, _ = select.select([server], [], [], 0)
    assert ended
    os.close(server)
    assert not folder.exists()
