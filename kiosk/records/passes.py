"""Queries for passes, the participants who hold them, and the groups these are enrolled in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlmodel import Session as Transaction

from kiosk.records.database.ahead import run_together
from kiosk.records.schema.columns import AnyRow, table
from kiosk.records.schema.tables import (
    CheckIn,
    GroupSession,
    Membership,
    Participant,
    Passcard,
    SupportGroup,
)

_person = table(Participant).c
_member = table(Membership).c
_pass = table(Passcard).c
_group = table(SupportGroup).c
_session = table(GroupSession).c
_check_in = table(CheckIn).c
# In the order of the fields of PersonRow.
_people = select(_person.id, _person.sealed_name, _person.language).where(
    _person.deleted_at.is_(None)
)
_of_site = _people.where(_person.site_id == bindparam("site"))
_by_id = _of_site.where(_person.id == bindparam("participant"))
LIST_OF_SESSION = (
    select(_session.group_id)
    .join_from(table(GroupSession), table(SupportGroup), _group.id == _session.group_id)
    .where(_session.id == bindparam("session"), _group.enrolled)
    .scalar_subquery()
)
"""The group of the session bound as `session`, where it keeps a list of members."""
_expected = _people.join_from(
    table(Participant), table(Membership), _member.participant_id == _person.id
).where(_member.group_id == LIST_OF_SESSION, _member.deleted_at.is_(None))
_memberships = select(_member.participant_id, _member.group_id).where(
    _member.site_id == bindparam("site"), _member.deleted_at.is_(None)
)
_membership = select(_member.id).where(
    _member.participant_id == bindparam("participant"),
    _member.group_id == bindparam("group"),
    _member.deleted_at.is_(None),
)
_held = (
    select(
        _pass.participant_id,
        func.count(_pass.id).filter(_pass.revoked_at.is_(None)),
        func.max(_pass.created_at),
    )
    .where(_pass.site_id == bindparam("site"), _pass.deleted_at.is_(None))
    .group_by(_pass.participant_id)
)
_passes_in_use = (
    select(_pass.id, _pass.lookup)
    .where(
        _pass.participant_id == bindparam("participant"),
        _pass.revoked_at.is_(None),
        _pass.deleted_at.is_(None),
    )
    .order_by(_pass.created_at, _pass.id)
)
_groups = (
    select(_group.id, _group.name, _group.enrolled)
    .where(_group.site_id == bindparam("site"), _group.deleted_at.is_(None))
    .order_by(_group.name, _group.id)
)
PASS_COLUMNS = (_pass.participant_id, _pass.name_box, _pass.language, _pass.revoked_at)
"""What `read_pass` reads."""
_by_lookup = (
    select(*PASS_COLUMNS)
    .where(_pass.lookup == bindparam("lookup"), _pass.deleted_at.is_(None))
    .order_by(_pass.revoked_at.is_not(None), _pass.created_at, _pass.id)
    .limit(1)
)
_passes_held = (
    select(_pass.lookup, _pass.participant_id, _pass.revoked_at, _person.sealed_name)
    .outerjoin_from(table(Passcard), table(Participant), _person.id == _pass.participant_id)
    .where(_pass.deleted_at.is_(None))
)
_holders = _passes_held.where(_pass.lookup.in_(bindparam("lookups", expanding=True)))
_holders_at = _passes_held.where(
    _pass.lookup.in_(
        select(_check_in.lookup).where(
            _check_in.session_id.in_(bindparam("sessions", expanding=True)),
            _check_in.lookup.is_not(None),
        )
    )
)
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A participant with their sealed name."""

    participant_id: UUID
    sealed_name: bytes
    language: str


@dataclass(frozen=True, slots=True)
class PassesHeld:
    """The passes that a participant has had."""

    in_use: int
    last_made_at: datetime


@dataclass(frozen=True, slots=True)
class PassInUse:
    """A pass that was not ended."""

    id: UUID
    lookup: bytes


