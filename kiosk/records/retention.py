"""Finds and deletes what has been kept for long enough, on a machine's own file or at the centre.

On a machine without a centre the rows that wait to be sent go along. With one, what the centre has
not confirmed stays.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
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
from kiosk.records.callbacks.facts import EVENTS
from kiosk.records.database.ahead import ask_ahead, run_together
from kiosk.records.database.writing import mark_changed
from kiosk.records.schema.columns import Row, is_central, of_site, table
from kiosk.records.schema.system_tables import (
    Confirmation,
    NoticeRequest,
    Outbox,
    Parked,
    SyncState,
)
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackRetiming,
    CallbackWithdrawal,
    CheckIn,
    HeadCount,
    Membership,
    Participant,
    Passcard,
)
from kiosk.records.site import FOUNDED, kept_since

if TYPE_CHECKING:
    from sqlalchemy import ColumnCollection, Select


IDS_AT_A_TIME = 200
"""Ids in one statement or transaction, so that no visitor waits for the cleaning."""
_REQUESTS_AT_A_TIME = 2_000
IDS: "BindParameter[Sequence[UUID]]" = bindparam("ids", expanding=True)
_QUEUES = (table(Outbox), table(Parked))
_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_retiming = table(CallbackRetiming).c
_check_in = table(CheckIn).c
_target = table(CheckIn).alias("target").c
_placing = table(CheckIn).alias("placing").c
_head_count = table(HeadCount).c
_person = table(Participant).c
_pass = table(Passcard).c
_member = table(Membership).c
_since, _target_since = kept_since(_check_in, "occurred_at"), kept_since(_target, "occurred_at")
_counted_since = kept_since(_head_count, "at")
_event_since, _withdrawn_since = kept_since(_event, "at"), kept_since(_withdrawal, "at")
_requests_since = kept_since(_request, "created_at")
_retimed_since = kept_since(_retiming, "at")
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
_retimings = select(_retiming.request_id, _retiming.id, _retiming.at, _retiming.received_at).where(
    _retiming.request_id.in_(IDS)
)
_typed = (
    select(_request.id, _withdrawal.id, _withdrawal.at, _withdrawal.received_at)
    .join_from(table(CallbackRequest), table(CallbackWithdrawal), _withdrawal.ref == _request.ref)
    .where(_request.id.in_(IDS))
)
_founded = select(FOUNDED)
_REQUESTS, _LOOSE, _ATTENDANCE, _PEOPLE = (
    "kiosk_delete_requests", "kiosk_delete_loose_facts", "kiosk_delete_attendance",
    "kiosk_delete_people",
)  # fmt: skip
_PULLED = {str(kind.__tablename__) for kind in (Participant, Passcard, Membership)}
_KINDS: dict[str, type[Row]] = {
    str(kind.__tablename__): kind
    for kind in (
        CallbackRequest,
        CallbackEvent,
        CallbackWithdrawal,
        CallbackRetiming,
        CheckIn,
        HeadCount,
        Participant,
    )
}
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
    """A request with its events, withdrawals and retimings."""

    created_at: datetime | None
    """None where its clock was wrong, and nobody can say when it was made."""
    events: list[RequestEvent] = field(default_factory=list)
    slips: dict[UUID, datetime] = field(default_factory=dict)
    typed: dict[UUID, datetime] = field(default_factory=dict)
    retimed: dict[UUID, datetime] = field(default_factory=dict)
    received: list[datetime | None] = field(default_factory=list)
    """When the centre had each of them; None on a machine's own file."""

    @cached_property
    def state(self) -> CallbackState:
        """The state that the facts fold to."""
        return callback_state(self.events, self.slips.values())

    def is_done(self, cut: Cutoff) -> bool:
        """Return whether it left the list, and has no fact that is too young for `cut`."""
        if self.created_at is None:
            return False
        events = [event.at for event in self.events]
        by_visitor = [at for some in (self.slips, self.typed, self.retimed) for at in some.values()]
        latest = max([self.created_at, *events, *by_visitor])
        came = max(filter(None, self.received), default=cut.came_by)
        return latest <= cut.by and came <= cut.came_by and not self.state.open

    def rows(self, request_id: UUID) -> set[UUID]:
        """Return the ids of all rows of the request."""
        events = (event.id for event in self.events)
        return {request_id, *events, *self.slips, *self.typed, *self.retimed}


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


