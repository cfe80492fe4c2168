"""A slip on paper: a real kiosk with a slip printer on the network, which is off at first."""

import socket
from threading import Thread

import pytest

from kiosk.domain.passes import Code, CodeKind, decode
from tests.exports.paper.test_slip import printed, scanned
from tests.journeys.clinic import Clinic, fill_in
from tests.journeys.test_callbacks import reference_on

pytestmark = [pytest.mark.terminal, pytest.mark.full]


def test_a_printer_that_is_off_stops_nobody_and_prints_once_it_is_on(clinic: Clinic) -> None:
    got: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(1 << 16):
                    got.append(data)

        port = server.getsockname()[1]
        (clinic.folder / "kiosk.toml").write_text(f'[print]\nslips = "net:127.0.0.1:{port}"\n')
        terminal = clinic.start()
        fill_in(terminal, "Mei", "81234567")
        terminal.choose("y")
        reference = reference_on(terminal)
        terminal.choose("p")
        terminal.wait_for("No slip came out.")
        server.listen()
        thread = Thread(target=serve, daemon=True)
        thread.start()
        terminal.choose("p")
        terminal.wait_for("Please take your slip.")
        thread.join(5)
    paper = printed(b"".join(got).removeprefix(b"\x10\x04\x04"))
    assert reference in paper.text
    code = decode(scanned(paper))
    assert isinstance(code, Code)
    assert code.kind is CodeKind.SLIP
    assert "slip printer: FAILED" in (clinic.folder / "kiosk.log").read_text()
