"""The centre behind PostgreSQL: the sync's statements, and one connection by the machine's role.

The statements use only what CockroachDB, YugabyteDB and Citus take as well; each names the site.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from functools import cache
from itertools import groupby
from time import monotonic
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, and_, bindparam, column, func, select, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as insert_here
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.central.incarnations import OwnIncarnation, PushMark, find_own, is_taken
from kiosk.domain.ids import NO_ID
from kiosk.errors import StoreAway, StoreDiffers, StoreRefused
from kiosk.records.central.connection import (
    AWAY,
    SURE_COMMIT,
    WAIT_SECONDS,
    Address,
    central_engine,
    translated,
    watched,
)
from kiosk.records.central.incarnations import INCARNATION, read_incarnation
from kiosk.records.central.setup import MADE_ANYWHERE, PULLED
from kiosk.records.outbox import Waiting
from kiosk.records.pulled_rows import MOST_TEXT
from kiosk.records.schema.columns import FIRST_TIME, LAST_TIME, table
from kiosk.records.schema.holdings import LOOKUPS, PARENTS
from kiosk.records.schema.system_tables import (
    FACTS,
    Central,
    ChangeLog,
    KioskDevice,
    KioskHeartbeat,
    KioskIncarnation,
    SyncCounter,
)
from kiosk.records.schema.tables import Erased
from kiosk.sync.remote import (
    FIRST,
    UNKNOWN_SITE,
    UNKNOWN_TABLE,
    CentralAnswer,
    Change,
    Heartbeat,
    version_problem,
)

PASSES: Final = "passcard"
_CHECK_INS: Final = "check_in"
_MACHINE: Final = "kiosk_device"
_SENT: Final = frozenset({*(str(fact.__tablename__) for fact in FACTS), *MADE_ANYWHERE})
_READ: Final = frozenset({*PULLED, _MACHINE})
_CENTRAL_ONLY: Final = frozenset({"received_at"})
_STAFF_ONLY: Final = frozenset({"revoked_at", "deleted_at"})
"""Of rows that a kiosk may make too: it adds them, and ends none."""
MOST_BYTES: Final = 4_000_000
"""Of rows in one answer; whoever fills the centre with long ones fills no kiosk's memory."""
_beat = table(KioskHeartbeat)
_counter = table(SyncCounter)
_log = table(ChangeLog)
_central = table(Central)
_device = table(KioskDevice)
_folder = table(KioskIncarnation)
_OWN = and_(_folder.c.kiosk_id == bindparam("kiosk"), _folder.c.site_id == bindparam("site"))
_OWN_FOLDER = and_(_OWN, _folder.c.number == bindparam("incarnation"))
CONTACT = (
    select(
        func.clock_timestamp().label("now"),
        _central.c.contract,
        _central.c.oldest_contract,
        _counter.c.epoch,
        _counter.c.n,
        _device.c.revoked_at,
        *INCARNATION,
    )
    .select_from(_central)
    .outerjoin(_counter, _counter.c.site_id == bindparam("site"))
    .outerjoin(
        _device,
        and_(_device.c.id == bindparam("kiosk"), _device.c.site_id == bindparam("site")),
    )
    .outerjoin(_folder, _OWN)
)
LAST_PUSH = select(_folder.c.mark, _folder.c.pushes).where(_OWN_FOLDER)
NOTE_PUSH = (
    update(_folder)
    .where(
        _OWN_FOLDER,
        _folder.c.mark == bindparam("known"),
        _folder.c.pushes == bindparam("known_pushes"),
    )
    .values(
        mark=bindparam("made"),
        pushes=bindparam("made_pushes"),
        upto=func.greatest(_folder.c.upto, bindparam("highest")),
        heard_at=func.now(),
    )
)
CHANGES = (
    select(_log.c.v, func.substr(_log.c.table_name, 1, 64), _log.c.row_id, _log.c.gone)
    .where(
        _log.c.site_id == bindparam("site"),
        _log.c.v > bindparam("after"),
        _log.c.v <= bindparam("upto"),
    )
    .order_by(_log.c.v)
    .limit(bindparam("most"))
)


