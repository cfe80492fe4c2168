"""Somebody who presses anything at a real `kiosk desk`, and who signs in again where they can."""

import re
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.records.database.store import sqlite_module
from kiosk.ui.desk.menu import MENU
from kiosk.ui.terminal.startup import EXIT_ASKED, EXIT_TERMINAL_GONE
from tests.journeys.clinic import ESC, PASSPHRASE, Clinic
from tests.journeys.fuzz import events
from tests.support.terminal import Terminal

EVERYBODY: Final = "everybody"
"""The login of an account with every role."""
USUAL, LARGE = (80, 24), (120, 40)
SIZES: Final = (LARGE, (56, 16), (55, 15), (20, 5), (1, 1), (200, 60), (30, 24), (80, 6))
_RESIZES, _SIGNALS = 0.03, 0.03
QUIET: Final = (
    signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGUSR1,
    signal.SIGUSR2, signal.SIGALRM, signal.SIGSTOP,
)  # fmt: skip
"""Change nothing; the last one is taken back by SIGCONT after the next event."""
ENDS: Final = {signal.SIGHUP: EXIT_TERMINAL_GONE, signal.SIGTERM: EXIT_ASKED}
"""End the desk, with the exit code of each."""
BATCH: Final = 10
AT_MENU: Final = "What would you like to do?"
AT_DOOR: Final = "Enter  Sign in"
PASTE_ENDS: Final = "\x1b[201~"
LEFT: Final = b"\x1b[?1049l"
OUTSIDE: Final = (b"Traceback", LEFT, b"\x1b[31mRed")
"""What is never written: of the last, the lists of a hostile clinic hold the text."""
_STEERS: Final = re.compile(
    rb"\x1b(?![78]|\[[0-9;]*(?:[mHXC]|\Z)|\[(?:2J|c|1[46]t)|\[\?[0-9;]*(?:[hl]|\$p|\Z)|\[>25u|\Z)"
    rb"|[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c"
    rb"|\xe2\x80[\x8b\x8e\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf"
)
"""Sequences that the desk draws nothing with, controls, and bidirectional controls, in UTF-8."""
SILENCE: Final = 0.3
"""Seconds that end what swallows letters: a scan, or a sequence that was never finished."""
_PATIENCE: Final = 2.0
"""Seconds between two tries to sign in."""
_EXPECTED: Final = frozenset({"SetupError", "SignedOut"})
"""What a desk says of wrong files and of accounts that were disabled."""
_LETTERS: Final = "".join(entry.letter.lower() for entry in MENU)
_NOT_Q: Final = bytes.maketrans(b"qQ", b"jJ")


