"""A program whose idle time can be made to pass, and whose memory can be searched."""

import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.journeys import inside
from tests.support.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Insight:
    """Reaches into programs that were started with `variables`, one at a time."""

    folder: Path

    def variables(self) -> Mapping[str, str]:
        """Return what a program has to be started with."""
        self.folder.mkdir(exist_ok=True)
        shutil.copyfile(inside.__file__, self.folder / "sitecustomize.py")
        return {"PYTHONPATH": str(self.folder)}

    def leave_alone(self, terminal: Terminal) -> None:
        """Let more time pass than a desk waits for a key."""
        terminal.signal(signal.SIGUSR1)

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
