"""The bad line of the tests does what its modes say."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.support.proxy import Mode, Proxy

WAIT = 5.0
A_MOMENT = 0.15


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that answers each message with `<message>`, and collects nothing."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(end: socket.socket) -> None:
        with end, contextlib.suppress(OSError):
            while data := end.recv(65536):
                end.sendall(b"<" + data + b">")

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(WAIT)


@pytest.fixture
def line(echo: int) -> Iterator[Proxy]:
    with Proxy(echo) as made:
        yield made


@pytest.fixture
def client(line: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", line.port), WAIT) as made:
        assert ask(made, b"first") == b"<first>"
        yield made


def ask(client: socket.socket, words: bytes) -> bytes:
    client.sendall(words)
    return client.recv(100)


def silent(client: socket.socket) -> bool:
    client.settimeout(A_MOMENT)
    try:
        client.recv(1)
    except TimeoutError:
        return True
    finally:
        client.settimeout(WAIT)
    return False


def is_cut(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_frozen_line_holds_and_gives_on_later(line: Proxy, client: socket.socket) -> None:
    line.freeze()
    client.sendall(b"held")
    assert silent(client)
    line.pass_on()
    assert client.recv(100) == b"<held>"
    assert line.hits[Mode.FREEZE] == 1


def test_a_line_freezes_after_a_word(line: Proxy, client: socket.socket) -> None:
    line.freeze(b"COMMIT")
    assert ask(client, b"INSERT") == b"<INSERT>"
    client.sendall(b"COMMIT")
    assert silent(client)
    line.pass_on()
    assert client.recv(100) == b"<COMMIT>"


def test_a_slow_line_answers_late(line: Proxy, client: socket.socket) -> None:
    line.delay(A_MOMENT)
    client.sendall(b"slow")
    assert silent(client)
    assert client.recv(100) == b"<slow>"
    assert line.hits[Mode.DELAY] == 2


def test_a_line_is_cut_in_the_middle(line: Proxy, client: socket.socket) -> None:
    line.cut_after(8)
    assert ask(client, b"five5") == b"<five5>"
    client.sendall(b"much more than is left")
    assert is_cut(client)
    assert line.mode is Mode.PASS
    with socket.create_connection(("127.0.0.1", line.port), WAIT) as again:
        assert ask(again, b"again") == b"<again>"


def test_nothing_comes_out_of_a_black_hole(line: Proxy, client: socket.socket) -> None:
    line.blackhole()
    client.sendall(b"lost")
    with socket.create_connection(("127.0.0.1", line.port), WAIT) as fresh:
        fresh.sendall(b"lost too")
        assert silent(fresh)
        assert silent(client)
        line.pass_on()
        assert is_cut(fresh)
    assert is_cut(client)


def test_answers_are_lost(line: Proxy, client: socket.socket) -> None:
    line.drop_answers()
    client.sendall(b"unanswered")
    assert silent(client)
    line.pass_on()
    assert is_cut(client)


def test_the_answer_to_one_word_is_lost(line: Proxy, client: socket.socket) -> None:
    line.drop_answers(b"COMMIT")
    assert ask(client, b"INSERT") == b"<INSERT>"
    client.sendall(b"COMMIT")
    assert is_cut(client)
    assert line.hits[Mode.DROP_ANSWERS] == 1


def test_all_links_are_cut_at_once(line: Proxy, client: socket.socket) -> None:
    line.cut()
    assert is_cut(client)


def test_no_server_means_no_link() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = int(gone.getsockname()[1])
    with Proxy(port) as line, socket.create_connection(("127.0.0.1", line.port), WAIT) as client:
        assert is_cut(client)
