"""Fast typing on the callback form ends where a slow typist's would."""

import pytest

from tests.journeys.clinic import Clinic, choose_nothing, finish

pytestmark = pytest.mark.terminal


def test_what_is_typed_in_bursts_ends_in_the_right_fields(clinic: Clinic) -> None:
    terminal = clinic.start()
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.send("abc\rdef\r")
    terminal.wait_for("Type 8 digits, or + first")
    terminal.wait_for("█  def ")
    terminal.send("\x7f\x7f\x7f8124\x7f34567\r")
    terminal.wait_for("When may we call?")
    terminal.choose("b")
    terminal.wait_for("█  81234567 ")
    finish(terminal)
    # Tab leaves the field before the next letter.
    terminal.choose("cabc\tdef\x1b[Z!")
    terminal.wait_for("█  abc!")
    terminal.send("\x7f\x7f\x7f\x7fabcd\x7f\x7f\x7fQ7\x1b[D\x1b[Dx")
    terminal.wait_for("█  axQ7 ")
    terminal.send("\r")
    terminal.wait_for("Which number should we call?")
    terminal.type("81234567")
    terminal.send("\r")
    choose_nothing(terminal)
    terminal.wait_for("axQ7 ")
