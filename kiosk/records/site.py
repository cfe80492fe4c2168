"""Queries for a clinic and its machines: which this one is, its state, its clock, its helplines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnCollection,
    ColumnElement,
    Exists,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.anomalies import FactTimes
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.central.fleet import KioskView, MachineKind
from kiosk.domain.clock_sync import FAR_OFF_MS, corrected, is_far_off
from kiosk.domain.health import FirstStep
from kiosk.domain.text import clean
from kiosk.records import outbox
from kiosk.records.central.incarnations import all_incarnations
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.columns import readable, table
from kiosk.records.schema.system_tables import (
    AuditEvent,
    HelplineList,
    KioskDevice,
    KioskHeartbeat,
    StaffAccount,
    SyncState,
)
from kiosk.records.schema.tables import CallbackEvent, GroupSession, Site, SupportGroup

_MOST_LETTERS = 100
"""Of a text that a machine reports; the rest is nobody's."""
_site = table(Site).c
_device = table(KioskDevice).c
_state = table(SyncState).c
_beat = table(KioskHeartbeat).c
_list = table(HelplineList).c
_entry = table(AuditEvent).c
_this_machine = (
    select(
        _state.site_id,
        _state.kiosk_id,
        _site.name,
        _site.zone,
        _site.country,
        _device.name,
        _device.symbols,
    )
    .join_from(table(SyncState), table(Site), _site.id == _state.site_id)
    .join(table(KioskDevice), _device.id == _state.kiosk_id)
    .limit(1)
)
_pin = select(_device.pin_hash).where(_device.id == bindparam("kiosk"))
_by_symbols = select(_device.id).where(
    _device.site_id == bindparam("site"), _device.symbols == bindparam("symbols")
)
_machine_state = select(
    _state.last_fact_at,
    _state.contact_at,
    _state.clock_offset_ms,
    _state.out_of_order,
    _state.problem,
    _state.incarnation_at,
    _state.twin_at,
)
_state_by_id = _machine_state.where(_state.kiosk_id == bindparam("kiosk"))
_machines = (
    select(
        _device.id,
        _device.name,
        _device.symbols,
        _device.kind,
        _device.enrolled_at,
        _device.revoked_at,
        func.length(_device.sealed_audit_key).label("joined"),
        readable(_beat.received_at),
        _beat.pending,
        readable(_beat.waiting_since),
        _beat.parked,
        _beat.clock_offset_ms,
        func.substr(_beat.version, 1, _MOST_LETTERS).label("version"),
        func.substr(_beat.helplines_review_by, 1, _MOST_LETTERS).label("helplines_review_by"),
        readable(_beat.wiped_at),
    )
    .join_from(
        table(KioskDevice),
        table(KioskHeartbeat),
        (_beat.kiosk_id == _device.id) & (_beat.site_id == _device.site_id),
        isouter=True,
    )
    .where(_device.site_id == bindparam("site"), _device.deleted_at.is_(None))
    .order_by(_device.name, _device.id)
)
_now = select(func.now())
_latest = (
    select(_list.text, _list.published_at)
    .where(_list.site_id == bindparam("site"), _list.deleted_at.is_(None))
    .order_by(_list.published_at.desc(), _list.id.desc())
    .limit(1)
)
OWN_CLOCK_OFFSET = select(_state.clock_offset_ms).where(_state.kiosk_id == bindparam("machine"))
"""The offset of a machine, in milliseconds; NULL where it was never measured."""
FOUNDED = select(func.min(_site.founded_at)).scalar_subquery()
"""When the clinic was founded: a desk sees no other clinic at the centre."""


def _is_there(rows: "ColumnCollection[str, Any]", *more: "ColumnElement[bool]") -> "Exists":
    return select(rows.id).where(rows.site_id == bindparam("site"), *more).exists()


def _was_done(action: AuditAction) -> "Exists":
    return _is_there(_entry, _entry.action == action.value)


_account, _other = table(StaffAccount).c, table(StaffAccount).alias("other").c
_event = table(CallbackEvent).c
# What was put away counts: the clinic has found the way.
_FIRST_FACTS: "Mapping[FirstStep, ColumnElement[bool]]" = {
    FirstStep.GROUP: _is_there(table(SupportGroup).c),
    FirstStep.SESSION: _is_there(table(GroupSession).c),
    FirstStep.COLLEAGUE: _is_there(
        _account,
        select(_other.id)
        .where(_other.site_id == _account.site_id, _other.id > _account.id)
        .exists(),
    ),
    FirstStep.HELPLINES: _is_there(_list),
    FirstStep.TEST_CARD: _was_done(AuditAction.SCANNER_TESTED),
    FirstStep.TEST_CALL: or_(
        _was_done(AuditAction.CALLBACK_ATTEMPT),
        _is_there(_event, _event.kind == EventKind.ATTEMPT.value),
    ),
}
_first_steps = select(*(there.label(step.value) for step, there in _FIRST_FACTS.items()))


