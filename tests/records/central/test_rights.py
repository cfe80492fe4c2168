"""What the credentials of a machine reach at the centre: every table, every command, tried."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlmodel import SQLModel

from kiosk.records.central.setup import MADE_ANYWHERE
from kiosk.records.schema.columns import Id
from tests.support.centres import Centre
from tests.support.rights_rows import AT_THE_CENTRE, DENIED, A, B, Who, sample, tried, undone
from tests.support.rights_tries import MAY
from tests.support.tables import check_each

CHANGED: Final = {
    "kiosk_device": {"pin_hash", "sealed_audit_key"},
    "kiosk_heartbeat": {*SQLModel.metadata.tables["kiosk_heartbeat"].columns.keys()}
    - {"kiosk_id", "site_id"},
    "kiosk_incarnation": {"mark", "pushes", "upto", "pending", "heard_at"},
    "notice": {*SQLModel.metadata.tables["notice"].columns.keys()} - {"site_id", "way"},
}
"""The only columns that may be changed where that is not all of them."""
_EARLIER: Final = {"received_at": func.now() - text("interval '1 second'")}
UNREAD: Final = {"desk_change": {"before"}}
"""Columns that stay closed where the rest of a table may be read."""
ONE_A_MACHINE: Final = {"kiosk_heartbeat", "kiosk_incarnation", "sync_state", "audit_chain"}


HIDDEN: Final = {name: {"revoked_at", "deleted_at", "received_at"} for name in MADE_ANYWHERE}
"""What a kiosk does not write of a row that it adds."""


def rights(name: str, who: Who) -> str:
    return MAY[name][who[0] == "desk"]


def test_every_table_is_in_the_list(clinics: Centre) -> None:
    with clinics.engine.begin() as connection:
        asked = text(
            "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace ="
            " 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
        )
        there = {row[0]: row[1] for row in connection.execute(asked)}
    assert there.keys() == MAY.keys()
    assert {name for name, pinned in there.items() if not pinned} == {"central", "alembic_version"}


def what_is_read(name: str, who: Who, machine: Connection) -> None:
    may = rights(name, who)
    one = SQLModel.metadata.tables[name]
    if not set(may) & set("sma"):
        assert tried(machine, select(func.count()).select_from(one)) == DENIED
        for column in one.columns:
            assert tried(machine, select(column).limit(1)) == DENIED
        return
    closed = UNREAD.get(name, set())
    for unread in closed:
        assert tried(machine, select(one.c[unread])) == DENIED
    opened = [column for column in one.columns if column.name not in closed]
    rows = machine.execute(select(*opened)).mappings().all()
    if "a" in may:
        assert len(rows) == 1
        return
    assert {row["site_id"] for row in rows} <= {A.site}
    key = "id" if name == "kiosk_device" else "kiosk_id"
    if "m" in may:
        assert {row[key] for row in rows} <= {who[1]}
    elif key in one.columns:
        assert A.other_kiosk in {row[key] for row in rows}
    else:
        assert rows, "something of its own clinic is there to be seen"


def what_is_added(name: str, who: Who, machine: Connection) -> None:
    may, one = rights(name, who), SQLModel.metadata.tables[name]

    def added(site: UUID, kiosk: UUID) -> int | str:
        row = sample(name, site, kiosk, who[0])
        if who[0] == "kiosk":
            row = {key: row[key] for key in row.keys() - HIDDEN.get(name, set())}
        statement = insert(one).values(row).inline()
        return tried(machine, statement)

    if "i" not in may:
        assert added(A.site, who[1]) == DENIED
        return
    assert added(A.site, who[1]) == 1
    assert added(B.site, who[1]) == DENIED
    assert added(A.site, A.kiosk if who[0] == "desk" else A.other_kiosk) == DENIED


def what_is_changed(name: str, who: Who, machine: Connection) -> None:
    may, one = rights(name, who), SQLModel.metadata.tables[name]
    may_change = CHANGED.get(name, {*one.columns.keys()}) if set(may) & set("uow") else set()
    if "u" in may:
        assert tried(machine, insert(one).values(sample(name, A.site, who[1])).inline()) == 1
    if "w" in may:
        assert tried(machine, update(one).values(version=one.c.version)) == DENIED
    for column in one.columns:
        values: dict[str, ColumnElement[Any]] = {column.name: column}
        if name == "kiosk_heartbeat" and column.name in may_change:
            assert tried(machine, update(one).values(values | _EARLIER)) == DENIED
            values["received_at"] = func.now()
        if "w" in may and column.name in may_change:
            values["kiosk_id"] = literal(who[1], Id())
        reached = tried(machine, update(one).values(values))
        assert reached == (1 if column.name in may_change else DENIED), column.name


def what_is_deleted(name: str, who: Who, machine: Connection) -> None:
    assert tried(machine, delete(SQLModel.metadata.tables[name])) == DENIED


@pytest.mark.parametrize("right", [what_is_read, what_is_added, what_is_changed, what_is_deleted])
def test_every_table(
    right: Callable[[str, Who, Connection], None], who: Who, machine: Connection
) -> None:
    def check(name: str) -> None:
        with undone(machine):
            right(name, who, machine)

    check_each(AT_THE_CENTRE, check)
