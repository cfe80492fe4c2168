"""Signals, crashes and the end, through a real pseudo-terminal."""

import re
import signal
import sys
from pathlib import Path

import pytest

from kiosk.ui.terminal.fatal import SENTENCE
from kiosk.ui.terminal.startup import EXIT_ASKED, EXIT_BROKEN, EXIT_TERMINAL_GONE
from tests.support.sample_app import SECRET
from tests.support.terminal import Start, Terminal

pytestmark = pytest.mark.terminal

CHECKOUT = Path(__file__).parents[3]
FUNCTION_KEYS = {
    "a handler of a key": "\x1bOP",
    "a handler of a message": "\x1bOQ",
    "a worker": "\x1bOR",
    "compose": "\x1bOS",
    "render": "\x1b[15~",
    "a timer": "\x1b[17~",
    "a thread worker": "\x1b[18~",
}
LOOSE_THREAD, HOSTILE_DATA, HANG, LEAVE = "\x1b[19~", "\x1b[20~", "\x1b[21~", "\x1b[23~"


def assert_restored(terminal: Terminal) -> None:
    drawn = bytes(terminal.raw)
    for mode in (b"1000", b"1006", b"2004", b"1049"):
        assert drawn.rfind(b"\x1b[?%sl" % mode) > drawn.rfind(b"\x1b[?%sh" % mode)
    assert drawn.rfind(b"\x1b[?25h") > drawn.rfind(b"\x1b[?25l")
    assert drawn.rfind(b"\x1b[<u") > drawn.rfind(b"\x1b[>25u")
    assert terminal.echoes


@pytest.mark.parametrize("name", ["SIGINT", "SIGQUIT", "SIGTSTP", "SIGCONT", "SIGWINCH"])
def test_signals_of_a_keyboard_change_nothing(sample: Terminal, name: str) -> None:
    threads = sample.threads
    for _ in range(3):
        sample.signal(signal.Signals[name])
    sample.send("here\t!")
    sample.wait_for("one=here two=!.")
    assert sample.state in "SR"
    assert sample.threads == threads
    sample.signal(signal.SIGTERM)
    assert sample.wait_exit() == EXIT_ASKED


def test_what_is_typed_after_a_stop_does_not_show_by_itself(sample: Terminal) -> None:
    sample.signal(signal.SIGSTOP)
    sample.wait_until(lambda: sample.state == "T", "it stopped")
    sample.use_by_line()
    sample.emulator.feed(b"\x1b[2J$ ")
    sample.signal(signal.SIGCONT)
    sample.wait_until(lambda: not sample.echoes, "no echo")
    sample.send("here\t!")
    sample.wait_for("one=here two=!.")
    sample.wait_for("ready")
    assert sample.find("$") is None
    sample.signal(signal.SIGTERM)
    assert sample.wait_exit() == EXIT_ASKED
    assert_restored(sample)


def test_signals_during_the_splash_change_nothing(start: Start) -> None:
    terminal = start()
    terminal.wait_for("One moment, please.")
    for name in ("SIGINT", "SIGQUIT", "SIGTSTP", "SIGCONT"):
        terminal.signal(signal.Signals[name])
    terminal.wait_for("ready")


def test_the_splash_has_its_colours(start: Start) -> None:
    terminal = start()
    terminal.wait_for("One moment, please.")
    assert terminal.emulator.screen.buffer[0][0].bg == "fbf7ef"


@pytest.mark.parametrize("ending", ["sys.exit(3)", "os.kill(os.getpid(), signal.SIGTERM)"])
def test_a_start_that_fails_gives_the_terminal_back(ending: str) -> None:
    program = (
        "import os, signal, sys; from kiosk.ui.terminal.startup import splash; splash();"
        f"sys.stdin.readline(); {ending}"
    )
    with Terminal([sys.executable, "-c", program], cwd=CHECKOUT) as terminal:
        terminal.wait_for("One moment, please.")
        assert not terminal.echoes
        terminal.send("\n")
        assert terminal.wait_exit() == (3 if "exit" in ending else EXIT_ASKED)
        assert terminal.echoes
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")


def test_nothing_typed_during_the_splash_shows(start: Start) -> None:
    terminal = start()
    terminal.wait_for("One moment, please.")
    assert not terminal.echoes
    terminal.send("early")
    terminal.wait_for("one=early ")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, EXIT_ASKED), (signal.SIGHUP, EXIT_TERMINAL_GONE)]
)
def test_it_restores_the_terminal_and_ends(
    sample: Terminal, number: signal.Signals, code: int
) -> None:
    sample.signal(number)
    assert sample.wait_exit() == code
    assert_restored(sample)


