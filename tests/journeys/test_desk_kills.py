"""A desk is killed as soon as a result is told as noted: the database has it exactly once.

KIOSK_TEST_KILLS sets how many desks are killed.
"""

import random
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.journeys.clinic import Clinic
from tests.journeys.desks import history, open_desk, open_request
from tests.support.amounts import amount
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

KILLS = amount(2, 6, "KIOSK_TEST_KILLS")
LATEST = 0.15
"""Seconds after the key by which every second desk is killed, told or not."""
NOTED = "Noted: "


@pytest.fixture
def tmp_path(on_disk: Path) -> Path:
    """Keep the clinic on a disk."""
    return on_disk


def note(terminal: Terminal, reference: str, words: str) -> None:
    """Claim a request, have a note kept, and go up to the key that keeps a result."""
    open_request(terminal, reference)
    terminal.choose("c")
    terminal.wait_for("Yours until")
    terminal.choose("t")
    terminal.wait_for("A short note")
    terminal.send(f"{words}\r")
    terminal.wait_for("The note is kept.")
    terminal.choose("\r")
    terminal.wait_for("How did the call go?")


def killed_once_told(terminal: Terminal) -> None:
    terminal.choose("n")
    terminal.wait_for(NOTED)
    terminal.kill()


def killed_sometime(terminal: Terminal, seconds: float) -> None:
    terminal.choose("nn")
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        terminal.pump(left)
    terminal.kill()
    while terminal.pump(0):
        pass


def test_what_was_told_as_noted_is_kept_once(clinic: Clinic) -> None:
    chance = random.Random(20261123)
    reference = clinic.ask_for_a_call("Zenobia", "91526374")
    told = []
    for number in range(KILLS):
        words = f"kill {number}"
        with open_desk(clinic, "caller") as terminal:
            note(terminal, reference, words)
            if number % 2:
                killed_sometime(terminal, chance.uniform(0.0, LATEST))
            else:
                killed_once_told(terminal)
            if terminal.find(NOTED):
                told.append(words)
    done = sorted(history(clinic, reference), key=lambda row: row["revision"])
    entries = [row for row in done if row["kind"] in ("noted", "attempt")]
    notes = [str(row["note"]) for row in entries if row["kind"] == "noted"]
    # Each round keeps its note before its result, so a result stands behind the note of its round.
    kept = [str(note["note"]) for note, row in pairwise(entries) if row["kind"] == "attempt"]
    sys.stdout.write(f"{KILLS} killed: {len(told)} told, {len(kept)} kept\n")
    assert told
    assert notes == [f"kill {number}" for number in range(KILLS)]
    assert set(told) <= set(kept) <= set(notes)
    assert len(kept) == len(set(kept))
    assert [row["revision"] for row in done] == list(range(1, len(done) + 1))
    assert "whole" in clinic.printed("audit", "verify", "--user", "manager")
