"""Queries for callback requests, what staff did about them, and withdrawals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.status import RequestEvent
from kiosk.records.columns import table
from kiosk.records.tables import CallbackEvent, CallbackRequest, CallbackWithdrawal

_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
# In the order of the fields of KeptRequest.
_kept: "Select[*tuple[Any, ...]]" = select(
    _request.id,
    _request.ref,
    _request.created_at,
    _request.kiosk_id,
    _request.kiosk_seq,
    _request.clock_doubtful,
    _request.slip_lookup,
    _request.sealed,
    _request.call_language,
    _request.windows,
    _request.not_before,
    _request.ui_language,
)
_by_slip = _kept.where(_request.slip_lookup == bindparam("slip")).limit(1)
_by_id = _kept.where(_request.id == bindparam("request"))
_all = _kept.where(_request.site_id == bindparam("site")).order_by(_request.created_at, _request.id)
_ref_taken = select(_request.id).where(_request.ref == bindparam("ref")).limit(1)
_events = select(
    _event.request_id, _event.id, _event.revision, _event.kind, _event.outcome, _event.at
)
_events_of = _events.where(_event.request_id == bindparam("request"))
_events_at = _events.where(_event.site_id == bindparam("site"))
_withdrawals = select(_withdrawal.request_id, _withdrawal.at).where(
    _withdrawal.request_id.is_not(None)
)
_withdrawals_of = _withdrawals.where(_withdrawal.request_id == bindparam("request"))
_withdrawals_at = _withdrawals.where(_withdrawal.site_id == bindparam("site"))
_notes = select(_withdrawal.ref).where(_withdrawal.ref.is_not(None))
_note = _notes.where(_withdrawal.ref == bindparam("ref")).limit(1)
_notes_at = _notes.where(_withdrawal.site_id == bindparam("site"))


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request as it is stored; the person is in `sealed`."""

    id: UUID
    ref: str
    created_at: datetime
    kiosk_id: UUID
    kiosk_seq: int
    clock_doubtful: bool
    slip_lookup: bytes
    sealed: bytes
    call_language: str
    windows: str
    not_before: date | None
    ui_language: str


def find(transaction: Transaction, request_id: UUID) -> KeptRequest | None:
    """Find a request by its id."""
    row = transaction.connection().execute(_by_id, {"request": request_id}).first()
    return None if row is None else KeptRequest(*row)


def find_by_slip(transaction: Transaction, slip_lookup: bytes) -> KeptRequest | None:
    """Find a request by the lookup of its slip."""
    row = transaction.connection().execute(_by_slip, {"slip": slip_lookup}).first()
    return None if row is None else KeptRequest(*row)


def ref_is_taken(transaction: Transaction, ref: str) -> bool:
    """Say whether a reference has been given out on this kiosk."""
    return transaction.connection().execute(_ref_taken, {"ref": ref}).first() is not None


def all_of(transaction: Transaction, site_id: UUID) -> list[KeptRequest]:
    """Give every request of a site, the oldest first."""
    rows = transaction.connection().execute(_all, {"site": site_id})
    return [KeptRequest(*row) for row in rows]


def events_of(transaction: Transaction, request_id: UUID) -> list[RequestEvent]:
    """Give what staff did about one request."""
    rows = transaction.connection().execute(_events_of, {"request": request_id})
    return [RequestEvent(*event) for _, *event in rows]


def all_events(transaction: Transaction, site_id: UUID) -> Iterator[tuple[UUID, RequestEvent]]:
    """Give what staff did, beside the request it concerns."""
    for request_id, *event in transaction.connection().execute(_events_at, {"site": site_id}):
        yield request_id, RequestEvent(*event)


def withdrawals_of(transaction: Transaction, request_id: UUID) -> list[datetime]:
    """Say when a request was withdrawn by its slip; empty where it was not."""
    rows = transaction.connection().execute(_withdrawals_of, {"request": request_id})
    return [row.at for row in rows]


def all_withdrawals(transaction: Transaction, site_id: UUID) -> list[tuple[UUID, datetime]]:
    """Give every withdrawal by slip: the request and when."""
    rows = transaction.connection().execute(_withdrawals_at, {"site": site_id})
    return [(row.request_id, row.at) for row in rows]


def is_noted(transaction: Transaction, ref: str) -> bool:
    """Say whether a withdrawal by this typed reference has been noted."""
    return transaction.connection().execute(_note, {"ref": ref}).first() is not None


def noted(transaction: Transaction, site_id: UUID) -> frozenset[str]:
    """Give every reference that somebody typed to withdraw it."""
    rows = transaction.connection().execute(_notes_at, {"site": site_id})
    return frozenset(row.ref for row in rows)
