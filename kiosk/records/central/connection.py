"""Connections to the centre: addresses, engines, a watch over silent peers, and plain errors.

A server's sentence may quote values, so none of it is passed on but the SQLSTATE.
"""

import contextlib
import math
import os
import re
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    DisconnectionError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from kiosk.errors import (
    SetupError,
    StoreAway,
    StoreBusy,
    StoreDiffers,
    StoreError,
    StoreFull,
    StoreRefused,
    StoreSlow,
)
from kiosk.records.central.pipeline import DRIVER

_NAMES = ("postgresql", "postgres", "postgresql+psycopg")
_NO_HOST = re.compile(r"[\s/@\[\]]")
_HERE = ("", "localhost", "127.0.0.1", "::1")
_NO_URL = (
    "That is no address of a PostgreSQL database; write it like"
    " postgresql://owner@db.example.org/kiosk."
)
_OWN_OPTIONS = ("sslrootcert",)
CLIENT_CERTIFICATE, CLIENT_KEY = "client.crt", "client.key"
"""A clinic with client certificates puts these two files into the data folder."""
CONNECT_SECONDS = 3
_LONG_LINE = 5
"""How many times as long a server that takes calls may need until it has let a machine in: that
takes seven ways there and back, with TLS and a password."""
WAIT_SECONDS = 10.0
"""How long the centre may think about one transaction."""
_WAIT_SECONDS = 10
_USED_AT = "kiosk.used at"
_FRESH_SECONDS = 2.0
"""A connection that was used so lately is not tried first: on a slow line a try costs as much as
a question."""
_SENDING: dict[str, Any] = {
    # One notices unanswered data, the others an unanswered question: both are needed.
    "tcp_user_timeout": 4000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    # A pooler in transaction mode gives every transaction another connection.
    "prepare_threshold": None,
    # Encryption by Kerberos would come before TLS and take its place, unchecked.
    "gssencmode": "disable",
    "application_name": "kiosk",
}
SURE_COMMIT = text("SET LOCAL synchronous_commit = on")
"""Before a fact is counted as arrived: with `off`, 210 of 60000 acknowledged rows were lost."""
PATIENT_COMMIT = text(
    "SELECT set_config('synchronous_commit', 'on', true), set_config('lock_timeout', '10s', true)"
)
"""The same where staff wait, who then hear who is in the way instead of waiting on."""
AWAY = "The centre cannot be reached just now; what is here is kept, and it is tried again."
SLOW = "The centre answers too slowly just now; what is here is kept, and it is tried again."
BUSY = "Somebody else wrote to the centre at the same moment; try again."
_FULL = "The centre's disk is full; ask whoever looks after it to make room."
_CERTIFICATE = (
    "The centre could not prove who it is (TLS); check its certificate and the address, and"
    " that the bundle is this centre's."
)
_OWN_CERTIFICATE = (
    "The centre asks for this machine's own certificate and does not take what it got; put"
    " client.crt and client.key of this machine into its data folder."
)
_SHUT_OUT = (
    "The centre does not let this machine in; it was revoked, or its credentials were replaced:"
    " enrol it again with `kiosk central enrol`."
)
_OTHER_CREDENTIALS = (
    "The centre does not take this machine's password any more. Unless somebody has enrolled it"
    " anew, its password was stolen and changed: tell whoever looks after the centre, who takes it"
    " out by `kiosk central revoke` and enrols it again."
)
_ABOUT_OURS = ("client certificate", "certificate authentication failed", " alert ")
"""An alert is what the server says of what it got."""
_ABOUT_THEIRS = (
    "certificate", "does not support ssl", "root.crt", "failed: ssl error:",
    "authentication method requirement",
)  # fmt: skip
_CUT = ("unexpected eof", "syscall")
"""A line that is cut within TLS says SSL as well."""
_ABOUT_THE_PASSWORD = ("password authentication failed", "sasl authentication failed")
_ABOUT_THE_ROLE = (
    "not permitted to log in", "no pg_hba.conf entry", "permission denied for database",
)  # fmt: skip
LOCK_NOT_AVAILABLE = "55P03"
_AGAIN = ("40001", "40P01", LOCK_NOT_AVAILABLE)
"""Serialization failure and deadlock too."""
_DIFFERENT = ("42P01", "42703", "42883", "42704")
"""A table, column, function or other object that is not there."""
_NEVER_SENT = (DataError, ProgrammingError, NotSupportedError)
"""What the driver itself would not send, such as a NUL in a text; trying again is no use."""
_PASSING = ("08", "53", "57", "58", "25", "XX")
"""Classes: connection, resources, operator, system, transaction state, internal."""


