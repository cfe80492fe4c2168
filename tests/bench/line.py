"""A pseudo-terminal that is only listened to: when which words were painted."""

import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.emulator import Emulator
from tests.support.terminal import WITHIN, Terminal

COLUMNS, ROWS = 80, 24
_BEGUN = "\x01"
_ANNOUNCED = ("/bin/sh", "-c", f"printf '{_BEGUN}'; exec \"$@\"", "sh")
"""Says that the program is about to be started; what comes before is not the program's."""
_STYLES = re.compile(rb"\x1b\[[0-9;:?<>=$]*[A-Za-z]")


class _Ear(Emulator):
    """Takes the place of the emulator, whose work would be timed as well."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, ROWS)
        self.heard = b""
        self.at = 0.0

    def feed(self, data: bytes) -> None:
        self.at = time.perf_counter()
        self.heard += data


class Line(Terminal):
    """Runs a program of 80 by 24; times are `time.perf_counter()` seconds."""

    def __init__(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        super().__init__([*_ANNOUNCED, *argv], columns=COLUMNS, rows=ROWS, env=env)
        self._ear = _Ear()
        self.emulator = self._ear
        self.begun = self.painted(_BEGUN)
        """When the program was started."""

    @property
    def text(self) -> str:
        """What was drawn since the last `forget`, without its styles."""
        return _STYLES.sub(b"", self._ear.heard).decode(errors="replace")

    def forget(self) -> None:
        """Listen afresh."""
        self._ear.heard = b""

    def painted(self, *words: str, within: float = WITHIN) -> float:
        """Wait until all of `words` were drawn since the last `forget`; return when.

        Each must be drawn in one row and one style. Not to be used on what is drawn for long.
        """
        wanted = [word.encode() for word in words]

        def all_heard() -> bool:
            plain = _STYLES.sub(b"", self._ear.heard)
            return all(word in plain for word in wanted)

        self.wait_until(all_heard, f"{words} to be painted", within)
        return self._ear.at

    def quiet(self, seconds: float = 0.02) -> None:
        """Wait until nothing is drawn any more, then forget what was."""
        while self.pump(seconds):
            pass
        self.forget()

    def press(self, keys: str, *words: str) -> float:
        """Send `keys` at once; return the seconds until all of `words` were painted."""
        self.forget()
        sent = time.perf_counter()
        self.send(keys)
        return self.painted(*words) - sent


def kiosk(folder: Path, env: Mapping[str, str] | None = None) -> Line:
    """Start `kiosk run` on a prepared data folder, as a person would."""
    script = Path(sys.executable).with_name("kiosk")
    return Line([str(script), "run"], env={"KIOSK_DATA_DIR": str(folder), **(env or {})})


def desk(folder: Path) -> Line:
    """Start `kiosk desk` on a prepared data folder."""
    script = Path(sys.executable).with_name("kiosk")
    return Line([str(script), "desk"], env={"KIOSK_DATA_DIR": str(folder)})


def floor(name: str, *arguments: str) -> Line:
    """Start one of the programs in floors/."""
    program = Path(__file__).with_name("floors") / f"{name}.py"
    return Line([sys.executable, str(program), *arguments])