def _save_heartbeat() -> Insert:
    names = [field.name for field in fields(Heartbeat)]
    values: dict[str, Any] = {name: bindparam(name, type_=_beat.c[name].type) for name in names}
    made = insert_here(_beat).values(
        kiosk_id=bindparam("kiosk"),
        site_id=bindparam("site"),
        received_at=func.now(),
        sent_upto=0,
        **values,
    )
    changed: dict[str, Any] = {name: made.excluded[name] for name in ("received_at", *names)}
    changed["wiped_at"] = func.coalesce(_beat.c.wiped_at, made.excluded.wiped_at)
    return made.on_conflict_do_update(index_elements=["kiosk_id", "site_id"], set_=changed)


def _save_incarnation() -> Insert:
    made = insert_here(_folder).values(
        kiosk_id=bindparam("kiosk"),
        site_id=bindparam("site"),
        number=bindparam("incarnation"),
        mark=NO_ID,
        pushes=0,
        upto=0,
        pending=bindparam("pending"),
        began_at=func.now(),
        heard_at=func.now(),
        unseen_after=bindparam("unseen_after"),
        unseen_upto=bindparam("unseen_upto"),
    )
    changed: dict[str, Any] = {name: made.excluded[name] for name in ("pending", "heard_at")}
    return made.on_conflict_do_update(
        index_elements=["kiosk_id", "site_id", "number"], set_=changed
    )


SAVE_HEARTBEAT: Final = _save_heartbeat()
SAVE_INCARNATION: Final = _save_incarnation()


def insert_rows(
    connection: Connection, name: str, payloads: Iterable[str], machine: Mapping[str, UUID]
) -> None:
    """Insert the rows of one table that are not there yet; `machine` holds its site and kiosk."""
    statement = insert_from(name)
    own = machine if name in MADE_ANYWHERE else {"site": machine["site"]}
    connection.execute(statement, {**own, "rows": f"[{','.join(payloads)}]"})


@cache
def insert_from(name: str) -> Insert:
    """Build the insert of one table, which takes its rows as one JSON array.

    The array (`rows`) is the rows' payloads as they stand in the outbox; nothing is parsed on the
    way. Rows go in by their id, for two machines that bring the same keys would else lock each
    other out. `site` and `kiosk` name the machine, which stands in what it has made.
    """
    if name not in _SENT:
        raise StoreRefused("The centre takes no such rows from a kiosk.", UNKNOWN_TABLE)
    target = SQLModel.metadata.tables[name]
    hidden = _CENTRAL_ONLY | _STAFF_ONLY if name in MADE_ANYWHERE else _CENTRAL_ONLY
    names = [one.name for one in target.c if one.name not in hidden]
    given = (
        func.json_to_recordset(sa.cast(bindparam("rows", type_=sa.Text()), sa.JSON))
        .table_valued(*(column(one, target.c[one].type) for one in names), name="given")
        .render_derived(with_types=True)
    )
    made = _made_by(target, given) if name in MADE_ANYWHERE else {}
    marked = [_is_erased(given.c[one]) for one in ("id", *PARENTS) if one in names]
    lookups = [] if name == _CHECK_INS else [one for one in LOOKUPS if one in names]
    marked += [_is_erased(_lookup_mark(given.c[one])) for one in lookups]
    if name == _CHECK_INS:
        # Whoever was erased is one more guest.
        unknown = _is_erased(_lookup_mark(given.c.lookup))
        is_arrival = and_(unknown, given.c.kind == CheckInKind.ARRIVED.value)
        made["lookup"] = sa.case((unknown, None), else_=given.c.lookup)
        made["kind"] = sa.case((is_arrival, CheckInKind.GUEST.value), else_=given.c.kind)
    values = [made.get(one, _or_default(target.c[one], given.c[one])) for one in names]
    found = select(*values).where(~sa.or_(*marked)).order_by(given.c.id)
    return (
        insert_here(target)
        .from_select(names, found, include_defaults=False)
        .on_conflict_do_nothing()
    )