@dataclass(frozen=True, slots=True)
class Address:
    """One role's way to the centre."""

    host: str
    """A name, an IP address, or a folder with a socket; empty for the usual socket."""
    port: int
    database: str
    role: str
    password: str = field(default="", repr=False)
    """Empty: libpq looks for one in PGPASSWORD and in the owner's .pgpass."""
    ca_file: str = ""
    """Path of the certificates that vouch for the server; empty takes the machine's own."""
    certificate: str = ""
    """Path of a client certificate; its key lies beside it."""

    @property
    def is_here(self) -> bool:
        """Whether the server runs on this machine, so that nothing travels.

        Not where libpq would be sent elsewhere behind the address's back.
        """
        if os.environ.get("PGHOSTADDR"):
            return False
        return self.host in _HERE or self.host.startswith(("/", "@"))

    def url(self) -> URL:
        """Return the address as SQLAlchemy takes it."""
        return URL.create(
            DRIVER,
            self.role,
            self.password or None,
            self.host or None,
            self.port,
            self.database,
        )

    def tls(self) -> dict[str, Any]:
        """Return libpq's settings for TLS: the server's name is checked unless it is here.

        Named certificates are checked here too. Where nothing is checked, no password is sent to a
        server that asks for it in plain text.
        """
        wanted: dict[str, Any] = {"sslmode": "verify-full"}
        if self.is_here:
            wanted["sslmode"] = "verify-ca" if self.ca_file else "prefer"
            wanted["require_auth"] = "!password"
        if self.ca_file or not self.is_here:
            wanted["sslrootcert"] = self.ca_file or "system"
        if self.certificate:
            key = str(Path(self.certificate).with_name(CLIENT_KEY))
            wanted.update(sslcert=self.certificate, sslkey=key)
        return wanted


def is_host(text: str) -> bool:
    """Return whether this can be a name or an address; colons stand in an IPv6 address alone."""
    if ":" not in text:
        return bool(text) and _NO_HOST.search(text) is None
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def read_address(text: str, ca_file: str = "") -> Address:
    """Read an owner's URL; SetupError with one sentence, which repeats no password.

    `sslrootcert=FILE` in the URL names the certificates to trust; other settings of TLS cannot be
    weakened from here.
    """
    try:
        url = make_url(text.strip())
    except ArgumentError:
        raise SetupError(_NO_URL) from None
    if url.drivername not in _NAMES or not url.database:
        raise SetupError(_NO_URL)
    given = {key: value for key, value in url.query.items() if isinstance(value, str)}
    if unknown := sorted(set(given) - {"host", "port", *_OWN_OPTIONS}):
        raise SetupError(f"The address of the centre cannot take {unknown[0]}; leave it out.")
    # Without a host libpq would take this one itself, unseen by `is_here`.
    host = url.host or given.get("host") or os.environ.get("PGHOST", "")
    port = url.port or int(given.get("port") or 5432)
    return Address(
        host,
        port,
        url.database,
        url.username or "postgres",
        str(url.password or ""),
        ca_file or given.get("sslrootcert", ""),
    )


def central_engine(
    address: Address, size: int = 1, patience: int | None = None, *, joined: bool = False
) -> Engine:
    """Build an engine of at most `size` connections; nothing is connected yet.

    With `joined` it begins and commits nothing by itself: its transactions are `pipeline.joined`.

    Nothing is set for a session, so a pooler in transaction mode may stand between. Making a
    connection or finding out whether an old one lives takes `patience` seconds each at most, also
    where the other side takes all and answers nothing; CONNECT_SECONDS where it is None. A server
    that takes calls and is slow to answer is given longer; StoreSlow is raised in the end.
    """
    patience = patience or CONNECT_SECONDS
    engine = create_engine(
        address.url(),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        isolation_level="AUTOCOMMIT" if joined else "READ COMMITTED",
        hide_parameters=True,
        connect_args={"connect_timeout": patience, **_SENDING, **address.tls()},
    )
    _watch_over(engine, patience)
    _wait_for_slow(engine, address, patience)
    return engine


def _wait_for_slow(engine: Engine, address: Address, patience: float) -> None:
    """Give a server at the end of a long line the time it needs to let a machine in."""
    is_slow = threading.Event()

    @event.listens_for(engine, "do_connect")
    def connect(
        dialect: Dialect, _: ConnectionPoolEntry, args: list[Any], params: dict[str, Any]
    ) -> DBAPIConnection:
        if not is_slow.is_set():
            try:
                return dialect.connect(*args, **params)
            except psycopg.errors.ConnectionTimeout:
                if not _takes_calls(address, patience):
                    raise
        longer = {"connect_timeout": math.ceil(patience * _LONG_LINE)}
        try:
            made = dialect.connect(*args, **{**params, **longer})
        except psycopg.errors.ConnectionTimeout:
            is_slow.clear()
            raise StoreSlow(SLOW) from None
        # The next connection need not wait in vain first.
        is_slow.set()
        return made


