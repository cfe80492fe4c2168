"""Queries for notices to staff: how each way stands, and which requests they have told of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, insert, select, text, update
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.notice import Delivery, NoticeFault, NoticeState, NoticeWay
from kiosk.records.callbacks.maybe_open import MAYBE_OPEN
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Notice, NoticeRequest
from kiosk.records.schema.tables import CallbackRequest

_notice = table(Notice).c
_told = table(NoticeRequest).c
_request = table(CallbackRequest).c
_STATES: "Select[*tuple[Any, ...]]" = select(
    _notice.way,
    _notice.notice_id,
    _notice.since,
    _notice.tries,
    _notice.next_at,
    _notice.fault,
    _notice.code,
    _notice.refused,
    _notice.sent_at,
    _notice.version,
).where(_notice.site_id == bindparam("site"))
_untold = select(_request.id).where(
    # First, for it is the quicker question.
    ~select(_told.request_id)
    .where(_told.request_id == _request.id, _told.way == bindparam("way"))
    .exists(),
    MAYBE_OPEN,
)
_of_notice = select(_told.request_id).where(
    _told.site_id == bindparam("site"),
    _told.way == bindparam("way"),
    _told.notice_id == bindparam("notice"),
)
_MARK = text(
    "INSERT INTO notice_request (request_id, way, site_id, kiosk_id, notice_id)"
    " VALUES (:request_id, :way, :site_id, :kiosk_id, :notice_id) ON CONFLICT DO NOTHING"
).bindparams(
    *(bindparam(name, type_=_told[name].type) for name in ("request_id", "site_id", "kiosk_id")),
    bindparam("notice_id", type_=_told.notice_id.type),
)
_MARK_LIKE = text(
    "INSERT INTO notice_request (request_id, way, site_id, kiosk_id, notice_id)"
    " SELECT :request_id, way, site_id, :kiosk_id, notice_id FROM notice_request"
    " WHERE request_id = :like AND site_id = :site_id"
).bindparams(
    *(bindparam(name, type_=_told[name].type) for name in ("request_id", "site_id", "kiosk_id")),
    bindparam("like", type_=_told.request_id.type),
)


def read_states(transaction: Transaction, site_id: UUID) -> tuple[NoticeState, ...]:
    """Return how every way of a site stands that was ever used, by its name."""
    rows = transaction.connection().execute(_STATES.order_by(_notice.way), {"site": site_id})
    known = {str(way) for way in NoticeWay}
    return tuple(_state(row) for row in rows if row.way in known)


def find_state(transaction: Transaction, site_id: UUID, way: NoticeWay) -> NoticeState | None:
    """Return how one way stands; None where it was never used."""
    return next((one for one in read_states(transaction, site_id) if one.way is way), None)


def untold_requests(transaction: Transaction, site_id: UUID, way: NoticeWay) -> list[UUID]:
    """Return the requests that may be open, and that no notice by this way has told of."""
    asked = {"site": site_id, "way": str(way)}
    return sorted(transaction.connection().execute(_untold, asked).scalars())


def requests_of(
    transaction: Transaction, site_id: UUID, way: NoticeWay, notice_id: UUID
) -> set[UUID]:
    """Return the requests that a notice tells of, open or not."""
    asked = {"site": site_id, "way": str(way), "notice": notice_id}
    return set(transaction.connection().execute(_of_notice, asked).scalars())


def add_state(transaction: Transaction, site_id: UUID, kiosk_id: UUID, state: NoticeState) -> None:
    """Add a way that was never used."""
    own = {"site_id": site_id, "way": str(state.way), "kiosk_id": kiosk_id}
    transaction.connection().execute(insert(table(Notice)).values(own | _values(state)))


def change_state(
    transaction: Transaction, site_id: UUID, kiosk_id: UUID, state: NoticeState
) -> bool:
    """Write a state that was read before; False where another machine has changed it since."""
    changed = update(table(Notice)).where(
        _notice.site_id == site_id,
        _notice.way == str(state.way),
        _notice.version == state.version,
    )
    values = {**_values(state), "version": state.version + 1, "kiosk_id": kiosk_id}
    return transaction.connection().execute(changed.values(values)).rowcount == 1


def mark_told(
    transaction: Transaction,
    site_id: UUID,
    kiosk_id: UUID,
    state: NoticeState,
    requests: Sequence[UUID],
) -> None:
    """Let a notice tell of requests that none has told of; one that has is left to it."""
    same = {
        "way": str(state.way),
        "site_id": site_id,
        "kiosk_id": kiosk_id,
        "notice_id": state.notice_id,
    }
    transaction.connection().execute(_MARK, [{**same, "request_id": id_} for id_ in requests])


def mark_like(
    transaction: Transaction, site_id: UUID, kiosk_id: UUID, request_id: UUID, like: UUID
) -> None:
    """Let what has told of the request `like` have told of `request_id`, which replaces it."""
    same = {"site_id": site_id, "kiosk_id": kiosk_id, "request_id": request_id, "like": like}
    transaction.connection().execute(_MARK_LIKE, same)


def _state(row: Any) -> NoticeState:
    known = {str(fault) for fault in NoticeFault}
    fault = NoticeFault(row.fault) if row.fault in known else None
    return NoticeState(
        NoticeWay(row.way),
        row.notice_id,
        row.since,
        row.tries,
        row.next_at,
        Delivery(fault, row.code),
        row.refused,
        row.sent_at,
        row.version,
    )


def _values(state: NoticeState) -> dict[str, object]:
    return {
        "notice_id": state.notice_id,
        "since": state.since,
        "tries": state.tries,
        "next_at": state.next_at,
        "fault": None if state.last.fault is None else str(state.last.fault),
        "code": state.last.code,
        "refused": state.refused,
        "sent_at": state.sent_at,
        "version": state.version,
    }
