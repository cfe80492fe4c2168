"""The kiosk on plain lines of a real terminal: what is typed arrives, and goes with the visit."""

import signal

import pytest

from tests.journeys.clinic import HOME, Clinic
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME, PHONE = "Zenobia", "91526374"


def test_a_visit_by_lines_is_kept_and_wiped(clinic: Clinic) -> None:
    terminal = clinic.start("run", "--plain", shows=HOME)
    answer(terminal, "2", "What should we call you?")
    answer(terminal, NAME, "Which number should we call?")
    answer(terminal, PHONE, "When may we call?")
    answer(terminal, "2", "And from which day?")
    answer(terminal, "1", "Which language should we speak?")
    answer(terminal, "1", "Do you have a wish for the call?")
    answer(terminal, "", "may we leave a message?")
    answer(terminal, "1", "And if someone else picks up?")
    answer(terminal, "1", "Is this right?")
    answer(terminal, "y", "Your reference: 7K")
    answer(terminal, "", HOME)
    terminal.wait_gone(NAME)
    assert PHONE not in terminal.text
    assert b"\x1b[3J" in terminal.raw
    assert [one["name"] for one in clinic.requests()].count(NAME) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_however_it_ends_nothing_typed_is_left(clinic: Clinic, number: signal.Signals) -> None:
    terminal = clinic.start("run", "--plain", shows=HOME)
    answer(terminal, "2", "What should we call you?")
    answer(terminal, NAME, "Which number should we call?")
    terminal.signal(signal.SIGINT)
    answer(terminal, "8", "Please add the missing digits.")
    terminal.signal(number)
    terminal.wait_exit()
    assert NAME not in terminal.text


def answer(terminal: Terminal, line: str, then: str) -> None:
    terminal.send(f"{line}\n")
    terminal.wait_for(then)
