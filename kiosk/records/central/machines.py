"""Queries for the machines of a centre, by its owner and by a machine for itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Insert,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session as Transaction

from kiosk.domain.central.incarnations import Incarnation
from kiosk.records.central import setup
from kiosk.records.central.incarnations import all_incarnations
from kiosk.records.central.setup import (
    change_password,
    let_owner_end,
    lock_role,
    make_role,
    may_sign_in,
    role_exists,
    role_name,
)
from kiosk.records.database.ahead import UNAWAITED
from kiosk.records.database.writing import add_reference, change_reference, mark_changed
from kiosk.records.schema.columns import Fact, MadeAnywhere, readable, table
from kiosk.records.schema.system_tables import (
    FACTS,
    AuditEvent,
    CentralParked,
    KioskDevice,
    KioskHeartbeat,
)
from kiosk.records.schema.tables import Participant, Passcard, Site

_MOST_LETTERS = 100
"""Of a version that a machine reports; the rest is nobody's."""
_device = table(KioskDevice).c
_beat = table(KioskHeartbeat).c
_site = table(Site).c
_parked = table(CentralParked).c
_every = (
    select(
        _device.id, _device.site_id, _site.name.label("site_name"), _site.zone, _device.name,
        _device.symbols, _device.kind, _device.enrolled_at, _device.sealed_audit_key,
        _device.revoked_at, readable(_beat.received_at), _beat.pending, _beat.parked,
        _beat.clock_offset_ms, func.substr(_beat.version, 1, _MOST_LETTERS).label("version"),
        readable(_beat.wiped_at),
    )
    .join(table(Site), _site.id == _device.site_id)
    .outerjoin(table(KioskHeartbeat), _beat.kiosk_id == _device.id)
    .where(_device.deleted_at.is_(None))
    .order_by(_site.name, _device.name, _device.id)
)  # fmt: skip
_WRITTEN: Final[tuple[type[Fact | MadeAnywhere], ...]] = (*FACTS, Participant, Passcard)
_PARKED_COLUMNS = (
    "id", "table_name", "site_id", "kiosk_id", "payload", "reason", "parked_at",
)  # fmt: skip
_REVOKED = "revoked"
_NOW = select(func.clock_timestamp())
_reported = select(_beat.kiosk_id).where(_beat.kiosk_id == bindparam("kiosk"))
_revoked = select(_device.revoked_at).where(_device.id == bindparam("kiosk"))


@dataclass(frozen=True, slots=True)
class CentralMachine:
    """One machine as the centre knows it; times are the centre's but for `enrolled_at`."""

    id: UUID
    site_id: UUID
    site_name: str
    zone: str
    name: str
    symbols: str
    kind: str
    enrolled_at: datetime
    has_joined: bool
    revoked_at: datetime | None
    contact_at: datetime | None
    pending: int | None
    parked: int | None
    clock_offset_ms: int | None
    version: str
    wiped_at: datetime | None
    may_sign_in: bool
    """Whether its role is there and not shut out."""
    incarnations: tuple[Incarnation, ...]

    @property
    def role(self) -> str:
        """The name of its role."""
        return role_name(self.kind, self.id, self.site_id)


@dataclass(frozen=True, slots=True)
class ParkedRows:
    """Rows of one table that one machine wrote and that were set aside."""

    table_name: str
    symbols: str
    """Empty where it is not known which machine wrote them."""
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """What the centre has received of a machine, of one table; times are the centre's."""

    table_name: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class OwnRow:
    """The machine that asks, as the centre has it."""

    pin_hash: str
    sealed_audit_key: bytes
    """Empty until the machine has joined."""
    revoked_at: datetime | None
    enrolled_at: datetime
    name: str
    symbols: str


def all_machines(transaction: Transaction) -> list[CentralMachine]:
    """Return all machines of all sites, by site and name."""
    connection = transaction.connection()
    roles = text("SELECT rolname FROM pg_roles WHERE rolcanlogin")
    open_roles = set(connection.execute(roles).scalars())
    folders = all_incarnations(transaction)
    return [
        CentralMachine(
            row.id, row.site_id, row.site_name, row.zone, row.name, row.symbols, row.kind,
            row.enrolled_at, bool(row.sealed_audit_key), row.revoked_at, row.received_at,
            row.pending, row.parked, row.clock_offset_ms, row.version or "", row.wiped_at,
            role_name(row.kind, row.id, row.site_id) in open_roles, folders.get(row.id, ()),
        )
        for row in connection.execute(_every)
    ]  # fmt: skip


