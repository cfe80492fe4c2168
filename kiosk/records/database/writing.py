"""Writes facts with their number and outbox row, and reference data, in the caller's transaction.

At the centre there is no outbox: a fact has arrived, and changed reference data are logged for the
kiosks to pull.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Insert, Table, bindparam, case, insert, select, text, update
from sqlmodel import Session as Transaction

from kiosk.domain.clock_sync import is_doubtful
from kiosk.errors import SetupError, StoreRefused
from kiosk.records.database.ahead import UNAWAITED
from kiosk.records.database.last_number import NUMBERED
from kiosk.records.schema.columns import Fact, Reference, Row, is_central, payload, table
from kiosk.records.schema.system_tables import ChangeLog, Outbox, SyncCounter, SyncState
from kiosk.records.schema.tables import CallbackEvent

CHANGED_BY_DESKS: Final[dict[str, tuple[str, ...]]] = {
    "support_group": (
        "name", "public_label", "about", "language", "room", "capacity", "enrolled", "source",
        "deleted_at",
    ),
    "group_session": (
        "group_id", "starts_at", "ends_at", "room", "capacity", "status", "cancelled_reason",
        "series_id", "source",
    ),
    "participant": ("sealed_name",),
    "membership": ("deleted_at",),
    "passcard": ("revoked_at",),
    "staff_account": (
        "roles", "wrapped_keys", "must_change", "languages", "offers", "disabled_at",
    ),
}  # fmt: skip
"""The columns of each table that a desk may change, a row at a time."""
ADDED_BY_DESKS: Final = (
    "support_group", "group_session", "participant", "membership", "passcard", "staff_account",
    "helpline_list", "callback_form",
)  # fmt: skip
"""The tables that a desk may add rows to; facts go beside them."""
_CHANGED: Final = "kiosk.changed"
_TAKEN: Final = "kiosk.taken"
"""In a transaction's `info`: the machine that wrote in it last, its number, time and offset."""
_CENTRAL_ONLY = frozenset({"received_at"})
_counter = table(SyncCounter)
_lock = select(_counter.c.n).where(_counter.c.site_id == bindparam("site")).with_for_update()
_raise = (
    update(_counter)
    .where(_counter.c.site_id == bindparam("site"))
    .values(n=_counter.c.n + bindparam("more"))
    .returning(_counter.c.n)
)
_TAKE_TURN = text("SELECT kiosk_take_turn(:site)")
_LOG_CHANGES = text("SELECT kiosk_log_changes(:site, :names, :ids, :gone)")
_outbox = insert(table(Outbox))
_state = table(SyncState).c
_number = (
    update(table(SyncState))
    .where(_state.kiosk_id == bindparam("machine"))
    .values(
        last_seq=_state.last_seq + 1,
        last_fact_at=case(
            (_state.last_fact_at < bindparam("now"), bindparam("now")), else_=_state.last_fact_at
        ),
    )
    .returning(_state.last_seq, _state.last_fact_at, _state.clock_offset_ms)
)
_next_number = (
    update(table(SyncState))
    .where(_state.kiosk_id == bindparam("machine"))
    .values(last_seq=bindparam("number"), last_fact_at=bindparam("latest"))
    .execution_options(**{UNAWAITED: True})
)


def add_fact(transaction: Transaction, fact: Fact, now: datetime) -> None:
    """Insert `fact` and its outbox row, and number it in its machine's own count.

    `now` is the machine's time, read inside this transaction. Where it stands before the latest
    fact, the fact is marked and kept as it is.
    """
    add_fact_values(transaction, type(fact), _values(fact), now)


def add_fact_values(
    transaction: Transaction, kind: type[Fact], values: Mapping[str, object], now: datetime
) -> None:
    """Do as `add_fact` with column values alone; building a row costs a scan 10 % of its time.

    Columns that are left out get the default of `kind`.
    """
    row: dict[str, Any] = {**_plan(kind).blank, **values}
    row.update(number_fact(transaction, row["kiosk_id"], now)._asdict())
    _insert(transaction, kind, row, send=True)


class FactNumber(NamedTuple):
    """The columns of a fact that its machine gives it."""

    kiosk_seq: int
    clock_offset_ms: int | None
    clock_doubtful: bool


def number_fact(transaction: Transaction, kiosk_id: UUID, now: datetime) -> FactNumber:
    """Take the next number of a machine; `add_numbered_fact` must follow."""
    connection = transaction.connection()
    machine, *taken = transaction.info.get(_TAKEN, (None,))
    if machine == kiosk_id:
        # Nobody else counts until this transaction ends, so nothing has to be asked.
        kiosk_seq, latest, offset = taken[0] + 1, max(taken[1], now), taken[2]
        values = {"machine": kiosk_id, "number": kiosk_seq, "latest": latest}
        connection.execute(_next_number, values)
    else:
        number = connection.execute(_number, {"machine": kiosk_id, "now": now}).first()
        if number is None:
            raise SetupError("This database knows no kiosk of this id; enrol the kiosk again.")
        kiosk_seq, latest, offset = number
    transaction.info[_TAKEN] = kiosk_id, kiosk_seq, latest, offset
    transaction.info[NUMBERED] = kiosk_id, kiosk_seq
    return FactNumber(kiosk_seq, offset, is_doubtful(now, latest))


def add_numbered_fact(transaction: Transaction, fact: Fact) -> None:
    """Insert a fact that holds what `number_fact` returned, and its outbox row."""
    _insert(transaction, type(fact), _values(fact), send=True)


def add_made_here(transaction: Transaction, row: Reference) -> None:
    """Insert a participant or a pass made on this kiosk, with its outbox row."""
    _insert(transaction, type(row), _values(row), send=True)


