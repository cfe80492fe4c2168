"""The roster on a facilitator's desk follows the scans at the kiosk."""

import sys
import time
from collections.abc import Callable

import pytest

from tests.journeys.clinic import Clinic, finish
from tests.journeys.desks import CLEARS, open_desk, open_roster, row_of
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

QUIET = 2.5
"""Seconds in which the desk looks for news at least twice."""
KEYS = "Sign out"
"""Stands in the lowest row."""
FEW = 0.75
"""What may be drawn for one person more, of what the whole screen takes."""


def whole_picture(terminal: Terminal) -> int:
    """Return how many bytes the program draws for its whole screen."""
    columns, rows = terminal.emulator.columns, terminal.emulator.rows
    terminal.resize(columns, rows + 1)
    terminal.settle()
    before = len(terminal.raw)
    terminal.resize(columns, rows)
    terminal.settle()
    return len(terminal.raw) - before


def test_a_scan_shows_within_two_seconds_and_calmly(
    clinic: Clinic, record_property: Callable[[str, object], None]
) -> None:
    passes = clinic.sample_passes()
    kiosk = clinic.start()
    for name in ("Ravi", "Nur Aisyah"):
        clinic.check_in(passes[name])
    desk = open_desk(clinic, "facilitator")
    open_roster(desk)
    desk.wait_for("•••")
    assert b"Ravi" not in desk.raw
    whole = whole_picture(desk)
    desk.choose("n")
    desk.wait_for("Ravi")
    desk.send("\x1b[B")
    desk.wait_for("› Ravi")
    desk.settle()
    before = len(desk.raw)
    assert not desk.pump(QUIET) or KEYS.encode() not in desk.raw[before:]
    before = len(desk.raw)
    kiosk.send(f"{passes['Mei']}\r")
    kiosk.wait_for("Welcome, Mei")
    told = time.monotonic()
    desk.wait_for("Mei", within=2.0)
    seconds = time.monotonic() - told
    record_property("seconds from the result to the roster", round(seconds, 2))
    sys.stdout.write(f"on the roster {seconds:.2f} s after the kiosk's result\n")
    desk.wait_for("3 here · ")
    desk.settle()
    drawn = bytes(desk.raw[before:])
    assert [clear for clear in CLEARS if clear in drawn] == []
    assert KEYS.encode() not in drawn
    assert len(drawn) < FEW * whole
    assert "›" in row_of(desk, "Ravi")
    assert desk.text.count("›") == 1
    finish(kiosk)
