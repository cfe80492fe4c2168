"""Which sessions are open, and which come later today."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.attendance.check_in import Session, is_open, sessions_today

SINGAPORE = ZoneInfo("Asia/Singapore")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
EARLY = timedelta(minutes=30)


def session(number: int, starts_at: datetime) -> Session:
    return Session(UUID(int=number), "Room", "", starts_at, starts_at + timedelta(hours=1))


def test_a_session_is_open_from_before_its_start_until_its_end() -> None:
    one = session(1, NOON)
    assert not is_open(one, NOON - EARLY - timedelta(seconds=1), EARLY)
    assert is_open(one, NOON - EARLY, EARLY)
    assert is_open(one, NOON + timedelta(minutes=59), EARLY)
    assert not is_open(one, NOON + timedelta(hours=1), EARLY)


def test_later_ends_with_the_local_day() -> None:
    now, soon = session(1, NOON), session(2, NOON + timedelta(hours=3))
    before_midnight = session(3, NOON + timedelta(hours=11, minutes=59))
    tomorrow = session(4, NOON + timedelta(hours=12))
    past = session(5, NOON - timedelta(hours=2))
    found = sessions_today([tomorrow, before_midnight, soon, past, now], NOON, SINGAPORE, EARLY)
    assert found.open_now == (now,)
    assert found.later == (soon, before_midnight)
