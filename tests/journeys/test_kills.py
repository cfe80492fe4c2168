"""The process is killed at random moments of a submission: nothing told is lost or doubled.

KIOSK_TEST_KILLS sets how many submissions there are (200 for the long run).
"""

import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.journeys.clinic import Clinic, fill_in
from tests.support.amounts import amount
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

KILLS = amount(3, 12, "KIOSK_TEST_KILLS")
LATEST = 0.5
"""Seconds after Send by which the process is killed; a receipt takes about half of that."""
REFERENCE = re.compile(r"\b7K[2346789CDFGHJKMPQRTVWXY]{2}-[2346789CDFGHJKMPQRTVWXY]{4}\b")


@pytest.fixture
def tmp_path(on_disk: Path) -> Path:
    """Keep the clinic on a disk."""
    return on_disk


def watch(terminal: Terminal, seconds: float) -> None:
    """Read what is drawn for so long."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        terminal.pump(left)


def killed_while_sending(terminal: Terminal, delay: float) -> str | None:
    """Press Send twice, kill the process after `delay` seconds, return the painted reference."""
    terminal.choose("yy")
    watch(terminal, delay)
    return killed(terminal)


def killed_once_told(terminal: Terminal) -> str | None:
    """Press Send twice, kill the process as soon as a reference is painted, and return it."""
    terminal.choose("yy")
    terminal.wait_until(lambda: REFERENCE.search(terminal.text) is not None, "a reference")
    return killed(terminal)


def killed(terminal: Terminal) -> str | None:
    """Kill the process and return the reference that it has painted."""
    terminal.kill()
    while terminal.pump(0):
        pass
    found = REFERENCE.search(terminal.text)
    return found[0] if found else None


def test_what_was_told_is_kept_once(clinic: Clinic) -> None:
    chance = random.Random(20261123)
    told: dict[str, str] = {}
    for number in range(KILLS):
        with clinic.start() as terminal:
            name = f"Visitor {number}"
            fill_in(terminal, name, "81234567")
            delay = chance.uniform(0.0, LATEST)
            if number == 0:
                # However slow the machine is, somebody is told.
                reference = killed_once_told(terminal)
            else:
                reference = killed_while_sending(terminal, delay)
            if reference is not None:
                told[name] = reference
    listed = clinic.requests()
    names = Counter(str(row["name"]) for row in listed)
    assert max(names.values(), default=1) == 1
    assert len({row["reference"] for row in listed}) == len(listed)
    kept = {str(row["name"]): str(row["reference"]) for row in listed}
    assert {name: kept.get(name) for name in told} == told
    print(f"{KILLS} killed: {len(told)} told, {len(kept)} kept")  # noqa: T201  the long run's figures
    assert told
