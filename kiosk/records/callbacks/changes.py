"""Queries that follow all callback requests of a site: what is new since the last poll.

Facts are only ever added, and numbered by the machine that wrote them. So how many there are of
each machine, and its last number, show whether anything is new; a retention run or a fact that
comes late shows as a count that does not fit, and then that machine's facts are read anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnCollection, ColumnElement, Select, bindparam, func, select
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.request import Retiming
from kiosk.domain.callbacks.state import RequestEvent
from kiosk.domain.clock_sync import corrected
from kiosk.records.callbacks.facts import (
    EVENTS,
    RETIMINGS,
    ListedRequest,
    RequestQuery,
    read_retiming,
)
from kiosk.records.schema.columns import table
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackRetiming,
    CallbackWithdrawal,
)

_Columns = ColumnCollection[str, Any]
_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_retiming = table(CallbackRetiming).c


class FactKind(Enum):
    """The facts that are followed."""

    REQUESTS = "requests"
    EVENTS = "events"
    WITHDRAWALS = "withdrawals"
    RETIMINGS = "retimings"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the facts of one machine go."""

    count: int
    last: int
    """The highest number of that machine among them."""


Marks = Mapping[UUID, Mark]
"""By machine."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal: by slip (then with its request) or a typed reference."""

    request_id: UUID | None
    ref: str | None
    at: datetime


def _count_of(columns: _Columns) -> "Select[*tuple[Any, ...]]":
    return (
        select(columns.kiosk_id, func.count(), func.max(columns.kiosk_seq))
        .where(columns.site_id == bindparam("site"))
        .group_by(columns.kiosk_id)
    )


def _newer(columns: _Columns) -> "tuple[ColumnElement[bool], ...]":
    return (
        columns.site_id == bindparam("site"),
        columns.kiosk_id == bindparam("machine"),
        columns.kiosk_seq > bindparam("last"),
    )


_COUNTS = {
    FactKind.REQUESTS: _count_of(_request),
    FactKind.EVENTS: _count_of(_event),
    FactKind.WITHDRAWALS: _count_of(_withdrawal),
    FactKind.RETIMINGS: _count_of(_retiming),
}
_requests = RequestQuery(*_newer(_request))
_events = EVENTS.add_columns(_event.request_id).where(*_newer(_event))
_withdrawals = select(
    _withdrawal.request_id, _withdrawal.ref, _withdrawal.at, _withdrawal.clock_offset_ms
).where(*_newer(_withdrawal))

_retimings = RETIMINGS.add_columns(_retiming.request_id).where(*_newer(_retiming))


def marks(transaction: Transaction, site_id: UUID, kind: FactKind) -> dict[UUID, Mark]:
    """Return how far the facts of each machine go."""
    rows = transaction.connection().execute(_COUNTS[kind], {"site": site_id})
    return {machine: Mark(count, last) for machine, count, last in rows}


def requests(
    transaction: Transaction, site_id: UUID, machine: UUID, last: int
) -> Iterator[ListedRequest]:
    """Return the requests of a machine after the number `last`."""
    wanted = {"site": site_id, "machine": machine, "last": last}
    return _requests.read(transaction, wanted)


def events(
    transaction: Transaction, site_id: UUID, machine: UUID, last: int
) -> Iterator[tuple[UUID, RequestEvent]]:
    """Return the events of a machine after the number `last`, each with its request's id."""
    wanted = {"site": site_id, "machine": machine, "last": last}
    for *event, request_id in transaction.connection().execute(_events, wanted):
        yield request_id, RequestEvent(*event)


def withdrawals(
    transaction: Transaction, site_id: UUID, machine: UUID, last: int
) -> Iterator[Withdrawal]:
    """Return the withdrawals made on a machine after the number `last`."""
    wanted = {"site": site_id, "machine": machine, "last": last}
    for request_id, ref, at, offset_ms in transaction.connection().execute(_withdrawals, wanted):
        yield Withdrawal(request_id, ref, corrected(at, offset_ms))


def retimings(
    transaction: Transaction, site_id: UUID, machine: UUID, last: int
) -> Iterator[tuple[UUID, Retiming]]:
    """Return the other times chosen on a machine after the number `last`, with their request."""
    wanted = {"site": site_id, "machine": machine, "last": last}
    for *times, request_id in transaction.connection().execute(_retimings, wanted):
        yield request_id, read_retiming(*times)