def count_facts(transaction: Transaction) -> Counter[UUID]:
    """Count the facts of every machine at the centre."""
    found: Counter[UUID] = Counter()
    for fact in FACTS:
        kiosk_id = table(fact).c.kiosk_id
        query = select(kiosk_id, func.count().label("facts")).group_by(kiosk_id)
        rows = transaction.connection().execute(query)
        found.update({row.kiosk_id: row.facts for row in rows})
    return found


def symbols_in_use(transaction: Transaction, site_id: UUID) -> set[str]:
    """Return the symbols that machines of a site have or had."""
    query = select(_device.symbols).where(_device.site_id == site_id)
    return set(transaction.connection().execute(query).scalars())


def enrol(transaction: Transaction, device: KioskDevice, password: str) -> str:
    """Add a new machine and make its role; return the role's name."""
    add_reference(transaction, device)
    return ensure_role(transaction, device.kind, device.id, device.site_id, password)


def ensure_role(
    transaction: Transaction, kind: str, kiosk_id: UUID, site_id: UUID, password: str
) -> str:
    """Set the password of a machine's role, which is made where there is none; return its name."""
    connection, name = transaction.connection(), role_name(kind, kiosk_id, site_id)
    if role_exists(connection, name):
        change_password(connection, name, password)
        connection.exec_driver_sql(f"ALTER ROLE {name} LOGIN")
    else:
        make_role(connection, name, kind, password)
    return name


def mark_revoked(transaction: Transaction, machine: CentralMachine, now: datetime) -> None:
    """Mark a machine as revoked; it learns of it at its next contact."""
    change_reference(transaction, KioskDevice, machine.id, {"revoked_at": now})


def close_role(transaction: Transaction, machine: CentralMachine) -> None:
    """Let a machine in no more, and end its sessions; nothing where it has no role."""
    connection = transaction.connection()
    if role_exists(connection, machine.role):
        lock_role(connection, machine.role)


def restore_settings(transaction: Transaction, machine: CentralMachine) -> bool:
    """Give a machine's role its own settings back; return whether somebody had changed them."""
    return machine.may_sign_in and setup.restore_settings(transaction.connection(), machine.role)


def role_may_sign_in(transaction: Transaction, role: str) -> bool:
    """Return whether a role is there and may sign in."""
    return may_sign_in(transaction.connection(), role)


def delete_machines(transaction: Transaction, machines: Sequence[CentralMachine]) -> None:
    """Delete machines that never joined, and their roles."""
    connection = transaction.connection()
    for machine in machines:
        if role_exists(connection, machine.role):
            let_owner_end(connection, machine.role)
            # Else what it gave of its own, if only a privilege, would keep the role there.
            connection.exec_driver_sql(f"DROP OWNED BY {machine.role}")
            connection.exec_driver_sql(f"DROP ROLE {machine.role}")
    connection.execute(
        delete(table(KioskDevice)).where(_device.id.in_([machine.id for machine in machines]))
    )


def parked_just_now(transaction: Transaction) -> tuple[ParkedRows, ...]:
    """Return what this transaction has set aside, by machine and table."""
    symbols = func.coalesce(_device.symbols, "")
    keys = _parked.table_name, symbols, _parked.reason
    query = (
        select(*keys, func.count())
        .join_from(
            table(CentralParked),
            table(KioskDevice),
            (_device.id == _parked.kiosk_id) & (_device.site_id == _parked.site_id),
            isouter=True,
        )
        .where(_parked.parked_at == func.now())
        .group_by(*keys)
        .order_by(*keys)
    )
    return tuple(ParkedRows(*row) for row in transaction.connection().execute(query))


def written_since(
    transaction: Transaction, machine: CentralMachine, since: datetime
) -> tuple[WrittenRows, ...]:
    """Return what of a machine the centre has received from `since` on, by table."""
    found = []
    for kind in _WRITTEN:
        rows = table(kind)
        counted = select(
            func.count().label("rows"),
            func.min(rows.c.received_at).label("first"),
            func.max(rows.c.received_at).label("last"),
        ).where(*_since(rows, machine, since))
        row = transaction.connection().execute(counted).one()
        if row.rows:
            found.append(WrittenRows(rows.name, row.rows, row.first, row.last))
    return tuple(found)


