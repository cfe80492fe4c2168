"""Finds and deletes participants whose passes nobody has used for long enough."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session as Transaction

from kiosk.domain.ids import made_at
from kiosk.records.columns import table
from kiosk.records.retired import IDS, Cut, Old, drop, parts
from kiosk.records.tables import CheckIn, Membership, Participant, Passcard

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

_person = table(Participant).c
_pass = table(Passcard).c
_member = table(Membership).c
_check_in = table(CheckIn).c


def unused(transaction: Transaction, cut: Cut) -> list[Old]:
    """Find participants who did nothing after `cut.by`, those who did least lately first.

    A use is a check-in, a new or revoked pass, or a new membership. Passes whose participant has
    not reached this database count as theirs. Nobody on a machine with a centre: who came to
    another kiosk, or before what this one still keeps, the centre alone knows.
    """
    return _unused(transaction, cut, None)


def drop_unused(transaction: Transaction, found: Sequence[Old], cut: Cut) -> int:
    """Delete participants with all their passes and memberships; say how many.

    They are looked at again: somebody may have come back meanwhile.
    """
    ids = [old.id for old in _unused(transaction, cut, [old.id for old in found])]
    connection = transaction.connection()
    for part in parts(ids):
        for kind in (Passcard, Membership):
            rows = table(kind).c
            query = select(rows.id).where(rows.participant_id.in_(IDS))
            drop(transaction, kind, connection.execute(query, {"ids": part}).scalars().all())
        drop(transaction, Participant, part)
    return len(ids)


def _unused(transaction: Transaction, cut: Cut, among: Sequence[UUID] | None) -> list[Old]:
    """Do as `unused`, among some participants or all."""

    def rows(query: "Select[*tuple[Any, ...]]", person: "ColumnElement[UUID]") -> Sequence[Any]:
        chosen = query if among is None else query.where(person.in_(among))
        return transaction.connection().execute(chosen).all()

    if cut.sending:
        return []
    site = cut.site_id
    people = select(_person.id, _person.created_at).where(_person.site_id == site)
    used: dict[UUID, datetime] = dict(rows(people, _person.id))
    lookups: dict[UUID, list[bytes]] = defaultdict(list)
    passes = select(_pass.participant_id, _pass.lookup, _pass.created_at, _pass.revoked_at).where(
        _pass.site_id == site
    )
    for person, lookup, created_at, revoked_at in rows(passes, _pass.participant_id):
        lookups[person].append(lookup)
        used[person] = max(used.get(person, created_at), created_at, revoked_at or created_at)
    memberships = select(_member.participant_id, _member.id).where(_member.site_id == site)
    for person, membership in rows(memberships, _member.participant_id):
        if person in used:
            used[person] = max(used[person], made_at(membership) or used[person])
    found = sorted((at, person) for person, at in used.items() if at <= cut.by)
    own = None if among is None else [one for some in lookups.values() for one in some]
    lately = _lately(transaction, cut, own) if found else frozenset()
    return [
        Old(person, at, Participant) for at, person in found if lately.isdisjoint(lookups[person])
    ]


def _lately(transaction: Transaction, cut: Cut, own: Sequence[bytes] | None) -> frozenset[bytes]:
    """Give the passes, of `own` or of all, that were shown after `cut.by`."""
    query = select(_check_in.lookup).where(
        _check_in.site_id == cut.site_id,
        _check_in.occurred_at > cut.by,
        _check_in.lookup.is_not(None) if own is None else _check_in.lookup.in_(own),
    )
    return frozenset(transaction.connection().execute(query.distinct()).scalars())
