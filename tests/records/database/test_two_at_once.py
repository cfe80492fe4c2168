"""Kiosk and desk write at once: nothing is lost, nobody is turned away as busy."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.support.desks import Clinic, open_clinic

ROUNDS = 40


@contextmanager
def another_process(database: Path) -> Iterator[list[str]]:
    """Let another process submit requests until the block ends; then return what it answered."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.submitter", str(database), "7"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    answers = [child.stdout.readline()]
    try:
        yield answers
    finally:
        child.terminate()
        rest, complaints = child.communicate()
    answers += rest.splitlines(keepends=True)
    assert complaints == ""


def arrive(clinic: Clinic, number: int) -> str:
    """Check somebody in, and issue a pass at the desk, from whichever thread."""
    session = clinic.visitor.sessions_today().open_now[0]
    clinic.visitor.count_me_in(clinic.id(), session.id)
    return clinic.passes.issue_pass(f"Guest {number}", "en").digits


def test_two_processes_and_four_threads_lose_nothing(tmp_path: Path) -> None:
    with open_clinic(tmp_path) as clinic:
        clinic.add_session()
        with another_process(clinic.file) as answers:
            with ThreadPoolExecutor(4) as threads:
                passes = list(threads.map(lambda n: arrive(clinic, n), range(ROUNDS)))
            written = clinic.count("callback_request")
        assert written > 0
        answered = [line for line in answers if line.endswith("\n")]
        assert clinic.count("callback_request") >= len(answered) >= 1
        assert len(set(passes)) == ROUNDS
        assert clinic.count("check_in") == clinic.count("passcard") == ROUNDS
        with clinic.store.read() as transaction:
            numbers = transaction.connection().exec_driver_sql(
                "SELECT kiosk_seq FROM outbox WHERE kiosk_seq IS NOT NULL ORDER BY kiosk_seq"
            )
            given = list(numbers.scalars())
        # No number twice, and none left out: every transaction saw the one before it.
        assert given == list(range(1, len(given) + 1))
