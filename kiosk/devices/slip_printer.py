"""A slip printer (ESC/POS) on USB, on a serial line, or on a port of the network.

The printer is asked how it is before and after a slip (Epson ESC/POS Command Reference: DLE EOT,
GS r). Not every printer answers; one that does not is sent the slip all the same.
"""

import errno
import fcntl
import os
import select
import stat
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Final

from kiosk.domain.printing import PrintResult, PrintState, SlipAddress, SlipConnection

_OPEN_SECONDS: Final = 5.0
"""How long a host may take to answer."""
_ASK_SECONDS: Final = 1.0
"""How long a printer may take to say how it is."""
_PRINT_SECONDS: Final = 15.0
"""How long a slip may take."""
_ASK_PAPER: Final = b"\x10\x04\x04"
_ASK_STOPPED: Final = b"\x10\x04\x02"
_ASK_DONE: Final = b"\x1dr\x01"
_SAME_BITS, _SAME = 0x93, 0x12
"""What every answer to DLE EOT has in common."""
_NO_PAPER: Final = 0x60
_OPEN, _NO_PAPER_LEFT, _BROKEN = 0x04, 0x20, 0x40
_CHUNK: Final = 4096
_OUT_OF_PAPER: Final = "The slip printer is out of paper; put a new roll in."


@dataclass(frozen=True, slots=True)
class SlipPrinter:
    """The slip printer at an address."""

    address: SlipAddress
    open_seconds: float = _OPEN_SECONDS
    ask_seconds: float = _ASK_SECONDS
    print_seconds: float = _PRINT_SECONDS

    def print_bytes(self, commands: bytes) -> PrintResult:
        """Send ESC/POS commands, and return what became of them; never raises."""
        with ExitStack() as undo:
            try:
                wire = _open(self.address, self.open_seconds)
                undo.callback(wire.close)
                return self._print(wire, commands)
            except OSError as error:
                return _failed(_describe_error(error))

    def _print(self, wire: "_Wire", commands: bytes) -> PrintResult:
        answers, trouble = self._ask(wire)
        if trouble:
            return _failed(trouble)
        until = time.monotonic() + self.print_seconds + self._line_seconds(commands)
        wire.send(commands + (_ASK_DONE if answers else b""), until)
        if not answers:
            wire.finish(self.ask_seconds)
            return PrintResult(PrintState.SENT, "Sent to the slip printer.")
        if wire.receive(until):
            return PrintResult(PrintState.PRINTED, "Printed.")
        _, trouble = self._ask(wire)
        return _failed(trouble or "The slip printer did not finish; see whether it is well.")

    def _line_seconds(self, commands: bytes) -> float:
        """Return how long the bytes themselves take on a serial line, ten bits each."""
        is_serial = self.address.connection is SlipConnection.SERIAL
        return 10 * len(commands) / self.address.number if is_serial else 0.0

    def _ask(self, wire: "_Wire") -> tuple[bool, str]:
        """Return whether the printer says how it is, and what keeps it from printing."""
        paper = self._status(wire, _ASK_PAPER)
        if paper is None:
            return False, ""
        if paper & _NO_PAPER:
            return True, _OUT_OF_PAPER
        stopped = self._status(wire, _ASK_STOPPED) or 0
        if stopped & _OPEN:
            return True, "The slip printer is open; close its lid."
        if stopped & _NO_PAPER_LEFT:
            return True, _OUT_OF_PAPER
        if stopped & _BROKEN:
            return True, "The slip printer reports an error; switch it off and on again."
        return True, ""

    def _status(self, wire: "_Wire", question: bytes) -> int | None:
        until = time.monotonic() + self.ask_seconds
        wire.send(question, until)
        # What it says unasked may come first.
        while answer := wire.receive(until):
            if answer[0] & _SAME_BITS == _SAME:
                return answer[0]
        return None

    def describe(self) -> tuple[bool, str]:
        """Return whether the printer can be used as far as it says, and a sentence about it."""
        with ExitStack() as undo:
            try:
                wire = _open(self.address, self.open_seconds)
                undo.callback(wire.close)
                answers, trouble = self._ask(wire)
            except OSError as error:
                return False, _describe_error(error)
        if trouble:
            return False, trouble
        if answers:
            return True, "It is ready."
        return True, "It can be reached, and does not say how it is; print a slip to see."


