"""Finds and deletes what has been kept for long enough, on a machine's own file or at the centre.

On a machine without a centre the rows that wait to be sent go along. With one, what the centre has
not confirmed stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    or_,
    select,
)
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.attendance.check_in import NO_SESSION
from kiosk.domain.callbacks.state import CallbackState, RequestEvent, callback_state
from kiosk.domain.ids import made_at
from kiosk.records.callbacks import EVENTS
from kiosk.records.database.writing import mark_changed
from kiosk.records.schema.columns import Fact, Reference, Row, is_central, table
from kiosk.records.schema.system_tables import Confirmation, Outbox, Parked, SyncState
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackWithdrawal,
    CheckIn,
    HeadCount,
    Membership,
    Participant,
    Passcard,
)
from kiosk.records.site import kept_since

if TYPE_CHECKING:
    from sqlalchemy import Select


ROWS_AT_A_TIME = 500
"""Rows in one transaction, so that no visitor waits for the cleaning."""
IDS_AT_A_TIME = 200
"""Ids in one statement or transaction, so that no visitor waits for the cleaning."""
IDS: "BindParameter[Sequence[UUID]]" = bindparam("ids", expanding=True)
_QUEUES = (table(Outbox), table(Parked))
_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_check_in = table(CheckIn).c
_target = table(CheckIn).alias("target").c
_placing = table(CheckIn).alias("placing").c
_head_count = table(HeadCount).c
_person = table(Participant).c
_pass = table(Passcard).c
_member = table(Membership).c
_since, _target_since = kept_since(_check_in, "occurred_at"), kept_since(_target, "occurred_at")
_requests_since = kept_since(_request, "created_at")
_made = (
    select(_request.id, _requests_since)
    .where(_request.id.in_(IDS))
    .order_by(_requests_since, _request.id)
)
_events = EVENTS.add_columns(_event.request_id).where(_event.request_id.in_(IDS))
_slips = select(_withdrawal.request_id, _withdrawal.id, _withdrawal.at).where(
    _withdrawal.request_id.in_(IDS)
)
_typed = (
    select(_request.id, _withdrawal.id, _withdrawal.at)
    .join_from(table(CallbackRequest), table(CallbackWithdrawal), _withdrawal.ref == _request.ref)
    .where(_request.id.in_(IDS))
)
_Thing = TypeVar("_Thing")


class Cutoff(NamedTuple):
    """What is old enough to be deleted."""

    site_id: UUID
    by: datetime
    """Things of then and before."""
    sending: bool
    """Whether this machine owes its rows to a centre."""


class Expired(NamedTuple):
    """One row, with all that belongs to it, that has been kept for long enough."""

    id: UUID
    at: datetime
    """When it was made, or last used."""
    kind: type[Row]


@dataclass
class _RequestFacts:
    """A request with its events and withdrawals."""

    created_at: datetime
    events: list[RequestEvent] = field(default_factory=list)
    slips: dict[UUID, datetime] = field(default_factory=dict)
    typed: dict[UUID, datetime] = field(default_factory=dict)

    @cached_property
    def state(self) -> CallbackState:
        """The state that the facts fold to."""
        return callback_state(self.events, self.slips.values())

    def is_done(self, by: datetime) -> bool:
        """Return whether it left the list, and has no fact later than `by`."""
        events = [event.at for event in self.events]
        latest = max([self.created_at, *events, *self.slips.values(), *self.typed.values()])
        return latest <= by and not self.state.open

    def rows(self, request_id: UUID) -> set[UUID]:
        """Return the ids of all rows of the request."""
        return {request_id, *(event.id for event in self.events), *self.slips, *self.typed}


def owes_rows(transaction: Transaction, kiosk_id: UUID) -> bool:
    """Return whether this machine owes rows to a centre that it has met; the centre owes none."""
    if is_central(transaction):
        return False
    state = table(SyncState).c
    met = or_(state.contact_at.is_not(None), state.epoch.is_not(None))
    connection = transaction.connection()
    if connection.execute(select(state.kiosk_id).where(state.kiosk_id == kiosk_id, met)).first():
        return True
    return connection.execute(select(table(Confirmation).c.upto_seq).limit(1)).first() is not None


def find_attendance(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find check-ins and head counts; voids last, and none before what it voids."""
    counted = kept_since(_head_count, "at")
    young = or_(
        select(_target.id).where(_target.id == _check_in.void_of, _target_since > cut.by).exists(),
        select(_head_count.id)
        .where(_head_count.id == _check_in.void_of, counted > cut.by)
        .exists(),
    )
    placed = or_(
        _check_in.void_of.is_not(None),
        select(_placing.id).where(_placing.void_of == _check_in.id).exists(),
    )
    is_void = _check_in.kind == CheckInKind.VOID.value
    check_ins = (
        select(_check_in.id, _since)
        .where(_check_in.site_id == cut.site_id, _since <= cut.by)
        .where(or_(_check_in.void_of.is_(None), ~young))
        # Their clock stood wrong, so nobody knows how old they are until staff have placed them.
        .where(or_(_check_in.session_id != NO_SESSION, placed))
        .order_by(is_void, _since)
    )
    counts = select(_head_count.id, counted).where(
        _head_count.site_id == cut.site_id, counted <= cut.by
    )
    connection = transaction.connection()
    found = [Expired(*row, HeadCount) for row in connection.execute(counts)]
    found += [Expired(*row, CheckIn) for row in connection.execute(check_ins)]
    return _deletable(transaction, found, cut)


