"""Queries for groups and their sessions, as visitors see them and as a manager plans them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.groups.groups import GroupCard, GroupPlan, PlannedSession, SessionPlan
from kiosk.records.database.ahead import run_together
from kiosk.records.database.writing import add_reference, change_reference
from kiosk.records.schema.columns import AnyRow, Reference, of_site, table
from kiosk.records.schema.tables import CheckIn, GroupSession, Membership, SupportGroup

_session = table(GroupSession).c
_group = table(SupportGroup).c
_member = table(Membership).c
_check_in = table(CheckIn).c
SESSION_COLUMNS = (
    _session.id.label("session_id"),
    _group.public_label,
    _session.room,
    _session.starts_at,
    _session.ends_at,
    _group.enrolled,
    _group.about,
    _session.group_id,
    func.coalesce(_session.capacity, _group.capacity).label("capacity"),
)
"""What `read_session` reads."""
_session_rows: "Select[*tuple[Any, ...]]" = select(*SESSION_COLUMNS).join_from(
    table(GroupSession), table(SupportGroup), _group.id == _session.group_id
)
_by_id = _session_rows.where(_session.id == bindparam("session"))
_all = _session_rows.where(
    _session.site_id == bindparam("site"),
    _session.starts_at >= bindparam("since"),
    _session.starts_at < bindparam("until"),
    _session.deleted_at.is_(None),
).order_by(_session.starts_at, _session.id)
_scheduled = _all.where(_session.status == "scheduled")
_groups_of = select(_member.group_id).where(
    _member.participant_id == bindparam("participant"), _member.deleted_at.is_(None)
)
# The domain's plans have their fields by the names of the columns.
_GROUP_PLAN = [_group[field.name] for field in fields(GroupPlan)]
_SESSION_PLAN = [_session[field.name] for field in fields(SessionPlan)]
_sessions = (
    select(
        *_SESSION_PLAN,
        _group.name,
        _session.status,
        _session.cancelled_reason,
        exists().where(_check_in.session_id == _session.id),
    )
    .join_from(table(GroupSession), table(SupportGroup), _group.id == _session.group_id)
    .where(_session.deleted_at.is_(None))
    .order_by(_session.starts_at, _session.id)
)
_AT_A_TIME = 500


def all_groups(
    transaction: Transaction, site_id: UUID, *, put_away: bool = False
) -> tuple[GroupPlan, ...]:
    """Return the groups of a site, by name; those that were put away only where asked for."""
    query = select(*_GROUP_PLAN).where(_group.site_id == site_id).order_by(_group.name, _group.id)
    if not put_away:
        query = query.where(_group.deleted_at.is_(None))
    return tuple(GroupPlan(*row) for row in transaction.connection().execute(query))


def find_group(transaction: Transaction, site_id: UUID, group_id: UUID) -> GroupPlan | None:
    """Find a group that was not put away."""
    query = select(*_GROUP_PLAN).where(
        _group.site_id == site_id, _group.id == group_id, _group.deleted_at.is_(None)
    )
    found = transaction.connection().execute(query).first()
    return None if found is None else GroupPlan(*found)


def group_cards(transaction: Transaction, site_id: UUID, now: datetime) -> tuple[GroupCard, ...]:
    """Return the groups of a site with what is planned from `now` on, by name."""
    coming = (
        select(
            _session.group_id,
            func.count().label("sessions"),
            func.min(_session.starts_at).label("next_at"),
        )
        .where(_session.site_id == site_id, _session.starts_at > now, _takes_place())
        .group_by(_session.group_id)
    )
    enrolled = (
        select(_member.group_id, func.count(_member.participant_id.distinct()).label("people"))
        .where(_member.site_id == site_id, _member.deleted_at.is_(None))
        .group_by(_member.group_id)
    )
    connection = transaction.connection()
    upcoming = {row.group_id: (row.sessions, row.next_at) for row in connection.execute(coming)}
    members = {row.group_id: row.people for row in connection.execute(enrolled)}
    return tuple(
        GroupCard(plan, members.get(plan.id, 0), *upcoming.get(plan.id, (0, None)))
        for plan in all_groups(transaction, site_id)
    )


def group_ids_of(transaction: Transaction, participant_id: UUID) -> frozenset[UUID]:
    """Return the ids of the groups that a participant is enrolled in."""
    rows = transaction.connection().execute(_groups_of, {"participant": participant_id})
    return frozenset(row.group_id for row in rows)


def add_group(transaction: Transaction, site_id: UUID, plan: GroupPlan) -> None:
    """Insert a group."""
    add_reference(transaction, SupportGroup(site_id=site_id, **asdict(plan)))


def change_group(transaction: Transaction, plan: GroupPlan) -> None:
    """Write a group as it is to be, and take it out again where it was put away."""
    values = {**_changeable(plan), "deleted_at": None}
    change_reference(transaction, SupportGroup, plan.id, values)


def put_group_away(transaction: Transaction, group_id: UUID, now: datetime) -> None:
    """Leave a group out of all lists; its sessions and its attendance stay."""
    change_reference(transaction, SupportGroup, group_id, {"deleted_at": now})


def sessions_starting(
    transaction: Transaction,
    site_id: UUID,
    since: datetime,
    until: datetime,
    *,
    cancelled: bool = False,
) -> tuple[Session, ...]:
    """Return the sessions that start from `since` to before `until`, by start.

    Those that were called off are left out, unless `cancelled` asks for them too.
    """
    query = _all if cancelled else _scheduled
    rows = transaction.connection().execute(
        query, {"site": site_id, "since": since, "until": until}
    )
    return tuple(map(read_session, rows))


def get_session(transaction: Transaction, session_id: UUID) -> Session:
    """Return a session, called off or not; NoResultFound where it is not there."""
    return read_session(transaction.connection().execute(_by_id, {"session": session_id}).one())


def planned_between(
    transaction: Transaction,
    site_id: UUID,
    since: datetime,
    until: datetime,
    group_id: UUID | None = None,
) -> tuple[PlannedSession, ...]:
    """Return the sessions that start from `since` to before `until`, by start."""
    wanted = [
        _session.site_id == site_id,
        _session.starts_at >= since,
        _session.starts_at < until,
    ]
    if group_id is not None:
        wanted.append(_session.group_id == group_id)
    return _read(transaction, and_(*wanted))


def planned_by_ids(
    transaction: Transaction, site_id: UUID, ids: Collection[UUID]
) -> tuple[PlannedSession, ...]:
    """Return those of the sessions that are there, by start."""
    return _read(transaction, of_site(_session, site_id) & _session.id.in_(ids))


def planned_of_series(
    transaction: Transaction, site_id: UUID, series_id: UUID, since: datetime
) -> tuple[PlannedSession, ...]:
    """Return the sessions of a series that start from `since` on, by start."""
    return _read(
        transaction,
        and_(
            _session.site_id == site_id,
            _session.series_id == series_id,
            _session.starts_at >= since,
        ),
    )


def planned_for_import(
    transaction: Transaction, site_id: UUID, now: datetime
) -> tuple[PlannedSession, ...]:
    """Return what a file may change: sessions that are not over, and all that files planned."""
    wanted = or_(_session.ends_at > now, _session.source.is_not(None))
    return _read(transaction, of_site(_session, site_id) & wanted)


def planned_to_come(
    transaction: Transaction, site_id: UUID, now: datetime, group_id: UUID
) -> tuple[PlannedSession, ...]:
    """Return the sessions of a group that have not begun, by start."""
    return _read(
        transaction,
        and_(
            _session.site_id == site_id,
            _session.group_id == group_id,
            _session.starts_at > now,
        ),
    )


def add_sessions(transaction: Transaction, site_id: UUID, plans: Iterable[SessionPlan]) -> int:
    """Insert the sessions whose id is new, and return how many those were."""
    wanted: dict[UUID, SessionPlan] = {}
    for plan in plans:
        wanted.setdefault(plan.id, plan)
    known = _known_sessions(transaction, list(wanted))
    rows = [
        GroupSession(site_id=site_id, **asdict(plan))
        for plan in wanted.values()
        if plan.id not in known
    ]
    run_together(transaction, *(partial(add_reference, transaction, row) for row in rows))
    return len(rows)


def _known_sessions(transaction: Transaction, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the ids that a session has already."""
    found: set[UUID] = set()

    def look(part: Sequence[UUID]) -> None:
        query = select(_session.id).where(_session.id.in_(part))
        found.update(transaction.connection().execute(query).scalars())

    parts = [ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME)]
    run_together(transaction, *(partial(look, part) for part in parts))
    return found