@dataclass(frozen=True, slots=True)
class ThisMachine:
    """Which machine this is, and at which clinic."""

    site_id: UUID
    kiosk_id: UUID
    site_name: str
    zone: str
    country: str
    kiosk_name: str
    symbols: str


@dataclass(frozen=True, slots=True)
class MachineState:
    """What a machine's own database keeps of its state."""

    last_fact_at: datetime
    contact_at: datetime | None
    clock_offset_ms: int | None
    out_of_order: str | None
    problem: str | None
    incarnation_at: datetime | None
    """When its folder turned out to be a copy; None where it never did."""
    twin_at: datetime | None
    """When it was last heard that another folder of it runs; None where none does."""


@dataclass(frozen=True, slots=True)
class PublishedHelplines:
    """One list as it was published."""

    text: str
    """TOML; nobody has checked it on this machine yet."""
    published_at: datetime


def this_machine(transaction: Transaction) -> ThisMachine | None:
    """Return which machine this database belongs to; None before the clinic is founded."""
    row = transaction.connection().execute(_this_machine).first()
    return None if row is None else ThisMachine(*row)


def machine_state(transaction: Transaction, kiosk_id: UUID) -> MachineState:
    """Return the state of a machine; NoResultFound where the database has none of it."""
    return MachineState(*transaction.connection().execute(_state_by_id, {"kiosk": kiosk_id}).one())


def set_out_of_order(transaction: Transaction, kiosk_id: UUID, reason: str | None) -> None:
    """Close this kiosk to visitors, or open it by None."""
    _change(transaction, kiosk_id, {"out_of_order": reason})


def set_last_fact_at(transaction: Transaction, kiosk_id: UUID, at: datetime) -> None:
    """Take `at` as the time to measure the clock against from now on."""
    _change(transaction, kiosk_id, {"last_fact_at": at})


def _change(
    transaction: Transaction, kiosk_id: UUID, values: dict[str, str | datetime | None]
) -> None:
    transaction.connection().execute(
        update(table(SyncState)).where(_state.kiosk_id == kiosk_id).values(values)
    )


def pin_hash(transaction: Transaction, kiosk_id: UUID) -> str:
    """Return the hash of the maintenance PIN; empty, which fits no PIN, where there is none."""
    return transaction.connection().execute(_pin, {"kiosk": kiosk_id}).scalar() or ""


def set_zone(transaction: Transaction, site_id: UUID, zone: str) -> None:
    """Move a site to another time zone (IANA name)."""
    place = update(table(Site)).where(_site.id == site_id).values(zone=zone)
    transaction.connection().execute(place)


def find_by_symbols(transaction: Transaction, site_id: UUID, symbols: str) -> UUID | None:
    """Find a machine of a site by its two symbols; None where there is none."""
    asked = {"site": site_id, "symbols": symbols.upper()}
    found: UUID | None = transaction.connection().execute(_by_symbols, asked).scalar()
    return found


def all_machines(transaction: Transaction, site_id: UUID, kiosk_id: UUID) -> tuple[KioskView, ...]:
    """Return the machines of a site by name, `needs` still empty; `kiosk_id` is this machine."""
    connection, asked = transaction.connection(), {"site": site_id}
    ask_ahead(transaction, *machine_questions(transaction, site_id))
    folders = all_incarnations(transaction, site_id)
    found = tuple(
        KioskView(
            name=clean(row.name),
            symbols=clean(row.symbols),
            kind=MachineKind.DESK if row.kind == MachineKind.DESK else MachineKind.KIOSK,
            here=row.id == kiosk_id,
            enrolled_at=row.enrolled_at,
            joined=bool(row.joined) or row.received_at is not None,
            revoked_at=row.revoked_at,
            wiped_at=row.wiped_at,
            contact_at=row.received_at,
            pending=row.pending,
            waiting_since=row.waiting_since,
            parked=row.parked,
            clock_offset_ms=row.clock_offset_ms,
            version=clean(row.version or ""),
            helplines_review_by=_day(row.helplines_review_by),
            incarnations=folders.get(row.id, ()),
        )
        for row in connection.execute(_machines, asked)
    )
    if connection.dialect.name != "sqlite":
        return found
    # Its own file is fresher than its last heartbeat.
    return tuple(
        _with_own_state(transaction, view, kiosk_id) if view.here else view for view in found
    )


