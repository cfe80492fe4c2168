"""The only way between the terminal and Textual: a driver that nothing typed can break.

It stands beside Textual's LinuxDriver instead of on it: that one re-enters its modes on any
SIGCONT, stops on SIGTSTP, dies of its parser and asks for mouse moves.
"""

import asyncio
import os
import select
import signal
import time
from contextlib import suppress
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from textual import events
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from kiosk.ui.terminal.exits import EXIT_ASKED, EXIT_TERMINAL_GONE
from kiosk.ui.terminal.fatal import Guard
from kiosk.ui.terminal.inbox import Inbox
from kiosk.ui.terminal.intake import Intake
from kiosk.ui.terminal.messages import InputClosed
from kiosk.ui.terminal.modes import LISTEN, MODES
from kiosk.ui.terminal.writer import Writer

if TYPE_CHECKING:
    from textual.app import App

_CHUNK: Final = 4096
_LARGEST = (500, 200)
"""Columns and rows that are drawn; a larger terminal would only be slow."""


class KioskApp(Protocol):
    """What the driver needs of the app beyond Textual."""

    @property
    def message_queue_size(self) -> int: ...

    def leave(self, code: int) -> None:
        """End from any thread, at the latest in some seconds."""

    def crash(self, error: Exception) -> None:
        """Take the fatal path, in the loop."""

    def note(self, error: BaseException) -> None:
        """Log an error that ends nothing."""


class KioskDriver(Driver):
    """Reads through the sanitiser and the scan recogniser; cannot be suspended."""

    def __init__(
        self,
        app: "App[Any]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._kiosk = cast("KioskApp", app)
        self._inbox = Inbox(self._loop, app.post_message, lambda: self._kiosk.message_queue_size)
        self._writer: Writer | None = None
        self._reader: Thread | None = None
        self._wake_read, self._wake_write = os.pipe()

    def start_application_mode(self) -> None:
        """Take the terminal over and begin to read."""
        self._take_signals()
        self._loop.set_exception_handler(self._loose_error)
        MODES.hush()
        self._writer = Writer(MODES.output_fd)
        self._announce_size()
        self.write(MODES.enter() + LISTEN)
        self._reader = Thread(target=self._read, name="terminal-input", daemon=True)
        self._reader.start()

    def stop_application_mode(self) -> None:
        """Stop reading, let what is drawn go out, and give the terminal back."""
        self.disable_input()
        self.close()
        MODES.restore()

    def disable_input(self) -> None:
        """Stop reading."""
        if self._reader is not None:
            signal.signal(signal.SIGWINCH, signal.SIG_DFL)
            os.write(self._wake_write, b"\x00")
            self._reader.join()
            self._reader = None
            os.close(self._wake_read)
            os.close(self._wake_write)

    def close(self) -> None:
        """Stop writing."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.stop()

    def write(self, data: str) -> None:
        """Queue `data` for the terminal; what comes after the end is dropped."""
        if self._writer is not None:
            self._writer.write(data)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app; it is dropped while too many wait."""
        self._inbox.put(message)

    def process_message(self, message: Message) -> None:
        """Send without Textual's list of pressed buttons, which a flood of presses would fill."""
        message.set_sender(self._app)
        self.send_message(message)

    def _take_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
            signal.signal(number, signal.SIG_IGN)
        # Its default is to do nothing to a process that runs.
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGHUP, self._end)
        signal.signal(signal.SIGWINCH, self._resized)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self._kiosk.leave(EXIT_ASKED if number == signal.SIGTERM else EXIT_TERMINAL_GONE)

    def _resized(self, _number: int, _frame: FrameType | None) -> None:
        # The loop is closed while the program ends.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._announce_size)

    def _announce_size(self) -> None:
        try:
            columns, rows = os.get_terminal_size(MODES.output_fd)
        except OSError:
            columns, rows = 80, 24
        self._size = (
            min(columns or 80, _LARGEST[0]),
            min(rows or 24, _LARGEST[1]),
        )
        size = Size(*self._size)
        self._app.post_message(events.Resize(size, size))

    def _loose_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._kiosk.note(error)

    def _read(self) -> None:
        # A thread that ended silently would leave a kiosk that hears nobody.
        with Guard(self._reading_broke):
            self._read_until_woken()

    def _reading_broke(self, error: Exception) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._kiosk.crash, error)

    def _read_until_woken(self) -> None:
        intake, fd, clock = Intake(), MODES.input_fd, time.monotonic
        while True:
            due = intake.deadline()
            timeout = None if due is None else max(0.0, due - clock())
            ready, _, _ = select.select([fd, self._wake_read], [], [], timeout)
            if self._wake_read in ready:
                return
            now = clock()
            if fd not in ready:
                # Only silence decides: data that waited for a late thread had come in time.
                messages = intake.tick(now)
            elif data := _read_some(fd):
                messages = intake.feed(data, now if due is None else min(now, due))
            else:
                self.process_message(InputClosed())
                return
            for message in messages:
                self.process_message(message)


def _read_some(fd: int) -> bytes:
    """Read what is there; empty when the terminal has gone."""
    try:
        return os.read(fd, _CHUNK)
    except OSError:
        return b""
