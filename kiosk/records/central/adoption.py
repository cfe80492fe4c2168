"""Copies rows between a clinic's own file and the centre, by primary key.

Reference rows, and the requests that staff have entered: those a kiosk's role may not bring.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Insert, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as Transaction
from sqlmodel import SQLModel

from kiosk.records.database.writing import mark_changed
from kiosk.records.schema.columns import Row, table
from kiosk.records.schema.system_tables import (
    HelplineList,
    KioskDevice,
    Outbox,
    Parked,
    PublicKey,
    StaffAccount,
)
from kiosk.records.schema.tables import (
    CallbackForm,
    CallbackRequest,
    Erased,
    GroupSession,
    Membership,
    Participant,
    Passcard,
    Site,
    SupportGroup,
)

REFERENCES: Final[tuple[type[Row], ...]] = (
    Site, PublicKey, KioskDevice, SupportGroup, GroupSession, Participant, Membership, Passcard,
    StaffAccount, HelplineList, CallbackForm, Erased,
)  # fmt: skip
"""All that a desk writes, also what has been put away; and what must not come back."""
_BATCH = 500


def copy_site(
    source: Transaction,
    target: Transaction,
    site_id: UUID,
    progress: Callable[[int, int], None],
) -> int:
    """Copy all reference rows of a site to the centre and note them for pulling; return how many.

    `progress` is called with how many are done and how many there are.
    """
    tables = [table(kind) for kind in REFERENCES]
    counts = {one.name: _count(source.connection(), one, site_id) for one in tables}
    whole, done = sum(counts.values()), 0
    for one in tables:
        rows = source.connection().execution_options(yield_per=_BATCH)
        found = rows.execute(select(one).where(one.c.site_id == site_id)).mappings()
        for batch in found.partitions(_BATCH):
            _insert(target.connection(), one, [dict(row) for row in batch])
            for row in batch:
                mark_changed(target, one.name, row["id"])
            done += len(batch)
            progress(done, whole)
    return done


def copy_table(
    source: Transaction, target: Transaction, kind: type[SQLModel], site_id: UUID
) -> None:
    """Copy the rows of a table of a site that nobody pulls."""
    one = table(kind)
    found = source.connection().execute(select(one).where(one.c.site_id == site_id)).mappings()
    for batch in found.partitions(_BATCH):
        _insert(target.connection(), one, [dict(row) for row in batch])


def copy_entered_requests(source: Transaction, target: Transaction, site_id: UUID) -> int:
    """Copy the requests that staff of a site have entered to the centre; return how many.

    What waits here of them, or is parked, need not be sent any more.
    """
    one = table(CallbackRequest)
    entered = (one.c.site_id == site_id, one.c.entered_by.is_not(None))
    connection, count = source.connection(), 0
    found = connection.execute(select(one).where(*entered)).mappings()
    for batch in found.partitions(_BATCH):
        rows = [{name: row[name] for name in row if name != "received_at"} for row in batch]
        _insert(target.connection(), one, rows)
        count += len(rows)
    for queue in (table(Outbox), table(Parked)):
        ids = select(one.c.id).where(*entered)
        connection.execute(delete(queue).where(queue.c.row_id.in_(ids)))
    return count


def _count(connection: Connection, one: Table, site_id: UUID) -> int:
    query = select(func.count()).select_from(one).where(one.c.site_id == site_id)
    return int(connection.execute(query).scalar_one())


def _insert(connection: Connection, one: Table, rows: list[dict[str, object]]) -> None:
    """Insert what is not there yet; both databases take the same words for it."""
    if not rows:
        return
    statement: Insert
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(one).on_conflict_do_nothing()
    else:
        statement = postgresql.insert(one).on_conflict_do_nothing()
    connection.execute(statement, rows)
