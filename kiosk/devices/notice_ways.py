"""Sends a notice: by mail over TLS, to a signed webhook, or to a command of the clinic's.

A try lasts a set time at most, and raises nothing for what the other side does.
"""

import base64
import hashlib
import hmac
import http
import http.client
import os
import signal
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from threading import Thread
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from kiosk.domain.callbacks.notice import Delivery, NoticeFault

TRY_SECONDS: Final = 20.0
"""The longest that one try lasts, whatever the other side does."""
TLS_PORT: Final = 465
"""TLS from the first byte (RFC 8314, Cleartext Considered Obsolete); on others by STARTTLS."""
_OWN_VARIABLES: Final = "KIOSK_"
_TAKEN, _REDIRECTS, _REFUSALS = range(200, 300), range(300, 400), range(400, 500)
_FOR_NOW: Final = 400
_FOR_GOOD: Final = 500
_TRY_AGAIN: Final = frozenset(
    {
        http.HTTPStatus.REQUEST_TIMEOUT,
        http.HTTPStatus.TOO_EARLY,
        http.HTTPStatus.TOO_MANY_REQUESTS,
    }
)


@dataclass(frozen=True, slots=True)
class NoticeMessage:
    """What is sent; it holds counts alone."""

    id: UUID
    """The same at every try, so that whoever has it already can tell."""
    at: datetime
    subject: str
    text: str
    json: bytes


class NoticeRoute(Protocol):
    """One way to send notices."""

    def send(self, message: NoticeMessage) -> Delivery:
        """Try once to send a message."""
        ...


@dataclass(frozen=True, slots=True)
class MailRoute:
    """A mail server that takes messages over TLS."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    """Empty where the server asks for no name."""
    password: str = field(default="", repr=False)
    seconds: float = TRY_SECONDS

    def send(self, message: NoticeMessage) -> Delivery:
        """Send one mail to all recipients."""
        return _in_time(self.seconds, partial(self._try, message))

    def _try(self, message: NoticeMessage, opened: list[socket.socket]) -> Delivery:
        try:
            return self._send(message, opened)
        except smtplib.SMTPAuthenticationError as error:
            return _answer(error.smtp_code, NoticeFault.SIGN_IN)
        except smtplib.SMTPRecipientsRefused as error:
            return _answer(max(code for code, _ in error.recipients.values()))
        except smtplib.SMTPNotSupportedError:
            return Delivery(NoticeFault.INSECURE)
        except smtplib.SMTPResponseException as error:
            return _answer(error.smtp_code)

    def _send(self, message: NoticeMessage, opened: list[socket.socket]) -> Delivery:
        # The sender's domain as one's own name: that of the machine is nobody's business.
        trust, domain = ssl.create_default_context(), self.sender.partition("@")[2]
        with closing(self._connection(trust, domain)) as server:
            opened.extend([server.sock] if server.sock else [])
            if self.port != TLS_PORT:
                server.starttls(context=trust)
                opened.extend([server.sock] if server.sock else [])
            if self.user and not self._sign_in(server):
                return Delivery(NoticeFault.SIGN_IN)
            refused = server.sendmail(self.sender, self.recipients, self._mail(message))
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        codes = [code for code, _ in refused.values()]
        return Delivery(NoticeFault.PARTLY, max(codes)) if codes else Delivery()

    def _connection(self, trust: ssl.SSLContext, domain: str) -> smtplib.SMTP:
        given = (self.host, self.port, domain)
        if self.port == TLS_PORT:
            return smtplib.SMTP_SSL(*given, timeout=self.seconds, context=trust)
        return smtplib.SMTP(*given, timeout=self.seconds)

    def _sign_in(self, server: smtplib.SMTP) -> bool:
        """Return False for a server that offers no way of doing so that this machine knows."""
        try:
            server.login(self.user, self.password)
        except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
            raise
        except smtplib.SMTPException:
            return False
        return True

    def _mail(self, message: NoticeMessage) -> bytes:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, ", ".join(self.recipients)
        mail["Subject"], mail["Date"] = message.subject, format_datetime(message.at)
        mail["Message-ID"] = f"<{message.id}@{self.sender.partition('@')[2]}>"
        # RFC 3834 (Automatic Responses to Electronic Mail): nobody's absence is to answer.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail.as_bytes()


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that takes messages by POST, signed as Standard Webhooks 1.0 describes."""

    url: str
    """https, or http to this machine itself."""
    secret: bytes = field(repr=False)
    seconds: float = TRY_SECONDS

    def send(self, message: NoticeMessage) -> Delivery:
        """Post a message; no redirect is followed."""
        return _in_time(self.seconds, partial(self._try, message))

    def _try(self, message: NoticeMessage, opened: list[socket.socket]) -> Delivery:
        place = urlsplit(self.url)
        path = (place.path or "/") + (f"?{place.query}" if place.query else "")
        with closing(self._connection()) as connection:
            connection.connect()
            opened.append(connection.sock)
            connection.request("POST", path, message.json, self._headers(message))
            status = connection.getresponse().status
        if status in _REDIRECTS:
            return Delivery(NoticeFault.REDIRECTED, status)
        if status in _REFUSALS and status not in _TRY_AGAIN:
            return Delivery(NoticeFault.REFUSED, status)
        return Delivery() if status in _TAKEN else Delivery(NoticeFault.BUSY, status)

    def _connection(self) -> http.client.HTTPConnection:
        place = urlsplit(self.url)
        host = place.hostname or ""
        if place.scheme == "http":
            return http.client.HTTPConnection(host, place.port, timeout=self.seconds)
        trust = ssl.create_default_context()
        return http.client.HTTPSConnection(host, place.port, timeout=self.seconds, context=trust)

    def _headers(self, message: NoticeMessage) -> dict[str, str]:
        timestamp = str(int(message.at.timestamp()))
        return {
            "content-type": "application/json",
            "user-agent": "kiosk",
            "webhook-id": str(message.id),
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(self.secret, str(message.id), timestamp, message.json),
        }


