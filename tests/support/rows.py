"""Rows of a worklist, made up for tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kiosk.domain.status import RequestStatus
from kiosk.domain.worklist import WorkRow

MADE_AT = datetime(2026, 3, 3, 2, tzinfo=UTC)
"""A Tuesday, 10 am in Singapore."""


def row(number: int = 1, **fields: Any) -> WorkRow:
    """Make a new request of a Mandarin speaker who wants a call on a weekday morning."""
    plain = WorkRow(
        id=UUID(int=number),
        reference="7K4Q-FMRX",
        created_at=MADE_AT,
        received_at=None,
        status=RequestStatus.NEW,
        reason="",
        revision=0,
        preferred_name="Mei Ling",
        phone_masked="+65 •••• 4567",
        windows=("weekday_am",),
        not_before=None,
        call_language="zh",
        message_policy="none",
        answered_by_other="ask_for_name_only",
        share_with_team=False,
        ui_language="en",
        unreadable=False,
        withdrawal_noted=False,
        clock_doubtful=False,
        breach_at=MADE_AT,
    )
    return replace(plain, **fields)
