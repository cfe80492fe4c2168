"""Rows as the desks hand them out for export, and what stands around them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import AttendanceRow, PassState
from kiosk.domain.callbacks.request import CallLanguage, MessagePolicy, Window
from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.worklist import ExportRow
from kiosk.exports.columns import ExportContext
from tests.support.rows import row, with_fields

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""14:00 in Singapore."""
ZONE = ZoneInfo("Asia/Singapore")
CONTEXT = ExportContext(
    ZONE, AT, "caller", "Requests: open", site="Sample clinic", delete_by=date(2026, 11, 30)
)
_ROW = row(7 << 76 | 2 << 62 | 1)
REQUEST = with_fields(
    ExportRow(
        _ROW.request,
        _ROW.state,
        _ROW.schedule,
        phone_e164="+6581234567",
        phone_local="8123 4567",
    ),
    created_at=AT - timedelta(days=3),
    status=RequestStatus.WAITING,
    preferred_name="Mei",
    windows=(Window.WEEKDAY_MORNING, Window.SATURDAY_MORNING),
    not_before=date(2026, 11, 22),
    call_language=CallLanguage.TAMIL,
    wishes=("about_work_study", "interpreter"),
    message_policy=MessagePolicy.TEXT,
    share_with_team=True,
    tried=((AT - timedelta(days=2), "busy"), (AT - timedelta(days=1), "no_answer")),
    attempts=2,
    last_result="no_answer",
    next_at=AT + timedelta(hours=3),
)
_SESSION = Session(
    UUID(int=7 << 76 | 2 << 62 | 100),
    "Room 2",
    "Level 2",
    AT - timedelta(hours=2),
    AT - timedelta(hours=1),
    enrolled=True,
)
ARRIVAL = AttendanceRow(
    check_in_id=UUID(int=7 << 76 | 2 << 62 | 200),
    session=_SESSION,
    group_name="Wellness group",
    cancelled=False,
    head_count=4,
    arrived_at=AT - timedelta(hours=2, minutes=5),
    pass_state=PassState.KNOWN,
    name="Ravi",
    by_staff=False,
    kiosk="Front",
    clock_doubtful=False,
    present=True,
    reason="",
)


def request(number: int = 1, **changes: Any) -> ExportRow:
    """Give a request of its own id with some fields changed."""
    return with_fields(REQUEST, id=UUID(int=REQUEST.request.id.int + number), **changes)


def arrival(number: int = 1, **changes: Any) -> AttendanceRow:
    """Give an arrival of its own id with some fields changed."""
    return replace(ARRIVAL, check_in_id=UUID(int=ARRIVAL.check_in_id.int + number), **changes)


HOSTILE = (
    '=HYPERLINK("http://x","Mei")',
    "+6581234567",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "＝1+1",
    "\t=1",
    "Mei\r\n=1+1",
    "\x1b[2JMei",
    "Mei\u202egnp.exe",
    "\ud800Mei",
    '"Mei";=1',
    "[@click=app.quit]Mei[/]",
)
"""Names that were sealed by somebody with other plans."""
