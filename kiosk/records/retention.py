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
    text,
)
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.attendance.check_in import NO_SESSION
from kiosk.domain.callbacks.state import CallbackState, RequestEvent, callback_state
from kiosk.domain.ids import made_at
from kiosk.records.callbacks import EVENTS
from kiosk.records.database.writing import mark_changed
from kiosk.records.schema.columns import Row, is_central, of_site, table
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
    from sqlalchemy import ColumnCollection, Select


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
    select(_request.id, _requests_since, _request.received_at)
    .where(_request.id.in_(IDS))
    .order_by(_requests_since, _request.id)
)
_events = EVENTS.add_columns(_event.request_id, _event.received_at).where(
    _event.request_id.in_(IDS)
)
_slips = select(
    _withdrawal.request_id, _withdrawal.id, _withdrawal.at, _withdrawal.received_at
).where(_withdrawal.request_id.in_(IDS))
_typed = (
    select(_request.id, _withdrawal.id, _withdrawal.at, _withdrawal.received_at)
    .join_from(table(CallbackRequest), table(CallbackWithdrawal), _withdrawal.ref == _request.ref)
    .where(_request.id.in_(IDS))
)
_REQUESTS, _LOOSE, _ATTENDANCE, _PEOPLE = (
    "kiosk_delete_requests", "kiosk_delete_loose_facts", "kiosk_delete_attendance",
    "kiosk_delete_people",
)  # fmt: skip
_Thing = TypeVar("_Thing")


class Cutoff(NamedTuple):
    """What is old enough to be deleted."""

    site_id: UUID
    by: datetime
    """Things of then and before."""
    came_by: datetime
    """The centre refuses to delete what came to it later, whatever its own time says."""
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
    received: list[datetime | None] = field(default_factory=list)
    """When the centre had each of them; None on a machine's own file."""

    @cached_property
    def state(self) -> CallbackState:
        """The state that the facts fold to."""
        return callback_state(self.events, self.slips.values())

    def is_done(self, cut: Cutoff) -> bool:
        """Return whether it left the list, and has no fact that is too young for `cut`."""
        events = [event.at for event in self.events]
        latest = max([self.created_at, *events, *self.slips.values(), *self.typed.values()])
        came = max(filter(None, self.received), default=cut.came_by)
        return latest <= cut.by and came <= cut.came_by and not self.state.open

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
        select(_target.id)
        .where(_target.id == _check_in.void_of, or_(_target_since > cut.by, ~_came(_target, cut)))
        .exists(),
        select(_head_count.id)
        .where(_head_count.id == _check_in.void_of, or_(counted > cut.by, ~_came(_head_count, cut)))
        .exists(),
    )
    placed = or_(
        _check_in.void_of.is_not(None),
        select(_placing.id).where(_placing.void_of == _check_in.id).exists(),
    )
    is_void = _check_in.kind == CheckInKind.VOID.value
    check_ins = (
        select(_check_in.id, _since)
        .where(of_site(_check_in, cut.site_id), _since <= cut.by, _came(_check_in, cut))
        .where(or_(_check_in.void_of.is_(None), ~young))
        # Their clock stood wrong, so nobody knows how old they are until staff have placed them.
        .where(or_(_check_in.session_id != NO_SESSION, placed))
        .order_by(is_void, _since)
    )
    counts = select(_head_count.id, counted).where(
        of_site(_head_count, cut.site_id), counted <= cut.by, _came(_head_count, cut)
    )
    connection = transaction.connection()
    found = [Expired(*row, HeadCount) for row in connection.execute(counts)]
    found += [Expired(*row, CheckIn) for row in connection.execute(check_ins)]
    return _deletable(transaction, found, cut)


