"""The only way between the terminal and Textual: a driver that nothing typed can break.

It stands beside Textual's LinuxDriver instead of on it: that one re-enters its modes on any
SIGCONT, stops on SIGTSTP, dies of its parser and asks for mouse moves.
"""

import asyncio
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Queue
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from kiosk.devices.memory import overwrite_cached
from kiosk.ui.terminal.answers import Asking, CanShow, window_of
from kiosk.ui.terminal.fatal import Guard
from kiosk.ui.terminal.messages import (
    InputClosed,
    PicturesPossible,
    Scanned,
    TakenBack,
    TerminalAnswered,
)
from kiosk.ui.terminal.modes import LISTEN, MODES, write_all
from kiosk.ui.terminal.pictures import WordPictures
from kiosk.ui.terminal.sanitiser import Sanitiser, Token, TokenKind
from kiosk.ui.terminal.scanner import Decided, KeyPlace, Press, ScanRecogniser, TakeBack
from kiosk.ui.terminal.startup import EXIT_ASKED, EXIT_TERMINAL_GONE

if TYPE_CHECKING:
    from textual.app import App


class Budget:
    """Allows `rate` things a second, and as many at once after a pause."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left = rate
        self._at = 0.0

    def spend(self, at: float) -> bool:
        """Count one more thing at `at` (monotonic seconds); return whether it may happen."""
        self._left = min(self._rate, self._left + max(0.0, at - self._at) * self._rate)
        self._at = max(self._at, at)
        if self._left < 1:
            return False
        self._left -= 1
        return True


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


TYPED_PER_SECOND: Final = 400
"""Keys, taps and pastes; far more than people manage, far less than makes the screen lag."""
SCANS_PER_SECOND: Final = 20

_PARSER_TROUBLE: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What Textual's parser raises on sequences that no sanitiser can foresee."""


class Intake:
    """Joins sanitiser, parser, scan recogniser and flood limit; pure, driven by a clock."""

    def __init__(self, place: Callable[[], KeyPlace] = lambda: KeyPlace.DESK) -> None:
        """`place` returns what keys are for now."""
        self._sanitiser = Sanitiser()
        self._recogniser = ScanRecogniser(place)
        # Only its look-up of whole sequences is used, not its stream, which can hang.
        self._parser = XTermParser()
        self._typed = Budget(TYPED_PER_SECOND)
        self._scans = Budget(SCANS_PER_SECOND)

    def deadline(self) -> float | None:
        """When `tick` has to be called if nothing arrives (monotonic seconds), or None."""
        dues = [self._sanitiser.deadline(), self._recogniser.deadline()]
        return min((due for due in dues if due is not None), default=None)

    def feed(self, data: bytes | memoryview, at: float) -> list[Message]:
        """Take bytes that arrived at `at` and return the messages for the app, in order."""
        return self._messages(self._sanitiser.feed(data, at), at)

    def tick(self, at: float) -> list[Message]:
        """Return the messages that are decided because nothing arrived until `at`."""
        messages = self._messages(self._sanitiser.tick(at), at)
        return messages + self._decided(self._recogniser.tick(at), at)

    def _messages(self, tokens: list[Token], at: float) -> list[Message]:
        messages: list[Message] = []
        for token in tokens:
            match token.kind:
                case TokenKind.KEY:
                    for press in self._presses(token.text):
                        messages += self._decided(self._recogniser.feed(press, at), at)
                case TokenKind.PASTE:
                    messages += self._decided(self._recogniser.flush(), at)
                    messages += self._limited(events.Paste(token.text), at)
                case TokenKind.MOUSE:
                    messages += self._limited(self._parser.parse_mouse_code(token.text), at)
                case TokenKind.SYNCHRONISED:
                    messages.append(TerminalSupportsSynchronizedOutput())
                case TokenKind.ANSWER:
                    messages.append(TerminalAnswered(token.text))
        return messages

    def _decided(self, decided: Decided, at: float) -> list[Message]:
        messages: list[Message] = []
        for one in decided:
            if isinstance(one, Press):
                # The budget comes first: naming a key costs more than dropping it.
                if self._typed.spend(at):
                    messages += self._keys(one)
            elif isinstance(one, TakeBack):
                messages.append(TakenBack(one.text))
            elif self._scans.spend(at):
                messages.append(Scanned(one.text, one.measured))
        return messages

    def _limited(self, message: Message | None, at: float) -> list[Message]:
        if message is None or isinstance(message, events.MouseMove):
            return []
        return [message] if self._typed.spend(at) else []

    def _presses(self, text: str) -> list[Press]:
        """Return the keys that one token stands for; characters get Textual's name later."""
        if len(text) == 1 and text.isprintable():
            return [Press(text, text)]
        if len(text) == 2 and text[1].isprintable():
            # Alt with a key: nothing here uses it, but some scanners type so.
            return [Press(f"alt+{text[1]}", text[1])]
        return [
            Press(key.key, key.character or _alt_character(key.key))
            for key in self._looked_up(text)
        ]

    def _keys(self, press: Press) -> list[events.Key]:
        if press.key == press.character:
            return self._looked_up(press.key)
        return [events.Key(press.key, press.character)]

    def _looked_up(self, sequence: str) -> list[events.Key]:
        if sequence == "\x1b":
            return [events.Key("escape", "\x1b")]
        try:
            return list(self._parser._sequence_to_key_events(sequence))
        except _PARSER_TROUBLE:
            # One key that Textual cannot read must not end the input thread.
            return []


