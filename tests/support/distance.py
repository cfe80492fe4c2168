"""A long line between a machine and its centre: it delays, and counts the ways there and back."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import SimpleQueue

_CHUNK = 65536


@dataclass
class Line:
    """A line that is open; made by `long_line`."""

    port: int
    one_way: float
    """Seconds that everything takes in one direction."""
    trips: int = 0
    """How often the client said something after it had got an answer: ways there and back."""
    up: list[bytes] = field(default_factory=list)


@contextmanager
def long_line(target_port: int, one_way: float = 0.0) -> Iterator[Line]:
    """Lead from a port of this machine to another one, `one_way` seconds long."""
    listener = socket.create_server(("127.0.0.1", 0))
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
    """One connection; its client begins with a question."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._answered = True

    def carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

        def take() -> None:
            data = b"-"
            while data:
                try:
                    data = source.recv(_CHUNK)
                except OSError:
                    data = b""
                if up and data and self._answered:
                    self._answered = False
                    self._line.trips += 1
                under_way.put((time.monotonic() + self._line.one_way, data))

        def give() -> None:
            while True:
                due, data = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not up:
                    self._answered = True
                with suppress(OSError):
                    if not data:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(data)

        for work in (take, give):
            threading.Thread(target=work, daemon=True).start()
