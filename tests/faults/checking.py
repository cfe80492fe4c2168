"""Compares what visitors were told, what the kiosks keep, and what the centre holds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, func, select, text

from kiosk.records.database.store import Store
from kiosk.records.schema.columns import Row, table
from kiosk.records.schema.system_tables import FACTS, Outbox, Parked, SyncState
from kiosk.records.schema.tables import GroupSession, Participant, Passcard
from tests.faults.places import Clinic, Place
from tests.faults.visits import Told, served_by, told_of

_PULLED = (table(GroupSession), table(Passcard))
_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run has shown; `faults` is empty where every promise was kept."""

    told: int
    """Visitors who were told that something is kept."""
    facts: int
    """Facts at the centre."""
    absorbed: int
    """Facts that were committed once more and changed nothing."""
    faults: tuple[str, ...]


def examine(clinic: Clinic, places: Sequence[Place]) -> Findings:
    """Compare everything; the kiosks have ended and the centre is up."""
    faults: list[str] = []
    with clinic.centre.engine.connect() as connection:
        for place in places:
            name = place.folder.name
            faults += [f"{name}: {fault}" for fault in _of_kiosk(connection, place)]
        facts = sum(_count(connection, table(kind)) for kind in FACTS)
        offered = int(connection.execute(text("SELECT count(*) FROM offered")).scalar_one())
    told = sum(served_by(place.folder) for place in places)
    return Findings(told, facts, offered - facts, tuple(faults))


def _of_kiosk(centre: Connection, place: Place) -> Iterator[str]:
    own = place.kiosk_id
    store = Store.open(place.database)
    try:
        with store.read() as transaction:
            here = transaction.connection()
            for waits in (table(Outbox), table(Parked)):
                if count := _count(here, waits):
                    yield f"{waits.name}: {count} left"
            if here.execute(select(table(SyncState).c.incarnation)).scalar_one():
                yield "it was taken for a copy of itself"
            yield from _not_once(centre, own, told_of(place.folder))
            for kind in FACTS:
                yield from _differences(table(kind), _facts(here, kind, own), centre, kind, own)
            for kept in (*_PULLED, table(Participant)):
                mine, theirs = set(_all(here, kept)), set(_all(centre, kept))
                missing = theirs - mine if kept in _PULLED else set()
                if missing or mine - theirs:
                    yield f"{kept.name}: {len(missing)} not pulled, {len(mine - theirs)} not there"
    finally:
        store.close()


def _not_once(centre: Connection, own: UUID, told: Sequence[Told]) -> Iterator[str]:
    """Look every row up that a visitor was told of: it must be at the centre exactly once."""
    for name, column in sorted({(row.table, row.column) for row in told}):
        asked = [row.value for row in told if (row.table, row.column) == (name, column)]
        place = table_named(name).c
        query = select(place[column])
        if "kiosk_id" in place:
            query = query.where(place["kiosk_id"] == own)
        found = Counter(_plain(value) for value in centre.execute(query).scalars())
        twice = [value for value, times in Counter(asked).items() if times > 1]
        wrong = [value for value in asked if found[value] != 1]
        if wrong or twice:
            yield f"{name}: {len(wrong)} told and not there once, {len(twice)} told twice"


def _differences(
    kept: Table, here: set[_Row], centre: Connection, kind: Any, own: UUID
) -> Iterator[str]:
    there = _facts(centre, kind, own)
    if here != there:
        lost, extra = len(here - there), len(there - here)
        yield f"{kept.name}: {lost} facts only at the kiosk, {extra} only at the centre"


def _facts(connection: Connection, kind: Any, own: UUID) -> set[_Row]:
    """Read all columns of a machine's facts but what the centre adds."""
    columns = [column for column in table(kind).c if column.name != "received_at"]
    query = select(*columns).where(table(kind).c.kiosk_id == own)
    return {tuple(row) for row in connection.execute(query)}


def _all(connection: Connection, kept: Table) -> Iterator[_Row]:
    # Who made it and when it came is written by the centre alone.
    theirs = ("kiosk_id", "received_at", "sent_nth")
    return (
        tuple(row)
        for row in connection.execute(select(*(c for c in kept.c if c.name not in theirs)))
    )


def _count(connection: Connection, kept: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(kept)).scalar_one())


def table_named(name: str) -> Table:
    """Give the table of a name."""
    kinds: tuple[type[Row], ...] = (*FACTS, Passcard, Participant)
    return next(table(kind) for kind in kinds if kind.__tablename__ == name)


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return value.hex
    return value.hex() if isinstance(value, bytes) else str(value)