class _Wire:
    """A way to a printer that is never waited for without an end."""

    def __init__(self, handle: int) -> None:
        """Take a handle that does not block."""
        self._handle = handle
        self._poll = select.poll()

    def send(self, data: bytes, until: float) -> None:
        """Send all of `data`; TimeoutError where the printer has not taken it by then."""
        left = memoryview(data)
        while left:
            self._wait(select.POLLOUT, until)
            with suppress(BlockingIOError):
                left = left[os.write(self._handle, left[:_CHUNK]) :]

    def receive(self, until: float) -> bytes:
        """Return the next byte; empty where none comes. ConnectionError where nobody is there."""
        try:
            self._wait(select.POLLIN, until)
            got = os.read(self._handle, 1)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            if error.errno == errno.EINVAL:  # a USB printer that only listens
                return b""
            raise
        if not got:
            raise ConnectionAbortedError(errno.ECONNABORTED, os.strerror(errno.ECONNABORTED))
        return got

    def finish(self, seconds: float) -> None:
        """See whether what was sent arrives, as far as this can be seen."""

    def close(self) -> None:
        """Let go."""
        os.close(self._handle)

    def _wait(self, event: int, until: float) -> None:
        self._poll.register(self._handle, event)
        left = until - time.monotonic()
        if left <= 0 or not self._poll.poll(1000 * left):
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


class _NetworkWire(_Wire):
    """A connection to a port of the network."""

    def finish(self, seconds: float) -> None:
        """Say that there is no more, and see whether the printer breaks off before it has it all.

        One that is slow, or that keeps the connection, has it all as far as anybody knows.
        """
        import socket

        with socket.socket(fileno=os.dup(self._handle)) as same:
            same.shutdown(socket.SHUT_WR)
        until = time.monotonic() + seconds
        try:
            while self.receive(until):
                pass
        except ConnectionAbortedError:
            return


def _open(address: SlipAddress, seconds: float) -> _Wire:
    """Open the way to a printer; raises OSError."""
    if address.connection is SlipConnection.NETWORK:
        import socket

        with socket.create_connection((address.place, address.number), seconds) as connected:
            connected.settimeout(0.0)
            return _NetworkWire(connected.detach())
    handle = os.open(address.place, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISCHR(os.fstat(handle).st_mode):
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        if address.connection is SlipConnection.SERIAL:
            _set_line(handle, address.number)
        # Of the desk and the kiosk on one machine, only one prints at a time.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return _Wire(handle)


def _set_line(handle: int, speed: int) -> None:
    """Set a serial line to 8 bits, no parity and nothing in between."""
    import termios
    import tty

    try:
        tty.setraw(handle, termios.TCSANOW)
        line = termios.tcgetattr(handle)
        # No modem's control lines: most slip printers have none.
        line[2] |= termios.CLOCAL
        line[4] = line[5] = getattr(termios, f"B{speed}")
        termios.tcsetattr(handle, termios.TCSANOW, line)
    except termios.error as error:
        raise OSError(*error.args) from None


def _describe_error(error: OSError) -> str:
    """Return what keeps a slip from being printed, and what to do."""
    # The time that runs out while a host is called has no number.
    match errno.ETIMEDOUT if isinstance(error, TimeoutError) else error.errno:
        case errno.EACCES | errno.EPERM:
            return (
                "The slip printer may not be used by this user; add it to the groups lp and dialout"
                " (`sudo usermod -aG lp,dialout USER`)."
            )
        case errno.EBUSY | errno.EAGAIN:
            return "The slip printer is in use just now; try again in a moment."
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return "The slip printer is not there; plug it in, or mend [print] slips."
        case errno.ETIMEDOUT:
            return "The slip printer does not answer; see whether it is on and has paper."
        case errno.ECONNRESET | errno.ECONNABORTED | errno.EPIPE | errno.EIO:
            return "The slip printer broke off; see whether it is on and has paper."
    why = error.strerror or "no such host"
    return f"The slip printer does not answer ({why}); see whether it is on and connected."


def _failed(sentence: str) -> PrintResult:
    return PrintResult(PrintState.FAILED, sentence)