def find_loose_facts(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find events and withdrawals, typed ones too, whose request is not here."""
    events = select(_event.id, _event.at).where(
        _event.site_id == cut.site_id,
        _event.at <= cut.by,
        ~select(_request.id).where(_request.id == _event.request_id).exists(),
    )
    withdrawals = select(_withdrawal.id, _withdrawal.at).where(
        _withdrawal.site_id == cut.site_id,
        _withdrawal.at <= cut.by,
        ~select(_request.id).where(_request.id == _withdrawal.request_id).exists(),
        ~select(_request.id).where(_request.ref == _withdrawal.ref).exists(),
    )
    connection = transaction.connection()
    found = [Expired(*row, CallbackEvent) for row in connection.execute(events)]
    found += [Expired(*row, CallbackWithdrawal) for row in connection.execute(withdrawals)]
    return _deletable(transaction, found, cut)


def drop_facts(transaction: Transaction, found: Sequence[Expired], cut: Cutoff) -> int:
    """Delete those of the facts found before that still may go; return how many."""
    going = _deletable(transaction, found, cut)
    by_kind: dict[type[Row], list[UUID]] = defaultdict(list)
    for old in going:
        by_kind[old.kind].append(old.id)
    for kind, ids in by_kind.items():
        drop_rows(transaction, kind, ids)
    return len(going)


def find_finished_requests(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find the requests that may go, the oldest first."""
    query = (
        select(_request.id)
        .where(_request.site_id == cut.site_id, _requests_since <= cut.by)
        .order_by(_requests_since, _request.id)
    )
    ids = transaction.connection().execute(query).scalars().all()
    return [
        Expired(id_, facts.created_at, CallbackRequest)
        for part in batches(ids)
        for id_, facts in _finished(transaction, part, cut).items()
    ]


def drop_finished_requests(transaction: Transaction, found: Sequence[Expired], cut: Cutoff) -> int:
    """Delete those of some requests that still may go; return how many.

    Their events go with them, and their withdrawals, typed ones too. They are checked again in this
    transaction: somebody may have reopened one meanwhile.
    """
    done = _finished(transaction, [old.id for old in found], cut)
    events = [event.id for facts in done.values() for event in facts.events]
    withdrawals = [id_ for facts in done.values() for id_ in (*facts.slips, *facts.typed)]
    drop_rows(transaction, CallbackEvent, events)
    drop_rows(transaction, CallbackWithdrawal, withdrawals)
    drop_rows(transaction, CallbackRequest, list(done))
    return len(done)


def find_unused_people(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find participants who did nothing after `cut.by`, those who did least lately first.

    A use is a check-in, a new or revoked pass, or a new membership. Passes whose participant has
    not reached this database count as theirs. Nobody on a machine with a centre: who came to
    another kiosk, or before what this one still keeps, the centre alone knows.
    """
    return _find_unused(transaction, cut, None)


def drop_unused_people(transaction: Transaction, found: Sequence[Expired], cut: Cutoff) -> int:
    """Delete participants with all their passes and memberships; return how many.

    They are checked again: somebody may have come back meanwhile.
    """
    ids = [old.id for old in _find_unused(transaction, cut, [old.id for old in found])]
    connection = transaction.connection()
    for part in batches(ids):
        for kind in (Passcard, Membership):
            rows = table(kind).c
            query = select(rows.id).where(rows.participant_id.in_(IDS))
            drop_rows(transaction, kind, connection.execute(query, {"ids": part}).scalars().all())
        drop_rows(transaction, Participant, part)
    return len(ids)


def drop_rows(transaction: Transaction, kind: type[Row], ids: Sequence[UUID]) -> None:
    """Delete rows, and what of them waits to be sent; ask `unsent_ids` first with a centre.

    At the centre kiosks hear which reference rows are gone. Repeating it is harmless. A checkpoint
    must follow, or the bytes stay in the log.
    """
    target, connection = table(kind), transaction.connection()
    queues = () if is_central(transaction) else _QUEUES
    for part in batches(ids):
        for queue in queues:
            connection.execute(delete(queue).where(queue.c.row_id.in_(IDS)), {"ids": part})
        connection.execute(delete(target).where(target.c.id.in_(IDS)), {"ids": part})
    if issubclass(kind, Reference):
        for row_id in ids:
            mark_changed(transaction, target.name, row_id, gone=True)


def unsent_ids(transaction: Transaction, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of some rows that the centre has not confirmed."""
    found: set[UUID] = set()
    for part in batches(list(ids)):
        for queue in _QUEUES:
            waiting = select(queue.c.row_id).where(queue.c.row_id.in_(IDS))
            found.update(transaction.connection().execute(waiting, {"ids": part}).scalars())
    return found


def batches(things: Sequence[_Thing]) -> Iterator[Sequence[_Thing]]:
    """Cut a list into batches of at most IDS_AT_A_TIME."""
    for start in range(0, len(things), IDS_AT_A_TIME):
        yield things[start : start + IDS_AT_A_TIME]


def drop_confirmed_requests(
    transaction: Transaction, kiosk_id: UUID, confirmed_by: datetime
) -> int:
    """Delete callback requests that the centre had by `confirmed_by`; return how many.

    At most ROWS_AT_A_TIME: repeat until the answer is 0, then checkpoint, or the bytes stay in the
    log.
    """
    return _drop_confirmed(transaction, CallbackRequest, kiosk_id, confirmed_by)


def drop_confirmed_check_ins(
    transaction: Transaction, kiosk_id: UUID, confirmed_by: datetime
) -> int:
    """Delete check-ins that the centre had by `confirmed_by`, as `drop_confirmed_requests` does.

    Voids of head counts stay, as these do.
    """
    of_count = select(_head_count.id).where(_head_count.id == _check_in.void_of).exists()
    return _drop_confirmed(transaction, CheckIn, kiosk_id, confirmed_by, ~of_count)


def drop_confirmations(transaction: Transaction, before: datetime) -> None:
    """Delete the confirmations of what is deleted here by now, all but the latest of them."""
    confirmation = table(Confirmation).c
    latest = (
        select(func.max(confirmation.upto_seq)).where(confirmation.at < before).scalar_subquery()
    )
    transaction.connection().execute(
        delete(table(Confirmation)).where(confirmation.at < before, confirmation.upto_seq < latest)
    )


def _drop_confirmed(
    transaction: Transaction,
    kind: type[Fact],
    kiosk_id: UUID,
    confirmed_by: datetime,
    *which: "ColumnElement[bool]",
) -> int:
    facts, confirmation = table(kind), table(Confirmation).c
    arrived = (
        select(func.max(confirmation.upto_seq))
        .where(confirmation.at <= confirmed_by)
        .scalar_subquery()
    )
    done = (
        select(facts.c.id)
        .where(
            facts.c.kiosk_id == kiosk_id,
            facts.c.kiosk_seq <= arrived,
            _is_not_in(Outbox, facts.c.id),
            _is_not_in(Parked, facts.c.id),
            *which,
        )
        .limit(ROWS_AT_A_TIME)
    )
    ids = transaction.connection().execute(done).scalars().all()
    if ids:
        transaction.connection().execute(
            delete(facts).where(facts.c.id == bindparam("gone")), [{"gone": id_} for id_ in ids]
        )
    return len(ids)


def _is_not_in(queue: type[Outbox | Parked], id_: "ColumnElement[UUID]") -> "ColumnElement[bool]":
    held = table(queue)
    return ~select(held.c.seq).where(held.c.row_id == id_).exists()


def _deletable(transaction: Transaction, found: Sequence[Expired], cut: Cutoff) -> list[Expired]:
    owed = _unsent_with_voids(transaction, {old.id for old in found}) if cut.sending else set()
    return [old for old in found if old.id not in owed]


def _unsent_with_voids(transaction: Transaction, ids: set[UUID]) -> set[UUID]:
    """Return those of some facts that are unsent, and the voids of unsent ones.

    Without its void a fact would count again.
    """
    owed = unsent_ids(transaction, ids)
    aims: dict[UUID, UUID] = {}
    for part in batches(list(ids - owed)):
        voids = select(_check_in.id, _check_in.void_of).where(
            _check_in.id.in_(IDS), _check_in.void_of.is_not(None)
        )
        aims.update(tuple(row) for row in transaction.connection().execute(voids, {"ids": part}))
    targets = set(aims.values())
    # Voids that name each other in a ring end here.
    above = _unsent_with_voids(transaction, targets) if targets and targets != ids else owed
    return owed | {void for void, target in aims.items() if target in above}


def _finished(
    transaction: Transaction, ids: Sequence[UUID], cut: Cutoff
) -> dict[UUID, _RequestFacts]:
    requests = _request_facts(transaction.connection(), list(ids))
    whole = _with_those_merged_into(transaction.connection(), requests)
    done = {id_: facts for id_, facts in requests.items() if _is_over(id_, whole, cut.by)}
    if not cut.sending:
        return done
    owed = unsent_ids(transaction, {row for id_, facts in done.items() for row in facts.rows(id_)})
    return {id_: facts for id_, facts in done.items() if owed.isdisjoint(facts.rows(id_))}


def _with_those_merged_into(
    connection: Connection, requests: Mapping[UUID, _RequestFacts]
) -> dict[UUID, _RequestFacts]:
    """Add the requests that some were merged into, and those these were merged into."""
    whole, new = dict(requests), dict(requests)
    while new:
        into = {facts.state.merged_into for facts in new.values()} - {None}
        wanted = [id_ for id_ in into if id_ is not None and id_ not in whole]
        new = {}
        for part in batches(wanted):
            new |= _request_facts(connection, list(part))
        whole |= new
    return whole


def _is_over(request_id: UUID, requests: Mapping[UUID, _RequestFacts], by: datetime) -> bool:
    """Return whether a request is done, and what it was merged into: its slip still withdraws that.

    What is not here any more holds nothing up.
    """
    seen: set[UUID] = set()
    here: UUID | None = request_id
    while here is not None and here in requests and here not in seen:
        if not requests[here].is_done(by):
            return False
        seen.add(here)
        here = requests[here].state.merged_into
    return True


def _request_facts(connection: Connection, ids: list[UUID]) -> dict[UUID, _RequestFacts]:
    part = {"ids": ids}
    found = {id_: _RequestFacts(made) for id_, made in connection.execute(_made, part)}
    for *event, request_id in connection.execute(_events, part):
        found[request_id].events.append(RequestEvent(*event))
    for request_id, slip, at in connection.execute(_slips, part):
        found[request_id].slips[slip] = at
    for request_id, typed, at in connection.execute(_typed, part):
        found[request_id].typed[typed] = at
    return found


def _find_unused(
    transaction: Transaction, cut: Cutoff, among: Sequence[UUID] | None
) -> list[Expired]:
    """Do as `find_unused_people`, among some participants or all."""

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
    lately = _lookups_since(transaction, cut, own) if found else frozenset()
    return [
        Expired(person, at, Participant)
        for at, person in found
        if lately.isdisjoint(lookups[person])
    ]


def _lookups_since(
    transaction: Transaction, cut: Cutoff, own: Sequence[bytes] | None
) -> frozenset[bytes]:
    """Return the passes, of `own` or of all, that were shown after `cut.by`."""
    query = select(_check_in.lookup).where(
        _check_in.site_id == cut.site_id,
        _check_in.occurred_at > cut.by,
        _check_in.lookup.is_not(None) if own is None else _check_in.lookup.in_(own),
    )
    return frozenset(transaction.connection().execute(query.distinct()).scalars())
