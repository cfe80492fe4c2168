"""Carries messages from the input thread to the app, never more than it can take."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from textual.message import Message

from kiosk.ui.terminal.messages import InputClosed, Scanned

WAITING: Final = 512
"""Messages that may wait for a busy app; more are dropped, scans only at twice as many."""


class Inbox:
    """A bounded queue between two threads; `put` in one, delivery in the loop of the other."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[Message], object],
        backlog: Callable[[], int],
    ) -> None:
        """`deliver` and `backlog` (messages that the app has yet to handle) run in the loop."""
        self._loop = loop
        self._deliver = deliver
        self._backlog = backlog
        self._waiting: deque[Message] = deque()
        self._woken = False

    def put(self, message: Message) -> None:
        """Hand over a message from the input thread."""
        if not self._fits(message, len(self._waiting)):
            return
        self._waiting.append(message)
        if not self._woken:
            self._woken = True
            # The loop is closed while the program ends; nobody is left to read then.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        # Cleared first, so that a message put from now on wakes the loop again.
        self._woken = False
        while self._waiting:
            message = self._waiting.popleft()
            if self._fits(message, self._backlog()):
                self._deliver(message)

    @staticmethod
    def _fits(message: Message, waiting: int) -> bool:
        if isinstance(message, InputClosed):
            return True
        return waiting < (2 * WAITING if isinstance(message, Scanned) else WAITING)
