"""A mail server on loopback that records what it is given, and answers as a test wants."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import SMTP
from pathlib import Path


@dataclass
class Mailbox:
    """How the server answers, and what it was given."""

    certificate: Path | None = None
    """With its key beside it; without one it speaks no TLS."""
    tls_at_once: bool = False
    login: tuple[str, str] | None = None
    """The name and password that it asks for."""
    answers: dict[str, str] = field(default_factory=dict)
    """By the first word of a line, such as "RCPT", or the whole line; else it takes everything."""
    hangs_at: str = ""
    """The word that it never answers; "HELLO" for its own greeting."""
    port: int = 0
    mails: list[Message] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    """Of each mail, whether it came over TLS."""
    lines: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        with suppress(OSError, ValueError):
            if self.server.box.tls_at_once:
                self._encrypt()
            self._talk()

    def _talk(self) -> None:
        box = self.server.box
        if box.hangs_at == "HELLO":
            box.ended.wait()
            return
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            box.lines.append(line)
            word = line.split(" ")[0].upper()
            if word == box.hangs_at:
                box.ended.wait()
                return
            answer = box.answers.get(line) or box.answers.get(word)
            if answer is not None:
                self._say(answer)
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._answer(word, line)

    def _answer(self, word: str, line: str) -> None:
        box = self.server.box
        match word:
            case "EHLO":
                offers = ["here"]
                if box.certificate is not None and not self._is_encrypted:
                    offers.append("STARTTLS")
                if box.login is not None:
                    offers.append("AUTH PLAIN")
                marks = ["-"] * (len(offers) - 1) + [" "]
                for mark, offer in zip(marks, offers, strict=True):
                    self._say(f"250{mark}{offer}")
            case "STARTTLS":
                self._say("220 go")
                self._encrypt()
            case "AUTH":
                given = base64.b64decode(line.split(" ")[2]).decode().split("\0")[1:]
                self._say("235 yes" if tuple(given) == box.login else "535 no")
            case "DATA":
                self._say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                box.mails.append(message_from_bytes(text, policy=SMTP))
                box.encrypted.append(self._is_encrypted)
                self._say("250 taken")
            case _:
                self._say("250 fine")

    @property
    def _is_encrypted(self) -> bool:
        return isinstance(self.connection, ssl.SSLSocket)

    def _encrypt(self) -> None:
        certificate = self.server.box.certificate
        assert certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")

    def _say(self, line: str) -> None:
        self.connection.sendall(f"{line}\r\n".encode())

    def finish(self) -> None:
        super().finish()
        self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    box: Mailbox

    def handle_error(self, *_: object) -> None:
        """Let a client that goes in the middle say nothing."""


@contextmanager
def mail_server(box: Mailbox) -> Iterator[Mailbox]:
    """Serve on a port of this machine, which `box` then holds."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.box, box.port = box, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            box.ended.set()
            server.shutdown()
            thread.join()
