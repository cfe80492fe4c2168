"""Queries for sessions as a facilitator sees them, and for whether a roster has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.check_in import Session
from kiosk.records.groups import SESSION_COLUMNS, read_session
from kiosk.records.passes import LIST_OF_SESSION
from kiosk.records.schema.columns import AnyRow, table
from kiosk.records.schema.system_tables import KioskDevice
from kiosk.records.schema.tables import (
    CheckIn,
    GroupSession,
    HeadCount,
    Membership,
    Participant,
    Passcard,
    SupportGroup,
)

_session = table(GroupSession).c
_group = table(SupportGroup).c
_fact = table(CheckIn).c
_count = table(HeadCount).c
_member = table(Membership).c
_pass = table(Passcard).c
_person = table(Participant).c
_machine = table(KioskDevice).c
_planned: "Select[*tuple[Any, ...]]" = (
    select(
        *SESSION_COLUMNS,
        _group.name.label("group_name"),
        (_session.status != "scheduled").label("cancelled"),
        func.coalesce(_session.cancelled_reason, "").label("cancelled_reason"),
    )
    .join_from(table(GroupSession), table(SupportGroup), _group.id == _session.group_id)
    .where(_session.site_id == bindparam("site"))
)
_by_id = _planned.where(_session.id == bindparam("session"))
_starting = _planned.where(
    _session.starts_at >= bindparam("since"),
    _session.starts_at < bindparam("until"),
    _session.deleted_at.is_(None),
).order_by(_session.starts_at, _group.name, _session.id)
_with_check_ins = _planned.where(
    _session.starts_at >= bindparam("since"),
    select(_fact.id).where(_fact.session_id == _session.id).exists(),
)
_COUNTS = (
    select(func.count(_fact.id)).where(_fact.session_id == bindparam("session")),
    select(func.count(_count.id)).where(_count.session_id == bindparam("session")),
    # Names and passes that came after the arrival, and passes that were ended since.
    select(func.count(_pass.id), func.count(_pass.revoked_at), func.count(_person.id))
    .join_from(table(CheckIn), table(Passcard), _pass.lookup == _fact.lookup)
    .outerjoin(table(Participant), _person.id == _pass.participant_id)
    .where(_fact.session_id == bindparam("session")),
    select(func.count(_member.id), func.count(_member.deleted_at)).where(
        _member.group_id == LIST_OF_SESSION
    ),
)


@dataclass(frozen=True, slots=True)
class RosterSession:
    """A session with what staff see of it."""

    session: Session
    group_name: str
    cancelled: bool
    cancelled_reason: str


def find(transaction: Transaction, site_id: UUID, session_id: UUID) -> RosterSession | None:
    """Find a session, called off or not."""
    asked = {"site": site_id, "session": session_id}
    row = transaction.connection().execute(_by_id, asked).first()
    return None if row is None else _read(row)


def starting(
    transaction: Transaction, site_id: UUID, since: datetime, until: datetime
) -> tuple[RosterSession, ...]:
    """Return the sessions that start from `since` to before `until` by start, cancelled too."""
    asked = {"site": site_id, "since": since, "until": until}
    return tuple(_read(row) for row in transaction.connection().execute(_starting, asked))


def with_check_ins(
    transaction: Transaction, site_id: UUID, since: datetime
) -> dict[UUID, RosterSession]:
    """Return the sessions that start from `since` on and have check-ins, by id."""
    rows = transaction.connection().execute(_with_check_ins, {"site": site_id, "since": since})
    return {planned.session.id: planned for planned in map(_read, rows)}


def change_counts(session_id: UUID) -> tuple[Callable[[Transaction], tuple[object, ...]], ...]:
    """Return what to ask for counts that grow with every row a session's roster is made of."""

    def ask(query: "Select[*tuple[Any, ...]]", transaction: Transaction) -> tuple[object, ...]:
        return tuple(transaction.connection().execute(query, {"session": session_id}).one())

    return tuple(partial(ask, query) for query in _COUNTS)


def machine_names(transaction: Transaction, site_id: UUID) -> Mapping[UUID, str]:
    """Return the names of a site's kiosks and desk machines, revoked ones too."""
    query = select(_machine.id, _machine.name).where(_machine.site_id == site_id)
    return {row.id: row.name for row in transaction.connection().execute(query)}


def _read(row: AnyRow) -> RosterSession:
    return RosterSession(
        session=read_session(row),
        group_name=row.group_name,
        cancelled=row.cancelled,
        cancelled_reason=row.cancelled_reason,
    )