def find_loose_facts(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find events and withdrawals, typed ones too, whose request is not here."""
    events = select(_event.id, _event.at).where(
        of_site(_event, cut.site_id),
        _event.at <= cut.by,
        _came(_event, cut),
        ~select(_request.id).where(_request.id == _event.request_id).exists(),
    )
    withdrawals = select(_withdrawal.id, _withdrawal.at).where(
        of_site(_withdrawal, cut.site_id),
        _withdrawal.at <= cut.by,
        _came(_withdrawal, cut),
        ~select(_request.id).where(_request.id == _withdrawal.request_id).exists(),
        ~select(_request.id).where(_request.ref == _withdrawal.ref).exists(),
    )
    connection = transaction.connection()
    found = [Expired(*row, CallbackEvent) for row in connection.execute(events)]
    found += [Expired(*row, CallbackWithdrawal) for row in connection.execute(withdrawals)]
    return _deletable(transaction, found, cut)


def drop_facts(transaction: Transaction, found: Sequence[Expired], cut: Cutoff) -> int:
    """Delete those of the facts found before that still may go; return how many."""
    if is_central(transaction):
        counted = [old.id for old in found if old.kind in (CheckIn, HeadCount)]
        loose = [old.id for old in found if old.kind not in (CheckIn, HeadCount)]
        gone = _delete_there(transaction, _ATTENDANCE, counted)
        return len(gone) + len(_delete_there(transaction, _LOOSE, loose))
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
        .where(of_site(_request, cut.site_id), _requests_since <= cut.by)
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
    if is_central(transaction):
        return len(_delete_there(transaction, _REQUESTS, list(done)))
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
    if is_central(transaction):
        gone = _delete_there(transaction, _PEOPLE, ids)
        for table_name, row_id in gone:
            mark_changed(transaction, table_name, row_id, gone=True)
        return sum(name == Participant.__tablename__ for name, _ in gone)
    for part in batches(ids):
        for kind in (Passcard, Membership):
            rows = table(kind).c
            query = select(rows.id).where(rows.participant_id.in_(IDS))
            drop_rows(transaction, kind, connection.execute(query, {"ids": part}).scalars().all())
        drop_rows(transaction, Participant, part)
    return len(ids)


def drop_rows(transaction: Transaction, kind: type[Row], ids: Sequence[UUID]) -> None:
    """Delete rows of this machine's file, and what of them waits to be sent.

    Ask `unsent_ids` first with a centre. Repeating it is harmless. A checkpoint must follow, or the
    bytes stay in the log.
    """
    target, connection = table(kind), transaction.connection()
    for part in batches(ids):
        for queue in _QUEUES:
            connection.execute(delete(queue).where(queue.c.row_id.in_(IDS)), {"ids": part})
        connection.execute(delete(target).where(target.c.id.in_(IDS)), {"ids": part})


def forget_desk_changes(transaction: Transaction) -> None:
    """Let the centre delete what it has noted of desks for long enough; elsewhere nothing."""
    if is_central(transaction):
        transaction.connection().execute(text("SELECT kiosk_forget_desk_changes()"))


def _delete_there(
    transaction: Transaction, name: str, ids: Sequence[UUID]
) -> list[tuple[str, UUID]]:
    """Let the centre delete rows by one of its functions; return what it has deleted.

    It deletes what is old enough and done with, and no more: a desk's role may delete nothing.
    """
    if not ids:
        return []
    gone = getattr(func, name)(bindparam("gone")).table_valued("table_name", "row_id").c
    asked = select(gone.table_name, gone.row_id)
    rows = transaction.connection().execute(asked, {"gone": list(ids)})
    return [(row.table_name, row.row_id) for row in rows]


def _came(facts: "ColumnCollection[str, Any]", cut: Cutoff) -> "ColumnElement[bool]":
    """Return the SQL condition of what the centre has had for long enough to delete it.

    On a machine's own file it always holds: nothing there has been received.
    """
    received = facts["received_at"]
    return or_(received.is_(None), received <= cut.came_by)


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


def confirmed_ids(
    transaction: Transaction,
    kind: type[CallbackRequest | CheckIn],
    kiosk_id: UUID,
    confirmed_by: datetime,
    among: Sequence[UUID] | None = None,
) -> Sequence[UUID]:
    """Return ids of requests or check-ins that the centre had by `confirmed_by`.

    At most ROWS_AT_A_TIME; of those `among`, where they are given. Voids of head counts are left
    out, for these stay. It may read the whole table, so no visitor should wait for it to end.
    """
    confirmation, connection = table(Confirmation).c, transaction.connection()
    latest = select(func.max(confirmation.upto_seq)).where(confirmation.at <= confirmed_by)
    arrived = connection.execute(latest).scalar()
    if arrived is None:
        return []
    facts = table(kind).c
    query = select(facts.id).where(
        facts.kiosk_id == kiosk_id,
        facts.kiosk_seq <= arrived,
        _is_not_in(Outbox, facts.id),
        _is_not_in(Parked, facts.id),
    )
    if kind is CheckIn:
        counts = select(_head_count.id).where(_head_count.id == _check_in.void_of)
        query = query.where(~counts.exists())
    if among is not None:
        query = query.where(facts.id.in_(among))
    return connection.execute(query.limit(ROWS_AT_A_TIME)).scalars().all()


def drop_confirmed(
    transaction: Transaction,
    kind: type[CallbackRequest | CheckIn],
    kiosk_id: UUID,
    confirmed_by: datetime,
    ids: Sequence[UUID],
) -> int:
    """Delete those of some requests or check-ins that the centre still has; return how many.

    A checkpoint must follow, or the bytes stay in the log.
    """
    found = confirmed_ids(transaction, kind, kiosk_id, confirmed_by, ids)
    if found:
        facts = table(kind)
        transaction.connection().execute(
            delete(facts).where(facts.c.id == bindparam("gone")), [{"gone": id_} for id_ in found]
        )
    return len(found)


def drop_confirmations(transaction: Transaction, before: datetime) -> None:
    """Delete the confirmations of what is deleted here by now, all but the latest of them."""
    confirmation = table(Confirmation).c
    latest = (
        select(func.max(confirmation.upto_seq)).where(confirmation.at < before).scalar_subquery()
    )
    transaction.connection().execute(
        delete(table(Confirmation)).where(confirmation.at < before, confirmation.upto_seq < latest)
    )


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
    done = {id_: facts for id_, facts in requests.items() if _is_over(id_, whole, cut)}
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


def _is_over(request_id: UUID, requests: Mapping[UUID, _RequestFacts], cut: Cutoff) -> bool:
    """Return whether a request is done, and what it was merged into: its slip still withdraws that.

    What is not here any more holds nothing up.
    """
    seen: set[UUID] = set()
    here: UUID | None = request_id
    while here is not None and here in requests and here not in seen:
        if not requests[here].is_done(cut):
            return False
        seen.add(here)
        here = requests[here].state.merged_into
    return True


def _request_facts(connection: Connection, ids: list[UUID]) -> dict[UUID, _RequestFacts]:
    part = {"ids": ids}
    found: dict[UUID, _RequestFacts] = {}
    for id_, made, received in connection.execute(_made, part):
        found[id_] = _RequestFacts(made, received=[received])
    for *event, request_id, received in connection.execute(_events, part):
        found[request_id].events.append(RequestEvent(*event))
        found[request_id].received.append(received)
    for request_id, slip, at, received in connection.execute(_slips, part):
        found[request_id].slips[slip] = at
        found[request_id].received.append(received)
    for request_id, typed, at, received in connection.execute(_typed, part):
        found[request_id].typed[typed] = at
        found[request_id].received.append(received)
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
        of_site(_check_in, cut.site_id),
        or_(_check_in.occurred_at > cut.by, ~_came(_check_in, cut)),
        _check_in.lookup.is_not(None) if own is None else _check_in.lookup.in_(own),
    )
    return frozenset(transaction.connection().execute(query.distinct()).scalars())