def _is_erased(id_: "sa.ColumnElement[Any]") -> "sa.ColumnElement[bool]":
    """Return whether something was erased for its person, and is not to come again."""
    marks = table(Erased).c
    return id_.is_not(None) & id_.in_(select(marks.id).where(marks.site_id == bindparam("site")))


def _lookup_mark(lookup: "sa.ColumnElement[Any]") -> "sa.ColumnElement[Any]":
    """Return `domain.person.erasure.lookup_mark` as the centre reckons it."""
    return sa.cast(func.md5(lookup), table(Erased).c.id.type)


def _made_by(target: sa.Table, given: "sa.TableValuedAlias") -> "dict[str, Any]":
    """Return the columns that say which kiosk made a row, and its place among those it has sent."""
    made: dict[str, Any] = {"kiosk_id": sa.cast(bindparam("kiosk"), target.c.kiosk_id.type)}
    if target.name == PASSES:
        sent = target.alias("sent")
        last = (
            select(func.coalesce(func.max(sent.c.sent_nth), 0))
            .where(sent.c.site_id == bindparam("site"), sent.c.kiosk_id == bindparam("kiosk"))
            .scalar_subquery()
        )
        made["sent_nth"] = last + func.row_number().over(order_by=given.c.id)
    return made


def _or_default(target: "sa.Column[Any]", given: "sa.ColumnElement[Any]") -> Any:
    """Take a column's default where a row was written before the column was there."""
    default = target.default
    if target.nullable or not isinstance(default, sa.ColumnDefault) or not default.is_scalar:
        return given
    return func.coalesce(given, sa.literal(default.arg, target.type))


@cache
def some_rows(name: str) -> "sa.Select[Any]":
    """Read rows of one table by their ids (`ids`), the lowest first."""
    rows = _readable(name)
    query = _of_own(name).where(rows.c.id.in_(bindparam("ids", expanding=True)))
    return _bounded(rows, query, rows.c.id)


@cache
def page_of(name: str) -> "sa.Select[Any]":
    """Read the first rows (`most`) of one table whose id is above `after`."""
    rows = _readable(name)
    later = _of_own(name).where(rows.c.id > bindparam("after"))
    return _bounded(rows, later.limit(bindparam("most")), rows.c.id)


@cache
def sent_passes() -> "sa.Select[Any]":
    """Read the first passes (`most`) that kiosks have sent beyond what is known of each (`known`).

    `known` is a JSON array of objects with `kiosk_id` and `upto`.
    """
    rows = _readable(PASSES)
    known = (
        func.json_to_recordset(sa.cast(bindparam("known", type_=sa.Text()), sa.JSON))
        .table_valued(
            column("kiosk_id", rows.c.kiosk_id.type), column("upto", sa.BigInteger()), name="known"
        )
        .render_derived(with_types=True)
    )
    makers = _pass_makers(rows)
    # Of coalesce() the row-level security does not know that it tells nothing, so that the index
    # would be read from its beginning.
    upto = sa.case((known.c.upto.is_(None), 0), else_=known.c.upto)
    beyond = (
        _of_own(PASSES)
        .where(rows.c.kiosk_id == makers.c.kiosk_id, rows.c.sent_nth.is_not(None))
        .where(rows.c.sent_nth > upto)
        .order_by(rows.c.sent_nth)
        .limit(bindparam("most"))
        .lateral("beyond")
    )
    each = makers.outerjoin(known, known.c.kiosk_id == makers.c.kiosk_id).join(beyond, sa.true())
    query = select(beyond).select_from(each).limit(bindparam("most"))
    return _bounded(beyond, query, beyond.c.kiosk_id, beyond.c.sent_nth, beyond.c.id)


