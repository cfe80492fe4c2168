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

from kiosk.domain.central.incarnations import SPAN
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
_last = select(_state.last_seq).where(_state.kiosk_id == bindparam("machine"))


class LastNumber:
    """The file of one data folder, which is written after each commit."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; the file is made with the first number."""
        self._path = folder / FILE
        self._handle: int | None = None
        self._lost: tuple[UUID, int] | None = None
        """The machine and the number of the last fact that is missing in the database."""

    def note(self, transaction: Transaction) -> None:
        """Write the number of the last fact of a transaction that has been committed.

        It waits for no disk, and where it cannot be written everything goes on without it: it is
        for noticing a loss, and nothing is kept in it alone.
        """
        numbered: tuple[UUID, int] | None = transaction.info.get(NUMBERED)
        if numbered is None:
            return
        machine, number = numbered
        if self._lost is not None and number <= self._lost[1]:
            return
        with suppress(OSError):
            if self._handle is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                self._handle = os.open(self._path, flags, 0o600)
            os.pwrite(self._handle, f"{machine.hex} {number:020}".encode(), 0)

    def is_ahead(self, connection: Connection) -> bool:
        """Return whether facts up to the number in the file are missing in the database."""
        found = self._read()
        if found is not None:
            machine, number = found
            last = connection.execute(_last, {"machine": machine}).scalar()
            # A new incarnation goes on counting, so the counts show what is missing.
            if last is not None and last % SPAN < number % SPAN:
                self._lost = machine, last - last % SPAN + number % SPAN
        return self._lost is not None

    def go_on(self, connection: Connection) -> None:
        """Let the next fact have a number behind those that are missing."""
        if self._lost is not None:
            machine, number = self._lost
            connection.execute(_raise, {"machine": machine, "number": number})

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
