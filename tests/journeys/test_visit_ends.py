"""However a visit ends, nothing that was typed is left on the screen or in a field."""

from pathlib import Path

import pytest

from tests.journeys.clinic import HOME, READY, Clinic, fill_in, finish
from tests.journeys.fast_clock import fast_clock
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME, PHONE = "Zenobia", "91526374"
TYPED = (NAME, PHONE, "9152 6374", "9152", "+65")
WARNING = "Are you still there?"


def assert_nothing_left(terminal: Terminal) -> None:
    """Look at the screen, then into the first field of a new form."""
    terminal.wait_for(READY)
    terminal.wait_gone(NAME)
    assert [text for text in TYPED if text in terminal.text] == []
    terminal.send("c")
    terminal.wait_for("What should we call you?")
    terminal.send("Next-one\r")
    terminal.wait_for("Which number should we call?")
    terminal.send("8")
    terminal.wait_for("▌  8 ")
    terminal.wait_gone("Next-one")
    assert [text for text in TYPED if text in terminal.text] == []
    finish(terminal)


def by_escape(terminal: Terminal) -> None:
    terminal.send("\x1b")


def by_a_tap(terminal: Terminal) -> None:
    terminal.tap("Finish and clear")


def by_escape_on_the_receipt(terminal: Terminal) -> None:
    terminal.send("y")
    terminal.wait_for("Thank you. We have your request.")
    terminal.send("\x1b")


def test_the_visitor_ends_it(clinic: Clinic) -> None:
    terminal = clinic.start()
    for end in (by_escape, by_a_tap, by_escape_on_the_receipt):
        fill_in(terminal, NAME, PHONE)
        end(terminal)
        terminal.wait_for(HOME)
        assert_nothing_left(terminal)


def test_a_form_that_nobody_touches_warns_and_clears(clinic: Clinic, tmp_path: Path) -> None:
    terminal = clinic.start(env=fast_clock(tmp_path / "clock"))
    fill_in(terminal, NAME, PHONE)
    terminal.wait_for(WARNING)
    terminal.wait_gone(NAME)
    terminal.send("z")
    terminal.wait_for(NAME)
    terminal.wait_gone(WARNING)
    terminal.wait_for(WARNING)
    terminal.wait_for(HOME)
    terminal.wait_gone(WARNING)
    assert_nothing_left(terminal)


def test_receipts_results_and_languages_clear_by_themselves(clinic: Clinic, tmp_path: Path) -> None:
    terminal = clinic.start(env=fast_clock(tmp_path / "clock"))
    fill_in(terminal, NAME, PHONE)
    terminal.send("y")
    terminal.wait_for("Thank you. We have your request.")
    terminal.wait_for(WARNING)
    terminal.wait_gone("Thank you")
    terminal.wait_for(HOME)
    assert_nothing_left(terminal)
    terminal.paste(clinic.sample_passes()["Ravi"])
    terminal.wait_for("Welcome, Ravi")
    terminal.wait_gone("Welcome, Ravi")
    terminal.wait_for(HOME)
    terminal.send("m")
    terminal.wait_for("What you type stays covered.")
    terminal.send("2580\r")
    terminal.wait_for("Records to send")
    terminal.wait_gone("Records to send")
    terminal.wait_for(HOME)
