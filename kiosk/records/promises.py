"""Query for the promise on the receipt: how soon closed requests were first rung."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import Session as Transaction

from kiosk.domain.events import EventKind
from kiosk.domain.results import AttemptResult
from kiosk.records.columns import table
from kiosk.records.tables import CallbackEvent, CallbackRequest

_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_undoing = table(CallbackEvent).alias("undoing").c
_call = table(CallbackEvent).alias("call").c
_undoing_call = table(CallbackEvent).alias("undoing_call").c
_closed = (
    select(_event.request_id.label("request_id"), func.max(_event.at).label("at"))
    .outerjoin(
        _undoing.id.table,
        and_(
            _undoing.request_id == _event.request_id,
            _undoing.kind == EventKind.UNDONE.value,
            _undoing.other_id == _event.id,
        ),
    )
    .where(
        _event.site_id == bindparam("site"),
        _event.kind == EventKind.CLOSED.value,
        _event.at >= bindparam("since"),
        _undoing.id.is_(None),
    )
    .group_by(_event.request_id)
    .order_by(func.max(_event.at).desc())
    .limit(bindparam("most"))
    .subquery("closed")
)
_first_calls = (
    select(_request.created_at, func.min(_call.at))
    .select_from(_closed)
    .join(_request.id.table, _request.id == _closed.c.request_id)
    .join(
        _call.id.table,
        and_(
            _call.request_id == _request.id,
            _call.kind == EventKind.ATTEMPT.value,
            # A text is no call.
            _call.outcome != AttemptResult.TEXT_SENT.value,
        ),
    )
    .outerjoin(
        _undoing_call.id.table,
        and_(
            _undoing_call.request_id == _request.id,
            _undoing_call.kind == EventKind.UNDONE.value,
            _undoing_call.other_id == _call.id,
        ),
    )
    .where(_undoing_call.id.is_(None))
    .group_by(_request.id, _request.created_at)
)


def first_calls(
    transaction: Transaction, site_id: UUID, since: datetime, most: int
) -> list[tuple[datetime, datetime]]:
    """Give when the latest `most` requests closed after `since` were made and first rung."""
    wanted = {"site": site_id, "since": since, "most": most}
    return [(made, rung) for made, rung in transaction.connection().execute(_first_calls, wanted)]
