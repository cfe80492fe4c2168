"""Queries for the facts of one finished block, as they were when it was settled.

Facts of a machine whose clock was wrong are left out: their week is unknown, and they could still
be written into a block that has been shown. Where it was measured how wrong, they belong to
the week of their corrected time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Result, Select, and_, bindparam, func, or_, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance.anomalies import is_time_reliable
from kiosk.domain.attendance.attendance import CheckInFact, Presence, derive_attendance
from kiosk.domain.callbacks.request import Source
from kiosk.domain.callbacks.state import EventKind, RequestEvent, callback_state
from kiosk.domain.ids import made_at
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.statistics import ArrivalHistory, Block, RequestHistory
from kiosk.domain.text import clean
from kiosk.records.callbacks.facts import EVENTS
from kiosk.records.check_ins import CHECK_INS, read_check_in
from kiosk.records.database.ahead import ask_ahead, run_together
from kiosk.records.retention.cutoff import IDS, batches
from kiosk.records.schema.columns import Fact, of_site, table
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CheckIn,
    GroupSession,
    SupportGroup,
)
from kiosk.records.site import has_far_off_clock, read_stamp

_Question: TypeAlias = Callable[[Transaction], object]
_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_check_in = table(CheckIn).c
_session = table(GroupSession).c
_group = table(SupportGroup).c


def _known(kind: type[Fact], at: "ColumnElement[datetime]") -> "ColumnElement[bool]":
    """Return the SQL condition of a fact known when the block was settled, its time sure."""
    facts = table(kind).c
    written = func.coalesce(facts.received_at, at)
    return (
        of_site(facts)
        & or_(facts.clock_doubtful.is_(False), has_far_off_clock(facts.clock_offset_ms))
        & (written < bindparam("settled"))
    )


_made_known = _known(CallbackRequest, _request.created_at)
_event_known = _known(CallbackEvent, _event.at)
_made_then = select(_request.id).where(
    _made_known,
    or_(
        has_far_off_clock(_request.clock_offset_ms),
        and_(_request.created_at >= bindparam("start"), _request.created_at < bindparam("end")),
    ),
)
_tried_then = (
    select(_event.request_id)
    .where(_event_known, _event.site_id == bindparam("site"))
    .where(_event.kind == EventKind.ATTEMPT.value)
    .where(_event.at >= bindparam("start"), _event.at < bindparam("end"))
)
_requests = select(
    _request.id,
    _request.call_language,
    _request.source,
    _request.created_at,
    _request.clock_offset_ms,
    _request.received_at,
    _request.clock_doubtful,
).where(_made_known, _request.id.in_(IDS))
_events = EVENTS.add_columns(_event.request_id).where(_event_known, _event.request_id.in_(IDS))
_arrivals = CHECK_INS.where(
    _known(CheckIn, _check_in.occurred_at),
    or_(has_far_off_clock(_check_in.clock_offset_ms), _check_in.occurred_at >= bindparam("start")),
)
_group_of: "Select[UUID, UUID]" = select(_session.id, _session.group_id).where(_session.id.in_(IDS))
_groups = select(_group.id, _group.name, _group.deleted_at).where(
    _group.site_id == bindparam("site")
)


def request_questions(site_id: UUID, block: Block) -> tuple[_Question, ...]:
    """Return what `request_histories` asks first."""
    asked = _parameters(site_id, block)
    return partial(_run, _made_then, asked), partial(_run, _tried_then, asked)


def arrival_questions(site_id: UUID, block: Block) -> tuple[_Question, ...]:
    """Return what `arrivals` asks first."""
    asked = _parameters_of_arrivals(site_id, block)
    return partial(_run, _arrivals, asked), partial(_run, _groups, {"site": site_id})


def _run(
    query: "Select[*tuple[Any, ...]]", asked: Mapping[str, object], transaction: Transaction
) -> "Result[*tuple[Any, ...]]":
    return transaction.connection().execute(query, asked)


def request_histories(
    transaction: Transaction, site_id: UUID, block: Block
) -> list[RequestHistory]:
    """Return the requests that were made or tried in a block."""
    connection, asked = transaction.connection(), _parameters(site_id, block)
    ids = {*_run(_made_then, asked, transaction).scalars()}
    ids.update(_run(_tried_then, asked, transaction).scalars())
    found, parts = [], [{**asked, "ids": part} for part in batches(sorted(ids))]
    ask_ahead(
        transaction,
        *(
            partial(_run, query, some, transaction)
            for some in parts
            for query in (_events, _requests)
        ),
    )
    for some in parts:
        events: dict[UUID, list[RequestEvent]] = defaultdict(list)
        for *event, request_id in connection.execute(_events, some):
            events[request_id].append(RequestEvent(*event))
        for id_, language, source, *times in connection.execute(_requests, some):
            made = read_stamp(*times)
            if is_time_reliable(made) and not _came_after(block, id_, source, made.received_at):
                attempts = callback_state(events[id_], ()).attempts
                found.append(RequestHistory(made.at, language, attempts, source))
    return found


def arrivals(
    transaction: Transaction, site_id: UUID, block: Block
) -> tuple[list[ArrivalHistory], dict[UUID, str]]:
    """Return who arrived around a block, and the names of the groups there were.

    A person with two passes counts twice: which passes are whose may change, a shown block not.
    """
    asked = _parameters_of_arrivals(site_id, block)
    kept = _run(_arrivals, asked, transaction)
    facts = filter(is_time_reliable, map(read_check_in, kept))
    everybody = derive_attendance(facts).present
    latest = _latest_by_pass(everybody)
    present = [one for one in everybody if one.first.at in block]
    group_of = _groups_of(transaction, {one.first.session_id for one in present})
    came = [
        ArrivalHistory(
            one.first.at, group_of[one.first.session_id], one.first_visit, _came_again(one, latest)
        )
        for one in present
        if one.first.session_id in group_of
    ]
    met = {one.group_id for one in came}
    names = {
        id_: clean(name)
        for id_, name, deleted_at in _run(_groups, {"site": site_id}, transaction)
        if id_ in met or _was_there(id_, deleted_at, block)
    }
    return [one for one in came if one.group_id in names], names


def _latest_by_pass(present: Iterable[Presence]) -> dict[bytes, CheckInFact]:
    """Return the latest arrival of each pass, by its lookup."""
    ordered = sorted((one.first for one in present), key=lambda fact: fact.at)
    return {fact.lookup: fact for fact in ordered if fact.lookup is not None}


def _came_again(one: Presence, latest: Mapping[bytes, CheckInFact]) -> bool:
    """Return whether the pass of an arrival came to another session later."""
    first = one.first
    last = None if first.lookup is None else latest[first.lookup]
    return last is not None and last.at > first.at and last.session_id != first.session_id


def _came_after(block: Block, id_: UUID, source: str, received_at: datetime | None) -> bool:
    """Return whether staff entered a request on this machine once the block was settled."""
    entered_at = made_at(id_) if source != Source.VISITOR and received_at is None else None
    return entered_at is not None and entered_at >= block.settled_at


def _parameters(site_id: UUID, block: Block) -> dict[str, object]:
    return {
        "site": site_id,
        "start": block.starts_at,
        "end": block.ends_at,
        "settled": block.settled_at,
    }


def _parameters_of_arrivals(site_id: UUID, block: Block) -> dict[str, object]:
    # A meeting over midnight belongs to the block in which its people came.
    return {**_parameters(site_id, block), "start": block.starts_at - LONGEST_SESSION}


def _groups_of(transaction: Transaction, sessions: Iterable[UUID]) -> dict[UUID, UUID]:
    found: dict[UUID, UUID] = {}

    def look(part: Sequence[UUID]) -> None:
        rows = _run(_group_of, {"ids": part}, transaction)
        found.update((session, group) for session, group in rows)

    run_together(transaction, *(partial(look, part) for part in batches(sorted(sessions))))
    return found


def _was_there(group_id: UUID, deleted_at: datetime | None, block: Block) -> bool:
    """Return whether a group was planned before the block was settled and not put away before."""
    made = made_at(group_id)
    in_time = made is None or made < block.settled_at
    return in_time and (deleted_at is None or deleted_at > block.starts_at)
