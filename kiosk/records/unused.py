"""Finds and deletes participants whose passes nobody has used for long enough."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session as Transaction

from kiosk.domain.ids import made_at
from kiosk.records.columns import table
from kiosk.records.retired import IDS, Cut, Old, drop, parts, unsent
from kiosk.records.tables import CheckIn, Membership, Participant, Passcard

_person = table(Participant).c
_pass = table(Passcard).c
_member = table(Membership).c
_check_in = table(CheckIn).c


def unused(transaction: Transaction, cut: Cut) -> list[Old]:
    """Find participants who did nothing after `cut.by`, those who did least lately first.

    A use is a check-in, a new or revoked pass, or a new membership. Where check-ins are kept for
    a shorter time than passes, older ones are no longer known. Passes whose participant has not
    reached this database count as theirs.
    """
    connection, site = transaction.connection(), cut.site_id
    people = select(_person.id, _person.created_at).where(_person.site_id == site)
    used: dict[UUID, datetime] = {row.id: row.created_at for row in connection.execute(people)}
    lookups: dict[UUID, list[bytes]] = defaultdict(list)
    passes = select(_pass.participant_id, _pass.lookup, _pass.created_at, _pass.revoked_at).where(
        _pass.site_id == site
    )
    for person, lookup, created_at, revoked_at in connection.execute(passes):
        lookups[person].append(lookup)
        used[person] = max(used.get(person, created_at), created_at, revoked_at or created_at)
    memberships = select(_member.participant_id, _member.id).where(_member.site_id == site)
    for person, membership in connection.execute(memberships):
        if person in used:
            used[person] = max(used[person], made_at(membership) or used[person])
    found = sorted((at, person) for person, at in used.items() if at <= cut.by)
    lately = _lately(transaction, cut) if found else frozenset()
    owed = _owed(transaction, [person for _, person in found]) if cut.sending else set()
    return [
        Old(person, at, Participant)
        for at, person in found
        if person not in owed and lately.isdisjoint(lookups[person])
    ]


def drop_unused(transaction: Transaction, found: Sequence[Old]) -> int:
    """Delete participants with all their passes and memberships; say how many."""
    ids = [old.id for old in found]
    connection = transaction.connection()
    for part in parts(ids):
        for kind in (Passcard, Membership):
            rows = table(kind).c
            query = select(rows.id).where(rows.participant_id.in_(IDS))
            drop(transaction, kind, connection.execute(query, {"ids": part}).scalars().all())
        drop(transaction, Participant, part)
    return len(ids)


def _lately(transaction: Transaction, cut: Cut) -> frozenset[bytes]:
    """Give the passes that were shown after `cut.by`."""
    query = select(_check_in.lookup).where(
        _check_in.site_id == cut.site_id,
        _check_in.occurred_at > cut.by,
        _check_in.lookup.is_not(None),
    )
    return frozenset(transaction.connection().execute(query.distinct()).scalars())


def _owed(transaction: Transaction, people: Sequence[UUID]) -> set[UUID]:
    """Give those of whom a row has not been confirmed by the centre."""
    owed: set[UUID] = set()
    for part in parts(people):
        owner = {person: person for person in part}
        query = select(_pass.id, _pass.participant_id).where(_pass.participant_id.in_(IDS))
        owner.update(tuple(row) for row in transaction.connection().execute(query, {"ids": part}))
        owed.update(owner[row] for row in unsent(transaction, owner))
    return owed
