"""A desk that nobody touches locks: no name and no number that was open is left anywhere.

Looked for is what the program can still reach, and then any copy in its memory, freed or not.
"""

import signal

import pytest

from tests.journeys.clinic import PASSPHRASE, Clinic
from tests.journeys.desks import open_desk, open_request, open_roster, sign_in
from tests.journeys.insight import Insight
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME, PHONE, NATIONAL = "Xanthippe-Quill", "93741652", "9374 1652"
OPENED = (NAME, NAME[:9], PHONE, NATIONAL)
MEMBER = "Zenobia-Quill"
UNUSED = (
    signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO, signal.SIGPWR,
    signal.SIGSTKFLT, signal.SIGRTMIN, signal.SIGRTMAX,
)  # fmt: skip
"""Beside SIGUSR1 and SIGUSR2, by which the tests reach into the program."""


def leave_alone_until_locked(terminal: Terminal, insight: Insight) -> None:
    insight.leave_alone(terminal)
    terminal.wait_for("Nobody used the desk for a while.")


def assert_nothing_left(
    terminal: Terminal, insight: Insight, drawn_before: int, *opened: str
) -> None:
    """Look at the screen, at what was drawn for the lock, and into the memory."""
    terminal.settle(0.3)
    drawn = bytes(terminal.raw[drawn_before:]).decode(errors="replace")
    for place in (terminal.text, drawn):
        assert [words for words in opened if words in place] == []
    insight.wait_forgotten(terminal, *opened)
    if insight.reads_memory(terminal):
        insight.wait_overwritten(terminal, *opened)


def test_a_locked_desk_leaves_nothing(clinic: Clinic, insight: Insight) -> None:
    reference = clinic.ask_for_a_call(NAME, PHONE)
    clinic.check_in(clinic.new_pass(MEMBER))
    terminal = open_desk(clinic, "caller", env=insight.variables())
    nothing_of_a_request_is_left(terminal, insight, reference)
    terminal.send(f"{PASSPHRASE}\r")
    terminal.wait_for("C Now")
    terminal.choose("q")
    sign_in(terminal, "facilitator")
    a_roster_leaves_nothing_and_comes_back(terminal, insight)


def nothing_of_a_request_is_left(terminal: Terminal, insight: Insight, reference: str) -> None:
    open_request(terminal, reference)
    terminal.choose("c")
    terminal.wait_for("It is yours until")
    terminal.choose("r")
    terminal.wait_for(f"Ring {NATIONAL}")
    what_an_operator_sends_ends_nothing(terminal)
    assert insight.reachable(terminal, *OPENED) == set(OPENED)
    terminal.settle()
    drawn = len(terminal.raw)
    leave_alone_until_locked(terminal, insight)
    assert_nothing_left(terminal, insight, drawn, *OPENED)


def what_an_operator_sends_ends_nothing(terminal: Terminal) -> None:
    """By default each ends a program, which would leave what it shows on the terminal."""
    for number in UNUSED:
        terminal.signal(number)
    terminal.choose("zz")
    terminal.settle()
    assert terminal.alive, terminal.fate
    assert terminal.find(NATIONAL) is not None


def a_roster_leaves_nothing_and_comes_back(terminal: Terminal, insight: Insight) -> None:
    open_roster(terminal)
    terminal.choose("n")
    terminal.wait_for(MEMBER)
    assert insight.reachable(terminal, MEMBER) == {MEMBER}
    terminal.settle()
    drawn = len(terminal.raw)
    leave_alone_until_locked(terminal, insight)
    assert_nothing_left(terminal, insight, drawn, MEMBER)
    terminal.send("wrong wrong wrong\r")
    terminal.wait_for("That did not open.")
    terminal.send(f"{PASSPHRASE}\r")
    terminal.wait_for("1 here · ")
    terminal.wait_for("•••")
    assert terminal.find(MEMBER) is None
    terminal.choose("n")
    terminal.wait_for(MEMBER)
    terminal.settle()
    drawn = len(terminal.raw)
    terminal.choose("q")
    terminal.wait_for("Sign in with your own name and passphrase.")
    assert_nothing_left(terminal, insight, drawn, MEMBER)
