"""Erases one person's data: marks what is theirs, and drops whatever carries a mark.

On a machine's own file rows are deleted here; at the centre its functions do it, which want an
entry of the audit trail in the same transaction. A mark stays, so that a row that comes again is
not kept: of a kiosk's outbox, a restored folder or a file.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, case, delete, func, or_, select, text, update
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import CheckInFact, CheckInKind
from kiosk.domain.person.erasure import arrivals_to_keep, lookup_mark
from kiosk.errors import StoreRefused
from kiosk.records.check_ins import CHECK_INS, read_check_in
from kiosk.records.database.writing import mark_changed
from kiosk.records.person.queries import check_ins_of
from kiosk.records.retention.cutoff import IDS, batches
from kiosk.records.schema.columns import is_central, table
from kiosk.records.schema.holdings import Holding, holdings
from kiosk.records.schema.system_tables import Outbox, Parked
from kiosk.records.schema.tables import CheckIn, Erased, Membership, Participant, Passcard

_ERASED = "erased"
_QUEUES = (table(Outbox), table(Parked))
_PULLED = {str(kind.__tablename__) for kind in (Participant, Passcard, Membership)}
_erased = table(Erased).c
_check_in = table(CheckIn).c
_ARRIVED, _GUEST = CheckInKind.ARRIVED.value, CheckInKind.GUEST.value
_REFUSED = (
    "The centre did not erase this: it takes 50 people a day, each told by a manager in the audit"
    " trail. Look there who erases so much."
)
_ERASE = text("SELECT kiosk_erase(:whose, :gone, :lookups)")
_all_marks = select(_erased.id).where(_erased.site_id == bindparam("site"))
_of_lookups = CHECK_INS.where(_check_in.lookup.in_(bindparam("lookups", expanding=True)))
_of_marked = CHECK_INS.where(
    _check_in.site_id == bindparam("site"),
    _check_in.lookup.is_not(None),
    cast_to(func.md5(_check_in.lookup), _erased.id.type).in_(_all_marks),
)
_naming = CHECK_INS.where(_check_in.void_of.in_(IDS))


def erase(
    transaction: Transaction,
    site_id: UUID,
    whose: UUID,
    rows: Sequence[UUID],
    lookups: Sequence[bytes],
    at: datetime,
) -> None:
    """Mark one person's rows, passes and slips, and drop all that carries a mark.

    `whose` is the subject of the entry that the audit trail has got in this transaction. On a
    file a checkpoint must follow, or the bytes stay in the log. StoreRefused where the centre
    does not believe it.
    """
    connection = transaction.connection()
    if is_central(transaction):
        asked = {"whose": whose, "gone": list(rows), "lookups": list(lookups)}
        facts = _check_ins(transaction, check_ins_of(lookups, site_id)) if lookups else []
        kept = _kept(transaction, facts, of_one_person=True)
        if connection.execute(_ERASE, asked).scalar_one() != 1:
            raise StoreRefused(_REFUSED, "42501")
        for mark in (*rows, *map(lookup_mark, lookups)):
            mark_changed(transaction, _ERASED, mark)
        _drop_there(transaction, kept)
        return
    marks = [*rows, *map(lookup_mark, lookups)]
    made = [{"id": mark, "site_id": site_id, "at": at} for mark in marks]
    connection.execute(upsert(table(Erased)).on_conflict_do_nothing(), made)
    drop_marked(transaction, marks, of_one=(site_id, lookups))


def names_in_files(rows: Iterable[UUID], lookups: Iterable[bytes]) -> list[str]:
    """Return how rows, passes and slips are named in the JSON of rows."""
    return [*map(str, rows), *(lookup.hex() for lookup in lookups)]


def came_again(transaction: Transaction, site_id: UUID) -> frozenset[UUID]:
    """Find at the centre the check-ins that came again, and return which are to stay as guests'.

    From kiosks of a version that knows no marks; nothing elsewhere.
    """
    if not is_central(transaction):
        return frozenset()
    found = transaction.connection().execute(_of_marked, {"site": site_id}).all()
    return _kept(transaction, [read_check_in(row) for row in found])


def drop_again(transaction: Transaction, kept: Iterable[UUID]) -> None:
    """Drop at the centre whatever came again; `kept` is what `came_again` has found."""
    if is_central(transaction):
        _drop_there(transaction, kept)


def drop_marked(
    transaction: Transaction,
    marks: Sequence[UUID],
    of_one: tuple[UUID, Sequence[bytes]] | None = None,
) -> list[str]:
    """Drop from this machine's file whatever carries one of some marks, sent or not.

    Check-ins with a pass stay as those of guests, so that each session counts as before. `of_one`
    are the site and the lookups that are marked, where all are of one person; else they are looked
    for. Returns by which names it stands in files of unsent rows.
    """
    lookups = of_one[1] if of_one is not None else _marked_lookups(transaction, set(marks))
    for one in holdings():
        if "id" in one.table.c:
            _drop(transaction, one.table, _rows_of(transaction, one, marks, lookups))
        else:
            for part in batches(marks):
                mine = one.table.c[one.key].in_(part)
                transaction.connection().execute(delete(one.table).where(mine))
    check_ins = table(CheckIn)
    _drop(transaction, check_ins, _ids_in(transaction, check_ins, marks))
    facts: list[CheckInFact] = []
    for some in batches(lookups):
        found = _of_lookups if of_one is None else check_ins_of(some, of_one[0])
        facts += _check_ins(transaction, found, **({} if of_one else {"lookups": list(some)}))
    _empty_check_ins(transaction, facts, of_one_person=of_one is not None)
    named = names_in_files(marks, lookups)
    _drop_parked(transaction, named)
    return named


def _drop_there(transaction: Transaction, kept: Iterable[UUID]) -> None:
    rows = func.kiosk_drop_erased(bindparam("kept")).table_valued("table_name", "row_id").c
    query = select(rows.table_name, rows.row_id)
    gone = transaction.connection().execute(query, {"kept": list(kept)}).all()
    for row in gone:
        mark_changed(transaction, _ERASED, row.row_id)
        if row.table_name in _PULLED:
            mark_changed(transaction, row.table_name, row.row_id, gone=True)


def _check_ins(transaction: Transaction, query: Any, **asked: object) -> list[CheckInFact]:
    return [read_check_in(row) for row in transaction.connection().execute(query, asked)]


def _kept(
    transaction: Transaction, facts: Sequence[CheckInFact], *, of_one_person: bool = False
) -> frozenset[UUID]:
    """Return which of a person's check-ins stay as a guest's; reads the voids that name them."""
    whole = {fact.id: fact for fact in facts}
    new = list(whole)
    while new:
        found = [
            read_check_in(row)
            for part in batches(new)
            for row in transaction.connection().execute(_naming, {"ids": list(part)})
        ]
        new = [fact.id for fact in found if fact.id not in whole]
        whole |= {fact.id: fact for fact in found}
    return arrivals_to_keep(whole.values(), of_one_person=of_one_person)


def _marked_lookups(transaction: Transaction, marks: set[UUID]) -> list[bytes]:
    """Return the lookups in this file whose mark is one of some."""
    columns = [one.table.c[name] for one in holdings() for name in one.lookups]
    connection, found = transaction.connection(), set[bytes]()
    for column in (*columns, _check_in.lookup):
        kept = select(column).where(column.is_not(None)).distinct()
        here = connection.execute(kept).scalars()
        found.update(lookup for lookup in here if lookup_mark(lookup) in marks)
    return sorted(found)


def _rows_of(
    transaction: Transaction, one: Holding, marks: Sequence[UUID], lookups: Sequence[bytes]
) -> list[UUID]:
    connection, rows, found = transaction.connection(), one.table.c, set[UUID]()
    for part in batches(marks):
        named = or_(*(rows[name].in_(part) for name in one.ids))
        found.update(connection.execute(select(rows.id).where(named)).scalars())
    for some in batches(lookups if one.lookups else ()):
        named = or_(*(rows[name].in_(some) for name in one.lookups))
        found.update(connection.execute(select(rows.id).where(named)).scalars())
    return list(found)


def _ids_in(transaction: Transaction, one: Table, ids: Sequence[UUID]) -> list[UUID]:
    query = select(one.c.id).where(one.c.id.in_(IDS))
    connection = transaction.connection()
    return [
        id_ for part in batches(ids) for id_ in connection.execute(query, {"ids": part}).scalars()
    ]


def _drop(transaction: Transaction, one: Table, ids: Sequence[UUID]) -> None:
    """Delete rows, and what of them waits to be sent."""
    connection = transaction.connection()
    for part in batches(ids):
        for queue in _QUEUES:
            connection.execute(delete(queue).where(queue.c.row_id.in_(part)))
        connection.execute(delete(one).where(one.c.id.in_(part)))


def _empty_check_ins(
    transaction: Transaction, facts: Sequence[CheckInFact], *, of_one_person: bool
) -> None:
    connection = transaction.connection()
    if not facts:
        return
    kept = _kept(transaction, facts, of_one_person=of_one_person)
    gone = [fact.id for fact in facts if fact.kind is CheckInKind.ARRIVED and fact.id not in kept]
    _drop(transaction, table(CheckIn), gone)
    _drop(transaction, table(CheckIn), _voids_of(transaction, gone))
    stay = [fact.id for fact in facts if fact.id not in set(gone)]
    for part in batches(stay):
        kind = case((_check_in.kind == _ARRIVED, _GUEST), else_=_check_in.kind)
        mine = update(table(CheckIn)).where(_check_in.id.in_(part))
        connection.execute(mine.values(lookup=None, kind=kind))
        for queue in _QUEUES:
            sealed = func.json_set(queue.c.payload, "$.lookup", None)
            was = func.json_extract(queue.c.payload, "$.kind")
            told = func.json_set(sealed, "$.kind", case((was == _ARRIVED, _GUEST), else_=was))
            connection.execute(update(queue).where(queue.c.row_id.in_(part)).values(payload=told))


def _voids_of(transaction: Transaction, ids: Sequence[UUID]) -> list[UUID]:
    connection = transaction.connection()
    return [
        read_check_in(row).id
        for part in batches(ids)
        for row in connection.execute(_naming, {"ids": list(part)})
    ]


def _drop_parked(transaction: Transaction, needles: Sequence[str]) -> None:
    """Delete parked rows that name a mark: what they were made of may be gone from its table."""
    parked, connection = table(Parked), transaction.connection()
    for needle in needles:
        connection.execute(delete(parked).where(func.instr(parked.c.payload, needle) > 0))