def add_reference(transaction: Transaction, row: Reference) -> None:
    """Insert a row written at a desk; it is for kiosks to pull, not to push."""
    _insert(transaction, type(row), _values(row), send=False)


def change_reference(
    transaction: Transaction, kind: type[Reference], row_id: UUID, values: Mapping[str, object]
) -> None:
    """Change columns of a row written at a desk; SetupError where it is not there.

    The one way to change anything that is kept: facts are never changed.
    """
    target = table(kind)
    if _change_row(transaction, target, row_id, values) != 1:
        raise SetupError("What was to be changed is no longer there; look again.")
    mark_changed(transaction, target.name, row_id)


def _change_row(
    transaction: Transaction, target: Table, row_id: UUID, values: Mapping[str, object]
) -> int:
    connection = transaction.connection()
    if not is_central(transaction) or target.name not in CHANGED_BY_DESKS:
        rows = update(target).where(target.c.id == row_id).values(dict(values))
        return connection.execute(rows).rowcount
    # At the centre a function changes it, and notes how it was.
    asked = text(f"SELECT kiosk_change_{target.name}(:row_id, :changes)")
    given = {"row_id": row_id, "changes": payload(values)}
    return int(connection.execute(asked, given).scalar_one())


def mark_changed(
    transaction: Transaction, table_name: str, row_id: UUID, *, gone: bool = False
) -> None:
    """Mark a reference row as written, or as deleted by retention (`gone`).

    Written by `log_changes`; on a kiosk's own file, where nobody pulls, this does nothing.
    """
    changed: dict[tuple[str, UUID], bool] = transaction.info.setdefault(_CHANGED, {})
    changed[table_name, row_id] = gone


def lock_counter(transaction: Transaction, site_id: UUID) -> bool:
    """Hold the site's counter until the transaction ends; False where there is no such site.

    Writers of one site take turns, as they do on a kiosk's file, and whoever pulls meets their
    changes in the order of the counter.
    """
    row = transaction.connection().execute(_lock, {"site": site_id}).first()
    return row is not None


def take_turn(transaction: Transaction, site_id: UUID) -> None:
    """Do as `lock_counter` by the role of a desk, which may not touch the counter itself."""
    transaction.connection().execute(_TAKE_TURN, {"site": site_id})


def log_changes_by_desk(transaction: Transaction, site_id: UUID) -> None:
    """Do as `log_changes` by the role of a desk, which may not touch the counter itself."""
    changed = _take_changes(transaction)
    if not changed:
        return
    given = {
        "site": site_id,
        "names": [name for name, _ in changed],
        "ids": [row_id for _, row_id in changed],
        "gone": list(changed.values()),
    }
    transaction.connection().execute(_LOG_CHANGES, given, execution_options={UNAWAITED: True})


def _take_changes(transaction: Transaction) -> dict[tuple[str, UUID], bool]:
    changed: dict[tuple[str, UUID], bool] = transaction.info.pop(_CHANGED, {})
    return changed


def log_changes(transaction: Transaction, site_id: UUID) -> None:
    """Write what was marked as changed, as the last thing before the commit."""
    changed = _take_changes(transaction)
    if not changed:
        return
    connection = transaction.connection()
    raised = {"site": site_id, "more": len(changed)}
    last = int(connection.execute(_raise, raised).scalar_one())
    rows: list[dict[str, Any]] = [
        {
            "site_id": site_id,
            "v": last - len(changed) + count,
            "table_name": table_name,
            "row_id": row_id,
            "gone": gone,
        }
        for count, ((table_name, row_id), gone) in enumerate(changed.items(), 1)
    ]
    connection.execute(insert(table(ChangeLog)), rows)


def _values(row: Row) -> dict[str, object]:
    return {name: getattr(row, name) for name in _plan(type(row)).blank}


def _insert(
    transaction: Transaction, kind: type[Row], values: dict[str, object], *, send: bool
) -> None:
    plan, row_id = _plan(kind), cast(UUID, values["id"])
    connection = transaction.connection()
    at_central = connection.dialect.name != "sqlite"
    if at_central and plan.table_name in ADDED_BY_DESKS:
        # At the centre a function adds it, and notes which desk did.
        made = {"made": payload(values)}
        add = text(f"SELECT kiosk_add_{plan.table_name}(:made)")
        if connection.execute(add, made).scalar_one() != 1:
            raise StoreRefused(
                "The centre refused this; check this machine's clock and try again.", "42501"
            )
    else:
        connection.execute(plan.insert, values)
    if at_central:
        if issubclass(kind, Reference):
            mark_changed(transaction, plan.table_name, row_id)
    elif send:
        connection.execute(
            _outbox,
            {
                "kiosk_seq": values.get("kiosk_seq"),
                "site_id": values["site_id"],
                "table_name": plan.table_name,
                "row_id": row_id,
                "payload": payload(values),
            },
        )


class _Plan(NamedTuple):
    """What every insert into a table needs, prepared once."""

    table_name: str
    insert: Insert
    blank: dict[str, object]
    """Its columns with their defaults; None where there is no default."""


@cache
def _plan(kind: type[Row]) -> _Plan:
    target = table(kind)
    fields = kind.model_fields.items()
    blank = {
        name: None if field.is_required() else field.default
        for name, field in fields
        if name not in _CENTRAL_ONLY
    }
    # A revision that was taken is to be known at once; what else goes wrong, the commit tells.
    unawaited = {UNAWAITED: kind is not CallbackEvent}
    return _Plan(target.name, insert(target).execution_options(**unawaited), blank)
