"""Queries for what a kiosk has pulled from the centre, and for its contacts with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, LargeBinary, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Session as Transaction
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from kiosk.domain.central.incarnations import SPAN, OwnIncarnation, PushMark
from kiosk.domain.ids import NO_ID
from kiosk.errors import SetupError
from kiosk.records import outbox
from kiosk.records.database.ahead import UNAWAITED
from kiosk.records.schema.columns import Id, table
from kiosk.records.schema.system_tables import StaffAccount, SyncState
from kiosk.records.schema.tables import (
    GroupSession,
    Membership,
    Participant,
    Passcard,
    SupportGroup,
)

MOST_TEXT: Final = 262_144
"""Letters or bytes in one value; more is nothing that a clinic has written."""
_LONGEST_NUMBER: Final = 63
"""Bits."""
_MACHINE: Final = "kiosk_device"
_MADE_HERE: Final = ("pin_hash", "sealed_audit_key")
"""Of this machine's own row: made here, and empty at a centre that has not heard of them."""
_WIPED: Final[tuple[type[SQLModel], ...]] = (
    Passcard, Membership, Participant, GroupSession, SupportGroup, StaffAccount,
)  # fmt: skip
WIPED_AT_A_TIME: Final = 500
PULL_ALL = -1
"""As a cursor: nothing that was pulled before counts."""
_state = table(SyncState).c
_pass = table(Passcard).c
_passes_known = (
    select(_pass.kiosk_id, func.max(_pass.sent_nth).label("upto"))
    .where(_pass.sent_nth.is_not(None), _pass.kiosk_id.is_not(None))
    .group_by(_pass.kiosk_id)
)
_names = ("epoch", "cursor", "clock_offset_ms", "contact_at", "out_of_order", "problem")


@dataclass(frozen=True, slots=True)
class ContactState:
    """What this machine keeps of its contacts with the centre."""

    epoch: UUID | None
    """The centre that has, or has been promised, all of this machine's facts."""
    cursor: int
    """The last change that was pulled, or PULL_ALL."""
    clock_offset_ms: int | None
    contact_at: datetime | None
    out_of_order: str | None
    problem: str | None


def read_state(transaction: Transaction, kiosk_id: UUID) -> ContactState:
    """Return what is kept of the contacts; SetupError where this database knows no such machine."""
    query = select(*(_state[name] for name in _names)).where(_state.kiosk_id == kiosk_id)
    row = transaction.connection().execute(query).first()
    if row is None:
        raise SetupError("This database knows no kiosk of this id; enrol the kiosk again.")
    return ContactState(*row)


def set_contact(
    transaction: Transaction,
    kiosk_id: UUID,
    at: datetime,
    clock_offset_ms: int | None,
    twin_at: datetime | None = None,
) -> None:
    """Keep that the centre answered at `at` (this machine's time), and how far its clock is off.

    `twin_at` is when it was last heard that another folder of this machine runs, if one does.
    """
    values = {"contact_at": at, "clock_offset_ms": clock_offset_ms, "twin_at": twin_at}
    _change(transaction, kiosk_id, values)


def set_problem(transaction: Transaction, kiosk_id: UUID, problem: str | None) -> None:
    """Keep why the last contact failed, or None where it went well."""
    _change(transaction, kiosk_id, {"problem": problem})


def forget_central(transaction: Transaction, kiosk_id: UUID) -> None:
    """Forget the centre that was known: all is to be sent and pulled again.

    Until `set_epoch` is called, once all facts wait again, every contact begins this anew.
    """
    _change(transaction, kiosk_id, {"epoch": None, "cursor": PULL_ALL})


def read_incarnation(transaction: Transaction, kiosk_id: UUID) -> OwnIncarnation:
    """Return the incarnation that this folder is in."""
    names = ("incarnation", "mark", "pushes", "next_mark", "unseen_after", "unseen_upto")
    query = select(*(_state[name] for name in names)).where(_state.kiosk_id == kiosk_id)
    number, mark, pushes, next_mark, *unseen = transaction.connection().execute(query).one()
    return OwnIncarnation(number, PushMark(mark or NO_ID, pushes), next_mark or NO_ID, *unseen)


def begin_incarnation(
    transaction: Transaction, kiosk_id: UUID, number: int, unseen_upto: int, at: datetime
) -> None:
    """Go on as a new incarnation from `at`, with numbers that no other folder of this kiosk has.

    What has never arrived gets new numbers too; all is to be sent and pulled again. `unseen_upto`
    is the highest number that the centre has of the incarnation that is left.
    """
    connection = transaction.connection()
    query = select(_state.incarnation, _state.last_seq, _state.sent_upto)
    old, last, sent = connection.execute(query.where(_state.kiosk_id == kiosk_id)).one()
    outbox.renumber_unsent(transaction, sent, (number - old) * SPAN)
    outbox.doubt_confirmations(transaction)
    forget_central(transaction, kiosk_id)
    values = {
        "incarnation": number,
        "incarnation_at": at,
        "last_seq": number * SPAN + last % SPAN,
        "mark": None,
        "pushes": 0,
        "next_mark": None,
        "unseen_after": min(sent, unseen_upto),
        "unseen_upto": unseen_upto,
    }
    _change(transaction, kiosk_id, values)


def set_epoch(transaction: Transaction, kiosk_id: UUID, epoch: UUID) -> None:
    """Keep which centre has all facts of this machine, or has them waiting in the outbox."""
    _change(transaction, kiosk_id, {"epoch": epoch})


