"""Queries for what is kept of one person: requests that belong together, a participant, passes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, literal, or_, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import CheckInFact
from kiosk.domain.attendance.check_in import NO_SESSION
from kiosk.domain.callbacks.state import EventKind
from kiosk.records.check_ins import CHECK_INS, read_check_in
from kiosk.records.retention.cutoff import IDS
from kiosk.records.schema.columns import of_site, table
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackWithdrawal,
    CheckIn,
    GroupSession,
    Membership,
    Participant,
    Passcard,
    SupportGroup,
)

if TYPE_CHECKING:
    from sqlalchemy import Select

_request = table(CallbackRequest)
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_person = table(Participant).c
_pass = table(Passcard).c
_member = table(Membership).c
_group = table(SupportGroup).c
_session = table(GroupSession).c
_check_in = table(CheckIn).c


@dataclass(frozen=True, slots=True)
class KeptPass:
    """A pass of a participant."""

    id: UUID
    lookup: bytes
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptMember:
    """A participant with passes and memberships, also those that have ended."""

    sealed_name: bytes
    """Empty where the participant has not come, and the pass alone has."""
    language: str
    created_at: datetime | None
    passes: tuple[KeptPass, ...]
    memberships: tuple[UUID, ...]
    groups: tuple[str, ...]


def merged_with(transaction: Transaction, site_id: UUID, request_id: UUID) -> list[UUID]:
    """Return a request and those that were ever merged with it, it first."""
    found, new = [request_id], {request_id}
    while new:
        query = select(_event.request_id, _event.other_id).where(
            _event.site_id == site_id,
            _event.kind == EventKind.MERGED.value,
            or_(_event.request_id.in_(new), _event.other_id.in_(new)),
        )
        pairs = transaction.connection().execute(query)
        near = {id_ for pair in pairs for id_ in pair if id_ is not None}
        new = near - set(found)
        found += sorted(new)
    return found


def typed_withdrawals(transaction: Transaction, site_id: UUID, refs: Iterable[str]) -> list[UUID]:
    """Return the ids of what was typed to withdraw some references."""
    query = select(_withdrawal.id).where(
        _withdrawal.site_id == site_id, _withdrawal.ref.in_(list(refs))
    )
    return list(transaction.connection().execute(query).scalars())


def slip_lookups(transaction: Transaction, ids: Sequence[UUID]) -> list[bytes]:
    """Return the lookups of the slips of some requests."""
    query = select(_request.c.slip_lookup).where(_request.c.id.in_(list(ids)))
    return list(transaction.connection().execute(query).scalars())


def whole_request(transaction: Transaction, request_id: UUID) -> dict[str, Any]:
    """Return every column of a request."""
    query = select(_request).where(_request.c.id == request_id)
    return dict(transaction.connection().execute(query).mappings().one())


def find_member(transaction: Transaction, site_id: UUID, participant_id: UUID) -> KeptMember | None:
    """Find a participant, or the passes of one who has not come."""
    connection = transaction.connection()
    person = connection.execute(
        select(_person.sealed_name, _person.language, _person.created_at).where(
            _person.site_id == site_id, _person.id == participant_id
        )
    ).first()
    held = select(_pass.id, _pass.lookup, _pass.created_at, _pass.revoked_at).where(
        _pass.site_id == site_id, _pass.participant_id == participant_id
    )
    cards = tuple(KeptPass(*row) for row in connection.execute(held.order_by(_pass.created_at)))
    if person is None and not cards:
        return None
    enrolled = connection.execute(
        select(_member.id, _member.deleted_at, _group.name)
        .outerjoin_from(table(Membership), table(SupportGroup), _group.id == _member.group_id)
        .where(_member.site_id == site_id, _member.participant_id == participant_id)
        .order_by(_group.name)
    ).all()
    return KeptMember(
        b"" if person is None else person.sealed_name,
        "" if person is None else person.language,
        None if person is None else person.created_at,
        cards,
        tuple(row.id for row in enrolled),
        tuple(row.name for row in enrolled if row.name and row.deleted_at is None),
    )


def check_ins_of(lookups: Sequence[bytes], site_id: UUID) -> "Select[*tuple[Any, ...]]":
    """Return the query for the check-ins of some passes.

    It looks them up session by session, for no index begins with a pass: whoever scans would pay
    for it.
    """
    sessions = select(_session.id).where(_session.site_id == site_id)
    anywhere = sessions.union_all(select(literal(NO_SESSION, _session.id.type)))
    return CHECK_INS.where(
        _check_in.session_id.in_(anywhere),
        _check_in.lookup.in_(list(lookups)),
        of_site(_check_in, site_id),
    )


def visits(
    transaction: Transaction, site_id: UUID, lookups: Sequence[bytes]
) -> tuple[list[CheckInFact], dict[UUID, str]]:
    """Return the check-ins of some passes with what names them, and sessions' labels."""
    connection = transaction.connection()
    mine = connection.execute(check_ins_of(lookups, site_id))
    facts = [read_check_in(row) for row in mine]
    there = {fact.session_id for fact in facts}
    about = and_(_check_in.session_id.in_(there), _check_in.about.in_(IDS))
    naming = CHECK_INS.where(or_(_check_in.void_of.in_(IDS), about))
    new = [fact.id for fact in facts]
    while new:
        found = [read_check_in(row) for row in connection.execute(naming, {"ids": new})]
        new = [fact.id for fact in found if fact not in facts]
        facts += [fact for fact in found if fact.id in new]
    labels = (
        select(_session.id, _group.public_label)
        .join_from(table(GroupSession), table(SupportGroup), _group.id == _session.group_id)
        .where(_session.id.in_({fact.session_id for fact in facts}))
    )
    return facts, {row.id: row.public_label for row in connection.execute(labels)}
