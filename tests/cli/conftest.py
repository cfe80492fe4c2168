"""The `kiosk` command called as from a shell, and a demo's folder to call it on."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
import typer.main

from kiosk.cli.demo import prepare
from kiosk.usecases import sample_clinic, sample_past
from kiosk.usecases.sample_clinic import PASSPHRASE, SampleClinic
from kiosk.vault import passphrases
from kiosk.vault.passphrases import Cost
from tests.cli.calling import Kiosk, Typing
from tests.support.desks import CHEAP

_one_tree = cache(typer.main.get_command)
_argon2 = passphrases._argon2
_make_past = SampleClinic.make_past


@pytest.fixture(autouse=True)
def _clean_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no variable of the machine change an answer, and no test touch a folder of the user."""
    for name in [name for name in os.environ if name.upper().startswith("KIOSK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(autouse=True)
def _made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tree of commands once: no call changes it."""
    monkeypatch.setattr(typer.main, "get_command", _one_tree)


@pytest.fixture(autouse=True)
def costs(monkeypatch: pytest.MonkeyPatch) -> list[Cost]:
    """The costs that this process has asked of Argon2, which does it all as cheaply as it can."""
    asked: list[Cost] = []

    def cheap(salt: bytes, cost: Cost) -> object:
        asked.append(cost)
        return _argon2(salt, CHEAP)

    monkeypatch.setattr(passphrases, "_argon2", cheap)
    return asked


@pytest.fixture
def kiosk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kiosk:
    """Call the command in this process."""
    monkeypatch.setattr(sys, "argv", ["kiosk"])
    return Kiosk(capsys)


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Typing:
    """Let somebody at a terminal type these answers unseen; return the questions as they come.

    An answer that is an exception is what a key such as Ctrl+C makes of the question.
    """

    def sit_down(*answers: str | BaseException) -> list[str]:
        asked: list[str] = []

        def unseen(question: str, _shown_on: object) -> str:
            asked.append(question)
            answer = answers[len(asked) - 1]
            if isinstance(answer, BaseException):
                raise answer
            return answer

        monkeypatch.setattr("getpass.getpass", unseen)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        return asked

    return sit_down


@pytest.fixture(autouse=True)
def _no_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave demos without a past, which takes seconds; see `real_past`."""
    monkeypatch.setattr(SampleClinic, "make_past", lambda _clinic, **_: None)


@pytest.fixture
def real_past(_no_past: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let demos have a past, of the weeks that have just been."""
    monkeypatch.setattr(SampleClinic, "make_past", _make_past)
    for module in (sample_clinic, sample_past):
        monkeypatch.setattr(module, "past_begins", lambda now, _zone: now - timedelta(days=7))


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo's folder before anybody asked to be called."""
    folder = tmp_path_factory.mktemp("made") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SampleClinic, "make_past", lambda _clinic, **_: None)
        prepare(folder, cost=CHEAP)
    return folder


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A demo's folder of the test's own, which KIOSK_DATA_DIR names."""
    folder = tmp_path / "demo"
    shutil.copytree(made_demo, folder)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    yield folder


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the passphrase of the demo's staff."""
    monkeypatch.setenv("KIOSK_PASSPHRASE", PASSPHRASE)
