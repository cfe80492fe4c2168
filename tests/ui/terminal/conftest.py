"""The sample app on a pseudo-terminal."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.terminal import Start, Terminal

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the sample app logs crashes."""
    return tmp_path / "crashes.log"


@pytest.fixture
def start(log: Path) -> Iterator[Start]:
    """Starts the sample app as a kind of its own, and ends it after the test."""
    with ExitStack() as running:

        def start(kind: str = "plain", env: Mapping[str, str] | None = None) -> Terminal:
            argv = [sys.executable, "-m", "tests.support.sample_terminal_app", kind, str(log)]
            return running.enter_context(Terminal(argv, cwd=CHECKOUT, env=env))

        yield start


@pytest.fixture
def sample(start: Start) -> Terminal:
    """The sample app, painted and waiting, with the first field in focus."""
    terminal = start()
    terminal.wait_for("ready")
    return terminal