def _takes_calls(address: Address, patience: float) -> bool:
    try:
        with socket.create_connection((address.host or "localhost", address.port), patience):
            return True
    except OSError:
        return False


def _watch_over(engine: Engine, patience: float) -> None:
    """Watch the try whether a connection that was used before still lives.

    SQLAlchemy's own `pool_pre_ping` would wait for ever for a peer that has fallen silent.
    """

    @event.listens_for(engine, "checkin")
    def note_use(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED_AT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        used_at = entry.info.get(_USED_AT)
        if used_at is None:
            return
        if time.monotonic() - used_at < _FRESH_SECONDS and not _has_news(_driver(connection)):
            return
        watch = Watch(_driver(connection), patience)
        try:
            # A connection that died while nobody used it is replaced unnoticed.
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise DisconnectionError from None
        finally:
            watch.call_off()


def _driver(connection: DBAPIConnection) -> Any:
    return getattr(connection, "driver_connection", connection)


def _has_news(driver: "HasSocket") -> bool:
    """Return whether the server said something unasked, such as that the connection ends."""
    readable, _, _ = select.select([driver.fileno()], [], [], 0)
    return bool(readable)


class HasSocket(Protocol):
    """A driver's connection."""

    def fileno(self) -> int:
        """Return the number of its socket."""
        ...


class Watch:
    """Ends one connection after `seconds`, unless it is called off before.

    Neither TCP's timeouts nor libpq's fire when a peer takes all and answers nothing: only a
    shutdown of the socket from another thread ends the wait (measured: 10 of 10 freezes ended on
    time).
    """

    def __init__(self, driver: HasSocket, seconds: float) -> None:
        """Begin to watch."""
        # A copy of its own: the number may be another file's by the time the watch wakes.
        self._handle = os.dup(driver.fileno())
        self._lock = threading.Lock()
        self._over = False
        self.was_late = False
        """Whether the connection was ended."""
        self._timer = threading.Timer(seconds, self._end, kwargs={"late": True})
        self._timer.daemon = True
        self._timer.start()

    def call_off(self) -> None:
        """Watch no longer; harmless when repeated."""
        self._timer.cancel()
        self._end(late=False)

    def _end(self, *, late: bool) -> None:
        with self._lock:
            if self._over:
                return
            self._over, self.was_late = True, late
            with contextlib.suppress(OSError), socket.socket(fileno=self._handle) as copy:
                if late:
                    copy.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(connection: Connection, seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """End `connection` where the block takes longer than `seconds`; it then raises from libpq."""
    driver = connection.connection.driver_connection
    if driver is None:
        yield
        return
    watch = Watch(driver, seconds)
    try:
        yield
    except (SQLAlchemyError, psycopg.Error):
        if watch.was_late:
            raise StoreSlow(SLOW) from None
        raise
    finally:
        watch.call_off()


@contextmanager
def translated() -> Iterator[None]:
    """Let no error of the database out of the block but as a StoreError without values."""
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        raise store_error(error) from None


def store_error(error: BaseException) -> StoreError:
    """Return the kiosk's own error for one of SQLAlchemy, psycopg or PostgreSQL."""
    if isinstance(error, PoolTimeout):
        return StoreBusy(BUSY)
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = str(getattr(cause, "sqlstate", None) or "")
    if not code and isinstance(error, _NEVER_SENT):
        return StoreRefused("The centre cannot take a value of this.", "unsendable")
    if not code:
        return _error_without_code(str(cause))
    if code in _AGAIN:
        return StoreBusy(BUSY)
    if code == "53100":
        return StoreFull(_FULL)
    if code.startswith("28"):
        return StoreRefused(_SHUT_OUT, code)
    if code in _DIFFERENT:
        return StoreDiffers(
            "The centre is of another version than this machine; run `kiosk central init` with"
            " the newest kiosk, nothing is lost meanwhile."
        )
    if code.startswith(_PASSING):
        return StoreAway(AWAY)
    return StoreRefused(f"The centre refused this ({code}).", code)


def _error_without_code(words: str) -> StoreError:
    """Judge an error that came without a code: from libpq, before or instead of an answer.

    Its words are looked at and never passed on.
    """
    low = words.lower()
    if any(said in low for said in _CUT):
        return StoreAway(AWAY)
    if any(said in low for said in _ABOUT_OURS):
        return StoreRefused(_OWN_CERTIFICATE, "tls")
    if any(said in low for said in _ABOUT_THEIRS):
        return StoreRefused(_CERTIFICATE, "tls")
    if any(said in low for said in _ABOUT_THE_PASSWORD):
        return StoreRefused(_OTHER_CREDENTIALS, "28P01")
    if any(said in low for said in _ABOUT_THE_ROLE):
        return StoreRefused(_SHUT_OUT, "28P01")
    return StoreAway(AWAY)
