"""A real pseudo-terminal around a program, read through a terminal emulator."""

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from kiosk.ui.screen import READ_SECONDS
from tests.support.device import ahead_of_programs
from tests.support.emulator import Emulator

WITHIN = 20.0
"""Seconds that a wait may take on a busy machine; only a failing test uses them up."""
KEPT_BYTES = 4 << 20
_QUICK = 0.07
"""Seconds between two keys of a quick person."""
_READ = 1.1 * READ_SECONDS
_AGAIN = 5.0
"""Seconds in which a press shows, or somebody presses again."""

_TAKE_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "heard = signal.SIGINT, signal.SIGQUIT, signal.SIGHUP;"
    "[signal.signal(one, signal.SIG_DFL) for one in heard];"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Makes the terminal the controlling one, as a login does, then becomes the program.

Tests that a script began in its background are deaf to these signals, and what they start too.
"""


def _unread(terminal: int) -> int:
    """Return how many bytes wait in a terminal for its program."""
    count = fcntl.ioctl(terminal, termios.FIONREAD, bytes(4))
    return int.from_bytes(count, sys.byteorder)


Start = Callable[..., "Terminal"]
"""Starts a program on a terminal of its own; the fixture that gives it ends the program."""


class Terminal:
    """Runs a program on a terminal of its own: type, tap, scan, and wait for what it shows.

    Nothing here sleeps: every wait reads what the program draws until a deadline. Waits raise
    AssertionError with a picture of the screen.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Start `argv`; an empty value in `env` removes the variable."""
        variables = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        variables.update(LANG="C.UTF-8", **(env or {}))
        for name in ("NO_COLOR", *(name for name, value in variables.items() if not value)):
            variables.pop(name, None)
        self.raw = bytearray()
        """The last bytes that the program has drawn."""
        self.emulator = Emulator(columns, rows)
        """What the program has drawn, cell by cell."""
        self._hung_up = False
        self._drawn_at = 0.0
        self._pressed: tuple[str, list[str], float] | None = None
        """What was chosen last, what was drawn then, and when it is pressed again."""
        self._fd, program_side = pty.openpty()
        self._set_size()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *argv],
            stdin=program_side,
            stdout=program_side,
            stderr=program_side,
            env=variables,
            cwd=cwd,
            start_new_session=True,
        )
        self._name = os.ttyname(program_side)
        os.close(program_side)
        os.set_blocking(self._fd, False)
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        self.hang_up()

    @property
    def text(self) -> str:
        """The whole screen as text."""
        return self.emulator.text

    def settle(self, quiet: float = 0.1, within: float = WITHIN) -> None:
        """Read until the program has drawn nothing for `quiet` seconds."""
        ends = time.monotonic() + within
        while self.pump(quiet):
            assert time.monotonic() < ends, "the program never stops drawing"

    def find(self, text: str, occurrence: int = 0) -> tuple[int, int] | None:
        """Return column and row (from 0) where `text` stands in one row, or None."""
        return self.emulator.find(text, occurrence)

    def wait_for(self, text: str, within: float = WITHIN) -> None:
        """Wait until `text` stands in one row of the screen."""
        self.wait_until(lambda: self.find(text) is not None, f"{text!r} on the screen", within)

    def wait_gone(self, text: str, within: float = WITHIN) -> None:
        """Wait until `text` stands in no row of the screen."""
        self.wait_until(lambda: self.find(text) is None, f"no {text!r} on the screen", within)

    def wait_until(self, holds: Callable[[], bool], what: str, within: float = WITHIN) -> None:
        """Read what is drawn until `holds()`."""
        ends = time.monotonic() + within
        while not holds():
            ended = self._hung_up and not self.alive
            if time.monotonic() > ends or (ended and not holds()):
                raise AssertionError(f"waited for {what}; {self.fate}; it shows:\n{self.text}")
            self.pump(0.05)
            self._press_again()
        self._pressed = None

    def _press_again(self) -> None:
        """Press once more what was chosen, where the screen is as it was; the time stands above."""
        if self._pressed is None:
            return
        keys, before, due = self._pressed
        if self.emulator.lines[1:] != before:
            self._pressed = None
        elif time.monotonic() > due and self.alive:
            self._pressed = None
            self.send(keys)

    def wait_exit(self, within: float = WITHIN) -> int:
        """Wait for the end and return the exit code, negative for a signal."""
        self.wait_until(lambda: not self.alive, "the end of the program", within)
        while self.pump(0):
            pass
        return self._process.wait()

    def pump(self, within: float) -> bool:
        """Read once what the program draws in the next seconds; say whether there was any."""
        data = self._read(within)
        self.emulator.feed(data)
        if data:
            self._drawn_at = time.monotonic()
        return bool(data)

    def _read(self, within: float) -> bytes:
        watched = [] if self._hung_up else [self._fd]
        if not select.select(watched, [], [], max(0.0, within))[0]:
            return b""
        data = b""
        # EIO means that the program and all its children have let the terminal go.
        with contextlib.suppress(OSError):
            data = os.read(self._fd, 65536)
        self._hung_up = not data
        self.raw += data
        del self.raw[:-KEPT_BYTES]
        return data

    def send(self, data: str | bytes, *, pace: float = 0.0) -> None:
        """Type `data`; with `pace`, one character in so many seconds, as a scanner does."""
        if pace <= 0:
            self._write(data.encode() if isinstance(data, str) else data)
            return
        text = data if isinstance(data, str) else data.decode()
        drawn, due = bytearray(), time.monotonic()
        with ahead_of_programs():
            for character in text:
                while (left := due - time.monotonic()) > 0:
                    drawn += self._read(left)
                self._write(character.encode())
                due += pace
        # Drawn only now, for the emulator is slower than a scanner.
        self.emulator.feed(bytes(drawn))

    def type(self, text: str) -> None:
        """Type `text` as a quick person does.

        No two keys come together, however busy the machine is: the next waits until one was read.
        """
        read_by = os.open(self._name, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            for character in text:
                self.send(character)
                self.wait_until(lambda: not _unread(read_by), f"{character!r} to be read")
                next_key = time.monotonic() + _QUICK
                while (left := next_key - time.monotonic()) > 0 and not self._hung_up:
                    self.pump(left)
        finally:
            os.close(read_by)

    def _write(self, data: bytes) -> None:
        ends = time.monotonic() + WITHIN
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                assert time.monotonic() < ends, "the program reads nothing"
                self.pump(0.01)
            except OSError as error:
                # The program has ended; the test looks at its exit code.
                if error.errno != errno.EIO:
                    raise
                return

    def read(self) -> None:
        """Read what was drawn last for as long as a person needs: no press counts before that."""
        read = self._drawn_at + _READ
        while (left := read - time.monotonic()) > 0:
            self.pump(left)

    def choose(self, keys: str) -> None:
        """Read what was drawn last, then press `keys` at once.

        A wait presses them again where nothing has happened: a busy machine may draw a screen
        well before a press on it counts.
        """
        self.read()
        self._pressed = keys, self.emulator.lines[1:], time.monotonic() + _AGAIN
        self.send(keys)

    def touch(self, text: str) -> None:
        """Wait for `text`, read what was drawn last, then tap it."""
        self.wait_for(text)
        self.read()
        self.tap(text)

    def paste(self, text: str) -> None:
        """Send `text` as one bracketed paste."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def tap(self, text: str, occurrence: int = 0, within: float = WITHIN) -> None:
        """Wait for `text`, then press and release the left button on its middle."""
        self.wait_until(lambda: self.find(text, occurrence) is not None, f"{text!r} to tap", within)
        place = self.find(text, occurrence)
        assert place is not None
        self.tap_at(place[0] + len(text) // 2, place[1])

    def tap_at(self, column: int, row: int) -> None:
        """Press and release the left button on a cell (from 0)."""
        self.send(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m")

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self.emulator.resize(columns, rows)
        self._set_size()

    def _set_size(self) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, self._size())

    def _size(self) -> bytes:
        return struct.pack("HHHH", self.emulator.rows, self.emulator.columns, 0, 0)

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self._process.poll() is None

    @property
    def fate(self) -> str:
        """Whether the program runs or how it ended (negative for a signal), in words."""
        code = self._process.poll()
        return "the program runs" if code is None else f"the program ended with {code}"

    @property
    def state(self) -> str:
        """The kernel's letter for what the process does, such as S, R or T (stopped)."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]

    @property
    def rss(self) -> int:
        """Resident memory in KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found
        return int(found[1])

    @property
    def threads(self) -> int:
        """How many threads the program runs."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @property
    def echoes(self) -> bool:
        """Whether the terminal is back in its usual line mode."""
        local = termios.tcgetattr(self._fd)[3]
        return bool(local & termios.ECHO and local & termios.ICANON)

    def use_by_line(self) -> None:
        """Put the terminal into its usual line mode, as a shell does that a program came from."""
        modes = termios.tcgetattr(self._fd)
        modes[3] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(self._fd, termios.TCSANOW, modes)

    def kill(self) -> None:
        """End the program at once, if it still runs."""
        if self.alive:
            self._process.kill()
        self._process.wait()

    def hang_up(self) -> None:
        """Take the terminal away from the program."""
        self._hung_up = True
        with contextlib.suppress(OSError):
            os.close(self._fd)
