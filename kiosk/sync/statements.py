"""What a kiosk says to PostgreSQL: every statement of the sync, built once.

Only what CockroachDB, YugabyteDB and Citus take as well; each names the site.
"""

from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, column, func, select, text, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as insert_here
from sqlmodel import SQLModel

from kiosk.errors import StoreDiffers, StoreRefused
from kiosk.records.central.rights import FACTS, MADE_ANYWHERE, PULLED
from kiosk.records.columns import table
from kiosk.records.exchange import Central, ChangeLog, KioskHeartbeat, SyncCounter
from kiosk.records.plumbing import KioskDevice
from kiosk.sync.contracts import UNKNOWN_TABLE

PASSES: Final = "passcard"
_MACHINE: Final = "kiosk_device"
_SENT: Final = frozenset({*(str(fact.__tablename__) for fact in FACTS), *MADE_ANYWHERE})
_READ: Final = frozenset({*PULLED, _MACHINE})
_AT_CENTRE_ONLY: Final = frozenset({"received_at"})
_beat = table(KioskHeartbeat)
_counter = table(SyncCounter)
_log = table(ChangeLog)
_central = table(Central)
_device = table(KioskDevice)
_OWN_BEAT = and_(_beat.c.kiosk_id == bindparam("kiosk"), _beat.c.site_id == bindparam("site"))
ASK = (
    select(
        func.clock_timestamp(),
        _central.c.contract,
        _central.c.oldest_contract,
        _counter.c.epoch,
        _counter.c.n,
        func.coalesce(_beat.c.sent_upto, 0),
        _device.c.revoked_at,
    )
    .select_from(_central)
    .outerjoin(_counter, _counter.c.site_id == bindparam("site"))
    .outerjoin(_beat, _OWN_BEAT)
    .outerjoin(
        _device,
        and_(_device.c.id == bindparam("kiosk"), _device.c.site_id == bindparam("site")),
    )
)
RAISE_SENT = (
    update(_beat)
    .where(_OWN_BEAT, _beat.c.sent_upto >= bindparam("known"))
    .values(sent_upto=func.greatest(_beat.c.sent_upto, bindparam("upto")))
)
SENT_UPTO = select(_beat.c.sent_upto).where(_OWN_BEAT)
NOTE_PASSES = text("SELECT kiosk_note_passes(:made)")
CHANGES = (
    select(_log.c.v, _log.c.table_name, _log.c.row_id, _log.c.gone)
    .where(
        _log.c.site_id == bindparam("site"),
        _log.c.v > bindparam("after"),
        _log.c.v <= bindparam("upto"),
    )
    .order_by(_log.c.v)
    .limit(bindparam("most"))
)


def _report_statement() -> Insert:
    names = [
        "at", "clock_offset_ms", "pending", "parked", "version", "helplines_review_by",
        "waiting_since", "wiped_at",
    ]  # fmt: skip
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


REPORT: Final = _report_statement()
FIRST_BEAT: Final = insert_here(_beat).values(
    kiosk_id=bindparam("kiosk"),
    site_id=bindparam("site"),
    at=func.now(),
    received_at=func.now(),
    pending=0,
    parked=0,
    sent_upto=bindparam("upto"),
    version="",
)


@cache
def insert_from(name: str) -> Insert:
    """Build the insert of one table, which takes its rows as one JSON array.

    The array is the rows' payloads as they stand in the outbox; nothing is parsed on the way. Rows
    go in by their id, for two machines that bring the same keys would else lock each other out.
    """
    if name not in _SENT:
        raise StoreRefused("The centre takes no such rows from a kiosk.", UNKNOWN_TABLE)
    target = SQLModel.metadata.tables[name]
    names = [one.name for one in target.c if one.name not in _AT_CENTRE_ONLY]
    given = (
        func.json_to_recordset(sa.cast(bindparam("rows", type_=sa.Text()), sa.JSON))
        .table_valued(*(column(one, target.c[one].type) for one in names), name="given")
        .render_derived(with_types=True)
    )
    values = [_or_default(target.c[one], given.c[one]) for one in names]
    found = select(*values).order_by(given.c.id)
    return (
        insert_here(target)
        .from_select(names, found, include_defaults=False)
        .on_conflict_do_nothing()
    )


def _or_default(target: "sa.Column[Any]", given: "sa.ColumnElement[Any]") -> Any:
    """Take a column's default where a row was written before the column was there."""
    default = target.default
    if target.nullable or not isinstance(default, sa.ColumnDefault) or not default.is_scalar:
        return given
    return func.coalesce(given, sa.literal(default.arg, target.type))


@cache
def some_rows(name: str) -> "sa.Select[Any]":
    """Read rows of one table by their ids (`ids`)."""
    rows = _readable(name)
    return _of_own(name).where(rows.c.id.in_(bindparam("ids", expanding=True)))


@cache
def page_of(name: str) -> "sa.Select[Any]":
    """Read the first rows (`most`) of one table whose id is above `after`."""
    rows = _readable(name)
    later = _of_own(name).where(rows.c.id > bindparam("after"))
    return later.order_by(rows.c.id).limit(bindparam("most"))


def _of_own(name: str) -> "sa.Select[Any]":
    rows = _readable(name)
    query = select(rows).where(rows.c.site_id == bindparam("site"))
    return query.where(rows.c.id == bindparam("kiosk")) if name == _MACHINE else query


def _readable(name: str) -> sa.Table:
    if name not in _READ:
        raise StoreDiffers(f"A kiosk does not read {name}.")
    return SQLModel.metadata.tables[name]
