"""Queries for groups and their sessions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.sessions import Session
from kiosk.records.columns import AnyRow, Reference, table
from kiosk.records.tables import GroupSession, Membership, SupportGroup

_session = table(GroupSession).c
_group = table(SupportGroup).c
_member = table(Membership).c
SESSION = (
    _session.id.label("session_id"),
    _group.public_label,
    _session.room,
    _session.starts_at,
    _session.ends_at,
    _group.enrolled,
    _group.about,
    _session.group_id,
)
"""What `session_of` reads."""
_sessions: "Select[*tuple[Any, ...]]" = select(*SESSION).join_from(
    table(GroupSession), table(SupportGroup), _group.id == _session.group_id
)
_by_id = _sessions.where(_session.id == bindparam("session"))
_all = _sessions.where(
    _session.site_id == bindparam("site"),
    _session.starts_at >= bindparam("since"),
    _session.starts_at < bindparam("until"),
    _session.deleted_at.is_(None),
).order_by(_session.starts_at, _session.id)
_scheduled = _all.where(_session.status == "scheduled")
_groups_of = select(_member.group_id).where(
    _member.participant_id == bindparam("participant"), _member.deleted_at.is_(None)
)


def starting(
    transaction: Transaction,
    site_id: UUID,
    since: datetime,
    until: datetime,
    *,
    cancelled: bool = False,
) -> tuple[Session, ...]:
    """Give the sessions that start from `since` to before `until`, by start.

    Those that were called off are left out, unless `cancelled` asks for them too.
    """
    query = _all if cancelled else _scheduled
    rows = transaction.connection().execute(
        query, {"site": site_id, "since": since, "until": until}
    )
    return tuple(map(session_of, rows))


def get(transaction: Transaction, session_id: UUID) -> Session:
    """Give a session that is known to be there, called off or not."""
    return session_of(transaction.connection().execute(_by_id, {"session": session_id}).one())


def session_of(row: AnyRow) -> Session:
    """Return the session of a row with the columns SESSION."""
    return Session(
        id=row.session_id,
        label=row.public_label,
        room=row.room,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        enrolled=row.enrolled,
        about=row.about,
        group_id=row.group_id,
    )


def groups_of(transaction: Transaction, participant_id: UUID) -> frozenset[UUID]:
    """Give the groups that a participant is enrolled in."""
    rows = transaction.connection().execute(_groups_of, {"participant": participant_id})
    return frozenset(row.group_id for row in rows)


def exists(transaction: Transaction, kind: type[Reference], row_id: UUID) -> bool:
    """Say whether a reference row of this kind and id is there."""
    ids = table(kind).c.id
    return transaction.connection().execute(select(ids).where(ids == row_id)).first() is not None
