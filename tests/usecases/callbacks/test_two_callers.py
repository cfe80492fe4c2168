"""Two callers in two processes on one database: never both holding one request."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from kiosk.domain.staff import Role
from tests.support.calls import ask
from tests.support.desks import Clinic, open_clinic

REQUESTS = 40


def claim_side_by_side(clinic: Clinic, *logins: str) -> dict[str, dict[str, list[str]]]:
    """Let each caller claim every request at once; give by login and request how it ended."""
    command = [sys.executable, "-m", "tests.support.claimer", str(clinic.file)]
    with ExitStack() as until:
        children = {
            login: until.enter_context(
                subprocess.Popen(
                    [*command, login], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for login in logins
        }
        for child in children.values():
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children.values():
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        told = {login: child.communicate()[0] for login, child in children.items()}
        assert all(child.returncode == 0 for child in children.values())
    return {
        login: {line.split()[0]: line.split()[1:] for line in lines.splitlines()}
        for login, lines in told.items()
    }


def test_each_request_has_one_holder_and_the_other_is_told_who(tmp_path: Path) -> None:
    with open_clinic(tmp_path) as clinic:
        for login in ("ann", "ben"):
            clinic.add_staff(login, Role.CALLER)
        ids = {str(ask(clinic)) for _ in range(REQUESTS)}
        told = claim_side_by_side(clinic, "ann", "ben")
        holders = {str(row.request.id): row.holder for row in clinic.callbacks.worklist().rows}
        assert clinic.count("callback_event") == REQUESTS
    assert set(told["ann"]) == set(told["ben"]) == ids
    for id_ in ids:
        winner = holders[id_]
        loser = "ben" if winner == "ann" else "ann"
        assert told[winner][id_] == ["Done"]
        assert told[loser][id_] == ["HeldBy", winner]