@dataclass(frozen=True, slots=True)
class Command:
    """A program of the clinic's, run without a shell; it reads the message from its input."""

    words: tuple[str, ...]
    seconds: float = TRY_SECONDS

    def send(self, message: NoticeMessage) -> Delivery:
        """Run the command; it succeeds with the exit code 0."""
        try:
            # Nothing that this program was told, such as a passphrase, is handed on.
            program = subprocess.Popen(  # noqa: S603 - the clinic's own, word by word
                self.words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_foreign(os.environ),
                start_new_session=True,
            )
        except (OSError, ValueError):
            return Delivery(NoticeFault.MISSING)
        with program:
            try:
                program.communicate(message.text.encode(), timeout=self.seconds)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(program.pid, signal.SIGKILL)
                return Delivery(NoticeFault.SLOW)
        code = program.returncode
        return Delivery(NoticeFault.FAILED, code) if code else Delivery()


def sign(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256 over id, timestamp and body, with its version.

    Source: Standard Webhooks, "Signature scheme".
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def _in_time(seconds: float, attempt: Callable[[list[socket.socket]], Delivery]) -> Delivery:
    """Make an attempt within a time; it adds the connections that are to end with it to the list.

    In a thread, for neither the look-up of a name nor a server that sends a byte at a time keeps
    to any other limit.
    """
    opened: list[socket.socket] = []
    answers: list[Delivery] = []
    trying = Thread(target=lambda: answers.append(_tried(attempt, opened)), daemon=True)
    trying.start()
    trying.join(seconds)
    if answers:
        return answers[0]
    for connection in opened:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Delivery(NoticeFault.SLOW)


def _tried(
    attempt: Callable[[list[socket.socket]], Delivery], opened: list[socket.socket]
) -> Delivery:
    try:
        return attempt(opened)
    except TimeoutError:
        return Delivery(NoticeFault.SLOW)
    except ssl.SSLCertVerificationError:
        return Delivery(NoticeFault.UNTRUSTED)
    except ssl.SSLEOFError:
        return Delivery(NoticeFault.AWAY)
    except ssl.SSLError:
        return Delivery(NoticeFault.INSECURE)
    except (smtplib.SMTPServerDisconnected, http.client.HTTPException, OSError, UnicodeError):
        return Delivery(NoticeFault.AWAY)


def _answer(code: int, final: NoticeFault = NoticeFault.REFUSED) -> Delivery:
    """Return what an answer of a mail server means (RFC 5321, 4.2.1): 4 is for now, 5 for good."""
    if code < _FOR_NOW:
        # No answer of a mail server at all.
        return Delivery(NoticeFault.AWAY)
    return Delivery(final if code >= _FOR_GOOD else NoticeFault.BUSY, code)


def _foreign(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if not name.startswith(_OWN_VARIABLES)}
