"""Queries for the requests that may be open, as far as they are not sealed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.request import Retiming
from kiosk.domain.callbacks.state import CORRECTED, ENDING_KINDS, EventKind, RequestEvent
from kiosk.domain.clock_sync import corrected
from kiosk.records.callbacks.facts import EVENTS, RETIMINGS, read_retiming
from kiosk.records.schema.columns import table
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackRetiming,
    CallbackWithdrawal,
)

_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_retiming = table(CallbackRetiming).c
_ending = table(CallbackEvent).alias("ending").c
_again = table(CallbackEvent).alias("again").c
# Whether it is open their fold alone tells; none that is open is left out here.
MAYBE_OPEN = and_(
    _request.site_id == bindparam("site"),
    ~select(_withdrawal.id).where(_withdrawal.request_id == _request.id).exists(),
    ~select(_ending.id)
    .where(
        _ending.request_id == _request.id,
        _ending.kind.in_([str(kind) for kind in ENDING_KINDS]),
        ~select(_again.id)
        .where(
            _again.request_id == _ending.request_id,
            or_(
                and_(_again.kind == EventKind.UNDONE.value, _again.other_id == _ending.id),
                and_(_again.kind == EventKind.REOPENED.value, _again.revision >= _ending.revision),
            ),
        )
        .exists(),
    )
    .exists(),
)
_unopened: "Select[*tuple[Any, ...]]" = select(
    _request.id,
    _request.created_at,
    _request.clock_offset_ms,
    _request.windows,
    _request.not_before,
).where(MAYBE_OPEN)
_unopened_events = (
    EVENTS.add_columns(_event.request_id)
    .join(_request.id.table, _request.id == _event.request_id)
    .where(MAYBE_OPEN)
)
_was_merged = (
    select(_ending.id)
    .where(_ending.request_id == _request.id, _ending.kind == EventKind.MERGED.value)
    .exists()
)
_corrections = (
    select(_event.request_id, _event.other_id, _withdrawal.at, _withdrawal.clock_offset_ms)
    .outerjoin(_withdrawal.id.table, _withdrawal.request_id == _event.request_id)
    .where(
        _event.site_id == bindparam("site"),
        _event.kind == EventKind.MERGED.value,
        _event.outcome == CORRECTED,
    )
)
_unopened_retimings = (
    RETIMINGS.add_columns(_retiming.request_id)
    .join(_request.id.table, _request.id == _retiming.request_id)
    .where(_request.site_id == bindparam("site"), or_(MAYBE_OPEN, _was_merged))
)


class UnopenedRequest(NamedTuple):
    """A request as far as it is not sealed."""

    id: UUID
    created_at: datetime
    clock_offset_ms: int | None
    windows: str
    not_before: date | None


def maybe_open_requests(transaction: Transaction, site_id: UUID) -> Iterator[UnopenedRequest]:
    """Return the requests of a site but those that have left the list for sure."""
    rows = transaction.connection().execute(_unopened, {"site": site_id})
    return map(UnopenedRequest._make, rows)


def events_of_maybe_open(
    transaction: Transaction, site_id: UUID
) -> Iterator[tuple[UUID, RequestEvent]]:
    """Return the events of the same requests, each with its request's id."""
    for *event, request_id in transaction.connection().execute(_unopened_events, {"site": site_id}):
        yield request_id, RequestEvent(*event)


def retimings_of_maybe_open(
    transaction: Transaction, site_id: UUID
) -> Iterator[tuple[UUID, Retiming]]:
    """Return the other times chosen for the same requests, each with its request's id.

    Those chosen for a request that was ever merged are among them.
    """
    rows = transaction.connection().execute(_unopened_retimings, {"site": site_id})
    for *retiming, request_id in rows:
        yield request_id, read_retiming(*retiming)


def slips_before_correction(transaction: Transaction, site_id: UUID) -> dict[UUID, list[datetime]]:
    """Return when corrected requests were taken back by the slip of before, by their ids."""
    rows = transaction.connection().execute(_corrections, {"site": site_id}).all()
    into = {row.request_id: row.other_id for row in rows}
    found: dict[UUID, list[datetime]] = {}
    for row in rows:
        if row.at is None:
            continue
        last, seen = row.other_id, {row.request_id}
        while last in into and last not in seen:
            seen.add(last)
            last = into[last]
        found.setdefault(last, []).append(corrected(row.at, row.clock_offset_ms))
    return found
