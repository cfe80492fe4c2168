"""Writes what was pulled from the centre into this machine's own file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, LargeBinary, delete, insert, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Session as Transaction
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from kiosk.records.columns import Id, table
from kiosk.records.plumbing import StaffAccount
from kiosk.records.tables import (
    GroupSession,
    Membership,
    Participant,
    Passcard,
    SupportGroup,
)

MOST_TEXT: Final = 262_144
"""Letters or bytes in one value; more is nothing that a clinic has written."""
_LONGEST_NUMBER: Final = 63
"""Bits."""
_MACHINE: Final = "kiosk_device"
_GIVEN_HERE: Final = ("pin_hash", "sealed_audit_key")
"""Of this machine's own row: made here, and empty at a centre that has not heard of them."""
_WIPED: Final[tuple[type[SQLModel], ...]] = (
    Passcard, Membership, Participant, GroupSession, SupportGroup, StaffAccount,
)  # fmt: skip
WIPED_AT_A_TIME: Final = 500


def keep_rows(
    transaction: Transaction, name: str, site_id: UUID, rows: Iterable[Mapping[str, object]]
) -> int:
    """Insert or replace rows of one table by their id; say how many were not fit to be kept.

    Columns that this version does not know are left out; so is a row with a value of a wrong
    type, of absurd length, or of another site.
    """
    plans: dict[frozenset[str], list[dict[str, object]]] = {}
    unfit = 0
    for row in rows:
        values = _fit(name, site_id, row)
        if values is None:
            unfit += 1
        else:
            plans.setdefault(frozenset(values), []).append(values)
    for columns, fit in plans.items():
        if name == _MACHINE:
            _keep_machines(transaction, fit)
        else:
            transaction.connection().execute(_replace(name, columns), fit)
    return unfit


def drop_passes(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """Delete passes that retention has deleted at the centre, and whoever is left without one."""
    if not ids:
        return
    connection, passes = transaction.connection(), table(Passcard)
    gone = passes.c.id.in_(ids)
    owners = connection.execute(select(passes.c.participant_id).where(gone)).scalars().all()
    connection.execute(delete(passes).where(gone))
    others = select(passes.c.participant_id).where(passes.c.participant_id.in_(owners))
    left = set(owners) - set(connection.execute(others).scalars())
    drop_people(transaction, sorted(left))


def drop_people(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """Delete participants who were made here and are gone at the centre, and where they belong."""
    if not ids:
        return
    connection, members, people = transaction.connection(), table(Membership), table(Participant)
    connection.execute(delete(members).where(members.c.participant_id.in_(ids)))
    connection.execute(delete(people).where(people.c.id.in_(ids)))


def wipe_some(transaction: Transaction) -> int:
    """Delete some reference rows of a revoked machine; repeat until none were deleted."""
    connection = transaction.connection()
    for kind in _WIPED:
        rows = table(kind)
        some = select(rows.c.id).limit(WIPED_AT_A_TIME)
        gone = connection.execute(delete(rows).where(rows.c.id.in_(some))).rowcount
        if gone:
            return gone
    return 0


def _keep_machines(transaction: Transaction, rows: Iterable[Mapping[str, object]]) -> None:
    """Change what is known of machines; what was made here stays where the centre has none."""
    machines, connection = table_named(_MACHINE), transaction.connection()
    for row in rows:
        news = {k: v for k, v in row.items() if v or k not in _GIVEN_HERE}
        here = update(machines).where(machines.c.id == row["id"]).values(news)
        if connection.execute(here).rowcount == 0:
            connection.execute(insert(machines).values(dict(row)))


def _fit(name: str, site_id: UUID, row: Mapping[str, object]) -> dict[str, object] | None:
    """Give the values to keep; None where one of them cannot be."""
    columns = table_named(name).c
    values: dict[str, object] = {}
    for column in columns:
        if column.name not in row:
            continue
        value = row[column.name]
        if not _is_fit(column, value):
            return None
        values[column.name] = value
    if not isinstance(values.get("id"), UUID) or values.get("site_id") != site_id:
        return None
    required = {c.name for c in columns if not c.nullable and c.default is None}
    missing = {c for c in required - set(values) if columns[c].server_default is None}
    return None if missing else values


def _is_fit(column: "Column[Any]", value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    kind = column.type
    if isinstance(kind, Id):
        return isinstance(value, UUID)
    if isinstance(kind, UTCDateTime):
        return isinstance(value, datetime) and value.tzinfo is not None
    if isinstance(kind, Boolean):
        return isinstance(value, bool)
    if isinstance(kind, Integer):
        return type(value) is int and value.bit_length() <= _LONGEST_NUMBER
    if isinstance(kind, LargeBinary):
        return isinstance(value, bytes) and len(value) <= MOST_TEXT
    return isinstance(value, str) and len(value) <= MOST_TEXT and _is_text(value)


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def table_named(name: str) -> Any:
    """Give a table by its name; KeyError where this version knows none of it."""
    return SQLModel.metadata.tables[name]


@cache
def _replace(name: str, columns: frozenset[str]) -> Insert:
    rows = table_named(name)
    made = upsert(rows)
    changed = {c: made.excluded[c] for c in sorted(columns - {"id"})}
    return made.on_conflict_do_update(index_elements=["id"], set_=changed)
