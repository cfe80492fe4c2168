"""Notices on real connections: mail, webhook and command, and all that may be wrong with them."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.devices.notice_ways import Command, MailRoute, NoticeMessage, Webhook, sign
from kiosk.domain.callbacks.notice import Delivery, NoticeFault
from tests.support.mail_server import Mailbox, mail_server
from tests.support.tls import Authority, new_authority

ID = UUID("019cacb3-f200-7f33-8ea6-96762e61e9c9")
AT = datetime(2026, 3, 3, 2, 10, tzinfo=UTC)
MESSAGE = NoticeMessage(ID, AT, "1 new request, 3 to call now", "Text.\n", b'{"type":"test"}')
SECRET = b"k" * 32
SHORT = 0.3
"""Seconds that a test waits for who never answers."""
USER, PASSWORD = "kiosk", "correct horse"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = new_authority(tmp_path_factory.mktemp("tls") / "ca")
    made.sign("localhost", "server", "127.0.0.1")
    made.sign("another", "another", "127.0.0.9")
    return made


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let this machine trust the authority; return the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    return authority.folder / "server.crt"


def route(box: Mailbox, *to: str, password: str = "", seconds: float = 30.0) -> MailRoute:
    user = USER if password else ""
    recipients = to or ("calls@clinic.example",)
    given = ("127.0.0.1", box.port, "kiosk@clinic.example", recipients, user, password)
    return MailRoute(*given, seconds)


def test_a_mail_goes_over_tls_with_the_counts_alone(trusted: Path) -> None:
    with mail_server(Mailbox(trusted, login=(USER, PASSWORD))) as box:
        to = ("calls@clinic.example", "desk@clinic.example")
        assert route(box, *to, password=PASSWORD).send(MESSAGE) == Delivery()
    (mail,) = box.mails
    assert box.encrypted == [True]
    assert mail["Subject"] == "1 new request, 3 to call now"
    assert (mail["From"], mail["To"]) == ("kiosk@clinic.example", ", ".join(to))
    assert mail["Message-ID"] == f"<{ID}@clinic.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail.get_payload()).strip() == "Text."
    assert "ehlo clinic.example" in box.lines


def test_tls_from_the_first_byte(trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(Mailbox(trusted, tls_at_once=True)) as box:
        monkeypatch.setattr("kiosk.devices.notice_ways.TLS_PORT", box.port)
        assert route(box).send(MESSAGE) == Delivery()
    assert box.encrypted == [True]


@pytest.mark.parametrize(
    ("answers", "delivery"),
    [
        ({"DATA": "451 later"}, Delivery(NoticeFault.BUSY, 451)),
        ({"DATA": "554 spam"}, Delivery(NoticeFault.REFUSED, 554)),
        ({"RCPT": "550 nobody"}, Delivery(NoticeFault.REFUSED, 550)),
        ({"RCPT": "450 full"}, Delivery(NoticeFault.BUSY, 450)),
        ({"MAIL": "553 not you"}, Delivery(NoticeFault.REFUSED, 553)),
        ({"rcpt TO:<b@clinic.example>": "550 nobody"}, Delivery(NoticeFault.PARTLY, 550)),
        ({"STARTTLS": "454 not now"}, Delivery(NoticeFault.BUSY, 454)),
        ({"DATA": "what is this"}, Delivery(NoticeFault.AWAY)),
    ],
)
def test_what_a_mail_server_answers(
    trusted: Path, answers: dict[str, str], delivery: Delivery
) -> None:
    with mail_server(Mailbox(trusted, answers=answers)) as box:
        assert route(box, "a@clinic.example", "b@clinic.example").send(MESSAGE) == delivery


def test_a_wrong_password_is_final_and_is_told_by_nothing(trusted: Path) -> None:
    with mail_server(Mailbox(trusted, login=(USER, PASSWORD))) as box:
        mine = route(box, password="wrong horse")
        delivery = mine.send(MESSAGE)
    assert delivery == Delivery(NoticeFault.SIGN_IN, 535)
    assert delivery.is_final
    assert "wrong horse" not in repr(mine)
    assert box.mails == []


def test_a_server_that_knows_no_names_gets_no_password(trusted: Path) -> None:
    with mail_server(Mailbox(trusted)) as box:
        assert route(box, password=PASSWORD).send(MESSAGE) == Delivery(NoticeFault.SIGN_IN)
    assert not any(line.upper().startswith("AUTH") for line in box.lines)
    assert box.mails == []


@pytest.mark.parametrize("name", ["another", "unknown"])
def test_a_certificate_that_is_wrong_gets_nothing(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    if name == "unknown":
        stranger = new_authority(tmp_path / "stranger")
        certificate = stranger.sign("localhost", "server", "127.0.0.1")
    else:
        certificate = authority.folder / "another.crt"
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with mail_server(Mailbox(certificate)) as box:
        assert route(box).send(MESSAGE) == Delivery(NoticeFault.UNTRUSTED)
    assert box.mails == []
    with web_server(certificate=certificate) as web:
        assert Webhook(web.url, SECRET).send(MESSAGE) == Delivery(NoticeFault.UNTRUSTED)
    assert web.taken == []


def test_no_mail_goes_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(Mailbox(login=(USER, PASSWORD))) as box:
        mine = route(box, password=PASSWORD)
        assert mine.send(MESSAGE) == Delivery(NoticeFault.INSECURE)
        assert not any(line.upper().startswith("AUTH") for line in box.lines)
        monkeypatch.setattr("kiosk.devices.notice_ways.TLS_PORT", box.port)
        assert mine.send(MESSAGE) == Delivery(NoticeFault.INSECURE)


@pytest.mark.parametrize("word", ["HELLO", "EHLO", "DATA"])
def test_a_mail_server_that_hangs_is_left(trusted: Path, word: str) -> None:
    with mail_server(Mailbox(trusted, hangs_at=word)) as box:
        assert route(box, seconds=SHORT).send(MESSAGE) == Delivery(NoticeFault.SLOW)


def test_nobody_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert route(Mailbox(port=port)).send(MESSAGE) == Delivery(NoticeFault.AWAY)
    url = f"http://127.0.0.1:{port}/"
    assert Webhook(url, SECRET).send(MESSAGE) == Delivery(NoticeFault.AWAY)


@dataclass
class Web:
    """A web server's answers, and what it was given."""

    status: int = 204
    url: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def web_server(status: int = 204, certificate: Path | None = None) -> Iterator[Web]:
    web = Web(status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            web.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(web.status)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Let a client that goes say nothing."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "http" if certificate is None else "https"
        web.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/hook?for=calls"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()


def test_a_webhook_is_signed_over_id_time_and_body(trusted: Path) -> None:
    with web_server(certificate=trusted) as web:
        assert Webhook(web.url, SECRET).send(MESSAGE) == Delivery()
    ((path, headers, body),) = web.taken
    assert path == "/hook?for=calls"
    assert body == MESSAGE.json
    assert headers["webhook-id"] == str(ID)
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    signed = f"{ID}.{int(AT.timestamp())}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """The example of Standard Webhooks' libraries: secret, id, time and body to signature."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "fault", "final"),
    [
        (500, NoticeFault.BUSY, False),
        (503, NoticeFault.BUSY, False),
        (429, NoticeFault.BUSY, False),
        (404, NoticeFault.REFUSED, True),
        (410, NoticeFault.REFUSED, True),
        (302, NoticeFault.REDIRECTED, True),
        (308, NoticeFault.REDIRECTED, True),
    ],
)
def test_what_a_webhook_answers(status: int, fault: NoticeFault, final: bool) -> None:
    with web_server(status) as web:
        delivery = Webhook(web.url, SECRET).send(MESSAGE)
    assert delivery == Delivery(fault, status)
    assert delivery.is_final is final
    assert [path for path, _, _ in web.taken] == ["/hook?for=calls"], "no redirect is followed"


