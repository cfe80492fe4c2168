"""A slip printer on a port of loopback and on a pseudo-terminal: well, hanging, empty, gone."""

import fcntl
import os
import pty
import socket
import struct
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from kiosk.devices.slip_printer import SlipPrinter
from kiosk.domain.printing import PrintResult, PrintState, SlipAddress, SlipConnection

COMMANDS = b"\x1b@7K4Q-FMRF\n" * 300
WELL, EMPTY, OPEN, JAMMED = b"\x12", b"\x72", b"\x16", b"\x52"
PAPER, STOPPED, DONE = b"\x10\x04\x04", b"\x10\x04\x02", b"\x1dr\x01"


class Printer:
    """Answers questions as a printer does, and keeps what it is sent."""

    def __init__(self, paper: bytes = WELL, stopped: bytes = WELL, done: bytes = b"\x00") -> None:
        self.paper, self.stopped, self.done = paper, stopped, done
        self.got = bytearray()

    def take(self, data: bytes) -> bytes:
        """Take what comes, and return what it answers."""
        self.got += data
        answer = b""
        for question, reply in ((PAPER, self.paper), (STOPPED, self.stopped), (DONE, self.done)):
            if self.got.endswith(question):
                del self.got[-len(question) :]
                answer += reply
        return answer


Serve = Callable[[socket.socket], object]


