"""The centre behind PostgreSQL: one connection by the machine's own role."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from kiosk.errors import StoreAway, StoreRefused
from kiosk.records.central.address import Address
from kiosk.records.central.engine import SURE_COMMIT, central_engine
from kiosk.records.central.faults import AWAY, translated
from kiosk.records.central.watchdog import WAIT_SECONDS, watched
from kiosk.records.outbox import Waiting
from kiosk.sync.contracts import UNKNOWN_SITE, version_problem
from kiosk.sync.remote import Change, Contact, Report
from kiosk.sync.statements import (
    ASK,
    CHANGES,
    FIRST_BEAT,
    NOTE_PASSES,
    PASSES,
    RAISE_SENT,
    REPORT,
    SENT_UPTO,
    insert_from,
    page_of,
    some_rows,
)  # fmt: skip

_FRESH_SECONDS: Final = 2.0
"""How long a connection that has worked is trusted without a question of its own."""


class PostgresRemote:
    """One kiosk's way to its centre; keeps the connection, for making one costs more than a push.

    Calls come from one thread. No call waits longer than `patience` seconds for an answer.
    """

    def __init__(
        self, address: Address, site_id: UUID, kiosk_id: UUID, patience: float = WAIT_SECONDS
    ) -> None:
        """Prepare; nothing is connected before the first call."""
        self._engine = central_engine(address)
        self._own = {"site": site_id, "kiosk": kiosk_id}
        self._patience = patience
        self._connection: Connection | None = None
        self._used = 0.0
        self._sent_upto = 0
        """What the centre was last known to hold of this machine."""

    def contact(self, report: Report) -> Contact:
        """Say how this machine is, and hear what there is to know.

        Raises StoreRefused where the centre does not know this clinic.
        """
        with self._transaction() as connection:
            row = connection.execute(ASK, self._own).first()
            if row is None or row.epoch is None:
                raise StoreRefused("The centre does not know this clinic.", UNKNOWN_SITE)
            contact = Contact(*row)
            if version_problem(contact.terms) is None:
                connection.execute(REPORT, {**self._own, **_fields(report)})
        self._sent_upto = contact.sent_upto
        return contact

    def push(self, rows: Sequence[Waiting]) -> None:
        """Store rows that are not there yet; all are committed, surely, when this returns.

        Raises StoreAway where the centre holds less than it did at the last contact.
        """
        by_table = sorted(rows, key=lambda row: row.table_name)
        upto = max((row.kiosk_seq or 0 for row in rows), default=0)
        passes = [row.row_id for row in rows if row.table_name == PASSES]
        with self._transaction() as connection:
            connection.execute(SURE_COMMIT)
            for name, some in groupby(by_table, key=lambda row: row.table_name):
                payloads = ",".join(row.payload for row in some)
                connection.execute(insert_from(name), {"rows": f"[{payloads}]"})
            self._note_sent(connection, upto)
            if passes:
                connection.execute(NOTE_PASSES, {"made": passes})
        self._sent_upto = max(self._sent_upto, upto)

    def changes(self, after: int, upto: int, most: int) -> Sequence[Change]:
        """Give the changes with `after` < v <= `upto`, the lowest first, at most `most`."""
        asked = {"site": self._own["site"], "after": after, "upto": upto, "most": most}
        with self._transaction() as connection:
            return [Change(*row) for row in connection.execute(CHANGES, asked)]

    def rows(self, table_name: str, ids: Sequence[UUID]) -> Sequence[Mapping[str, object]]:
        """Give those of some rows that this machine may read."""
        with self._transaction() as connection:
            found = connection.execute(some_rows(table_name), {**self._own, "ids": list(ids)})
            return [dict(row) for row in found.mappings()]

    def page(
        self, table_name: str, after: UUID | None, most: int
    ) -> Sequence[Mapping[str, object]]:
        """Give the readable rows of a table with an id above `after`, by id, at most `most`."""
        asked = {**self._own, "after": after or UUID(int=0), "most": most}
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(page_of(table_name), asked).mappings()]

    def close(self) -> None:
        """Let the connection go; the next call makes a new one."""
        self._let_go()
        self._engine.dispose()

    def _note_sent(self, connection: Connection, upto: int) -> None:
        """Raise what the centre holds of this machine, in the transaction that brings it.

        Where it holds less than was known it was put back to an older state meanwhile; raising
        the number then would hide that for good.
        """
        raised = {**self._own, "known": self._sent_upto, "upto": upto}
        if connection.execute(RAISE_SENT, raised).rowcount:
            return
        if self._sent_upto or connection.execute(SENT_UPTO, self._own).first() is not None:
            raise StoreAway(AWAY)
        connection.execute(FIRST_BEAT, raised)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with translated():
            connection = self._connect()
            try:
                with watched(connection, self._patience), connection.begin():
                    yield connection
            except BaseException:
                self._let_go()
                raise
            self._used = monotonic()

    def _connect(self) -> Connection:
        """Go on with a connection that has just worked; else let the pool see that one lives."""
        if self._connection is not None and monotonic() - self._used < _FRESH_SECONDS:
            return self._connection
        self._let_go()
        self._connection = self._engine.connect()
        return self._connection

    def _let_go(self) -> None:
        held, self._connection = self._connection, None
        if held is not None:
            held.close()


def _fields(report: Report) -> dict[str, object]:
    return {
        "at": report.at,
        "clock_offset_ms": report.clock_offset_ms,
        "pending": report.pending,
        "parked": report.parked,
        "version": report.version,
        "helplines_review_by": report.helplines_review_by,
        "waiting_since": report.waiting_since,
        "wiped_at": report.wiped_at,
    }
