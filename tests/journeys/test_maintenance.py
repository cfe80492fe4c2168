"""Staff at the kiosk: the PIN, and the out-of-order switch that outlives a restart."""

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
    again = clinic.start()
    ask_for_pin(again)
    again.type(f"{PIN}\r")
    again.wait_for("That did not open. Please wait")
    assert again.find("Records to send") is None
    finish(again)
