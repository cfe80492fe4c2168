"""Where the centre is and how to speak with it: never without TLS but on this very machine."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from kiosk.errors import SetupError

_DRIVER = "postgresql+psycopg"
_NAMES = ("postgresql", "postgres", _DRIVER)
_HERE = ("", "localhost", "127.0.0.1", "::1")
_NO_URL = (
    "That is no address of a PostgreSQL database; write it like"
    " postgresql://owner@db.example.org/kiosk."
)
_OWN_OPTIONS = ("sslrootcert",)
CLIENT_CERTIFICATE, CLIENT_KEY = "client.crt", "client.key"
"""A clinic with client certificates puts these two files into the data folder."""


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
        """Give the address as SQLAlchemy takes it."""
        return URL.create(
            _DRIVER, self.role, self.password or None, self.host or None, self.port, self.database
        )

    def tls(self) -> dict[str, Any]:
        """Give libpq's settings for TLS: the server's name is checked unless it is here.

        Somebody who names certificates has them checked here too. Where nothing is checked, no
        password is told to whoever asks for it in plain text.
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