def park_written(transaction: Transaction, machine: CentralMachine, since: datetime) -> int:
    """Set aside what `written_since` returns, all but the audit trail; return how many rows.

    The rows stay whole in `central_parked`. Kiosks hear that passes are gone.
    """
    connection, count = transaction.connection(), 0
    for kind in _WRITTEN:
        if kind is AuditEvent:
            # An entry less would read as a broken trail, and a forged one shows as such.
            continue
        rows = table(kind)
        which = _since(rows, machine, since)
        whole = cast(func.row_to_json(literal_column(rows.name)), Text())
        kept = select(
            rows.c.id, literal(rows.name), rows.c.site_id, rows.c.kiosk_id, whole,
            literal(_REVOKED), func.now(),
        ).where(*which)  # fmt: skip
        first = upsert(table(CentralParked)).from_select(_PARKED_COLUMNS, kept)
        connection.execute(first.on_conflict_do_nothing())
        gone = connection.execute(delete(rows).where(*which).returning(rows.c.id)).scalars().all()
        count += len(gone)
        if issubclass(kind, MadeAnywhere):
            for row_id in gone:
                mark_changed(transaction, rows.name, row_id, gone=True)
    return count


def _since(
    rows: Table, machine: CentralMachine, since: datetime
) -> tuple["ColumnElement[bool]", ...]:
    return (
        rows.c.site_id == machine.site_id,
        rows.c.kiosk_id == machine.id,
        rows.c.received_at >= since,
    )


def own_row(transaction: Transaction, kiosk_id: UUID) -> OwnRow | None:
    """Return the asking machine's own row; None where the centre does not know it."""
    query = select(
        _device.pin_hash, _device.sealed_audit_key, _device.revoked_at, _device.enrolled_at,
        _device.name, _device.symbols,
    ).where(_device.id == kiosk_id)  # fmt: skip
    row = transaction.connection().execute(query).first()
    return None if row is None else OwnRow(*row)


def complete_own_row(
    transaction: Transaction, kiosk_id: UUID, pin_hash: str, sealed_audit_key: bytes
) -> None:
    """Write, once and as the machine itself, its PIN's hash and the sealed key of its trail."""
    # Rights let only these two columns be written, and only while the second is empty.
    transaction.connection().execute(
        update(table(KioskDevice))
        .where(_device.id == kiosk_id)
        .values(pin_hash=pin_hash, sealed_audit_key=sealed_audit_key)
    )


def central_now(transaction: Transaction) -> datetime:
    """Return the centre's time at this moment."""
    now: datetime = transaction.connection().execute(_NOW).scalar_one()
    return now


def is_revoked(transaction: Transaction, kiosk_id: UUID) -> bool:
    """Return whether a machine was taken out of service."""
    return transaction.connection().execute(_revoked, {"kiosk": kiosk_id}).scalar() is not None


def has_reported(transaction: Transaction, kiosk_id: UUID) -> bool:
    """Return whether there is a heartbeat of a machine."""
    return transaction.connection().execute(_reported, {"kiosk": kiosk_id}).first() is not None


def report_desk(
    transaction: Transaction,
    site_id: UUID,
    kiosk_id: UUID,
    at: datetime,
    clock_offset_ms: int | None,
    version: str,
) -> None:
    """Write the heartbeat of this desk at `at`, by its own clock; nothing ever waits on a desk."""
    values = {
        "at": at,
        "received_at": func.now(),
        "clock_offset_ms": clock_offset_ms,
        "pending": 0,
        "parked": 0,
        "version": version,
    }
    change: Insert | Update
    if has_reported(transaction, kiosk_id):
        change = update(table(KioskHeartbeat)).where(_beat.kiosk_id == kiosk_id).values(values)
    else:
        first = {**values, "kiosk_id": kiosk_id, "site_id": site_id, "sent_upto": 0}
        change = insert(table(KioskHeartbeat)).values(first)
    transaction.connection().execute(change, execution_options={UNAWAITED: True})
