"""A sample clinic in a folder of its own, its real `kiosk` on a terminal, and what visitors do."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.cli.main import run
from kiosk.devices.clock import SystemClock, entropy
from kiosk.domain.attendance.check_in import CheckedIn
from kiosk.domain.policy import Rules
from kiosk.records.database.store import Store
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.drafts import plain_draft
from tests.support.terminal import Terminal

CHECKOUT: Final = Path(__file__).parents[2]
KIOSK: Final = (sys.executable, "-m", "kiosk")
PASSPHRASE: Final = "demo demo demo"
PIN: Final = "2580"
HOME: Final = "Talk to someone who has been there"
CLOSED: Final = "Please ask at the counter."
ESC: Final = "\x1b"
READY: Final = "Today  "
"""Stands on the home screen once the database is open."""


@dataclass
class Clinic:
    """One data folder; `running` ends the kiosks that were started on it."""

    folder: Path
    running: ExitStack = field(default_factory=ExitStack)
    started: list[Terminal] = field(default_factory=list)

    def variables(self) -> dict[str, str]:
        """What every process of this clinic gets; the user's own home stays out of it.

        So does any printer of this machine.
        """
        home = self.folder.parent / "home"
        home.mkdir(exist_ok=True)
        return {
            "KIOSK_DATA_DIR": str(self.folder),
            "HOME": str(home),
            "XDG_DATA_HOME": "",
            "KIOSK_PRINT__COMMAND": '["/bin/sh", "-c", ":", "{file}"]',
        }

    def start(
        self,
        *words: str,
        shows: str = READY,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        before: tuple[str, ...] = (),
    ) -> Terminal:
        """Start `kiosk run` (or other words) behind the command `before`; wait until it `shows`."""
        terminal = Terminal(
            [*before, *KIOSK, *(words or ("run",))],
            columns=size[0],
            rows=size[1],
            env={**self.variables(), **(env or {})},
            cwd=CHECKOUT,
        )
        self.started.append(self.running.enter_context(terminal))
        if shows:
            terminal.wait_for(shows)
        return terminal

    def command(
        self, *words: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in this process, signed in by the variable.

        A process of its own would take ten times as long to start as to answer.
        """
        variables = {**self.variables(), "KIOSK_PASSPHRASE": PASSPHRASE, **(env or {})}
        out, err = StringIO(), StringIO()
        with (
            patch.dict(os.environ, variables),
            patch.object(sys, "argv", ["kiosk", *words]),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = run()
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def printed(self, *words: str) -> str:
        """Return what a command that succeeds prints."""
        done = self.command(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def arrivals(self) -> list[dict[str, Any]]:
        """Who has arrived, as the facilitator's list says."""
        return self._rows("attendance", "list", "--user", "facilitator")

    def requests(self) -> list[dict[str, Any]]:
        """Who asked for a call, as the caller's list says."""
        return self._rows("callbacks", "list", "--show", "all", "--user", "caller")

    def ask_for_a_call(self, name: str, phone: str) -> str:
        """Ask without the screens of a kiosk; return the reference."""
        with self._visitor() as desk:
            draft = replace(plain_draft(desk), preferred_name=name, phone=f"+65{phone}")
            return desk.request_callback(draft).reference

    def check_in(self, digits: str) -> None:
        """Check in by a pass without the screens of a kiosk."""
        with self._visitor() as desk:
            assert isinstance(desk.check_in(digits), CheckedIn)

    @contextmanager
    def _visitor(self) -> Iterator[VisitorDesk]:
        store = Store.open(self.folder / DATABASE)
        try:
            site = load_site(store)
            sealing = load_sealing_keys(store, site)
            yield VisitorDesk(store, SystemClock(), entropy, site, Rules(), sealing)
        finally:
            store.close()

    def new_pass(self, name: str) -> str:
        """Return the digits of a new pass."""
        rows = self._rows("passes", "issue", "--name", name, "--user", "facilitator")
        return str(rows[0]["digits"])

    def sample_passes(self) -> dict[str, str]:
        """The digits of the sample passes, by name."""
        return {row["name"]: row["digits"] for row in self._rows("passes", "list")}

    def kept_bytes(self) -> dict[str, bytes]:
        """What the database, its companions and the logs hold now."""
        kept = [*self.folder.glob("kiosk.db*"), *self.folder.glob("*.log*")]
        return {path.name: path.read_bytes() for path in kept}

    def account(self) -> str:
        """What became of each kiosk, and the logs: types and places, nothing of a person."""
        logs = sorted(self.folder.glob("*.log"))
        lines = "".join(log.read_text(encoding="utf-8") for log in logs)
        return "\n".join([*(terminal.fate for terminal in self.started), lines or "no log"])

    def _rows(self, *words: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.printed(*words, "--format", "json"))
        return rows


def fill_in(terminal: Terminal, name: str, phone: str) -> None:
    """Go from home to the read-back by keys, with every choice as it is offered."""
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.type(f"{name}\r")
    terminal.wait_for("Which number should we call?")
    terminal.type(f"{phone}\r")
    choose_nothing(terminal)


def choose_nothing(terminal: Terminal) -> None:
    """Go from the times to the read-back with every choice as it is offered."""
    for words in (
        "When may we call?",
        "Which language should we",
        "Do you have a wish for the call?",
        "may we leave a message?",
    ):
        terminal.wait_for(words)
        terminal.choose("n")
    terminal.wait_for("Is this right?")


def finish(terminal: Terminal) -> None:
    """End the visit, once no part of an older home screen is left to be taken for the new one."""
    terminal.wait_gone(HOME)
    terminal.send(ESC)
    terminal.wait_for(HOME)


def arrivals_by_name(clinic: Clinic) -> dict[str, int]:
    """How often each name has arrived."""
    names = [str(row["name"]) for row in clinic.arrivals()]
    return {name: names.count(name) for name in names}