@dataclass
class Monkey:
    """Presses keys at a desk of `clinic`; its accounts are kept as in the folder `pristine`."""

    clinic: Clinic
    pristine: Path
    login: str
    """Empty: they never sign in."""

    def __post_init__(self) -> None:
        self.terminal = self.start()
        self.ends = 0
        """How often the program was ended by its own key."""

    def start(self) -> Terminal:
        """Start another desk and sign in."""
        self.terminal = self.clinic.start("desk", shows=AT_DOOR)
        self._restore_accounts()
        if self.login:
            self.terminal.send(self._filled_in())
            self.sign_in(patience=_PATIENCE)
        return self.terminal

    def presses(self, seed: int, count: int) -> None:
        """Press anything; stay in, which a wrong key may not do."""
        chance, terminal = Random(seed), self.terminal
        for sent, event in enumerate(events(seed, count), start=1):
            if terminal.find(AT_MENU) is not None:
                # X ends the program there, so nobody stays for long.
                event = chance.choice(_LETTERS).encode()
            if chance.random() < _RESIZES:
                terminal.resize(*chance.choice(SIZES))
            stopped = chance.random() < _SIGNALS and self._signal(chance.choice(QUIET))
            terminal.send(event.translate(_NOT_Q) if self.login else event)
            if stopped:
                terminal.signal(signal.SIGCONT)
            if sent % BATCH == 0:
                terminal = self.looks()

    def _signal(self, number: signal.Signals) -> bool:
        """Send a signal; return whether it has stopped the program."""
        self.terminal.signal(number)
        if number is not signal.SIGSTOP:
            return False
        self.terminal.wait_until(lambda: self.terminal.state == "T", "the program stopped")
        return True

    def reaches(self, letter: str, words: Collection[str]) -> None:
        """Open a place of the menu and see `words` on it.

        It is tried again, for keys of a sign-in that took long lead elsewhere.
        """
        terminal, due = self.terminal, time.monotonic()

        def is_there() -> bool:
            nonlocal due
            if all(one in terminal.text for one in words):
                return True
            if time.monotonic() >= due:
                at_menu = terminal.find(AT_MENU) is not None
                terminal.choose(letter if at_menu else ESC)
                due = time.monotonic() + (_PATIENCE if at_menu else 0.2)
            return False

        terminal.resize(*LARGE)
        terminal.wait_until(is_there, f"{words} at the place {letter}", within=60)
        self.assert_inside()
        terminal.resize(*USUAL)

    def looks(self) -> Terminal:
        """See that the desk is itself; sign in, or start it again, where that was pressed."""
        terminal = self.terminal
        if (terminal.emulator.columns, terminal.emulator.rows) != USUAL:
            terminal.resize(*USUAL)
        while terminal.pump(0.02):
            pass
        if LEFT in terminal.raw or not terminal.alive:
            assert self.login
            self.ends += 1
            assert terminal.wait_exit() == EXIT_ASKED
            return self.start()
        self.assert_inside()
        terminal.raw.clear()
        if terminal.find(AT_DOOR) is not None:
            self.sign_in()
        elif terminal.find(AT_MENU) is not None:
            terminal.settle(SILENCE)
        return terminal

    def assert_inside(self) -> None:
        """See that nothing but the desk is seen, and that it has started nothing."""
        terminal = self.terminal
        assert terminal.alive, terminal.fate
        assert [words for words in OUTSIDE if words in terminal.raw] == []
        assert _STEERS.search(terminal.raw) is None
        children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text()
        assert children == ""

    def sign_in(self, patience: float = 0.0) -> None:
        """Sign in, whatever stands in the fields and whatever became of the account.

        With `patience` so many seconds may pass first, for what was pressed before.
        """
        if not self.login:
            return
        terminal, due = self.terminal, time.monotonic() + patience

        def is_in() -> bool:
            nonlocal due
            if re.search(rf"  {self.login} [(·]", terminal.text):
                return True
            if time.monotonic() >= due:
                self._restore_accounts()
                at_door = terminal.find(AT_DOOR) is not None
                for keys in self._way_in():
                    terminal.send(keys)
                    terminal.settle(0.05)
                due = time.monotonic() + (_PATIENCE if at_door else 0.2)
            return False

        terminal.wait_until(is_in, "the first screen", within=60)

    def sign_out(self) -> None:
        """Press Q, or F10 where letters go into a field."""
        self.terminal.settle(SILENCE)
        self.terminal.send(f"{PASTE_ENDS}\x1b[21~q")
        self.terminal.wait_for(AT_DOOR)

    def _way_in(self) -> Iterator[str]:
        """Keys that end an open paste, empty both fields and fill them in, no flood at a time."""
        yield PASTE_ENDS
        if self.terminal.find(AT_DOOR) is None:
            yield ESC
            return
        to_name = "\x1b[A\x1b[A"
        yield f"{to_name}\r\r"  # a try empties the passphrase
        yield f"{to_name}\x1b[F"
        yield from ["\x7f" * 30] * 4
        yield self._filled_in()

    def _filled_in(self) -> str:
        return f"{self.login}\r{PASSPHRASE}\r"

    def _restore_accounts(self) -> None:
        """Restore the passphrase and the roles of every account; nobody has to wait."""
        path, kept = self.clinic.folder / DATABASE, self.pristine / DATABASE
        with closing(sqlite_module().connect(path, timeout=10)) as database:
            database.execute("ATTACH ? AS pristine", (str(kept),))
            database.execute("DELETE FROM sign_in_attempt")
            database.execute(
                "DELETE FROM staff_account WHERE id IN (SELECT id FROM pristine.staff_account)"
            )
            database.execute("INSERT INTO staff_account SELECT * FROM pristine.staff_account")
            database.commit()

    def troubles(self) -> list[str]:
        """What the log holds that ought not to be there."""
        log = (self.clinic.folder / "desk.log").read_text(encoding="utf-8")
        return list(_unexpected(log))


def _unexpected(log: str) -> Iterator[str]:
    for line in log.splitlines():
        kind = re.search(r"desk trouble (\w+)", line)
        if "crash" in line or (kind and kind[1] not in _EXPECTED):
            yield line
