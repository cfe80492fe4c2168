"""Writes frames to the terminal in a thread of its own."""

from queue import Queue
from threading import Thread
from typing import Final

from kiosk.ui.terminal.modes import write_all
from kiosk.ui.terminal.widths import hold_places

_FRAMES: Final = 30
"""Frames that may wait; with more, drawing waits for the terminal."""


def _bytes(text: str) -> bytes:
    return hold_places(text).encode("utf-8", errors="replace")


class Writer:
    """Keeps the order of what is written; a terminal that has gone swallows it silently."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._queue: Queue[str | None] = Queue(_FRAMES)
        self._thread = Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Queue `text`; waits while the terminal takes none."""
        self._queue.put(text)

    def stop(self) -> None:
        """Write what is queued and end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        alive = True
        while (text := self._queue.get()) is not None:
            # Goes on taking frames once the terminal has gone: nobody may wait for it.
            alive = alive and write_all(self._fd, _bytes(text))