def expiry_questions(
    requests: Cutoff, attendance: Cutoff, people: Cutoff
) -> list[Callable[[Transaction], object]]:
    """Return what the functions that find something ask first, by the limits they will get."""
    queries = (
        _old_requests(requests),
        *_loose_facts(requests),
        *_attendance(attendance),
        *_uses(people, None),
        _shown_since(people, None),
        _founded,
    )
    return [partial(_all, query) for query in queries]


def _all(query: "Select[*tuple[Any, ...]]", transaction: Transaction) -> Sequence[Any]:
    return transaction.connection().execute(query).all()


def find_attendance(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find check-ins and head counts; voids last, and none before what it voids."""
    counts, check_ins = _attendance(cut)
    found = [Expired(id_, at, HeadCount) for id_, at in _all(counts, transaction)]
    found += [Expired(id_, at, CheckIn) for id_, at in _all(check_ins, transaction)]
    return _deletable(transaction, found, cut)


def _attendance(cut: Cutoff) -> "tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]":
    young = or_(
        select(_target.id)
        .where(_target.id == _check_in.void_of, _is_young(_target_since, _target, cut))
        .exists(),
        select(_head_count.id)
        .where(_head_count.id == _check_in.void_of, _is_young(_counted_since, _head_count, cut))
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
    counts = select(_head_count.id, _counted_since).where(
        of_site(_head_count, cut.site_id), _counted_since <= cut.by, _came(_head_count, cut)
    )
    return counts, check_ins


def find_loose_facts(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find events, withdrawals (typed ones too) and retimings whose request is not here."""
    events, withdrawals, retimings = _loose_facts(cut)
    found = [Expired(id_, at, CallbackEvent) for id_, at in _all(events, transaction)]
    found += [Expired(id_, at, CallbackWithdrawal) for id_, at in _all(withdrawals, transaction)]
    found += [Expired(id_, at, CallbackRetiming) for id_, at in _all(retimings, transaction)]
    return _deletable(transaction, found, cut)


def _loose_facts(cut: Cutoff) -> "tuple[Select[*tuple[Any, ...]], ...]":
    events = select(_event.id, _event_since).where(
        of_site(_event, cut.site_id),
        _event_since <= cut.by,
        _came(_event, cut),
        ~select(_request.id).where(_request.id == _event.request_id).exists(),
    )
    withdrawals = select(_withdrawal.id, _withdrawn_since).where(
        of_site(_withdrawal, cut.site_id),
        _withdrawn_since <= cut.by,
        _came(_withdrawal, cut),
        ~select(_request.id).where(_request.id == _withdrawal.request_id).exists(),
        ~select(_request.id).where(_request.ref == _withdrawal.ref).exists(),
    )
    retimings = select(_retiming.id, _retimed_since).where(
        of_site(_retiming, cut.site_id),
        _retimed_since <= cut.by,
        _came(_retiming, cut),
        ~select(_request.id).where(_request.id == _retiming.request_id).exists(),
    )
    return events, withdrawals, retimings


def drop_expired(
    transaction: Transaction, found: Sequence[Expired], cut: Cutoff, unused: Cutoff
) -> Counter[type[Row]]:
    """Delete those of some things found before that still may go; return how many, by kind.

    `cut` limits requests, and `unused` participants. Requests and participants are checked again
    in this transaction: somebody may have reopened one meanwhile, or come back. The events of a
    request go with it, and its withdrawals, typed ones too; all passes and memberships of a
    participant do.
    """
    ids: dict[type[Row], list[UUID]] = defaultdict(list)
    for old in found:
        ids[old.kind].append(old.id)
    requests, people = ids[CallbackRequest], ids[Participant]
    ask_ahead(
        transaction,
        *(
            partial(_all, query, transaction)
            for query in (*_uses(unused, people), _shown_since(unused, people), _founded)
            if people
        ),
        *_fact_questions(transaction, requests),
    )
    done = _finished(transaction, requests, cut)
    gone_people = [old.id for old in _find_unused(transaction, unused, people)] if people else []
    if is_central(transaction):
        return _drop_there(transaction, list(done), ids, gone_people)
    _drop_requests(transaction, done)
    _drop_people(transaction, gone_people)
    facts = [old for old in found if old.kind not in (CallbackRequest, Participant)]
    going = Counter(old.kind for old in _drop_facts(transaction, facts, cut))
    return going + Counter({CallbackRequest: len(done), Participant: len(gone_people)})


def _drop_there(
    transaction: Transaction,
    requests: Sequence[UUID],
    found: Mapping[type[Row], Sequence[UUID]],
    people: Sequence[UUID],
) -> Counter[type[Row]]:
    """Let the centre delete rows by its functions: a desk's role may delete nothing.

    They delete what is old enough and done with, and no more.
    """
    asked = {
        _REQUESTS: requests,
        _LOOSE: [
            id_
            for kind in (CallbackEvent, CallbackWithdrawal, CallbackRetiming)
            for id_ in found[kind]
        ],
        _ATTENDANCE: [*found[CheckIn], *found[HeadCount]],
        _PEOPLE: people,
    }
    gone: list[tuple[str, UUID]] = []

    def delete_there(name: str, ids: Sequence[UUID]) -> None:
        rows = getattr(func, name)(bindparam("gone")).table_valued("table_name", "row_id").c
        query = select(rows.table_name, rows.row_id)
        found = transaction.connection().execute(query, {"gone": list(ids)})
        gone.extend((row.table_name, row.row_id) for row in found)

    run_together(
        transaction, *(partial(delete_there, name, ids) for name, ids in asked.items() if ids)
    )
    for table_name, row_id in gone:
        if table_name in _PULLED:
            mark_changed(transaction, table_name, row_id, gone=True)
    return Counter(_KINDS[table_name] for table_name, _ in gone if table_name in _KINDS)


def _drop_facts(
    transaction: Transaction, found: Sequence[Expired], cut: Cutoff
) -> Sequence[Expired]:
    going = _deletable(transaction, found, cut)
    by_kind: dict[type[Row], list[UUID]] = defaultdict(list)
    for old in going:
        by_kind[old.kind].append(old.id)
    for kind, ids in by_kind.items():
        drop_rows(transaction, kind, ids)
    return going


def find_finished_requests(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find the requests that may go, the oldest first."""
    ids = [id_ for (id_,) in _all(_old_requests(cut), transaction)]
    return [
        Expired(id_, facts.created_at, CallbackRequest)
        for start in range(0, len(ids), _REQUESTS_AT_A_TIME)
        for id_, facts in _finished(
            transaction, ids[start : start + _REQUESTS_AT_A_TIME], cut
        ).items()
        if facts.created_at is not None
    ]


def _old_requests(cut: Cutoff) -> "Select[UUID]":
    return (
        select(_request.id)
        .where(of_site(_request, cut.site_id), _requests_since <= cut.by)
        .order_by(_requests_since, _request.id)
    )


def _drop_requests(transaction: Transaction, done: Mapping[UUID, _RequestFacts]) -> None:
    events = [event.id for facts in done.values() for event in facts.events]
    withdrawals = [id_ for facts in done.values() for id_ in (*facts.slips, *facts.typed)]
    drop_rows(transaction, CallbackEvent, events)
    retimings = [id_ for facts in done.values() for id_ in facts.retimed]
    drop_rows(transaction, CallbackWithdrawal, withdrawals)
    drop_rows(transaction, CallbackRetiming, retimings)
    drop_rows(transaction, CallbackRequest, list(done))
    told = delete(table(NoticeRequest)).where(table(NoticeRequest).c.request_id.in_(IDS))
    for part in batches(list(done)):
        transaction.connection().execute(told, {"ids": part})


def find_unused_people(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find participants who did nothing after `cut.by`, those who did least lately first.

    A use is a check-in, a new or revoked pass, or a new membership. Passes whose participant has
    not reached this database count as theirs. Whose last use is dated before the clinic was founded
    stays: a clock was wrong, and nobody can say how long ago it was. Nobody on a machine with a
    centre: who came to another kiosk, or before what this one still keeps, the centre alone knows.
    """
    return _find_unused(transaction, cut, None)


def _drop_people(transaction: Transaction, ids: Sequence[UUID]) -> None:
    connection = transaction.connection()
    for part in batches(ids):
        for kind in (Passcard, Membership):
            rows = table(kind).c
            query = select(rows.id).where(rows.participant_id.in_(IDS))
            drop_rows(transaction, kind, connection.execute(query, {"ids": part}).scalars().all())
        drop_rows(transaction, Participant, part)


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


def _came(facts: "ColumnCollection[str, Any]", cut: Cutoff) -> "ColumnElement[bool]":
    """Return the SQL condition of what the centre has had for long enough to delete it.

    On a machine's own file it always holds: nothing there has been received.
    """
    received = facts["received_at"]
    return or_(received.is_(None), received <= cut.came_by)


def _is_young(
    since: "ColumnElement[Any]", facts: "ColumnCollection[str, Any]", cut: Cutoff
) -> "ColumnElement[bool]":
    """Return the SQL condition of what is not to go yet, or may be of any age."""
    return or_(since.is_(None), since > cut.by, ~_came(facts, cut))


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
    requests = _request_facts(transaction, ids)
    whole = _with_those_merged_into(transaction, requests)
    done = {id_: facts for id_, facts in requests.items() if _is_over(id_, whole, cut)}
    if not cut.sending:
        return done
    owed = unsent_ids(transaction, {row for id_, facts in done.items() for row in facts.rows(id_)})
    return {id_: facts for id_, facts in done.items() if owed.isdisjoint(facts.rows(id_))}


def _with_those_merged_into(
    transaction: Transaction, requests: Mapping[UUID, _RequestFacts]
) -> dict[UUID, _RequestFacts]:
    """Add the requests that some were merged into, and those these were merged into."""
    whole, new = dict(requests), dict(requests)
    while new:
        into = {facts.state.merged_into for facts in new.values()} - {None}
        wanted = [id_ for id_ in into if id_ is not None and id_ not in whole]
        new = _request_facts(transaction, wanted)
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


def _fact_questions(
    transaction: Transaction, ids: Sequence[UUID]
) -> Iterator[Callable[[], object]]:
    """Return what `_request_facts` asks for some requests."""
    for part in batches(ids):
        for query in (_made, _events, _slips, _typed, _retimings):
            yield partial(transaction.connection().execute, query, {"ids": list(part)})


def _request_facts(transaction: Transaction, ids: Sequence[UUID]) -> dict[UUID, _RequestFacts]:
    ask_ahead(transaction, *_fact_questions(transaction, ids))
    connection, found = transaction.connection(), dict[UUID, _RequestFacts]()
    for part in batches(ids):
        found |= _facts_of_some(connection, {"ids": list(part)})
    return found


def _facts_of_some(
    connection: Connection, part: Mapping[str, Sequence[UUID]]
) -> dict[UUID, _RequestFacts]:
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
    for request_id, retiming, at, received in connection.execute(_retimings, part):
        found[request_id].retimed[retiming] = at
        found[request_id].received.append(received)
    return found


def _find_unused(
    transaction: Transaction, cut: Cutoff, among: Sequence[UUID] | None
) -> list[Expired]:
    """Do as `find_unused_people`, among some participants or all."""
    if cut.sending:
        return []
    people, passes, memberships = _uses(cut, among)
    used: dict[UUID, datetime] = dict(tuple(row) for row in _all(people, transaction))
    lookups: dict[UUID, list[bytes]] = defaultdict(list)
    for person, lookup, created_at, revoked_at in _all(passes, transaction):
        lookups[person].append(lookup)
        used[person] = max(used.get(person, created_at), created_at, revoked_at or created_at)
    for person, membership in _all(memberships, transaction):
        if person in used:
            used[person] = max(used[person], made_at(membership) or used[person])
    ((founded,),) = _all(_founded, transaction)
    found = sorted((at, person) for person, at in used.items() if founded <= at <= cut.by)
    lately: frozenset[bytes] = frozenset()
    if found:
        lately = frozenset(lookup for (lookup,) in _all(_shown_since(cut, among), transaction))
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
            _is_young(_since, _check_in, cut),
            _check_in.lookup.is_not(None) if among is None else _check_in.lookup.in_(own),
        )
        .distinct()
    )
