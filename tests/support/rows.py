"""Rows of a worklist and of an export, made up for tests."""

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.state import CallbackState, RequestStatus
from kiosk.domain.callbacks.worklist import Schedule, WorkRow

Row = TypeVar("Row", bound=WorkRow)

MADE_AT = datetime(2026, 3, 3, 2, tzinfo=UTC)
"""A Tuesday, 10 am in Singapore."""


def _names(of: type) -> frozenset[str]:
    return frozenset(field.name for field in dataclass_fields(of))


_REQUEST = OpenedRequest(
    id=UUID(int=0),
    reference="7K4Q-FMRF",
    created_at=MADE_AT,
    preferred_name="Mei Ling",
    phone_masked="+65 •••• 4567",
    windows=("weekday_am",),
    not_before=None,
    call_language="zh",
    message_policy="none",
    answered_by_other="ask_for_name_only",
    share_with_team=False,
    ui_language="en",
)
_SCHEDULE = Schedule(
    attempts=0,
    last_result="",
    next_at=None,
    hint="",
    breach_at=MADE_AT,
    call_now=False,
    working_age=0.0,
    may_give_up=False,
)
_OF_REQUEST = _names(OpenedRequest)
_OF_STATE = _names(CallbackState) - _names(WorkRow)


def asked(**fields: Any) -> OpenedRequest:
    """Make the request of a Mandarin speaker who wants a call on a weekday morning."""
    return replace(_REQUEST, **fields)


def row(number: int = 1, **fields: Any) -> WorkRow:
    """Make the row of such a request, new; see `with_fields` for the fields."""
    new = CallbackState(RequestStatus.NEW, "", None)
    return with_fields(WorkRow(asked(id=UUID(int=number)), new, _SCHEDULE), **fields)


def with_fields(row: Row, **fields: Any) -> Row:
    """Change fields of a row, its schedule, its request or its state, by their names.

    What two of them have is of the first in this order; `tried` are the attempts of the state.
    """
    if "tried" in fields:
        row = replace(row, state=replace(row.state, attempts=fields.pop("tried")))
    of_schedule = {name: fields.pop(name) for name in Schedule._fields if name in fields}
    of_request = {name: fields.pop(name) for name in _OF_REQUEST if name in fields}
    of_state = {name: fields.pop(name) for name in _OF_STATE if name in fields}
    return replace(
        row,
        request=replace(row.request, **of_request),
        state=replace(row.state, **of_state),
        schedule=row.schedule._replace(**of_schedule),
        **fields,
    )
