"""Calls the `kiosk` command in this process or in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from kiosk.cli.main import run

COMMAND: Final = (sys.executable, "-m", "kiosk")
Typing = Callable[..., list[str]]
"""What a test types at a terminal; the fixture `types` says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The list that it printed as JSON."""
        rows: list[dict[str, Any]] = json.loads(self.out)
        return rows

    def sentence(self, code: int = 1) -> str:
        """The one sentence of a command that failed and printed nothing else."""
        assert (self.code, self.out) == (code, "")
        assert self.err.startswith("kiosk: ")
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.err
        return self.err.removeprefix("kiosk: ").removesuffix("\n")


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Calls the command in this process: quick, and warnings are errors."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Answer:
        """Type `kiosk` and `words`."""
        self.capsys.readouterr()
        sys.argv[1:] = words
        code = run()
        said = self.capsys.readouterr()
        return Answer(code, said.out, said.err)


def shell(line: str, env: Mapping[str, str] | None = None) -> Answer:
    """Run a line of bash in which `kiosk` is the command, without a terminal."""
    command = " ".join(COMMAND)
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; kiosk() {{ {command} "$@"; }}; {line}'],
        # A machine may write without a buffer, and Python then does not hear of a closed pipe.
        env={**os.environ, "PYTHONUNBUFFERED": "", **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