def _pass_makers(rows: sa.Table) -> sa.CTE:
    """Return the kiosks that have sent passes, by one look into the index for each.

    Whoever asked for them by DISTINCT would read what all of them have ever sent.
    """
    sent = rows.alias("sent")
    next_of_index = (
        select(sent.c.kiosk_id)
        .where(sent.c.site_id == bindparam("site"), sent.c.sent_nth.is_not(None))
        .where(sent.c.kiosk_id.is_not(None))
        .order_by(sent.c.kiosk_id)
        .limit(1)
    )
    first = next_of_index.subquery("first_maker")
    makers = select(first.c.kiosk_id).cte("makers", recursive=True)
    after = next_of_index.where(sent.c.kiosk_id > makers.c.kiosk_id).scalar_subquery()
    return makers.union_all(select(after).where(makers.c.kiosk_id.is_not(None)))


def _bounded(
    rows: sa.FromClause, query: "sa.Select[Any]", *order: KeyedColumnElement[Any]
) -> "sa.Select[Any]":
    """Read only as many rows of `query` as fit into MOST_BYTES, and at least one.

    The server measures them before it sends any. A row that holds an absurdly long value, or a time
    that Python does not know, comes without its values and its site, as one that is left out.
    """
    long = [one for one in rows.c if isinstance(one.type, sa.String | sa.LargeBinary)]
    times = [one for one in rows.c if isinstance(one.type, UTCDateTime)]
    fits = sa.and_(
        *(func.coalesce(func.octet_length(one), 0) <= MOST_TEXT for one in long),
        *(sa.or_(one.is_(None), sa.and_(one > FIRST_TIME, one < LAST_TIME)) for one in times),
    )
    kept = [*(one.name for one in order), "id"]
    values = [
        one if one.name in kept else sa.case((fits, one), else_=None).label(one.name)
        for one in rows.c
    ]
    length = sum((func.coalesce(func.octet_length(one), 0) for one in long), sa.literal(0))
    size = sa.case((fits, length), else_=0).label("row_bytes")
    page = query.with_only_columns(*values, size).order_by(*order).subquery("page")
    places = [page.c[one.name] for one in order]
    total = func.sum(page.c.row_bytes).over(order_by=places).label("all_bytes")
    summed = select(page, total).subquery("summed")
    return (
        select(*(summed.c[one.name] for one in rows.c))
        .where(summed.c.all_bytes - summed.c.row_bytes < MOST_BYTES)
        .order_by(*(summed.c[one.name] for one in order))
    )


def _of_own(name: str) -> "sa.Select[Any]":
    rows = _readable(name)
    query = select(rows).where(rows.c.site_id == bindparam("site"))
    return query.where(rows.c.id == bindparam("kiosk")) if name == _MACHINE else query