def change_session(transaction: Transaction, session: PlannedSession) -> None:
    """Write a session as it is to be."""
    values = {**_changeable(session.plan), **_status_columns(session.cancelled)}
    change_reference(transaction, GroupSession, session.plan.id, values)


def cancel_session(transaction: Transaction, session_id: UUID, reason: str) -> None:
    """Call a session off."""
    change_reference(transaction, GroupSession, session_id, _status_columns(reason))


def restore_session(transaction: Transaction, session_id: UUID) -> None:
    """Let a session that was called off take place."""
    change_reference(transaction, GroupSession, session_id, _status_columns(None))


def row_exists(transaction: Transaction, kind: type[Reference], row_id: UUID) -> bool:
    """Return whether a reference row of this kind and id is there."""
    ids = table(kind).c.id
    return transaction.connection().execute(select(ids).where(ids == row_id)).first() is not None


def read_session(row: AnyRow) -> Session:
    """Return the session of a row with SESSION_COLUMNS."""
    return Session(
        id=row.session_id,
        label=row.public_label,
        room=row.room,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        enrolled=row.enrolled,
        about=row.about,
        group_id=row.group_id,
        capacity=row.capacity,
    )


def _read(transaction: Transaction, wanted: ColumnElement[bool]) -> tuple[PlannedSession, ...]:
    found = []
    for row in transaction.connection().execute(_sessions.where(wanted)):
        *plan, name, status, reason, has_check_ins = row
        cancelled = None if status == "scheduled" else reason or ""
        found.append(PlannedSession(SessionPlan(*plan), name, cancelled, bool(has_check_ins)))
    return tuple(found)


def _takes_place() -> ColumnElement[bool]:
    return and_(_session.status == "scheduled", _session.deleted_at.is_(None))


def _status_columns(cancelled: str | None) -> dict[str, Any]:
    status = "scheduled" if cancelled is None else "cancelled"
    return {"status": status, "cancelled_reason": cancelled}


def _changeable(plan: GroupPlan | SessionPlan) -> dict[str, Any]:
    """Return the columns of a plan that a desk may write again: all but its id."""
    return {name: value for name, value in asdict(plan).items() if name != "id"}