@dataclass(frozen=True, slots=True)
class KnownPass:
    """A pass as a check-in needs it."""

    participant_id: UUID
    name_box: bytes
    language: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A pass as a roster needs it."""

    participant_id: UUID
    revoked_at: datetime | None
    sealed_name: bytes | None
    """None where the participant has not reached this database yet."""


def find(transaction: Transaction, lookup: bytes) -> KnownPass | None:
    """Find a pass by its lookup."""
    row = transaction.connection().execute(_by_lookup, {"lookup": lookup}).first()
    return None if row is None else read_pass(row)


def holders(transaction: Transaction, lookups: Iterable[bytes]) -> Mapping[bytes, Holder]:
    """Find who holds the passes of these lookups; unknown ones are missing in the answer."""
    wanted = sorted(set(lookups))
    found: dict[bytes, Holder] = {}

    def look(start: int) -> None:
        part = {"lookups": wanted[start : start + _AT_A_TIME]}
        found.update(_read_holders(transaction.connection().execute(_holders, part)))

    parts = range(0, len(wanted), _AT_A_TIME)
    run_together(transaction, *(partial(look, start) for start in parts))
    return found


def holders_at(transaction: Transaction, session_ids: Sequence[UUID]) -> dict[bytes, Holder]:
    """Find who holds the passes that were shown at some sessions; unknown ones are missing."""
    rows = transaction.connection().execute(_holders_at, {"sessions": list(session_ids)})
    return dict(_read_holders(rows))


def _read_holders(rows: Iterable[AnyRow]) -> Iterator[tuple[bytes, Holder]]:
    for lookup, *rest in rows:
        yield lookup, Holder(*rest)


def held_by_person(transaction: Transaction, site_id: UUID) -> Mapping[UUID, PassesHeld]:
    """Return the passes that each participant has had."""
    rows = transaction.connection().execute(_held, {"site": site_id})
    return {participant_id: PassesHeld(*rest) for participant_id, *rest in rows}


def in_use(transaction: Transaction, participant_id: UUID) -> tuple[PassInUse, ...]:
    """Return the passes of a participant that were not ended, the oldest first."""
    rows = transaction.connection().execute(_passes_in_use, {"participant": participant_id})
    return tuple(PassInUse(*row) for row in rows)


def all_people(transaction: Transaction, site_id: UUID) -> tuple[PersonRow, ...]:
    """Return every participant of a site."""
    rows = transaction.connection().execute(_of_site, {"site": site_id})
    return tuple(PersonRow(*row) for row in rows)


def find_person(transaction: Transaction, site_id: UUID, participant_id: UUID) -> PersonRow | None:
    """Find a participant."""
    asked = {"site": site_id, "participant": participant_id}
    row = transaction.connection().execute(_by_id, asked).first()
    return None if row is None else PersonRow(*row)


def people_expected(transaction: Transaction, session_id: UUID) -> tuple[PersonRow, ...]:
    """Return the participants on the list of a session's group, each once; none without a list."""
    rows = transaction.connection().execute(_expected, {"session": session_id})
    people = {row.id: PersonRow(*row) for row in rows}
    return tuple(people.values())


def memberships(transaction: Transaction, site_id: UUID) -> Mapping[UUID, frozenset[UUID]]:
    """Return the groups of every participant who is enrolled in any."""
    found: dict[UUID, set[UUID]] = {}
    for participant_id, group_id in transaction.connection().execute(
        _memberships, {"site": site_id}
    ):
        found.setdefault(participant_id, set()).add(group_id)
    return {participant_id: frozenset(groups) for participant_id, groups in found.items()}


def membership_ids(
    transaction: Transaction, participant_id: UUID, group_id: UUID
) -> tuple[UUID, ...]:
    """Return the ids of the rows that enrol a participant in a group: one from each machine."""
    asked = {"participant": participant_id, "group": group_id}
    return tuple(transaction.connection().execute(_membership, asked).scalars())


def group_names(transaction: Transaction, site_id: UUID) -> tuple[tuple[UUID, str, bool], ...]:
    """Return the groups of a site as (id, name, whether it keeps a list), by name."""
    rows = transaction.connection().execute(_groups, {"site": site_id})
    return tuple((row.id, row.name, row.enrolled) for row in rows)


def read_pass(row: AnyRow) -> KnownPass:
    """Return the pass of a row with the columns PASS."""
    return KnownPass(row.participant_id, row.name_box, row.language, row.revoked_at)