def machine_questions(transaction: Transaction, site_id: UUID) -> list[Callable[[], object]]:
    """Return what `all_machines` asks, to be asked ahead."""
    connection, asked = transaction.connection(), {"site": site_id}
    return [
        lambda: all_incarnations(transaction, site_id),
        lambda: connection.execute(_machines, asked),
    ]


def _with_own_state(transaction: Transaction, view: KioskView, kiosk_id: UUID) -> KioskView:
    state = machine_state(transaction, kiosk_id)
    if state.contact_at is None:
        return view
    return replace(
        view,
        contact_at=state.contact_at,
        pending=outbox.count_pending(transaction),
        waiting_since=outbox.waiting_since(transaction),
        parked=outbox.count_parked(transaction),
        clock_offset_ms=state.clock_offset_ms,
    )


def _day(text: str | None) -> date | None:
    """Read a day that another machine has reported; None where it is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def first_steps_done(transaction: Transaction, site_id: UUID) -> frozenset[FirstStep]:
    """Return which first steps the records tell of; of the booklets they tell nothing."""
    row = transaction.connection().execute(_first_steps, {"site": site_id}).one()
    return frozenset(step for step in _FIRST_FACTS if getattr(row, step.value))


def contact_now(transaction: Transaction, here: datetime) -> datetime:
    """Return the time to compare `contact_at` with: the centre's, else this machine's, `here`."""
    connection = transaction.connection()
    if connection.dialect.name == "sqlite":
        return here
    now: datetime = connection.execute(_now).scalar_one()
    return now


def latest_helplines(transaction: Transaction, site_id: UUID) -> PublishedHelplines | None:
    """Return the list of a site that was published last, or None."""
    row = transaction.connection().execute(_latest, {"site": site_id}).first()
    return None if row is None else PublishedHelplines(*row)


def add_helplines(
    transaction: Transaction, row_id: UUID, site_id: UUID, made: PublishedHelplines
) -> None:
    """Keep a list for all machines of a site."""
    row = HelplineList(id=row_id, site_id=site_id, text=made.text, published_at=made.published_at)
    add_reference(transaction, row)


def own_clock_offset(transaction: Transaction, kiosk_id: UUID) -> int | None:
    """Return the centre's clock minus this machine's, in milliseconds, as measured last."""
    offset: int | None = (
        transaction.connection().execute(OWN_CLOCK_OFFSET, {"machine": kiosk_id}).scalar()
    )
    return offset


def has_far_off_clock(offset_ms: "ColumnElement[int | None]") -> "ColumnElement[bool]":
    """Return the SQL condition that is `clock_sync.is_far_off`."""
    return or_(offset_ms >= FAR_OFF_MS, offset_ms <= -FAR_OFF_MS)


def kept_since(facts: "ColumnCollection[str, Any]", at: str) -> "ColumnElement[Any]":
    """Return the time from which retention counts: the fact's own, in the column named `at`.

    Of a clock that stood wrong, or before the clinic was founded, it is when the centre had the
    fact; without a centre, when its machine next wrote to its audit trail by a right clock, which
    was later. NULL where neither is known: such a fact is odd, and nobody can say that it is old.
    """
    wrong = or_(
        facts["clock_doubtful"], has_far_off_clock(facts["clock_offset_ms"]), facts[at] < FOUNDED
    )
    by_then = (
        select(func.min(_entry.at))
        .where(
            _entry.kiosk_id == facts["kiosk_id"],
            _entry.kiosk_seq > facts["kiosk_seq"],
            _entry.clock_doubtful.is_(False),
            _entry.at >= FOUNDED,
        )
        .scalar_subquery()
    )
    return case((wrong, func.coalesce(facts["received_at"], by_then)), else_=facts[at])


def read_stamp(at: datetime, offset_ms: int | None, *rest: Any) -> FactTimes:
    """Read a fact's time, offset, `received_at` and `clock_doubtful`; its time is corrected."""
    received_at, doubtful = rest
    kiosk_at = at if is_far_off(offset_ms) else None
    return FactTimes(corrected(at, offset_ms), kiosk_at, received_at, doubtful)
