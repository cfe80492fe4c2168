"""Queries for check-in facts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance import CheckInFact, CheckInKind
from kiosk.domain.clocks import corrected, is_far_off
from kiosk.records.columns import table
from kiosk.records.tables import CheckIn

_fact = table(CheckIn).c
# As `check_in` reads them. Kinds of a later version are none of ours.
FACTS: "Select[*tuple[Any, ...]]" = select(
    _fact.id,
    _fact.session_id,
    _fact.kind,
    _fact.occurred_at,
    _fact.lookup,
    _fact.void_of,
    _fact.by_staff,
    _fact.clock_doubtful,
    _fact.reason,
    _fact.kiosk_id,
    _fact.clock_offset_ms,
    _fact.received_at,
).where(_fact.kind.in_([kind.value for kind in CheckInKind]))
_of_session = FACTS.where(_fact.session_id == bindparam("session"))
_by_id = FACTS.where(_fact.id == bindparam("check_in"))


def of_session(transaction: Transaction, session_id: UUID) -> list[CheckInFact]:
    """Give every check-in fact of a session."""
    rows = transaction.connection().execute(_of_session, {"session": session_id})
    return [check_in(row) for row in rows]


def find(transaction: Transaction, check_in_id: UUID) -> CheckInFact | None:
    """Find a check-in fact by its own id."""
    row = transaction.connection().execute(_by_id, {"check_in": check_in_id}).first()
    return None if row is None else check_in(row)


def check_in(row: Sequence[Any]) -> CheckInFact:
    """Read a row of FACTS, its time corrected."""
    id_, session_id, kind, at, lookup, void_of, by_staff, doubtful, reason, *machine = row
    kiosk_id, offset_ms, received_at = machine
    return CheckInFact(
        id_,
        session_id,
        CheckInKind(kind),
        corrected(at, offset_ms),
        lookup,
        void_of,
        by_staff=by_staff is not None,
        clock_doubtful=doubtful,
        reason=reason or "",
        kiosk_id=kiosk_id,
        kiosk_at=at if is_far_off(offset_ms) else None,
        received_at=received_at,
    )