def _readable(name: str) -> sa.Table:
    if name not in _READ:
        raise StoreDiffers(f"A kiosk does not read {name}.")
    return SQLModel.metadata.tables[name]


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
        self._incarnation = FIRST
        self._last_push: PushMark | None = None
        """The last push of this incarnation that the centre was seen to have."""

    def contact(self, heartbeat: Heartbeat, own: OwnIncarnation = FIRST) -> CentralAnswer:
        """Report this machine's state; return the centre's answer.

        Raises StoreRefused where the centre does not know this clinic.
        """
        with self._transaction() as connection:
            found = connection.execute(CONTACT, self._own).all()
            first = found[0] if found else None
            if first is None or first.epoch is None:
                raise StoreRefused("The centre does not know this clinic.", UNKNOWN_SITE)
            known = tuple(read_incarnation(row) for row in found if row.number is not None)
            contact = CentralAnswer(
                first.now,
                first.contract,
                first.oldest_contract,
                first.epoch,
                first.n,
                first.revoked_at,
                known,
            )
            there, taken = find_own(own, known), is_taken(own, known)
            if version_problem(contact.terms) is None:
                connection.execute(SAVE_HEARTBEAT, {**self._own, **asdict(heartbeat)})
                if not taken:
                    self._save(connection, own, heartbeat.pending)
        self._incarnation = own
        # Where it is taken, no push may go through before a new one has begun.
        self._last_push = own.mark if taken else PushMark() if there is None else there.mark
        return contact

    def push(self, rows: Sequence[Waiting], mark: UUID = NO_ID) -> PushMark:
        """Store rows that are not there yet; all are committed, surely, when this returns.

        Raises StoreAway where the centre's last push is not the one that was seen last: it was
        put back to an older state, or another folder of this machine has pushed.
        """
        by_table = sorted(rows, key=lambda row: row.table_name)
        upto = max((row.kiosk_seq or 0 for row in rows), default=0)
        with self._transaction() as connection:
            connection.execute(SURE_COMMIT)
            # First, for it lets one push of this machine wait for the other, and passes are
            # numbered in turn.
            made = self._note_push(connection, mark, upto)
            for name, some in groupby(by_table, key=lambda row: row.table_name):
                insert_rows(connection, name, (row.payload for row in some), self._own)
        self._last_push = made
        return made

    def changes(self, after: int, upto: int, most: int) -> Sequence[Change]:
        """Return the changes with `after` < v <= `upto`, the lowest first, at most `most`."""
        asked = {"site": self._own["site"], "after": after, "upto": upto, "most": most}
        with self._transaction() as connection:
            return [Change(*row) for row in connection.execute(CHANGES, asked)]

    def rows(self, table_name: str, ids: Sequence[UUID]) -> Sequence[Mapping[str, object]]:
        """Return those of some rows that this machine may read, by id; see `Remote.rows`."""
        with self._transaction() as connection:
            found = connection.execute(some_rows(table_name), {**self._own, "ids": list(ids)})
            return [dict(row) for row in found.mappings()]

    def page(
        self, table_name: str, after: UUID | None, most: int
    ) -> Sequence[Mapping[str, object]]:
        """Return the readable rows of a table with an id above `after`, by id, at most `most`."""
        asked = {**self._own, "after": after or UUID(int=0), "most": most}
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(page_of(table_name), asked).mappings()]

    def sent_passes(self, known: Mapping[UUID, int], most: int) -> Sequence[Mapping[str, object]]:
        """Return passes that kiosks have sent beyond what is known of each, at most `most`."""
        told = [{"kiosk_id": str(kiosk), "upto": upto} for kiosk, upto in known.items()]
        asked = {"site": self._own["site"], "known": json.dumps(told), "most": most}
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(sent_passes(), asked).mappings()]

    def close(self) -> None:
        """Let the connection go; the next call makes a new one."""
        self._let_go()
        self._engine.dispose()

    def _save(self, connection: Connection, own: OwnIncarnation, pending: int) -> None:
        values = {
            "incarnation": own.number,
            "pending": pending,
            "unseen_after": own.unseen_after,
            "unseen_upto": own.unseen_upto,
        }
        connection.execute(SAVE_INCARNATION, {**self._own, **values})

    def _note_push(self, connection: Connection, mark: UUID, upto: int) -> PushMark:
        """Count one push and leave its mark, in the transaction that brings the rows."""
        own = self._incarnation
        known = self._last_push or self._read_last_push(connection)
        made = PushMark(mark, max(known.count, own.mark.count) + 1)
        asked = {
            "incarnation": own.number,
            "known": known.id,
            "known_pushes": known.count,
            "made": made.id,
            "made_pushes": made.count,
            "highest": upto,
        }
        if not connection.execute(NOTE_PUSH, {**self._own, **asked}).rowcount:
            raise StoreAway(AWAY)
        return made

    def _read_last_push(self, connection: Connection) -> PushMark:
        """Read what no contact has told yet, and begin where there is nothing."""
        asked = {**self._own, "incarnation": self._incarnation.number}
        row = connection.execute(LAST_PUSH, asked).first()
        if row is not None:
            return PushMark(*row)
        self._save(connection, self._incarnation, 0)
        return PushMark()

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
