"""How a machine finds its centre again: one file in the data folder, readable by its owner."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.errors import SetupError
from kiosk.records.central.connection import CLIENT_CERTIFICATE, Address
from kiosk.records.database.opening import LINK_FILE

CA_FILE = "central-ca.pem"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class CentralLink:
    """A machine's place at the centre."""

    kind: str
    """kiosk: sends facts and pulls reference data. desk: works on the centre itself."""
    site_id: UUID
    kiosk_id: UUID
    address: Address


def read_link(folder: Path) -> CentralLink | None:
    """Read the link of a data folder; None where it has no centre, SetupError where it is broken.

    A client certificate (client.crt with client.key) in the folder is used where it is there.
    """
    path = folder / LINK_FILE
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != _VERSION:
            raise SetupError(f"{path} was written by a newer kiosk; install that version.")
        certificate, ca_file = folder / CLIENT_CERTIFICATE, folder / CA_FILE
        address = Address(
            str(data["host"]),
            int(data["port"]),
            str(data["database"]),
            str(data["role"]),
            str(data["password"]),
            str(ca_file) if ca_file.exists() else "",
            str(certificate) if certificate.exists() else "",
        )
        kind = str(data["kind"])
        return CentralLink(kind, UUID(data["site_id"]), UUID(data["kiosk_id"]), address)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise SetupError(
            f"{path} cannot be read; restore it, or enrol this machine again with"
            " `kiosk central enrol`."
        ) from None


def write_link(folder: Path, link: CentralLink, ca_text: str = "") -> None:
    """Write the link whole or not at all, for its owner alone; SetupError where that fails.

    `ca_text` holds the certificates (PEM) that vouch for the server, where the machine's own do
    not.
    """
    to = link.address
    data = {
        "version": _VERSION,
        "kind": link.kind,
        "site_id": str(link.site_id),
        "kiosk_id": str(link.kiosk_id),
        "host": to.host,
        "port": to.port,
        "database": to.database,
        "role": to.role,
        "password": to.password,
    }
    try:
        if ca_text:
            _replace(folder / CA_FILE, ca_text)
        _replace(folder / LINK_FILE, json.dumps(data, indent=1))
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be written ({error.strerror}); mend its disk or its"
            " rights."
        ) from None


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
