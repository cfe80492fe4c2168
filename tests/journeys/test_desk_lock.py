"""A desk that nobody touches locks: no name and no number that was open is left anywhere.

Looked for is what the program can still reach, and then any copy in its memory, freed or not.
"""

import signal
from collections.abc import Sequence

import pytest

from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.domain.callbacks.actions import AddNote, Done
from kiosk.usecases.staff_desk import SignedIn
from tests.journeys.clinic import PASSPHRASE, Clinic
from tests.journeys.desks import open_desk, open_request, open_roster, sign_in
from tests.journeys.insight import Insight
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME, PHONE, NATIONAL = "Xanthippe-Quill", "93741652", "9374 1652"
NOTE = "Prefers the quetzal entrance"
OPENED = (NAME, NAME[:9], PHONE, NATIONAL, NOTE)
MEMBER = "Zenobia-Quill"
UNUSED = (
    signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO, signal.SIGPWR,
    signal.SIGSTKFLT, signal.SIGRTMIN, signal.SIGRTMAX,
)  # fmt: skip
"""Beside SIGUSR1 and SIGUSR2, by which the tests reach into the program."""


def leave_alone_until_locked(terminal: Terminal, insight: Insight) -> None:
    insight.leave_alone(terminal)
    terminal.wait_for("Nobody used the desk for a while.")


def assert_nothing_shown(terminal: Terminal, drawn_before: int, *opened: str) -> None:
    """Look at the screen, and at what was drawn for the lock."""
    terminal.settle(0.3)
    drawn = bytes(terminal.raw[drawn_before:]).decode(errors="replace")
    for place in (terminal.text, drawn):
        assert [words for words in opened if words in place] == []


def assert_nothing_kept(
    terminal: Terminal, insight: Insight, secrets: Sequence[str | bytes], *opened: str
) -> None:
    """Look for `opened` in what the program can reach, and for `secrets` in its whole memory."""
    insight.wait_forgotten(terminal, *opened)
    if insight.reads_memory(terminal):
        insight.wait_overwritten(terminal, *secrets)


def note_and_keys(clinic: Clinic) -> list[bytes]:
    """Write a note on the one request; return the private keys that staff hold between them."""
    kiosk = open_kiosk(clinic.folder)
    try:
        access = kiosk.access()
        staff = [access.sign_in(login, PASSPHRASE) for login in ("caller", "facilitator")]
        held = [one.keys for one in staff if isinstance(one, SignedIn)]
        assert isinstance(staff[0], SignedIn)
        desk = access.callback_desk(staff[0])
        (row,) = desk.worklist().rows
        assert isinstance(desk.act(row.request.id, row.state.revision, AddNote(NOTE)), Done)
    finally:
        kiosk.store.close()
    rings = [ring for keys in held for ring in keys.values()]
    return [key.raw.translate(None, b"\0") for ring in rings for key in ring.values()]


def test_a_locked_desk_leaves_nothing(clinic: Clinic, insight: Insight) -> None:
    reference = clinic.ask_for_a_call(NAME, PHONE)
    secrets: list[str | bytes] = [*note_and_keys(clinic), *OPENED, MEMBER, PASSPHRASE]
    clinic.check_in(clinic.new_pass(MEMBER))
    terminal = open_desk(clinic, "caller", env=insight.variables())
    nothing_of_a_request_is_left(terminal, insight, reference, secrets)
    terminal.send(f"{PASSPHRASE}\r")
    terminal.wait_for("C Now")
    terminal.choose("q")
    sign_in(terminal, "facilitator")
    a_roster_leaves_nothing_and_comes_back(terminal, insight, secrets)


def nothing_of_a_request_is_left(
    terminal: Terminal, insight: Insight, reference: str, secrets: Sequence[str | bytes]
) -> None:
    open_request(terminal, reference)
    terminal.choose("c")
    terminal.wait_for("It is yours until")
    terminal.choose("r")
    terminal.wait_for(f"Ring {NATIONAL}")
    what_an_operator_sends_ends_nothing(terminal)
    assert insight.reachable(terminal, *OPENED) == set(OPENED)
    if insight.reads_memory(terminal):
        assert set(insight.copies(terminal, *secrets)) > set(OPENED)
    terminal.settle()
    drawn = len(terminal.raw)
    leave_alone_until_locked(terminal, insight)
    assert_nothing_shown(terminal, drawn, *OPENED)
    assert_nothing_kept(terminal, insight, secrets, *OPENED)


def what_an_operator_sends_ends_nothing(terminal: Terminal) -> None:
    """By default each ends a program, which would leave what it shows on the terminal."""
    for number in UNUSED:
        terminal.signal(number)
    terminal.send("z")
    terminal.settle()
    assert terminal.alive, terminal.fate
    assert terminal.find(NATIONAL) is not None


def a_roster_leaves_nothing_and_comes_back(
    terminal: Terminal, insight: Insight, secrets: Sequence[str | bytes]
) -> None:
    open_roster(terminal)
    terminal.choose("n")
    terminal.wait_for(MEMBER)
    assert insight.reachable(terminal, MEMBER) == {MEMBER}
    terminal.settle()
    drawn = len(terminal.raw)
    leave_alone_until_locked(terminal, insight)
    assert_nothing_shown(terminal, drawn, MEMBER)
    insight.wait_forgotten(terminal, MEMBER)
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
    assert_nothing_shown(terminal, drawn, MEMBER)
    assert_nothing_kept(terminal, insight, secrets, MEMBER)
