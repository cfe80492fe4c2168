"""What was acknowledged is there once, however the process ends.

KIOSK_TEST_KILLS sets how many processes are killed (200 for a long run).
"""

import subprocess
import sys
from pathlib import Path
from random import Random

from kiosk.records.database.store import Store, sqlite_module
from tests.support.amounts import amount
from tests.support.desks import open_clinic

KILLS = amount(3, 12, "KIOSK_TEST_KILLS")
_QUERY = """
    SELECT r.ref, count(DISTINCT r.id), count(o.seq) FROM callback_request r
    LEFT JOIN outbox o ON o.row_id = r.id AND o.table_name = 'callback_request' GROUP BY r.ref
"""


def acknowledged_until_killed(database: Path, seed: int) -> list[str]:
    """Run a submitter, kill it after a random number of answers; return what it answered."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.submitter", str(database), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    answers = [child.stdout.readline() for _ in range(Random(seed).randrange(1, 60))]
    child.kill()
    answers += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    # The last line may have been cut; it was then no answer.
    return [line.strip() for line in answers if line.endswith("\n")]


def test_every_acknowledged_request_is_there_once_after_kill_9(on_disk: Path) -> None:
    with open_clinic(on_disk) as clinic:
        database = clinic.file
    answered: list[str] = []
    for seed in range(KILLS):
        answered += acknowledged_until_killed(database, seed)
        Store.open(database).close()
    assert len(answered) >= KILLS
    connection = sqlite_module().connect(str(database))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = {ref: counts for ref, *counts in connection.execute(_QUERY)}
    connection.close()
    assert len(set(answered)) == len(answered)
    assert all(found[ref] == [1, 1] for ref in answered)
    # Commits whose answer was lost are normal; half a commit is not.
    assert all(counts == [1, 1] for counts in found.values())
