"""A slip on paper: a real kiosk with a slip printer on the network, which is then switched off."""

import socket
from threading import Thread

import pytest

from kiosk.domain.passes import Code, CodeKind, decode
from tests.exports.test_slip import printed, scanned
from tests.journeys.clinic import Clinic, fill_in, finish
from tests.journeys.test_callbacks import reference_on
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal


def ask(terminal: Terminal, name: str, phone: str) -> str:
    """Ask for a call, and return the reference on the receipt."""
    fill_in(terminal, name, phone)
    terminal.choose("y")
    return reference_on(terminal)


def test_a_slip_is_printed_and_a_dead_printer_stops_nobody(clinic: Clinic) -> None:
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(1 << 16):
                    got.append(data)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        (clinic.folder / "kiosk.toml").write_text(f'[print]\nslips = "net:127.0.0.1:{port}"\n')
        terminal = clinic.start()
        reference = ask(terminal, "Mei", "81234567")
        terminal.choose("p")
        terminal.wait_for("Please take your slip.")
        thread.join(5)
    paper = printed(b"".join(got).removeprefix(b"\x10\x04\x04"))
    assert reference in paper.text
    code = decode(scanned(paper))
    assert isinstance(code, Code)
    assert code.kind is CodeKind.SLIP
    finish(terminal)
    assert ask(terminal, "Arjun", "81234568") != reference
    terminal.choose("p")
    terminal.wait_for("The slip could not be printed.")
    assert "slip printer: FAILED" in (clinic.folder / "kiosk.log").read_text()
    assert len(clinic.requests()) == 2
