"""Requests with their attempts, made up for tests of the rules of calling."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.state import CallbackState, EventKind, RequestEvent, callback_state
from kiosk.domain.working_time import WorkingCalendar
from tests.support.rows import asked

ZONE = ZoneInfo("Asia/Singapore")
OFFICE = WorkingCalendar(ZONE)
"""Monday to Friday, 8.30 to 17.30."""

MEI, ALI = UUID(int=901), UUID(int=902)
"""Two callers."""

Try = tuple[datetime, str]
"""When, and the result."""


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """Give a time in March 2026 in Singapore; the 2nd is a Monday."""
    return datetime.combine(date(2026, 3, day), time(hour, minute), ZONE)


MADE_AT = local(2, 9)
ASKED = asked(created_at=MADE_AT)


def event(
    revision: int,
    kind: str,
    at: datetime,
    outcome: str | None = None,
    next_at: datetime | None = None,
) -> RequestEvent:
    """Make an event of Mei's; its id is its revision."""
    return RequestEvent(UUID(int=revision), revision, kind, outcome, at, MEI, next_at)


def tried(*tries: Try, now: datetime | None = None, claimed: bool = False) -> CallbackState:
    """Fold attempts, and a claim of Mei's at `now` where it is wanted."""
    events = [
        event(number, EventKind.ATTEMPT, at, result) for number, (at, result) in enumerate(tries, 1)
    ]
    if claimed and now is not None:
        ends = now + timedelta(minutes=30)
        events.append(event(len(events) + 1, EventKind.CLAIMED, now, next_at=ends))
    return callback_state(events, (), now=now)


def missed(*times: datetime, now: datetime | None = None, claimed: bool = False) -> CallbackState:
    """Fold calls that nobody answered."""
    return tried(*((at, "no_answer") for at in times), now=now, claimed=claimed)
