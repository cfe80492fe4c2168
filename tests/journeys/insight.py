"""A program whose idle time can be made to pass, and whose memory can be searched."""

import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.journeys import inside
from tests.support.terminal import WITHIN, Terminal

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
_OVERWRITTEN: Final = 0.8
"""Seconds without input after which a program has overwritten what it freed."""
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

    def reads_memory(self, terminal: Terminal) -> bool:
        """Return whether the kernel lets the parent of a program read its memory.

        A kiosk closes its own; a look by `reachable` opens it for good.
        """
        try:
            return any(_writable_areas(terminal.pid))
        except PermissionError:
            return False

    def copies(self, terminal: Terminal, *words: str | bytes) -> Counter[str | bytes]:
        """Return how often `words` stand anywhere in the program's memory, freed or not.

        They are ASCII, or bytes without a zero.
        """
        looked_for = {word: word.encode() if isinstance(word, str) else word for word in words}
        found: Counter[str | bytes] = Counter()
        for area in _writable_areas(terminal.pid):
            # Python may take two or four bytes for a character (PEP 393); the others are zero.
            characters = area.translate(None, b"\0")
            found.update({word: characters.count(coded) for word, coded in looked_for.items()})
        return +found

    def wait_overwritten(self, terminal: Terminal, *words: str | bytes) -> None:
        """Wait until no copy of `words` is left; the caller has ended what they were typed for."""
        terminal.settle(_OVERWRITTEN)
        ends = time.monotonic() + WITHIN
        while left := self.copies(terminal, *words):
            assert time.monotonic() < ends, f"copies in the memory: {left}"
            terminal.pump(0.05)

    def wait_forgotten(self, terminal: Terminal, *words: str) -> None:
        """Wait until none of `words` can be reached; what is under way at a lock ends first."""
        terminal.wait_until(
            lambda: not self.reachable(terminal, *words), "nothing of it in the memory"
        )


def _writable_areas(pid: int) -> Iterator[bytes]:
    """Yield what stands in each area that a process can write to (proc_pid_maps(5))."""
    lines = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for addresses, access in (line.split()[:2] for line in lines):
            if access.startswith("rw"):
                start, end = (int(address, 16) for address in addresses.split("-"))
                memory.seek(start)
                with suppress(OSError):  # freed since
                    yield memory.read(end - start)