def set_cursor(transaction: Transaction, kiosk_id: UUID, cursor: int) -> None:
    """Keep which change of the centre was pulled last."""
    _change(transaction, kiosk_id, {"cursor": cursor})


def passes_known(transaction: Transaction) -> dict[UUID, int]:
    """Return how far the passes that each kiosk has sent are known here (`Passcard.sent_nth`)."""
    found = transaction.connection().execute(_passes_known)
    return {row.kiosk_id: row.upto for row in found}


def forget_passes_known(transaction: Transaction) -> None:
    """Let every pass that kiosks have sent be pulled again; the passes themselves stay."""
    passes = table(Passcard)
    transaction.connection().execute(
        update(passes).where(passes.c.sent_nth.is_not(None)).values(sent_nth=None)
    )


def keep_rows(
    transaction: Transaction, name: str, site_id: UUID, rows: Iterable[Mapping[str, object]]
) -> int:
    """Insert or replace rows of one table by their id; return how many were left out.

    Left out are columns that this version does not know, and rows with a value of a wrong type, of
    absurd length, or of another site.
    """
    plans: dict[frozenset[str], list[dict[str, object]]] = {}
    unfit = 0
    for row in rows:
        values = _fit(name, site_id, row)
        if values is None:
            unfit += 1
        else:
            plans.setdefault(frozenset(values), []).append(values)
    for columns, fit in plans.items():
        if name == _MACHINE:
            _keep_machines(transaction, fit)
        else:
            transaction.connection().execute(_replace(name, columns), fit)
    return unfit


def drop_passes(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """Delete passes that retention has deleted at the centre, and whoever is left without one."""
    if not ids:
        return
    connection, passes = transaction.connection(), table(Passcard)
    gone = passes.c.id.in_(ids)
    owners = connection.execute(select(passes.c.participant_id).where(gone)).scalars().all()
    connection.execute(delete(passes).where(gone))
    others = select(passes.c.participant_id).where(passes.c.participant_id.in_(owners))
    left = set(owners) - set(connection.execute(others).scalars())
    drop_people(transaction, sorted(left))


def drop_people(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """Delete participants who were made here and are gone at the centre, and where they belong."""
    if not ids:
        return
    connection, members, people = transaction.connection(), table(Membership), table(Participant)
    connection.execute(delete(members).where(members.c.participant_id.in_(ids)))
    connection.execute(delete(people).where(people.c.id.in_(ids)))


def wipe_some(transaction: Transaction) -> int:
    """Delete some reference rows of a revoked machine; repeat until none were deleted."""
    connection = transaction.connection()
    for kind in _WIPED:
        rows = table(kind)
        some = select(rows.c.id).limit(WIPED_AT_A_TIME)
        gone = connection.execute(delete(rows).where(rows.c.id.in_(some))).rowcount
        if gone:
            return gone
    return 0


def table_named(name: str) -> Any:
    """Return a table by its name; KeyError where this version knows none of it."""
    return SQLModel.metadata.tables[name]


def _change(transaction: Transaction, kiosk_id: UUID, values: Mapping[str, object]) -> None:
    transaction.connection().execute(
        update(table(SyncState)).where(_state.kiosk_id == kiosk_id).values(dict(values)),
        execution_options={UNAWAITED: True},
    )


def _keep_machines(transaction: Transaction, rows: Iterable[Mapping[str, object]]) -> None:
    """Change what is known of machines; what was made here stays where the centre has none."""
    machines, connection = table_named(_MACHINE), transaction.connection()
    for row in rows:
        news = {k: v for k, v in row.items() if v or k not in _MADE_HERE}
        here = update(machines).where(machines.c.id == row["id"]).values(news)
        if connection.execute(here).rowcount == 0:
            connection.execute(insert(machines).values(dict(row)))


def _fit(name: str, site_id: UUID, row: Mapping[str, object]) -> dict[str, object] | None:
    """Return the values to keep; None where one of them cannot be."""
    columns = table_named(name).c
    values: dict[str, object] = {}
    for column in columns:
        if column.name not in row:
            continue
        value = row[column.name]
        if not _is_fit(column, value):
            return None
        values[column.name] = value
    if not isinstance(values.get("id"), UUID) or values.get("site_id") != site_id:
        return None
    required = {c.name for c in columns if not c.nullable and c.default is None}
    missing = {c for c in required - set(values) if columns[c].server_default is None}
    return None if missing else values


def _is_fit(column: "Column[Any]", value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    kind = column.type
    if isinstance(kind, Id):
        return isinstance(value, UUID)
    if isinstance(kind, UTCDateTime):
        return isinstance(value, datetime) and value.tzinfo is not None
    if isinstance(kind, Boolean):
        return isinstance(value, bool)
    if isinstance(kind, Integer):
        return type(value) is int and value.bit_length() <= _LONGEST_NUMBER
    if isinstance(kind, LargeBinary):
        return isinstance(value, bytes) and len(value) <= MOST_TEXT
    return isinstance(value, str) and len(value) <= MOST_TEXT and _is_text(value)


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


@cache
def _replace(name: str, columns: frozenset[str]) -> Insert:
    rows = table_named(name)
    made = upsert(rows)
    changed = {c: made.excluded[c] for c in sorted(columns - {"id"})}
    return made.on_conflict_do_update(index_elements=["id"], set_=changed)
