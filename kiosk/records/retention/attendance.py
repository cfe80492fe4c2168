"""Check-ins, head counts and participants that have been kept for long enough."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.attendance.check_in import NO_SESSION
from kiosk.domain.ids import made_at
from kiosk.records.retention.cutoff import (
    IDS,
    Cutoff,
    Expired,
    all_rows,
    batches,
    came_in_time,
    deletable,
    drop_rows,
    is_young,
)
from kiosk.records.schema.columns import of_site, table
from kiosk.records.schema.tables import CheckIn, HeadCount, Membership, Participant, Passcard
from kiosk.records.site import FOUNDED, kept_since

if TYPE_CHECKING:
    from sqlalchemy import Select


_check_in = table(CheckIn).c
_target = table(CheckIn).alias("target").c
_placing = table(CheckIn).alias("placing").c
_head_count = table(HeadCount).c
_person = table(Participant).c
_pass = table(Passcard).c
_member = table(Membership).c
_since, _target_since = kept_since(_check_in, "occurred_at"), kept_since(_target, "occurred_at")
_counted_since = kept_since(_head_count, "at")
_founded = select(FOUNDED)


def find_attendance(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find check-ins and head counts; voids last, and none before what it voids."""
    counts, check_ins = old_attendance(cut)
    found = [Expired(id_, at, HeadCount) for id_, at in all_rows(counts, transaction)]
    found += [Expired(id_, at, CheckIn) for id_, at in all_rows(check_ins, transaction)]
    return deletable(transaction, found, cut)


def old_attendance(cut: Cutoff) -> "tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]":
    """Return the queries for head counts and for check-ins that are old enough."""
    young = or_(
        select(_target.id)
        .where(_target.id == _check_in.void_of, is_young(_target_since, _target, cut))
        .exists(),
        select(_head_count.id)
        .where(_head_count.id == _check_in.void_of, is_young(_counted_since, _head_count, cut))
        .exists(),
    )
    placed = or_(
        _check_in.void_of.is_not(None),
        select(_placing.id).where(_placing.void_of == _check_in.id).exists(),
    )
    is_void = _check_in.kind == CheckInKind.VOID.value
    check_ins = (
        select(_check_in.id, _since)
        .where(of_site(_check_in, cut.site_id), _since <= cut.by, came_in_time(_check_in, cut))
        .where(or_(_check_in.void_of.is_(None), ~young))
        # Their clock stood wrong, so nobody knows how old they are until staff have placed them.
        .where(or_(_check_in.session_id != NO_SESSION, placed))
        .order_by(is_void, _since)
    )
    counts = select(_head_count.id, _counted_since).where(
        of_site(_head_count, cut.site_id), _counted_since <= cut.by, came_in_time(_head_count, cut)
    )
    return counts, check_ins


def find_unused_people(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find participants who did nothing after `cut.by`, those who did least lately first.

    A use is a check-in, a new or revoked pass, or a new membership. Passes whose participant has
    not reached this database count as theirs. Whose last use is dated before the clinic was founded
    stays: a clock was wrong, and nobody can say how long ago it was. Nobody on a machine with a
    centre: who came to another kiosk, or before what this one still keeps, the centre alone knows.
    """
    return unused_people(transaction, cut, None)


def people_queries(
    cut: Cutoff, among: Sequence[UUID] | None
) -> "tuple[Select[*tuple[Any, ...]], ...]":
    """Return what `unused_people` asks for the same limit and participants."""
    return (*_uses(cut, among), _shown_since(cut, among), _founded)


def unused_people(
    transaction: Transaction, cut: Cutoff, among: Sequence[UUID] | None
) -> list[Expired]:
    """Do as `find_unused_people`, among some participants or all."""
    if cut.sending:
        return []
    people, passes, memberships = _uses(cut, among)
    used: dict[UUID, datetime] = dict(tuple(row) for row in all_rows(people, transaction))
    lookups: dict[UUID, list[bytes]] = defaultdict(list)
    for person, lookup, created_at, revoked_at in all_rows(passes, transaction):
        lookups[person].append(lookup)
        used[person] = max(used.get(person, created_at), created_at, revoked_at or created_at)
    for person, membership in all_rows(memberships, transaction):
        if person in used:
            used[person] = max(used[person], made_at(membership) or used[person])
    ((founded,),) = all_rows(_founded, transaction)
    found = sorted((at, person) for person, at in used.items() if founded <= at <= cut.by)
    lately: frozenset[bytes] = frozenset()
    if found:
        lately = frozenset(lookup for (lookup,) in all_rows(_shown_since(cut, among), transaction))
    return [
        Expired(person, at, Participant)
        for at, person in found
        if lately.isdisjoint(lookups[person])
    ]


def _uses(
    cut: Cutoff, among: Sequence[UUID] | None
) -> "tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]":
    """Return the queries for participants, their passes and their memberships."""
    people = select(_person.id, _person.created_at).where(_person.site_id == cut.site_id)
    passes = select(_pass.participant_id, _pass.lookup, _pass.created_at, _pass.revoked_at).where(
        _pass.site_id == cut.site_id
    )
    memberships = select(_member.participant_id, _member.id).where(_member.site_id == cut.site_id)
    if among is None:
        return people, passes, memberships
    return (
        people.where(_person.id.in_(among)),
        passes.where(_pass.participant_id.in_(among)),
        memberships.where(_member.participant_id.in_(among)),
    )


def _shown_since(cut: Cutoff, among: Sequence[UUID] | None) -> "Select[bytes]":
    """Return the query for the passes, of some participants or of all, shown after `cut.by`."""
    own = select(_pass.lookup).where(_pass.participant_id.in_(among or ()))
    return (
        select(_check_in.lookup)
        .where(
            of_site(_check_in, cut.site_id),
            is_young(_since, _check_in, cut),
            _check_in.lookup.is_not(None) if among is None else _check_in.lookup.in_(own),
        )
        .distinct()
    )


def drop_people(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """Delete participants with their passes and memberships, of this machine's file."""
    connection = transaction.connection()
    for part in batches(ids):
        for kind in (Passcard, Membership):
            rows = table(kind).c
            query = select(rows.id).where(rows.participant_id.in_(IDS))
            drop_rows(transaction, kind, connection.execute(query, {"ids": part}).scalars().all())
        drop_rows(transaction, Participant, part)