def _alt_character(key: str) -> str | None:
    """Return the character of a key with Alt, which has none of its own."""
    character = key.removeprefix("alt+")
    return character if character != key and len(character) == 1 else None


_FRAMES: Final = 30
"""Frames that may wait; with more, drawing waits for the terminal."""


class Writer:
    """Keeps the order of what is written; a terminal that has gone swallows it silently."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pictures = WordPictures()
        self._queue: Queue[str | Callable[[], bytes | None] | None] = Queue(_FRAMES)
        self._thread = Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Queue `text`; waits while the terminal takes none."""
        self._queue.put(text)

    def overwrite_cached(self) -> None:
        """Overwrite what the thread that writes has freed, once it has written what is queued.

        Pictures of words are freed too, for a name may be among them.
        """
        self._queue.put(self._pictures.forget)
        self._queue.put(overwrite_cached)

    def show_pictures(self, shows: CanShow) -> None:
        """Show words as pictures in what is written from now on."""
        self._queue.put(lambda: self._pictures.show(shows))

    def clear_pictures(self) -> None:
        """Take all pictures off the terminal; what is written next draws the whole screen."""
        self._queue.put(self._pictures.clear)

    def stop(self) -> None:
        """Write what is queued and end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        alive = True
        while (queued := self._queue.get()) is not None:
            sent = queued() if callable(queued) else self._pictures.encode(queued)
            if sent:
                # Goes on taking frames once the terminal has gone: nobody may wait for it.
                alive = alive and write_all(self._fd, sent)


_CHUNK: Final = 4096
_LARGEST = (500, 200)
"""Columns and rows that are drawn; a larger terminal would only be slow."""


class KioskApp(Protocol):
    """What the driver needs of the app beyond Textual."""

    @property
    def message_queue_size(self) -> int: ...

    @property
    def place(self) -> KeyPlace:
        """What keys are for now; asked by the thread that reads."""

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
        self._asking = Asking()
        """What the terminal has answered; used by the thread that reads, once that has begun."""
        self._is_possible = False
        """Whether the app knows that words can be pictures."""
        self._shown: CanShow | None = None
        """How words are shown as pictures now."""
        self._wake_read, self._wake_write = os.pipe()

    def start_application_mode(self) -> None:
        """Take the terminal over and begin to read."""
        self._take_signals()
        self._loop.set_exception_handler(self._loose_error)
        MODES.raw_mode()
        self._writer = Writer(MODES.output_fd)
        self._announce_size()
        self.write(MODES.enter() + LISTEN)
        self._reader = Thread(target=self._read, name="terminal-input", daemon=True)
        self._reader.start()

    def stop_application_mode(self) -> None:
        """Stop reading, let what is drawn go out, and leave the terminal as it was found."""
        self.disable_input()
        self.close()
        MODES.restore()

    def disable_input(self) -> None:
        """Stop reading."""
        if self._reader is not None:
            for number in (signal.SIGWINCH, signal.SIGCONT):
                signal.signal(number, signal.SIG_DFL)
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

    def overwrite_cached(self) -> None:
        """Overwrite what was drawn and freed since."""
        if self._writer is not None:
            self._writer.overwrite_cached()

    def ask_terminal(self) -> None:
        """Ask what the terminal can show; `PicturesPossible` follows where it is enough."""
        self.write(self._asking.begin(window_of(MODES.output_fd), time.monotonic()))

    def show_pictures(self) -> None:
        """Show words as pictures from the next screen on."""
        shows = self._asking.can_show
        if shows is not None and self._writer is not None:
            self._shown = shows
            self._writer.show_pictures(shows)

    @property
    def why_no_pictures(self) -> str:
        """Why words cannot be shown as pictures, as far as the terminal has answered."""
        return self._asking.why_not

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
        signal.signal(signal.SIGCONT, self._continued)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGHUP, self._end)
        signal.signal(signal.SIGWINCH, self._resized)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self._kiosk.leave(EXIT_ASKED if number == signal.SIGTERM else EXIT_TERMINAL_GONE)

    def _continued(self, _number: int, _frame: FrameType | None) -> None:
        # A shell may have taken the terminal while this process was stopped.
        MODES.raw_mode()
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._draw_anew)

    def _draw_anew(self) -> None:
        if self._writer is not None:
            self._writer.clear_pictures()
        self._app.refresh()

    def _resized(self, _number: int, _frame: FrameType | None) -> None:
        # The loop is closed while the program ends.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._announce_size)

    def _ask_cell_again(self) -> None:
        """Have pictures drawn for the cells that the terminal has now."""
        if self._writer is not None and self._shown is not None:
            self._writer.clear_pictures()
            self.write(self._asking.resized(window_of(MODES.output_fd), time.monotonic()))

    def _heard(self, answer: str) -> None:
        """Take an answer of the terminal, in the thread that reads."""
        more = self._asking.heard(answer, window_of(MODES.output_fd), time.monotonic())
        if more:
            self.write(more)
        shows = self._asking.can_show
        if shows is None or shows == self._shown:
            return
        if self._shown is None:
            if not self._is_possible:
                self._is_possible = True
                self.process_message(PicturesPossible())
            return
        self.show_pictures()
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._draw_anew)

    def _announce_size(self) -> None:
        try:
            columns, rows = os.get_terminal_size(MODES.output_fd)
        except OSError:
            columns, rows = 80, 24
        self._size = (
            min(columns or 80, _LARGEST[0]),
            min(rows or 24, _LARGEST[1]),
        )
        self._ask_cell_again()
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
        intake, fd, clock = Intake(lambda: self._kiosk.place), MODES.input_fd, time.monotonic
        buffer = bytearray(_CHUNK)
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
            elif count := _read_into(buffer, fd):
                data = memoryview(buffer)[:count]
                messages = intake.feed(data, now if due is None else min(now, due))
                data[:] = bytes(count)
            else:
                self.process_message(InputClosed())
                return
            while messages:  # no name may keep the last one until the next key
                self._hand_over(messages.pop(0))

    def _hand_over(self, message: Message) -> None:
        if isinstance(message, TerminalAnswered):
            self._heard(message.text)
        else:
            self.process_message(message)


def _read_into(buffer: bytearray, fd: int) -> int:
    """Read what is there and return how many bytes; 0 when the terminal has gone."""
    try:
        return os.readv(fd, [buffer])
    except OSError:
        return 0
