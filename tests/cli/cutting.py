"""Kills the making of a demo at each of its steps, and says what the next start makes of it.

Run as a program, for only a process with one thread may fork.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, table

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.cli.demo import digits, prepare
from kiosk.records.database.store import Store
from tests.support.desks import CHEAP

TABLES = ("site", "public_key", "staff_account", "support_group", "participant", "passcard")


def main(place: Path) -> None:
    """Print one line of JSON for each step, the last for a making that was not cut off."""
    for step in count():
        folder = place / str(step)
        was_killed = _cut_off(folder, step)
        known = digits(folder)
        prepare(folder, cost=CHEAP)
        sys.stdout.write(json.dumps({"known": known, **state(folder)}) + "\n")
        if not was_killed:
            break


def state(folder: Path) -> dict[str, Any]:
    """Return what a folder holds."""
    store = Store.open(folder / DATABASE)
    try:
        with store.read() as transaction:
            counts = {name: select(func.count()).select_from(table(name)) for name in TABLES}
            rows = {name: transaction.scalar(query) for name, query in counts.items()}
    finally:
        store.close()
    files = sorted(path.name for path in folder.iterdir())
    return {"rows": rows, "files": files, "digits": digits(folder)}


def _cut_off(folder: Path, step: int) -> bool:
    """Make the demo in a process that is killed before its step of this number, if it has one."""
    child = os.fork()
    if child == 0:
        steps: Counter[str] = Counter()

        def killing(function: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(function)
            def counted(*args: Any, **options: Any) -> Any:
                if steps.total() == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                steps["all"] += 1
                return function(*args, **options)

            return counted

        for owner, name in ((Store, "write"), (os, "fsync"), (Path, "replace"), (Path, "mkdir")):
            setattr(owner, name, killing(getattr(owner, name)))
        prepare(folder, cost=CHEAP)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
