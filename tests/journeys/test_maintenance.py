"""Staff at the kiosk: the PIN, and the out-of-order switch that outlives a restart."""

import sqlite3
from contextlib import closing

import pytest

from tests.journeys.clinic import CLOSED, PIN, Clinic, finish
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal


def unlock(terminal: Terminal) -> None:
    ask_for_pin(terminal)
    terminal.type(f"{PIN}\r")
    terminal.wait_for("Records to send")


def ask_for_pin(terminal: Terminal) -> None:
    terminal.choose("m")
    terminal.wait_for("What you type stays covered.")


def test_what_staff_and_others_did_outlives_a_restart(clinic: Clinic) -> None:
    terminal = clinic.start()
    ask_for_pin(terminal)
    terminal.type("9713\r")
    terminal.wait_for("That is not the PIN.")
    assert terminal.find("9713") is None
    terminal.type(f"{PIN}\r")
    terminal.wait_for("Records to send")
    assert terminal.find(PIN) is None
    terminal.choose("o")
    terminal.wait_for(CLOSED)
    terminal.kill()
    again = clinic.start(shows=CLOSED)
    a_closed_kiosk_has_help_alone(clinic, again)
    unlock(again)
    again.choose("o")
    again.wait_for("Ask for a call")
    assert clinic.arrivals() == []
    assert clinic.requests() == []
    wrong_pins_make_a_wait(clinic, again)


def a_closed_kiosk_has_help_alone(clinic: Clinic, terminal: Terminal) -> None:
    digits = next(iter(clinic.sample_passes().values()))
    terminal.send(f"{digits}\rcrg")
    terminal.choose("h")
    terminal.wait_for("Help now")
    terminal.wait_for("The code calls the line")
    terminal.send("\x1b")
    terminal.wait_for(CLOSED)


def wrong_pins_make_a_wait(clinic: Clinic, terminal: Terminal) -> None:
    for _ in range(2):
        ask_for_pin(terminal)
        terminal.type("1111\r")
        terminal.wait_for("That is not the PIN.")
        terminal.send("\x1b")
        terminal.wait_for("Ask for a call")
    ask_for_pin(terminal)
    terminal.type("1111\r")
    terminal.wait_for("That did not open. Please wait")
    terminal.kill()
    lengthen_wait(clinic)
    again = clinic.start()
    ask_for_pin(again)
    again.type(f"{PIN}\r")
    again.wait_for("That did not open. Please wait")
    assert again.find("Records to send") is None
    finish(again)


def lengthen_wait(clinic: Clinic) -> None:
    """Let there have been more wrong tries: a start on a busy machine takes longer than the wait.

    It counts from the last of them, which was before the restart.
    """
    with closing(sqlite3.connect(clinic.folder / "kiosk.db")) as file, file:
        changed = file.execute("UPDATE sign_in_attempt SET failures = 9 WHERE failures = 3")
        assert changed.rowcount == 1
