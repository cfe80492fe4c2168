"""A long line between a machine and its centre: it delays, and counts the ways there and back."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue

_CHUNK = 65536
# As in "Message Formats" of PostgreSQL's documentation.
_SYNC, _FLUSH = b"S", b"H"
_WAITED_FOR = (b"Q", _SYNC, _FLUSH, b"p")
"""Query, Sync, Flush, and what answers the question for the password."""
_ASKS_FOR_TLS = 8
"""The length of an SSLRequest; a StartupMessage is longer."""
_AGREED = b"S"
"""What a server answers to it that speaks TLS."""


@dataclass
class Line:
    """A line that is open; made by `long_line`."""

    port: int
    one_way: float
    """Seconds that everything takes in one direction."""
    trips: int = 0
    """How often the client waited for an answer: ways there and back."""


@contextmanager
def long_line(target_port: int, one_way: float = 0.0, host: str = "127.0.0.1") -> Iterator[Line]:
    """Lead from a port of this machine to another one, `one_way` seconds long."""
    listener = socket.create_server((host, 0))
    line = Line(int(listener.getsockname()[1]), one_way)
    ends: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", target_port))
                link = _Link(line)
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    ends.append(end)
                for ways in ((client, server, True), (server, client, False)):
                    link.carry(*ways)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield line
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class _Link:
    """One connection; its client begins with a question.

    As long as it can be read, what the client waits for is counted, and not when it comes: a
    machine that is slow to send would seem to wait. With TLS only the times are left.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._answered = True
        self._said = b""
        self._has_begun = False
        """Whether the message that begins a connection was sent; those before have no kind."""
        self._is_secret = False
        self._last = b""

    def carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

        def take() -> None:
            data = b"-"
            while data:
                try:
                    data = source.recv(_CHUNK)
                except OSError:
                    data = b""
                if up and data:
                    self._count(data)
                under_way.put((time.monotonic() + self._line.one_way, data))

        def give() -> None:
            while True:
                due, data = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not up:
                    self._answered = True
                    self._is_secret |= data == _AGREED and not self._has_begun
                with suppress(OSError):
                    if not data:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(data)

        for work in (take, give):
            threading.Thread(target=work, daemon=True).start()

    def _count(self, data: bytes) -> None:
        if self._is_secret:
            self._line.trips += self._answered
            self._answered = False
            return
        self._said += data
        while (whole := self._length()) and len(self._said) >= whole:
            kind, self._said = self._said[:1], self._said[whole:]
            if not self._has_begun:
                self._line.trips += 1
                self._has_begun = whole != _ASKS_FOR_TLS
            else:
                # A Flush right behind a Sync is not waited for by itself.
                is_flushed = kind == _FLUSH and self._last == _SYNC
                self._line.trips += kind in _WAITED_FOR and not is_flushed
                self._last = kind

    def _length(self) -> int:
        """Return how long the message is that the client says, or 0 where that did not come yet."""
        at = 1 if self._has_begun else 0
        told = self._said[at : at + 4]
        return at + int.from_bytes(told, "big") if len(told) == 4 else 0
