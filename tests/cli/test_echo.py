"""What is typed before an unseen question does not show, nor does it reach the shell."""

import sys

import pytest

from kiosk.cli import echo
from tests.support.terminal import Terminal

PROGRAM = """
import sys
from kiosk.cli import main
from kiosk.cli.echo import shown_typing
def work(words):
    print("loading", flush=True)
    sys.stdin.readline()
    print("loaded", flush=True)
    with shown_typing():
        print("question", flush=True)
        sys.stdin.readline()
    print("going on", flush=True)
    sys.stdin.readline()
    return 0
main._run = work
sys.exit(main.run())
"""


@pytest.mark.parametrize("words", [["staff", "list", "--user", "amy"], ["central", "init"]])
def test_what_is_typed_ahead_is_not_echoed(words: list[str]) -> None:
    with Terminal([sys.executable, "-c", PROGRAM, *words]) as terminal:
        terminal.wait_for("loading")
        terminal.send("unseen words\n")
        terminal.wait_for("question")
        terminal.send("seen words\n")
        terminal.wait_for("going on")
        assert not terminal.echoes
        terminal.send("last unseen\n")
        assert terminal.wait_exit() == 0
        assert terminal.echoes
        assert b"seen words" in terminal.raw
        assert b"unseen" not in terminal.raw


def test_a_command_that_is_ended_gives_the_echo_back() -> None:
    import signal

    words = ["audit", "verify", "--user=amy"]
    with Terminal([sys.executable, "-c", PROGRAM, *words]) as terminal:
        terminal.wait_for("loading")
        assert not terminal.echoes
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 143
        assert terminal.echoes


@pytest.mark.parametrize(
    ("words", "hides"),
    [
        ("init --name A", True),
        ("central join FILE", True),
        ("callbacks list --user=amy", True),
        ("doctor", False),
        ("staff list --user amy --help", False),
        ("", False),
    ],
)
def test_commands_that_ask_for_secrets_hide_what_is_typed(words: str, *, hides: bool) -> None:
    assert echo._asks_unseen(words.split()) is hides
