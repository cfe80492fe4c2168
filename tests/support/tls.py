"""TLS for tests: certificates, a distribution's PostgreSQL, and a front where there is none.

The wheel's PostgreSQL is built without TLS.
"""

import contextlib
import os
import selectors
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_key
from cryptography.x509.oid import NameOID

from tests.support.postgres import OWNER, PROGRAMS, Server, free_port

_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=36500)
"""A span that no test machine's clock leaves."""


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


@dataclass(frozen=True)
class Authority:
    """Signs certificates; its own is written to `folder`/ca.pem."""

    folder: Path
    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def ca_file(self) -> Path:
        """Where its own certificate lies."""
        return self.folder / "ca.pem"

    def sign(self, subject: str, name: str, *addresses: str) -> Path:
        """Write NAME.crt and NAME.key for `subject` and the IP addresses; gives the certificate."""
        key = new_key(SECP256R1())
        made = _builder(subject, self.certificate.subject, key)
        if addresses:
            known = x509.SubjectAlternativeName([x509.IPAddress(ip_address(a)) for a in addresses])
            made = made.add_extension(known, critical=False)
        place = self.folder / f"{name}.crt"
        _write(place, made.sign(self.key, hashes.SHA256()))
        key_file = place.with_suffix(".key")
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        key_file.chmod(0o600)
        return place


def new_authority(folder: Path, name: str = "An authority for tests") -> Authority:
    """Make an authority in a new folder."""
    folder.mkdir()
    key = new_key(SECP256R1())
    made = _builder(name, _name(name), key).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    authority = Authority(folder, key, made.sign(key, hashes.SHA256()))
    _write(authority.ca_file, authority.certificate)
    return authority


def _builder(
    subject: str, issuer: x509.Name, key: EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=_name(subject),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=_FROM,
        not_valid_after=_FROM + _UNTIL,
    )


def _write(place: Path, certificate: x509.Certificate) -> None:
    place.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def distribution_programs() -> Path | None:
    """Give the folder of a PostgreSQL that speaks TLS; None where none is installed."""
    for place in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        told = subprocess.run([place / "postgres", "--describe-config"], capture_output=True)
        if b"ssl_cert_file" in told.stdout:
            return place
    return None


@contextmanager
def tls_server(programs: Path, authority: Authority, hosts: str) -> Iterator[Server]:
    """Run a distribution's PostgreSQL with server.crt of the authority's folder."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-tls-"))
    folder.chmod(0o755)
    user = "nobody" if os.geteuid() == 0 else None
    try:
        (folder / PROGRAMS).parent.mkdir(parents=True)
        (folder / PROGRAMS).symlink_to(programs)
        data = folder / "data"
        data.mkdir(mode=0o700)
        _give(data, user)
        words = [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        words += ["--locale=C", "--no-sync", "--no-instructions"]
        subprocess.run(words, check=True, capture_output=True, user=user, cwd=folder)
        for name in ("server.crt", "server.key", "ca.pem"):
            shutil.copy(authority.folder / name, data / name)
            (data / name).chmod(0o600)
            _give(data / name, user)
        settings = ("fsync=off", f"listen_addresses={hosts}", "ssl=on", "ssl_ca_file=ca.pem")
        server = Server(folder, free_port(), settings, user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give(path: Path, user: str | None) -> None:
    if user:
        shutil.chown(path, user)


_ASK_FOR_TLS = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""PostgreSQL's SSLRequest."""


class Front:
    """Speaks TLS before a server of this machine that cannot; listens on `host`."""

    def __init__(self, host: str, target_port: int, authority: Authority) -> None:
        """Listen, with server.crt of the authority's folder."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(
            authority.folder / "server.crt", authority.folder / "server.key"
        )
        self.context.load_verify_locations(authority.ca_file)
        self.context.set_alpn_protocols(["postgresql"])
        self._target = target_port
        self._listener = socket.create_server((host, 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def demand(self) -> None:
        """Ask for certificates that the authority has signed, from now on."""
        self.context.verify_mode = ssl.CERT_REQUIRED

    def close(self) -> None:
        """Listen no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(OSError):
            if plain.recv(8, socket.MSG_WAITALL) != _ASK_FOR_TLS:
                return
            plain.sendall(b"S")
            with (
                self.context.wrap_socket(plain, server_side=True) as client,
                socket.create_connection(("127.0.0.1", self._target)) as server,
            ):
                _exchange(client, server)


def _exchange(client: ssl.SSLSocket, server: socket.socket) -> None:
    """Give on what each says until one ends; one thread, for TLS is not for two."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(client, selectors.EVENT_READ, server)
        waiting.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in waiting.select():
                source = client if key.fileobj is client else server
                data = source.recv(65536)
                while source is client and client.pending():
                    data += client.recv(65536)
                if not data:
                    return
                key.data.sendall(data)
