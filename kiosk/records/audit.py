"""Queries for the audit trail and the state of its chain."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlmodel import Session as Transaction

from kiosk.domain.audit import ERASING, AuditAction, AuditEntry, UntoldChanges
from kiosk.domain.central.fleet import MachineKind
from kiosk.domain.central.incarnations import SPAN
from kiosk.domain.retention import KeptDays, RetentionPast
from kiosk.records.database.ahead import UNAWAITED, ask_ahead
from kiosk.records.schema.columns import AnyRow, Id, is_central, of_site, table
from kiosk.records.schema.system_tables import AuditChain, AuditEvent, DeskChange, KioskDevice
from kiosk.records.schema.tables import CallbackRequest

_LONGEST_RUN = timedelta(days=1)
_END = "kiosk.chain end"
"""In a transaction's `info`: the machine whose chain it has gone on with, and where that ends."""
_noted = table(DeskChange).c
_chain = table(AuditChain).c
_event = table(AuditEvent).c
_state = select(_chain.length, _chain.next_key, _chain.last_tag).where(
    _chain.kiosk_id == bindparam("kiosk")
)
_NAMES = (
    "id", "position", "at", "action", "by_staff", "subject_id",
    "site_id", "kiosk_seq", "tag", "kiosk_id", "clock_offset_ms", "clock_doubtful",
)  # fmt: skip
# As bytes: what was tampered with must not break the reading, for it is to be found.
_in_file: "Select[*tuple[Any, ...]]" = select(
    *(cast(_event[name], LargeBinary).label(name) for name in _NAMES)
)
# The centre keeps to its types, but knows times that Python does not.
_at_central: "Select[*tuple[Any, ...]]" = select(
    *(
        cast(func.timezone("UTC", _event.at), String).label(name) if name == "at" else _event[name]
        for name in _NAMES
    )
)
_by_position = (_event.kiosk_seq // SPAN, _event.position, _event.id)
# From the rows themselves: an index would go on telling what a row no longer says.
_trail_in_file = _in_file.where(
    cast(_event.kiosk_id, LargeBinary) == cast(bindparam("kiosk", type_=Id), LargeBinary)
).order_by(*_by_position)
_trail_at_central = _at_central.where(_event.kiosk_id == bindparam("kiosk")).order_by(*_by_position)
_backwards = (_event.position.desc(), _event.id)
_backwards_in_time = (_event.at.desc(), _event.kiosk_id.desc(), _event.position.desc(), _event.id)
_SELDOM: "ColumnElement[float]" = literal_column("0.001")
_last_by = (
    select(_event.by_staff)
    .where(_event.site_id == bindparam("site"), _event.action == bindparam("action"))
    .order_by(_event.at.desc())
    .limit(1)
)
_machine = table(KioskDevice).c
_written: "ColumnElement[datetime]" = func.coalesce(_event.received_at, _event.at)
"""When an entry was made, at the centre by its own clock."""
_of_retention: "Select[*tuple[Any, ...]]" = (
    select(_event.action, _event.subject_id, _written.label("written"))
    .where(_event.site_id == bindparam("site"), _event.action == bindparam("action"))
    .order_by(_written.desc())
    .limit(1)
)
_of_retention_here = _of_retention.where(_event.at <= bindparam("upto", type_=_event.at.type))
# At the centre only what desks tell counts: a kiosk, which stands among visitors, decides nothing.
_by_a_desk = (
    select(_machine.id)
    .where(_machine.id == _event.kiosk_id, _machine.kind == MachineKind.DESK.value)
    .exists()
)


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The end of a machine's audit chain."""

    length: int
    next_key: bytes
    last_tag: bytes


class TrailPosition(NamedTuple):
    """The place of an entry among those of all machines."""

    at: datetime
    kiosk_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries to return."""

    most: int
    kiosk_id: UUID | None = None
    """Of which machine; None for all."""
    before: int | TrailPosition | None = None
    """Only those in earlier places: of the machine (then its position is enough), or of all."""
    by_staff: UUID | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """A machine that keeps, or has kept, a trail."""

    kiosk_id: UUID
    name: str
    sealed_first_key: bytes
    """Empty where the machine is not known, or has not joined."""
    entries: int


def chain_end(transaction: Transaction, kiosk_id: UUID) -> ChainEnd:
    """Return the end of this machine's chain; NoResultFound where it has none."""
    known: tuple[UUID, ChainEnd] | None = transaction.info.get(_END)
    if known is not None and known[0] == kiosk_id:
        return known[1]
    return ChainEnd(*transaction.connection().execute(_state, {"kiosk": kiosk_id}).one())


def set_chain_end(transaction: Transaction, kiosk_id: UUID, to: ChainEnd) -> None:
    """Write the end of the chain; the key that was there is overwritten."""
    transaction.connection().execute(
        update(table(AuditChain))
        .where(_chain.kiosk_id == kiosk_id)
        .values(length=to.length, next_key=to.next_key, last_tag=to.last_tag)
        .execution_options(**{UNAWAITED: True})
    )
    transaction.info[_END] = kiosk_id, to


class TrailEntry(NamedTuple):
    """One entry as it is kept."""

    entry: AuditEntry | None
    tag: bytes
    incarnation: int
    """Of the machine when it wrote the entry; see `domain.central.incarnations`."""


def trail(transaction: Transaction, site_id: UUID, kiosk_id: UUID) -> Iterator[TrailEntry]:
    """Return the entries of a machine with their tags, by incarnation and from the first on.

    An entry is None where it cannot be read, or belongs elsewhere: to another site, or before the
    entry that it follows.
    """
    before = 0
    query = _trail_at_central if is_central(transaction) else _trail_in_file
    for row in transaction.connection().execute(query, {"kiosk": kiosk_id}):
        number = _number(row.kiosk_seq)
        in_place = _is(row.site_id, site_id) and number > before
        yield TrailEntry(_entry(row) if in_place else None, row.tag or b"", max(number, 0) // SPAN)
        before = max(before, number)


def latest_entries(
    transaction: Transaction, site_id: UUID, wanted: AuditQuery
) -> list[tuple[UUID, AuditEntry]]:
    """Return entries with their machines, the latest first; unreadable ones are left out."""
    query = _at_central if is_central(transaction) else _in_file
    query = query.where(of_site(_event, site_id)).limit(wanted.most)
    if wanted.kiosk_id is None:
        query = query.order_by(*_backwards_in_time)
    else:
        written_there = _event.kiosk_id == wanted.kiosk_id
        if not is_central(transaction):
            # One machine wrote all of it, so statistics would speak for sorting the whole table.
            written_there = func.likelihood(written_there, _SELDOM)
        query = query.where(written_there).order_by(*_backwards)
    if isinstance(wanted.before, TrailPosition):
        query = query.where(_before(wanted.before))
    elif wanted.before is not None:
        query = query.where(_event.position < wanted.before)
    if wanted.by_staff is not None:
        query = query.where(_event.by_staff == wanted.by_staff)
    if wanted.action is not None:
        query = query.where(_event.action == wanted.action)
    read = ((row.kiosk_id, _entry(row)) for row in transaction.connection().execute(query))
    return [(_id(machine), entry) for machine, entry in read if entry is not None]


def chains(transaction: Transaction, site_id: UUID) -> list[Chain]:
    """Return the machines of a site that keep a trail, by name; first any that is not known."""
    device = table(KioskDevice).c
    connection = transaction.connection()
    written = (
        select(_event.kiosk_id, func.count())
        .where(_event.site_id == site_id)
        .group_by(_event.kiosk_id)
    )
    machines = (
        select(device.id, device.name, device.sealed_audit_key)
        .where(device.site_id == site_id)
        .order_by(device.name, device.id)
    )
    ask_ahead(transaction, partial(connection.execute, machines))
    wrote: dict[UUID, int] = dict(tuple(row) for row in connection.execute(written))
    known = connection.execute(machines).all()
    strange = sorted(wrote.keys() - {row.id for row in known})
    found = [Chain(row.id, row.name, row.sealed_audit_key, wrote.get(row.id, 0)) for row in known]
    return [Chain(id_, "", b"", wrote[id_]) for id_ in strange] + [
        chain for chain in found if chain.sealed_first_key or chain.entries
    ]


def untold_changes(transaction: Transaction, site_id: UUID) -> list[tuple[UUID, UntoldChanges]]:
    """Return what the centre has noted of desks that no entry tells, by machine.

    A desk tells a change in the same transaction, so both have the same time of the centre. A run
    of retention takes many; it tells when it begins.
    """
    own = and_(_event.site_id == _noted.site_id, _event.kiosk_id == _noted.kiosk_id)
    same_moment = select(_event.id).where(own, _event.received_at == _noted.at)
    run = select(_event.id).where(
        own,
        _event.action == AuditAction.RETENTION_BEGUN.value,
        _event.received_at <= _noted.at,
        _event.received_at > _noted.at - _LONGEST_RUN,
    )
    erased = same_moment.where(_event.action.in_([action.value for action in ERASING]))
    untold = or_(
        and_(_noted.deleted == 0, ~same_moment.exists()),
        and_(_noted.deleted > 0, ~run.exists(), ~erased.exists()),
    )
    query = (
        select(
            _noted.kiosk_id,
            func.count().filter(_noted.deleted == 0).label("changed"),
            func.sum(_noted.deleted).label("deleted"),
            func.max(_noted.at).label("last_at"),
        )
        .where(_noted.site_id == site_id, untold)
        .group_by(_noted.kiosk_id)
        .order_by(_noted.kiosk_id)
    )
    rows = transaction.connection().execute(query)
    return [
        (row.kiosk_id, UntoldChanges("", row.changed, int(row.deleted), row.last_at))
        for row in rows
    ]


def retention_past(transaction: Transaction, site_id: UUID, upto: datetime) -> RetentionPast:
    """Return what the trail tells of retention up to a time.

    What a wrong clock has dated later is not taken for true; at the centre its own clock counts.
    """
    questions = retention_questions(site_id, upto)
    ask_ahead(transaction, *(partial(question, transaction) for question in questions))
    agreed, begun, done = (question(transaction) for question in questions)
    return RetentionPast(
        None if agreed is None or not agreed.subject_id else KeptDays.from_id(agreed.subject_id),
        None if agreed is None else agreed.written,
        None if begun is None else begun.written,
        None if done is None else done.written,
    )


def retention_questions(
    site_id: UUID, upto: datetime
) -> "list[Callable[[Transaction], AnyRow | None]]":
    """Return what `retention_past` asks, to be asked ahead."""
    actions = AuditAction.RETENTION_AGREED, AuditAction.RETENTION_BEGUN, AuditAction.RETENTION_DONE
    return [partial(_last_of_retention, site_id=site_id, upto=upto, action=one) for one in actions]


def _last_of_retention(
    transaction: Transaction, *, site_id: UUID, upto: datetime, action: AuditAction
) -> "AnyRow | None":
    asked: dict[str, object] = {"site": site_id, "action": action.value}
    if is_central(transaction):
        return transaction.connection().execute(_of_retention.where(_by_a_desk), asked).first()
    return transaction.connection().execute(_of_retention_here, {**asked, "upto": upto}).first()


def last_by(transaction: Transaction, site_id: UUID, action: AuditAction) -> UUID | None:
    """Return who last did an action, on whichever machine of a site; None where nobody did."""
    asked = {"site": site_id, "action": action.value}
    who: UUID | None = transaction.connection().execute(_last_by, asked).scalar()
    return who


def request_references(transaction: Transaction, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the references of those ids that are callback requests."""
    request = table(CallbackRequest).c
    query = select(request.id, request.ref).where(request.id.in_(list(ids)))
    return {row.id: row.ref for row in transaction.connection().execute(query)}


def sealed_first_key(transaction: Transaction, kiosk_id: UUID) -> bytes | None:
    """Return the sealed first key of a machine's chain."""
    device = table(KioskDevice).c
    query = select(device.sealed_audit_key).where(device.id == kiosk_id)
    key: bytes | None = transaction.connection().execute(query).scalar()
    return key


def _before(spot: TrailPosition) -> "ColumnElement[bool]":
    """Return the SQL condition of the entries before `spot`, in time and then by machine."""
    same_machine = and_(_event.kiosk_id == spot.kiosk_id, _event.position < spot.position)
    # The first condition is in the others, but an index can begin with it.
    return and_(
        _event.at <= spot.at,
        or_(_event.at < spot.at, _event.kiosk_id < spot.kiosk_id, same_machine),
    )


def _number(digits: int | bytes) -> int:
    if isinstance(digits, int):
        return digits
    return int(digits) if digits.isdigit() else 0


def _is(found: UUID | bytes, id_: UUID) -> bool:
    return found in (id_, id_.bytes)


def _id(found: UUID | bytes) -> UUID:
    return found if isinstance(found, UUID) else UUID(bytes=found)


def _text(found: str | bytes) -> str:
    return found if isinstance(found, str) else found.decode()


def _entry(row: AnyRow) -> AuditEntry | None:
    try:
        return AuditEntry(
            _id(row.id),
            int(row.position),
            datetime.fromisoformat(_text(row.at)).replace(tzinfo=UTC),
            _text(row.action),
            _id(row.by_staff) if row.by_staff is not None else None,
            _id(row.subject_id) if row.subject_id is not None else None,
            clock_offset_ms=None if row.clock_offset_ms is None else int(row.clock_offset_ms),
            clock_doubtful=bool(int(row.clock_doubtful)),
        )
    except (ValueError, AttributeError, TypeError):
        return None
