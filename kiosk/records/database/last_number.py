"""The number of the last fact that was committed, beside the database and not in it.

Where the database is put back to an older copy, or loses its log, the number stays: so the loss is
noticed, and no number is given out twice.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import Session as Transaction

from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import SyncState

FILE: Final = "last-number"
NUMBERED: Final = "kiosk.numbered"
"""In `Transaction.info`: the machine and the last number that it has given out there."""
_state = table(SyncState).c
_raise = (
    update(table(SyncState))
    .where(_state.kiosk_id == bindparam("machine"), _state.last_seq < bindparam("number"))
    .values(last_seq=bindparam("number"))
)
_numbers = select(_state.kiosk_id, _state.last_seq)


class LastNumber:
    """The file of one data folder, which is written after each commit."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; the file is made with the first number."""
        self._path = folder / FILE
        self._handle: int | None = None

    def note(self, transaction: Transaction) -> None:
        """Write the number of the last fact of a transaction that has been committed.

        It waits for no disk, and where it cannot be written everything goes on without it: it is
        for noticing a loss, and nothing is kept in it alone.
        """
        numbered: tuple[UUID, int] | None = transaction.info.get(NUMBERED)
        if numbered is None:
            return
        machine, number = numbered
        with suppress(OSError):
            if self._handle is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                self._handle = os.open(self._path, flags, 0o600)
            os.pwrite(self._handle, f"{machine.hex} {number:020}".encode(), 0)

    def settle(self, connection: Connection) -> int:
        """Go on counting from the number in the file; return how many facts are missing here."""
        found = self._read()
        missing = 0
        if found is not None:
            machine, number = found
            for row in connection.execute(_numbers):
                if row.kiosk_id == machine and row.last_seq < number:
                    missing = number - row.last_seq
                    connection.execute(_raise, {"machine": machine, "number": number})
        return missing

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _read(self) -> tuple[UUID, int] | None:
        try:
            machine, number = self._path.read_text(encoding="ascii").split()
            return UUID(machine), int(number)
        except (OSError, ValueError):
            return None
