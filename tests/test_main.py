"""The command's own start: a compiled module that a power cut has cut short holds nothing up."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from kiosk.ui.terminal.startup import EXIT_REPLACED
from tests.support.extract import CHECKOUT

_COUNT = "def count():\n    return [number * number for number in range(7)]\n"


@pytest.mark.parametrize("cut", ["half", "empty", "zeros"])
def test_a_compiled_module_that_was_cut_short_is_made_anew(tmp_path: Path, cut: str) -> None:
    (tmp_path / "counting.py").write_text(_COUNT)
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": "", "PYTHONDONTWRITEBYTECODE": ""}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "pycache_prefix", None)
        compiled = Path(cache_from_source(str(tmp_path / "counting.py")))

    def counted(start: str) -> subprocess.CompletedProcess[str]:
        program = f"{start}; import counting; print(counting.count()[-1])"
        return subprocess.run(
            [sys.executable, "-c", program],
            env={**variables, "PYTHONPATH": f"{tmp_path}:{CHECKOUT}"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert counted("pass").stdout == "36\n"
    whole = compiled.read_bytes()
    half = whole[: len(whole) * 2 // 3]
    left = {"half": half, "empty": b"", "zeros": whole[:16] + bytes(len(whole) - 16)}
    compiled.write_bytes(left[cut])
    assert counted("pass").returncode == (0 if cut == "empty" else 1)
    compiled.write_bytes(left[cut])
    survive = "from kiosk.__main__ import _survive_cut_modules as survive; survive()"
    assert counted(survive).stdout == "36\n"
    assert counted("pass").stdout == "36\n"


@pytest.fixture
def _own_umask() -> Iterator[None]:
    """Let what the command sets for its own process end with the test."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_own_umask")
def test_the_command_begins_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    main = importlib.import_module("kiosk.__main__")
    done: list[str] = []
    monkeypatch.setattr(main, "_survive_cut_modules", lambda: done.append("survives"))

    def run() -> int:
        done.append("runs")
        return 0

    monkeypatch.setattr("kiosk.cli.main.run", run)
    monkeypatch.setattr(sys, "argv", ["kiosk", "guide"])
    assert main.main() == 0
    assert done == ["survives", "runs"]


@pytest.mark.usefixtures("_own_umask")
def test_a_screen_that_cannot_start_itself_anew_says_so_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    main = importlib.import_module("kiosk.__main__")
    tries: list[list[str]] = []

    def execv(_path: str, words: list[str]) -> None:
        tries.append(words)
        raise OSError

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr("kiosk.ui.terminal.startup.harden_process", lambda: None)
    monkeypatch.setattr("kiosk.ui.terminal.startup.splash", lambda: None)
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setattr("kiosk.cli.main.run", lambda: EXIT_REPLACED)
    for words, tried in ((["kiosk", "guide"], []), (["kiosk", "run"], [sys.orig_argv])):
        monkeypatch.setattr(sys, "argv", words)
        assert main.main() == EXIT_REPLACED
        assert tries == tried
