"""Staff at the kiosk: the PIN, the out-of-order switch that outlives a restart, and the way out."""

import pytest

from tests.journeys.clinic import CLOSED, PIN, Clinic, finish
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal


def unlock(terminal: Terminal) -> None:
    terminal.send("m")
    terminal.wait_for("What you type stays covered.")
    terminal.send(f"{PIN}\r")
    terminal.wait_for("Records to send")


def test_out_of_order_outlives_a_restart_until_staff_open_again(clinic: Clinic) -> None:
    terminal = clinic.start()
    terminal.send("m")
    terminal.wait_for("What you type stays covered.")
    terminal.send("9713\r")
    terminal.wait_for("That is not the PIN.")
    assert terminal.find("9713") is None
    terminal.send(f"{PIN}\r")
    terminal.wait_for("Records to send")
    assert terminal.find(PIN) is None
    terminal.send("o")
    terminal.wait_for(CLOSED)
    terminal.kill()

    again = clinic.start(shows=CLOSED)
    digits = next(iter(clinic.sample_passes().values()))
    again.send(f"{digits}\rcrg")
    again.send("h")
    again.wait_for("Help now")
    again.wait_for("The code calls the line")
    again.send("\x1b")
    again.wait_for(CLOSED)
    unlock(again)
    again.send("o")
    again.wait_for("Ask for a call")
    unlock(again)
    again.send("x")
    assert again.wait_exit() == 0
    assert again.echoes
    assert clinic.arrivals() == []
    assert clinic.requests() == []


def test_wrong_pins_make_a_wait_that_outlives_a_restart(clinic: Clinic) -> None:
    terminal = clinic.start()
    terminal.send("m")
    terminal.wait_for("What you type stays covered.")
    for _ in range(2):
        terminal.send("1111\r")
        terminal.wait_for("That is not the PIN.")
        terminal.send("\x1b")
        terminal.wait_for("Ask for a call")
        terminal.send("m")
        terminal.wait_for("What you type stays covered.")
    terminal.send("1111\r")
    terminal.wait_for("That did not open. Please wait")
    terminal.kill()
    again = clinic.start()
    again.send("m")
    again.wait_for("What you type stays covered.")
    again.send(f"{PIN}\r")
    again.wait_for("That did not open. Please wait")
    assert again.find("Records to send") is None
    finish(again)
