"""Signals: what ends it gives the terminal back, and nothing else changes anything."""

import re
import signal

import pytest

from tests.journeys.clinic import Clinic
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

ENDS = {
    # What ends it at once, stops it at once, or is a fault of the processor or the C library.
    signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGSTOP, signal.SIGABRT, signal.SIGBUS,
    signal.SIGFPE, signal.SIGILL, signal.SIGSEGV,
}  # fmt: skip
OTHERS = sorted(signal.valid_signals() - ENDS)
"""Those of a keyboard, and all that mean nothing here."""
MODES = (b"1049", b"1000", b"1002", b"1003", b"1006", b"2004")


def type_a_name(terminal: Terminal) -> None:
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.send("Zenobia")
    terminal.wait_for("█  Zenobia")


def assert_given_back(terminal: Terminal) -> None:
    drawn = bytes(terminal.raw)
    for mode in MODES:
        assert drawn.rfind(b"\x1b[?%sl" % mode) > drawn.rfind(b"\x1b[?%sh" % mode)
    assert drawn.rfind(b"\x1b[?25h") > drawn.rfind(b"\x1b[?25l")
    assert terminal.echoes
    left = re.sub(rb"\x1b\[[0-9;?<>]*[a-zA-Z]", b"", drawn[drawn.rfind(b"\x1b[?1049l") :])
    assert left.strip() == b""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGHUP, 74)])
def test_it_gives_the_terminal_back_and_ends(
    clinic: Clinic, number: signal.Signals, code: int
) -> None:
    terminal = clinic.start()
    type_a_name(terminal)
    assert_others_change_nothing(terminal)
    terminal.signal(number)
    assert terminal.wait_exit() == code
    assert_given_back(terminal)
    assert b"Zenobia" not in b"".join(clinic.kept_bytes().values())


def assert_others_change_nothing(terminal: Terminal) -> None:
    threads = terminal.threads
    for number in OTHERS * 3:
        terminal.signal(number)
    terminal.send("\x03\x1a\x1c\x11\x13!")
    terminal.wait_for("█  Zenobia!")
    assert terminal.state in "SR"
    assert terminal.threads == threads