@pytest.mark.parametrize("piece", [b"", b"HTTP/1.1 200 OK\r\nA: "])
def test_a_webhook_that_hangs_or_drips_is_left(piece: bytes) -> None:
    ended = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(piece)
            while piece and not ended.wait(SHORT / 5):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
            ended.wait()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert Webhook(url, SECRET, SHORT).send(MESSAGE) == Delivery(NoticeFault.SLOW)
        ended.set()
        thread.join()


def python(program: str, *words: str) -> Command:
    return Command((sys.executable, "-c", program, *words), 30.0)


def test_a_command_reads_the_notice_and_no_shell_reads_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_PASSPHRASE", "a secret")
    place = tmp_path / "told"
    program = (
        "import json, os, sys; json.dump([sys.argv[2:], sys.stdin.read(),"
        " [n for n in os.environ if n.startswith('KIOSK')]], open(sys.argv[1], 'w'))"
    )
    assert python(program, str(place), "$HOME; rm *").send(MESSAGE) == Delivery()
    assert json.loads(place.read_text()) == [["$HOME; rm *"], "Text.\n", []]


@pytest.mark.parametrize(
    ("words", "delivery"),
    [
        ((sys.executable, "-c", "raise SystemExit(3)"), Delivery(NoticeFault.FAILED, 3)),
        (("/nowhere/at/all",), Delivery(NoticeFault.MISSING)),
        (("/etc/hostname",), Delivery(NoticeFault.MISSING)),
        (("/bin/sh", "-c", "sleep 60 & wait"), Delivery(NoticeFault.SLOW)),
    ],
)
def test_a_command_that_fails(words: Sequence[str], delivery: Delivery) -> None:
    seconds = SHORT if delivery.fault is NoticeFault.SLOW else 30.0
    assert Command(tuple(words), seconds).send(MESSAGE) == delivery
