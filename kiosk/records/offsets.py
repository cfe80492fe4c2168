"""How far a machine's clock is off: as a condition on facts, and as this machine knows it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnCollection, ColumnElement, bindparam, case, func, or_, select
from sqlmodel import Session as Transaction

from kiosk.domain.clocks import FAR_OFF_MS, corrected, is_far_off
from kiosk.domain.oddities import Stamp
from kiosk.records.columns import table
from kiosk.records.plumbing import SyncState

_state = table(SyncState).c
OWN = select(_state.clock_offset_ms).where(_state.kiosk_id == bindparam("machine"))
"""The offset of a machine, in milliseconds; NULL where it was never measured."""


def far_off(offset_ms: "ColumnElement[int | None]") -> "ColumnElement[bool]":
    """Say of facts whether their times have to be corrected, as `clocks.is_far_off` does."""
    return or_(offset_ms >= FAR_OFF_MS, offset_ms <= -FAR_OFF_MS)


def kept_since(facts: "ColumnCollection[str, Any]", at: str) -> "ColumnElement[Any]":
    """Give the time from which retention counts: the fact's own, which is in the column `at`.

    Of a clock that stood wrong it is when the centre had the fact, or a kiosk that believed itself
    in 1970 would lose its facts as they come.
    """
    wrong = or_(facts["clock_doubtful"], far_off(facts["clock_offset_ms"]))
    return case((wrong, func.coalesce(facts["received_at"], facts[at])), else_=facts[at])


def own(transaction: Transaction, kiosk_id: UUID) -> int | None:
    """Give the centre's clock minus this machine's, in milliseconds, as measured last."""
    offset: int | None = transaction.connection().execute(OWN, {"machine": kiosk_id}).scalar()
    return offset


def stamp(at: datetime, offset_ms: int | None, *rest: Any) -> Stamp:
    """Read a fact's time, offset, `received_at` and `clock_doubtful`; its time is corrected."""
    received_at, doubtful = rest
    kiosk_at = at if is_far_off(offset_ms) else None
    return Stamp(corrected(at, offset_ms), kiosk_at, received_at, doubtful)
