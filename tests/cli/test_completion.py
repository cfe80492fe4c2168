"""`kiosk completion`: a shell completes commands, options and codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.commands import COMPLETION_VARIABLE
from tests.cli.calling import COMMAND, Kiosk

ASK = """
kiosk() {{ {command} "$@"; }}
eval "$(kiosk completion bash)"
COMP_WORDS=({line}); COMP_CWORD={word}; _kiosk_completion kiosk; echo "${{COMPREPLY[@]}}"
"""


def completed(line: str) -> list[str]:
    """Press Tab behind a line in bash; return what it offers."""
    word = len(line.split(" ")) - 1
    words = " ".join(part or "''" for part in line.split(" "))
    # The script starts the command by its name, as `env` does: from the PATH.
    script = ASK.format(command=" ".join(COMMAND), line=words, word=word)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("kiosk ca", {"callbacks"}),
        ("kiosk --", {"--version", "--help"}),
        ("kiosk callbacks re", {"release", "result", "reopen"}),
        ("kiosk callbacks list --fo", {"--format"}),
        ("kiosk callbacks list --show cl", {"closed"}),
        ("kiosk callbacks result 7K4Q-FMRX no_", {"no_answer"}),
        ("kiosk completion z", {"zsh"}),
        ("kiosk guide ma", {"many-kiosks"}),
    ],
)
def test_bash_completes(line: str, offered: set[str]) -> None:
    assert set(completed(line)) == offered


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_asks_the_command(kiosk: Kiosk, name: str) -> None:
    answer = kiosk("completion", name)
    assert (answer.code, answer.err) == (0, "")
    assert f"{COMPLETION_VARIABLE}=complete_{name}" in answer.out
    assert answer.out.strip() + "\n" == answer.out


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells_are_answered(name: str) -> None:
    env = {
        **os.environ,
        COMPLETION_VARIABLE: f"complete_{name}",
        "_TYPER_COMPLETE_ARGS": "kiosk call",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = subprocess.run(COMMAND, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert "callbacks" in done.stdout
    assert "attendance" not in done.stdout


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
