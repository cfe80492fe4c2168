"""A program whose idle time can be made to pass, and whose memory can be searched."""

import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.journeys import inside
from tests.support.terminal import Terminal

LONG: Final = 700
"""Seconds; more than a desk waits anywhere for its next key."""
STEP: Final = 40
"""Seconds after which a kiosk with the times of `STEPS` warns or clears, and a third of a warning.

So a step too many is no trouble.
"""
STEPS: Final = {
    inside.LEAP: str(STEP),
    "KIOSK_VISIT__IDLE_SECONDS": "20",
    "KIOSK_VISIT__WARNING_SECONDS": "120",
    "KIOSK_VISIT__RESULT_SECONDS": "4",
    "KIOSK_VISIT__RECEIPT_SECONDS": "30",
}
_TICK: Final = 1.2
"""Real seconds in which a kiosk looks at its clock at least once."""


@dataclass(frozen=True, slots=True)
class Insight:
    """Reaches into programs that were started with `variables`, one at a time."""

    folder: Path

    def variables(self) -> Mapping[str, str]:
        """Return what a program has to be started with."""
        self.folder.mkdir(exist_ok=True)
        shutil.copyfile(inside.__file__, self.folder / "sitecustomize.py")
        return {"PYTHONPATH": str(self.folder), inside.LEAP: str(LONG)}

    def leave_alone(self, terminal: Terminal) -> None:
        """Let a leap of time pass."""
        terminal.signal(signal.SIGUSR1)

    def leave_alone_until(
        self, terminal: Terminal, holds: Callable[[], bool], what: str, every: float = _TICK
    ) -> None:
        """Let a step of time pass `every` so many real seconds until `holds()`."""
        due = time.monotonic()

        def held() -> bool:
            nonlocal due
            if holds():
                return True
            if time.monotonic() >= due:
                due = time.monotonic() + every
                self.leave_alone(terminal)
            return False

        terminal.wait_until(held, what)

    def reachable(self, terminal: Terminal, *words: str) -> set[str]:
        """Return which of `words` stand in a text that any object of the program leads to."""
        found = self.folder / inside.FOUND
        found.unlink(missing_ok=True)
        backwards = "\n".join(word[::-1] for word in words)
        (self.folder / inside.WORDS).write_text(backwards, encoding="utf-8")
        terminal.signal(signal.SIGUSR2)
        terminal.wait_until(found.exists, "a look into the memory")
        return set(found.read_text(encoding="utf-8").split("\n")) - {""}

    def wait_forgotten(self, terminal: Terminal, *words: str) -> None:
        """Wait until none of `words` can be reached; what is under way at a lock ends first."""
        terminal.wait_until(
            lambda: not self.reachable(terminal, *words), "nothing of it in the memory"
        )
