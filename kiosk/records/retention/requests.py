"""Requests that are over for long enough, with their facts, and facts whose request is gone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, delete, select
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.state import CallbackState, RequestEvent, callback_state
from kiosk.records.callbacks.facts import EVENTS
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.retention.cutoff import (
    IDS,
    Cutoff,
    Expired,
    all_rows,
    batches,
    came_in_time,
    deletable,
    drop_rows,
    unsent_ids,
)
from kiosk.records.schema.columns import of_site, table
from kiosk.records.schema.system_tables import NoticeRequest
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackRetiming,
    CallbackWithdrawal,
)
from kiosk.records.site import kept_since

if TYPE_CHECKING:
    from sqlalchemy import Select


_REQUESTS_AT_A_TIME = 2_000
_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_retiming = table(CallbackRetiming).c
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


@dataclass
class RequestFacts:
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


def find_finished_requests(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find the requests that may go, the oldest first."""
    ids = [id_ for (id_,) in all_rows(old_requests(cut), transaction)]
    return [
        Expired(id_, facts.created_at, CallbackRequest)
        for start in range(0, len(ids), _REQUESTS_AT_A_TIME)
        for id_, facts in finished_requests(
            transaction, ids[start : start + _REQUESTS_AT_A_TIME], cut
        ).items()
        if facts.created_at is not None
    ]


def old_requests(cut: Cutoff) -> "Select[UUID]":
    """Return the query for requests that are old enough, over or not."""
    return (
        select(_request.id)
        .where(of_site(_request, cut.site_id), _requests_since <= cut.by)
        .order_by(_requests_since, _request.id)
    )


def find_loose_facts(transaction: Transaction, cut: Cutoff) -> list[Expired]:
    """Find events, withdrawals (typed ones too) and retimings whose request is not here."""
    events, withdrawals, retimings = loose_facts(cut)
    found = [Expired(id_, at, CallbackEvent) for id_, at in all_rows(events, transaction)]
    found += [
        Expired(id_, at, CallbackWithdrawal) for id_, at in all_rows(withdrawals, transaction)
    ]
    found += [Expired(id_, at, CallbackRetiming) for id_, at in all_rows(retimings, transaction)]
    return deletable(transaction, found, cut)


def loose_facts(cut: Cutoff) -> "tuple[Select[*tuple[Any, ...]], ...]":
    """Return the queries for events, withdrawals and retimings without their request."""
    events = select(_event.id, _event_since).where(
        of_site(_event, cut.site_id),
        _event_since <= cut.by,
        came_in_time(_event, cut),
        ~select(_request.id).where(_request.id == _event.request_id).exists(),
    )
    withdrawals = select(_withdrawal.id, _withdrawn_since).where(
        of_site(_withdrawal, cut.site_id),
        _withdrawn_since <= cut.by,
        came_in_time(_withdrawal, cut),
        ~select(_request.id).where(_request.id == _withdrawal.request_id).exists(),
        ~select(_request.id).where(_request.ref == _withdrawal.ref).exists(),
    )
    retimings = select(_retiming.id, _retimed_since).where(
        of_site(_retiming, cut.site_id),
        _retimed_since <= cut.by,
        came_in_time(_retiming, cut),
        ~select(_request.id).where(_request.id == _retiming.request_id).exists(),
    )
    return events, withdrawals, retimings


def finished_requests(
    transaction: Transaction, ids: Sequence[UUID], cut: Cutoff
) -> dict[UUID, RequestFacts]:
    """Return those of some requests that may go, with their facts."""
    requests = _request_facts(transaction, ids)
    whole = _with_those_merged_into(transaction, requests)
    done = {id_: facts for id_, facts in requests.items() if _is_over(id_, whole, cut)}
    if not cut.sending:
        return done
    owed = unsent_ids(transaction, {row for id_, facts in done.items() for row in facts.rows(id_)})
    return {id_: facts for id_, facts in done.items() if owed.isdisjoint(facts.rows(id_))}


def _with_those_merged_into(
    transaction: Transaction, requests: Mapping[UUID, RequestFacts]
) -> dict[UUID, RequestFacts]:
    """Add the requests that some were merged into, and those these were merged into."""
    whole, new = dict(requests), dict(requests)
    while new:
        into = {facts.state.merged_into for facts in new.values()} - {None}
        wanted = [id_ for id_ in into if id_ is not None and id_ not in whole]
        new = _request_facts(transaction, wanted)
        whole |= new
    return whole


def _is_over(request_id: UUID, requests: Mapping[UUID, RequestFacts], cut: Cutoff) -> bool:
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


def fact_questions(transaction: Transaction, ids: Sequence[UUID]) -> Iterator[Callable[[], object]]:
    """Return what `_request_facts` asks for some requests."""
    for part in batches(ids):
        for query in (_made, _events, _slips, _typed, _retimings):
            yield partial(transaction.connection().execute, query, {"ids": list(part)})


def _request_facts(transaction: Transaction, ids: Sequence[UUID]) -> dict[UUID, RequestFacts]:
    ask_ahead(transaction, *fact_questions(transaction, ids))
    connection, found = transaction.connection(), dict[UUID, RequestFacts]()
    for part in batches(ids):
        found |= _facts_of_some(connection, {"ids": list(part)})
    return found


def _facts_of_some(
    connection: Connection, part: Mapping[str, Sequence[UUID]]
) -> dict[UUID, RequestFacts]:
    found: dict[UUID, RequestFacts] = {}
    for id_, made, received in connection.execute(_made, part):
        found[id_] = RequestFacts(made, received=[received])
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


def drop_requests(transaction: Transaction, done: Mapping[UUID, RequestFacts]) -> None:
    """Delete requests with all their facts, of this machine's file."""
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
