"""`kiosk completion`: a shell completes commands, options and codes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.cli.commands import COMPLETION_VARIABLE
from kiosk.cli.main import run
from tests.cli.calling import Kiosk

ASK = """
eval "$(kiosk completion bash)"
COMP_WORDS=(kiosk callbacks re); COMP_CWORD=2; _kiosk_completion kiosk; echo "${COMPREPLY[@]}"
"""


Shell = Callable[..., list[str]]
"""Presses Tab behind a line of a shell; returns what it offers."""


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Ask the command as the script of a shell does."""

    def ask(line: str, name: str = "bash") -> list[str]:
        monkeypatch.setattr(sys, "argv", ["kiosk"])
        for variable, value in {
            COMPLETION_VARIABLE: f"complete_{name}",
            "COMP_WORDS": line,
            "COMP_CWORD": str(line.count(" ")),
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }.items():
            monkeypatch.setenv(variable, value)
        with pytest.raises(SystemExit, match="0"):
            run()
        said = capsys.readouterr()
        assert said.err == ""
        return said.out.split()

    return ask


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("kiosk ca", {"callbacks"}),
        ("kiosk --", {"--version", "--help"}),
        ("kiosk callbacks re", {"release", "result", "reopen"}),
        ("kiosk callbacks list --fo", {"--format"}),
        ("kiosk callbacks list --show cl", {"closed"}),
        ("kiosk callbacks result 7K4Q-FMRF no_", {"no_answer"}),
        ("kiosk completion z", {"zsh"}),
        ("kiosk guide ma", {"many-kiosks"}),
    ],
)
def test_a_line_is_completed(offers: Shell, line: str, offered: set[str]) -> None:
    assert set(offers(line)) == offered


def test_bash_completes() -> None:
    # The script starts the command by its name, as `env` does: from the PATH.
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    assert set(done.stdout.split()) == {"release", "result", "reopen"}


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_asks_the_command(kiosk: Kiosk, name: str) -> None:
    answer = kiosk("completion", name)
    assert (answer.code, answer.err) == (0, "")
    assert f"{COMPLETION_VARIABLE}=complete_{name}" in answer.out
    assert answer.out.strip() + "\n" == answer.out


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells_are_answered(offers: Shell, name: str) -> None:
    offered = offers("kiosk call", name)
    assert "callbacks" in " ".join(offered)
    assert "attendance" not in " ".join(offered)


def test_an_unknown_shell_is_one_sentence(kiosk: Kiosk) -> None:
    assert "is not one of 'bash', 'zsh', 'fish'" in kiosk("completion", "tcsh").sentence(code=2)


def test_typers_own_options_are_left_out(kiosk: Kiosk) -> None:
    assert "No such option" in kiosk("--show-completion").sentence(code=2)


def test_completion_loads_nothing_heavy() -> None:
    """Somebody has pressed Tab and waits."""
    code = (
        "import sys, os, atexit; sys.argv = ['kiosk'];"
        "atexit.register(lambda: print(*sys.modules));"
        "from kiosk.__main__ import main; main()"
    )
    env = {
        **os.environ,
        COMPLETION_VARIABLE: "complete_bash",
        "COMP_WORDS": "kiosk callbacks list --sh",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    first, modules = done.stdout.split("\n", 1)
    assert first == "--show"
    heavy = {
        "sqlmodel", "sqlalchemy", "textual", "cryptography", "rich", "phonenumbers",
        "holidays", "icalendar", "xlsxwriter", "reportlab", "qrcode", "kiosk.usecases.access",
    }  # fmt: skip
    assert heavy.isdisjoint(modules.split())