def test_the_app_can_end_itself(sample: Terminal) -> None:
    sample.send(LEAVE)
    assert sample.wait_exit() == 0
    assert_restored(sample)


def test_a_terminal_that_goes_away_ends_it(sample: Terminal) -> None:
    sample.hang_up()
    assert sample.wait_exit() == EXIT_TERMINAL_GONE


def test_the_end_of_the_input_ends_it(log: Path) -> None:
    program = f"{sys.executable} -m tests.support.sample_terminal_app plain {log} </dev/null"
    with Terminal(["/bin/sh", "-c", f"exec {program}"], cwd=CHECKOUT) as terminal:
        assert terminal.wait_exit() == EXIT_TERMINAL_GONE


def test_a_hung_app_still_ends_when_asked(sample: Terminal) -> None:
    sample.send(HANG)
    sample.signal(signal.SIGTERM)
    assert sample.wait_exit() == EXIT_ASKED
    assert_restored(sample)


def assert_quiet_crash(terminal: Terminal, log: Path) -> None:
    assert terminal.wait_exit() == EXIT_BROKEN
    assert terminal.text.strip() == SENTENCE
    assert_restored(terminal)
    logged = log.read_text(encoding="utf-8")
    assert re.search(r"BrokenError at support/sample_app\.py:\d+:\w+", logged)
    assert SECRET not in logged
    assert SECRET.encode() not in terminal.raw
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("key", FUNCTION_KEYS.values(), ids=FUNCTION_KEYS)
def test_a_crash_shows_one_sentence(sample: Terminal, key: str, log: Path) -> None:
    sample.send(key)
    assert_quiet_crash(sample, log)


def test_a_crash_of_the_input_thread_shows_one_sentence(start: Start, log: Path) -> None:
    terminal = start("broken-input")
    terminal.wait_for("ready")
    terminal.send("!")
    assert_quiet_crash(terminal, log)


def test_a_crash_before_the_first_frame_shows_one_sentence(start: Start, log: Path) -> None:
    terminal = start("broken-styles")
    assert terminal.wait_exit() == EXIT_BROKEN
    assert terminal.text.strip() == SENTENCE
    assert terminal.echoes
    assert "Error at " in log.read_text(encoding="utf-8")


def test_a_thread_of_its_own_that_breaks_is_only_logged(sample: Terminal, log: Path) -> None:
    sample.send(LOOSE_THREAD)
    sample.wait_until(lambda: log.exists() and "BrokenError" in log.read_text(), "a logged error")
    sample.send("here")
    sample.wait_for("one=here ")
    assert SECRET.encode() not in sample.raw
    assert SECRET not in log.read_text(encoding="utf-8")


def test_no_core_is_dumped(sample: Terminal) -> None:
    limits = Path(f"/proc/{sample.pid}/limits").read_text(encoding="ascii")
    assert re.search(r"Max core file size\s+0\s+0\s", limits)


def test_hostile_data_cannot_steer_the_terminal(sample: Terminal) -> None:
    sample.send(HOSTILE_DATA)
    sample.wait_for("a[31mRED2Jbc")
    assert b"\x1b[31m" not in sample.raw
    for steering in ("\x9b", "\u202e", "\x00", "\x08"):
        assert steering.encode() not in sample.raw


def test_debug_variables_of_textual_are_ignored(start: Start, tmp_path: Path) -> None:
    textual_log = tmp_path / "textual.log"
    terminal = start(
        env={
            "TEXTUAL": "debug,devtools", "TEXTUAL_DEBUG": "1", "TEXTUAL_LOG": str(textual_log),
            "TEXTUAL_DRIVER": "nowhere:Nothing", "TEXTUAL_PRESS": "f1", "TEXTUAL_SCREENSHOT": "0",
            "TEXTUAL_ALLOW_SIGNALS": "1", "TEXTUAL_SHOW_RETURN": "1", "COLUMNS": "9999",
            "LINES": "9999", "ESCDELAY": "99999",
        }
    )  # fmt: skip
    terminal.wait_for("ready")
    terminal.send("\x03here\t!")
    terminal.wait_for("one=here two=!.")
    terminal.signal(signal.SIGTERM)
    assert terminal.wait_exit() == EXIT_ASKED
    assert not textual_log.exists()
    assert "NoneType" not in terminal.text
