"""How the command behaves in a shell, whatever it is asked."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer

from kiosk.cli import commands, screens
from kiosk.cli.main import run
from tests.cli.calling import COMMAND, Kiosk, Typing, shell
from tests.support.tables import check_each
from tests.support.terminal import Terminal

ROWS, COLUMNS = 24, 80


def _commands() -> Iterator[tuple[str, ...]]:
    """Yield every command, by walking through the tree of them."""

    def below(words: tuple[str, ...], command: Any) -> Iterator[tuple[str, ...]]:
        yield words
        for name, inner in getattr(command, "commands", {}).items():
            yield from below((*words, name), inner)

    yield from below((), typer.main.get_command(commands.app))


def test_all_commands_are_there() -> None:
    wanted = {
        ("demo",), ("run",), ("desk",), ("init",), ("doctor",), ("completion",),
        *(("callbacks", verb) for verb in (
            "list", "show", "history", "export", "claim", "release", "result", "hold", "close",
            "reopen", "escalate", "withdraw", "dismiss", "note", "merge", "undo",
        )),
        *(("attendance", verb) for verb in (
            "sessions", "list", "export", "add", "guests", "void", "restore", "count", "reconcile",
        )),
        *(("passes", verb) for verb in (
            "issue", "sheet", "list", "members", "replace", "revoke", "enrol", "leave",
        )),
        *(("groups", verb) for verb in (
            "list", "add", "change", "put-away", "import", "export",
        )),
        *(("sessions", verb) for verb in ("list", "add", "series", "change", "cancel")),
        *(("staff", verb) for verb in (
            "list", "add", "disable", "enable", "roles", "languages", "passphrase",
        )),
        *(("reports", verb) for verb in ("requests", "attendance")),
        *(("retention", verb) for verb in ("show", "run")),
        *(("content", verb) for verb in ("list", "page", "review")),
        *(("audit", verb) for verb in ("list", "verify")),
        ("kiosks", "list"),
        *(("kiosks", "helplines", verb) for verb in ("show", "publish")),
    }  # fmt: skip
    assert wanted <= set(_commands())


def test_help_is_plain_and_fits_the_screen(kiosk: Kiosk) -> None:
    def check(words: tuple[str, ...]) -> None:
        answer = kiosk(*words, "--help")
        assert (answer.code, answer.err) == (0, "")
        lines = answer.out.splitlines()
        # One row is the next prompt's, one that of the command itself.
        assert len(lines) <= ROWS - 2
        assert max(map(len, lines)) <= COLUMNS
        assert answer.out.isascii()
        assert "\x1b" not in answer.out
        # The first line says ... of what may be repeated.
        assert "..." not in "".join(lines[1:])

    check_each(_commands(), check)


@pytest.mark.parametrize("words", [(), ("passes",), ("attendance",), ("callbacks",)])
def test_a_command_without_its_verb_shows_the_help(kiosk: Kiosk, words: tuple[str, ...]) -> None:
    answer = kiosk(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == kiosk(*words, "--help").out


def test_version(kiosk: Kiosk) -> None:
    answer = kiosk("--version")
    assert (answer.code, answer.out) == (0, f"kiosk {version('kiosk')}\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("zzz",), "No such command 'zzz'. Try `kiosk --help`."),
        (("doctr",), "No such command 'doctr'. Did you mean 'doctor'? Try `kiosk --help`."),
        (("run", "--fast"), "No such option: --fast"),
        (("attendance", "list"), "Missing option '--user'. Try `kiosk attendance list --help`."),
        (("callbacks", "list", "--user"), "Option '--user' requires an argument"),
        (("doctor", "--format", "xml"), "'xml' is not one of 'table', 'json', 'csv'."),
        (("attendance", "list", "--user", "a", "--day", "soon"), "'soon' does not match"),
    ],
)
def test_wrong_use_is_one_sentence(kiosk: Kiosk, words: tuple[str, ...], sentence: str) -> None:
    said = kiosk(*words).sentence(code=2)
    assert sentence in said
    assert "--help`" in said


def test_what_was_typed_wrongly_is_shown_harmlessly(kiosk: Kiosk) -> None:
    said = kiosk("\x1b[31m\u202edance").sentence(code=2)
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_an_unforeseen_error_is_one_sentence_without_values(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down() -> int:
        raise RuntimeError("S1234567D")

    monkeypatch.setattr(screens, "run", break_down)
    said = kiosk("run").sentence()
    assert said.startswith("RuntimeError at test_shell.py:")
    assert "S1234567D" not in said


def test_run_without_a_terminal_says_so(kiosk: Kiosk, demo: Path) -> None:
    assert "needs a terminal" in kiosk("run").sentence()
    assert "needs a terminal" in kiosk("demo").sentence()


@pytest.mark.parametrize("words", ["completion bash", "--help"])
def test_a_reader_that_goes_away_hears_nothing(words: str) -> None:
    answer = shell(f"kiosk {words} | true")
    assert answer.err == ""


def test_a_long_list_may_be_cut_short(demo: Path) -> None:
    """More than a pipe takes, so that the break comes in the middle of the writing."""
    code = (
        "import sys; from kiosk.cli import main, output;"
        "main._run = lambda words: output.write('x' * 200 + '\\n' + 'y\\n' * 200000) or 0;"
        "sys.exit(main.run())"
    )
    answer = shell(f'{sys.executable} -c "{code}" | head -1')
    assert (answer.out, answer.err) == ("x" * 200 + "\n", "")


def test_a_full_disk_behind_the_output_is_one_sentence(demo: Path) -> None:
    answer = shell("kiosk passes list > /dev/full")
    assert answer.code == 1
    assert answer.err == "kiosk: The output cannot be written (No space left on device).\n"


def test_ctrl_c_at_a_prompt_stops(demo: Path) -> None:
    with Terminal([*COMMAND, "callbacks", "list", "--user", "caller"]) as terminal:
        terminal.wait_for("Passphrase:")
        terminal.send("\x03")
        assert terminal.wait_exit() == 1
        assert "kiosk: Stopped." in terminal.text
        assert "Traceback" not in terminal.text
        assert terminal.echoes


def test_the_end_of_input_at_a_prompt_stops(kiosk: Kiosk, demo: Path, types: Typing) -> None:
    types(EOFError())
    answer = kiosk("callbacks", "list", "--user", "caller")
    assert (answer.code, answer.out, answer.err) == (1, "", "\nkiosk: Stopped.\n")


def test_ctrl_c_while_it_works_stops(
    kiosk: Kiosk, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_words: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("kiosk.cli.doctor.examine", interrupt)
    assert kiosk("doctor").sentence() == "Stopped."
    monkeypatch.setattr(screens, "run", interrupt)
    assert kiosk("run").sentence() == "Stopped."


def test_a_terminal_that_knows_few_letters_gets_them_all(demo: Path) -> None:
    answer = shell("kiosk passes list", env={"PYTHONIOENCODING": "latin-1"})
    assert (answer.code, answer.err) == (0, "")
    assert "\\u738b\\u5c0f\\u660e" in answer.out


def test_the_screens_start_without_typer() -> None:
    """Typer costs a start some 25 ms, which somebody stands and waits for."""
    code = (
        "import sys; sys.argv = ['kiosk', 'run']; from kiosk.__main__ import main; code = main();"
        "print(code, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    code_and_modules = done.stdout.split()
    assert code_and_modules[0] == "1"
    heavy = {"typer", "pydantic", "sqlmodel", "textual", "rich", "kiosk.cli.commands"}
    assert heavy.isdisjoint(code_and_modules)


def test_run_returns_the_code_of_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["kiosk", "run"])
    monkeypatch.setattr(screens, "run", lambda: 70)
    assert run() == 70
