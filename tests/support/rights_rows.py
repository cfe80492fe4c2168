"""Two clinics with machines and a row in every table, to try rights on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Executable,
    MetaData,
    Table,
    TypeDecorator,
    func,
    insert,
)
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from kiosk.domain.ids import uuid7
from kiosk.domain.passes import hash_ticket
from kiosk.records.central.connection import Address
from kiosk.records.central.setup import role_name
from kiosk.records.schema.columns import Id
from kiosk.records.schema.system_tables import KIOSK_ONLY, Central, KioskDevice, SyncCounter
from tests.support.centres import FOUNDED, PASSWORD, Centre

_NUMBERS = count(os.getpid() << 32)
_PLAIN: dict[type, Any] = {
    int: 1,
    str: "words",
    bytes: b"bytes",
    bool: False,
    datetime: datetime(2026, 3, 3, tzinfo=UTC),
    date: date(2026, 3, 3),
}
AT_THE_CENTRE = tuple(one.name for one in SQLModel.metadata.sorted_tables if one.info != KIOSK_ONLY)
"""Every table there."""


def fresh() -> UUID:
    """Make an id that was never used."""
    return uuid7(FOUNDED, next(_NUMBERS).to_bytes(10, "big"))


@dataclass(frozen=True)
class Clinic:
    """One clinic at the centre: two kiosks and a desk, the second kiosk not joined yet."""

    site: UUID = field(default_factory=fresh)
    kiosk: UUID = field(default_factory=fresh)
    other_kiosk: UUID = field(default_factory=fresh)
    desk: UUID = field(default_factory=fresh)


A, B = Clinic(), Clinic()
Who = tuple[str, UUID]
"""A machine of clinic A: kiosk or desk, and its id."""
DENIED = "42501"
"""SQLSTATE of a missing right, and of a row that a policy refuses."""


def ticket_of(site: UUID) -> bytes:
    """Return the ticket of the slip of a clinic's one request."""
    return site.bytes * 2


def tried(connection: Connection, statement: Executable) -> int | str:
    """Give how many rows a statement reached (-1: it reaches none), or the code of its refusal."""
    try:
        with connection.begin_nested():
            kept = connection.execute(statement, execution_options={"preserve_rowcount": True})
            return int(kept.rowcount)
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", ""))


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Take back what happens in the block, and go on in the same transaction."""
    with connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def settle(centre: Centre, clinic: Clinic) -> None:
    """Enrol the clinic's machines and write one row of the second kiosk into every table."""
    centre.add_site(clinic.site)
    for machine, kind in ((clinic.kiosk, "kiosk"), (clinic.desk, "desk")):
        centre.add_machine(clinic.site, machine, kind)
    centre.add_machine(clinic.site, clinic.other_kiosk)
    given = {str(kind.__tablename__) for kind in (SyncCounter, KioskDevice, Central)}
    with centre.engine.begin() as connection:
        for name in AT_THE_CENTRE:
            if name not in given:
                row = sample(name, clinic.site, clinic.other_kiosk)
                connection.execute(insert(SQLModel.metadata.tables[name]).values(row))


def sample(name: str, site: UUID, machine: UUID, kind: str = "kiosk") -> dict[str, Any]:
    """Make a row of a table that nobody has written yet, by `machine` where that is told.

    A request is a visitor's, on a desk (`kind`) one that staff have entered.
    """
    columns = SQLModel.metadata.tables[name].columns
    row = {one.name: _value(one) for one in columns if one.name != "received_at"}
    own = {"site_id": site, "kiosk_id": machine}
    row.update({key: value for key, value in own.items() if key in row})
    if name == "kiosk_heartbeat":
        row["received_at"] = func.now()
    if name == "kiosk_incarnation":
        row.update(began_at=func.now(), heard_at=func.now())
    if name == "passcard":
        row["lookup"] = fresh().bytes
    if name == "callback_request":
        row.update(_asked(site, kind))
    if name == "callback_form":
        row.update({"ref": row["id"].hex, "slip_lookup": row["id"].bytes})
    if name == "change_log":
        # Far from what the counter reaches.
        row["v"] = 10**9 + next(_NUMBERS)
    if name == "staff_account":
        row["login"] = row["id"].hex
    if name == "notice":
        # One for each way, and more of them than there are.
        row["way"] = f"{next(_NUMBERS):x}"[-20:]
    if name == "sign_in_attempt":
        row["digest"] = fresh().bytes
    return row


def _asked(site: UUID, kind: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"consent_by": "person", "consent_how": "phone", "source": "phone"}
    if kind == "kiosk":
        asked |= {"source": "visitor", "entered_by": None}
    return {"ticket_hash": hash_ticket(ticket_of(site)), **asked}


def add_older_row(connection: Connection, name: str, row: dict[str, Any]) -> None:
    """Write a row into a table of an older revision, as far as its columns are there."""
    there = Table(name, MetaData(), autoload_with=connection).c
    now = SQLModel.metadata.tables[name].c
    older = Table(
        name, MetaData(), *(Column(one.name, one.type) for one in now if one.name in there)
    )
    known = {key: value for key, value in row.items() if key in there}
    connection.execute(insert(older).values(known))


def _value(column: "Column[Any]") -> Any:
    if column.name.endswith("_at") and column.nullable:
        return None
    if isinstance(column.type, Id):
        return fresh()
    kind = column.type
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return _PLAIN[plain.python_type]


def credentials(centre: Centre, kind: str, site: UUID, machine: UUID) -> Address:
    """Give the address of an enrolled machine's own role."""
    return replace(centre.address, role=role_name(kind, machine, site), password=PASSWORD)