@contextmanager
def raw_port(serve: Serve) -> Iterator[SlipAddress]:
    """Yield a port whose connections `serve` answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def work() -> None:
            connection, _ = server.accept()
            with connection:
                serve(connection)

        thread = Thread(target=work, daemon=True)
        thread.start()
        yield SlipAddress(SlipConnection.NETWORK, *server.getsockname())
        thread.join(5)
        assert not thread.is_alive()


def serve_with(printer: Printer) -> Serve:
    def serve(connection: socket.socket) -> None:
        while data := connection.recv(1 << 16):
            connection.sendall(printer.take(data))

    return serve


QUIET = 0.1
"""Seconds that a printer is waited for that says nothing."""


def print_to(
    address: SlipAddress, commands: bytes = COMMANDS, *, ask: float = 5.0, patience: float = 10.0
) -> tuple[PrintResult, float]:
    """Return what became of it, and how many seconds it took."""
    began = time.monotonic()
    result = SlipPrinter(address, 5.0, ask, patience).print_bytes(commands)
    return result, time.monotonic() - began


def test_a_printer_that_says_how_it_is() -> None:
    printer = Printer()
    with raw_port(serve_with(printer)) as address:
        result, _ = print_to(address)
    assert result == PrintResult(PrintState.PRINTED, "Printed.")
    assert printer.got == COMMANDS


def test_a_printer_that_only_listens_is_sent_the_slip() -> None:
    printer = Printer(b"", b"", b"")
    with raw_port(serve_with(printer)) as address:
        result, _ = print_to(address, ask=QUIET)
    assert result.state is PrintState.SENT
    assert printer.got == COMMANDS


def test_what_it_says_unasked_is_no_answer() -> None:
    printer = Printer(b"\x10\x00\x00\x00" + EMPTY)
    with raw_port(serve_with(printer)) as address:
        result, _ = print_to(address)
    assert "out of paper" in result.sentence


@pytest.mark.parametrize(
    ("printer", "words"),
    [
        (Printer(EMPTY), "out of paper"),
        (Printer(stopped=OPEN), "close its lid"),
        (Printer(stopped=b"\x32"), "out of paper"),
        (Printer(stopped=JAMMED), "reports an error"),
    ],
)
def test_a_printer_that_cannot_print_is_sent_nothing(printer: Printer, words: str) -> None:
    with raw_port(serve_with(printer)) as address:
        result, _ = print_to(address)
    assert result.state is PrintState.FAILED
    assert words in result.sentence
    assert printer.got == b""


def test_paper_that_ends_in_the_middle_is_told() -> None:
    class Ending(Printer):
        def take(self, data: bytes) -> bytes:
            if len(self.got) + len(data) > 100:
                self.paper, self.done = EMPTY, b""
            return super().take(data)

    with raw_port(serve_with(Ending())) as address:
        result, seconds = print_to(address, patience=0.5)
    assert result.state is PrintState.FAILED
    assert "out of paper" in result.sentence
    assert seconds < 3


def test_a_printer_that_hangs_is_not_waited_for() -> None:
    """It takes the connection and reads nothing, until nothing more goes out."""

    over = Event()
    with raw_port(lambda _: over.wait(5)) as address:
        result, seconds = print_to(address, bytes(50_000_000), ask=QUIET, patience=0.5)
        over.set()
    assert result.state is PrintState.FAILED
    assert "does not answer" in result.sentence
    assert seconds < 3


def test_a_port_that_refuses_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result, seconds = print_to(SlipAddress(SlipConnection.NETWORK, "127.0.0.1", port))
    assert result.state is PrintState.FAILED
    assert "does not answer (Connection refused)" in result.sentence
    assert seconds < 1


@pytest.mark.parametrize("after", [0, 100])
def test_a_printer_that_closes_early_is_told(after: int) -> None:
    def close(connection: socket.socket) -> None:
        if after:
            connection.recv(after)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with raw_port(close) as address:
        result, seconds = print_to(address)
    assert result.state is PrintState.FAILED
    assert "broke off" in result.sentence
    assert seconds < 3


def test_a_printer_that_breaks_off_in_the_middle_is_told() -> None:
    def close(connection: socket.socket) -> None:
        taken = 0
        while taken < 100:
            taken += len(connection.recv(50))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with raw_port(close) as address:
        result, _ = print_to(address, COMMANDS * 2000, ask=QUIET)
    assert result.state is PrintState.FAILED
    assert "broke off" in result.sentence


@contextmanager
def serial_line(printer: Printer | None) -> Iterator[SlipAddress]:
    """Yield a serial line with a printer at its end, or with nobody."""
    near, far = pty.openpty()
    tty.setraw(far)
    name = os.ttyname(far)

    def work() -> None:
        while True:
            try:
                data = os.read(near, 4096)
            except OSError:
                return
            if printer is not None and (answer := printer.take(data)):
                os.write(near, answer)

    thread = Thread(target=work, daemon=True)
    if printer is not None:
        thread.start()
    try:
        yield SlipAddress(SlipConnection.SERIAL, name, 4_000_000)
    finally:
        os.close(far)
        if printer is not None:
            thread.join(5)
        os.close(near)


def test_a_printer_on_a_serial_line_gets_every_byte() -> None:
    printer, every = Printer(), bytes(range(256)) * 8
    with serial_line(printer) as address:
        result, _ = print_to(address, every)
        assert result.state is PrintState.PRINTED
        # Another time, by the same line.
        assert print_to(address, every)[0].state is PrintState.PRINTED
        assert SlipPrinter(address).describe() == (True, "It is ready.")
    assert printer.got == every * 2


def test_a_serial_line_with_nobody_at_its_end_is_not_waited_for() -> None:
    with serial_line(None) as address:
        result, seconds = print_to(address, bytes(100_000), ask=QUIET, patience=0.5)
    assert result.state is PrintState.FAILED
    assert "does not answer" in result.sentence
    assert seconds < 3


def test_a_line_in_use_is_told() -> None:
    with serial_line(None) as address:
        handle = os.open(address.place, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        result, _ = print_to(address)
        os.close(handle)
    assert "in use just now" in result.sentence


@pytest.mark.parametrize(
    ("place", "words"),
    [("/dev/no-such-printer", "is not there"), ("/etc/hostname", "is not there")],
)
def test_a_device_that_is_none_is_told(place: str, words: str) -> None:
    address = SlipAddress(SlipConnection.USB, place, 0)
    result, _ = print_to(address)
    assert result.state is PrintState.FAILED
    assert words in result.sentence
    assert SlipPrinter(address).describe() == (False, result.sentence)


def test_how_a_printer_is_can_be_asked() -> None:
    with raw_port(serve_with(Printer(EMPTY))) as address:
        is_well, words = SlipPrinter(address).describe()
    assert (is_well, "out of paper" in words) == (False, True)
    with raw_port(serve_with(Printer(b"", b""))) as address:
        is_well, words = SlipPrinter(address, ask_seconds=QUIET).describe()
    assert (is_well, "does not say how it is" in words) == (True, True)
