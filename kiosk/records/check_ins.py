"""Queries for check-in facts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance import CheckInFact, CheckInKind
from kiosk.records.columns import table
from kiosk.records.tables import CheckIn

_fact = table(CheckIn).c
# In the order of the fields of CheckInFact. Kinds of a later version are none of ours.
_facts = select(
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
).where(_fact.kind.in_([kind.value for kind in CheckInKind]))
_of_session = _facts.where(_fact.session_id == bindparam("session"))
_by_id = _facts.where(_fact.id == bindparam("check_in"))


def of_session(transaction: Transaction, session_id: UUID) -> list[CheckInFact]:
    """Give every check-in fact of a session."""
    rows = transaction.connection().execute(_of_session, {"session": session_id})
    return [_check_in(row) for row in rows]


def find(transaction: Transaction, check_in_id: UUID) -> CheckInFact | None:
    """Find a check-in fact by its own id."""
    row = transaction.connection().execute(_by_id, {"check_in": check_in_id}).first()
    return None if row is None else _check_in(row)


def _check_in(row: Sequence[Any]) -> CheckInFact:
    id_, session_id, kind, at, lookup, void_of, by_staff, doubtful, reason, kiosk_id = row
    return CheckInFact(
        id_,
        session_id,
        CheckInKind(kind),
        at,
        lookup,
        void_of,
        by_staff=by_staff is not None,
        clock_doubtful=doubtful,
        reason=reason or "",
        kiosk_id=kiosk_id,
    )
