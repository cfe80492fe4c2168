"""Writes what the centre does not have yet into a file: the way out when it cannot be sent.

A line of JSON for each row, after a first one that says whose they are:
`{"kiosk_unsent":1,"site_id":…,"kiosk_id":…,"count":…}`, then `{"table":…,"row_id":…,"payload":…}`
with the row as the outbox holds it. Personal data in it stay sealed. `kiosk central import` stores
such a file at the centre.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Connection

from kiosk.errors import SetupError, StoreFull

VERSION = 1
NOTE = "exported.json"
"""In the data folder: up to which row of the outbox everything was exported."""
PATTERN = "unsent-*.jsonl"
"""The files that an upgrade leaves in the data folder."""
_TELL_EVERY = 1000
_ROWS = (
    "SELECT seq, table_name, row_id, payload FROM outbox"
    " UNION ALL SELECT seq, table_name, row_id, payload FROM parked ORDER BY 1"
)
_EXTENT = "SELECT count(*), max(seq) FROM (SELECT seq FROM outbox UNION ALL SELECT seq FROM parked)"
_MACHINE = "SELECT site_id, kiosk_id FROM sync_state"

Tell = Callable[[int, int], object]
"""Hears how many of how many are written."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What waits on this machine: to be sent, or set aside."""

    count: int
    upto_seq: int
    """The highest `seq` among them."""


def unsent(connection: Connection) -> Unsent:
    """Say how much the centre does not have yet, in a database of any revision."""
    count, upto = connection.exec_driver_sql(_EXTENT).one()
    return Unsent(count, upto or 0)


def write_unsent(connection: Connection, path: Path, tell: Tell | None = None) -> Unsent:
    """Write all of it to `path` (0600), whole or not at all, in place of an older file.

    Reads in the caller's transaction. Raises StoreFull where the file cannot be written and
    SetupError where the database is no machine's.
    """
    machine = connection.exec_driver_sql(_MACHINE).first()
    if machine is None:
        raise SetupError("This database knows no machine; there is nothing to export.")
    there = unsent(connection)
    header = {
        "kiosk_unsent": VERSION,
        "site_id": str(UUID(bytes=machine[0])),
        "kiosk_id": str(UUID(bytes=machine[1])),
        "count": there.count,
    }

    def write(file: IO[str]) -> None:
        file.write(f"{json.dumps(header)}\n")
        for done, line in enumerate(_lines(connection), 1):
            file.write(line)
            if tell is not None and (done % _TELL_EVERY == 0 or done == there.count):
                tell(done, there.count)

    _write_whole(path, write)
    return there


def note_exported(folder: Path, upto_seq: int) -> None:
    """Note that everything up to a row of the outbox lies in a file."""
    if upto_seq > exported_upto(folder):
        text = json.dumps({"upto_seq": upto_seq})
        _write_whole(folder / NOTE, lambda file: file.write(text))


def exported_upto(folder: Path) -> int:
    """Say up to which row of the outbox everything lies in a file; 0 where nothing does."""
    try:
        data: Any = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return int(data["upto_seq"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def keep_unsent(connection: Connection, folder: Path, revision: str) -> Path | None:
    """Write what is unsent into the data folder before an upgrade; None where nothing is.

    The name tells revision and last row, so that a second try writes the same file again.
    """
    there = unsent(connection)
    if there.count == 0:
        return None
    path = folder / PATTERN.replace("*", f"{revision}-{there.upto_seq}")
    write_unsent(connection, path)
    note_exported(folder, there.upto_seq)
    return path


def drop_kept(folder: Path) -> None:
    """Delete what upgrades have kept, once the centre has everything: it must not outlive it."""
    for path in (*folder.glob(PATTERN), folder / NOTE):
        with suppress(OSError):
            path.unlink()


def _lines(connection: Connection) -> Iterator[str]:
    for _seq, table, row_id, payload in connection.exec_driver_sql(_ROWS):
        # The payload is JSON without line breaks already; nothing is gained by parsing it.
        head = json.dumps({"table": table, "row_id": str(UUID(bytes=row_id))})
        yield f'{head[:-1]}, "payload": {payload}}}\n'


def _write_whole(path: Path, write: Callable[[IO[str]], object]) -> None:
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise StoreFull(
            f"{path} cannot be written ({error.strerror}); mend its disk or its rights."
        ) from None
