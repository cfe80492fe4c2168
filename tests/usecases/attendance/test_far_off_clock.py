"""A kiosk whose clock was measured to be far off: its visitors notice nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from kiosk.domain.attendance.check_in import (
    AlreadyHere,
    CheckedIn,
    GuestWelcomed,
    Joined,
    NothingOpen,
)
from kiosk.domain.passes import CodeKind, encode
from tests.support.desks import Clinic

YEAR, DAY = timedelta(days=365), timedelta(days=1)
STRANGER = encode(CodeKind.PASS, bytes(range(16)))


def measure(clinic: Clinic, off: timedelta) -> None:
    """Let the clock be ahead by `off` from now on, and the kiosk know it."""
    clinic.clock.at += off
    clinic.bend("UPDATE sync_state SET clock_offset_ms=:ms", ms=-off // timedelta(milliseconds=1))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Lend all that is sent to the database."""
    sent: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def written(clinic: Clinic) -> list[tuple[str, int]]:
    with clinic.store.read() as transaction:
        query = text("SELECT occurred_at, clock_offset_ms FROM check_in ORDER BY kiosk_seq")
        return [(row[0], row[1]) for row in transaction.connection().execute(query)]


@pytest.mark.parametrize("off", [YEAR, -DAY, timedelta(hours=1)])
def test_the_doors_are_those_of_the_real_time(clinic: Clinic, off: timedelta) -> None:
    session, later = clinic.add_session(), clinic.add_session("Room 5", starts=120)
    real = clinic.clock.at
    issued = clinic.passes.issue_pass("Mei", "en").digits
    measure(clinic, off)
    assert clinic.visitor.sessions_today().open_now == (session,)
    assert clinic.visitor.check_in(issued) == CheckedIn(session, "Mei", real, "en")
    clinic.clock.move(minutes=5)
    again = clinic.visitor.check_in(issued)
    assert again == AlreadyHere(session, "Mei", real, "en")
    draft = clinic.visitor.new_join()
    now = real + timedelta(minutes=5)
    assert clinic.visitor.count_me_in(draft.id, session.id) == GuestWelcomed(session, now)
    assert clinic.visitor.count_me_in(draft.id, session.id) == GuestWelcomed(session, now)
    joined = clinic.visitor.join(clinic.visitor.new_join(), session.id, "Ravi", "en")
    assert isinstance(joined, Joined)
    assert joined.at == now
    clinic.clock.move(minutes=60)
    assert clinic.visitor.check_in(STRANGER) == NothingOpen(later, None)
    # The facts keep what the clock said, and how wrong it was.
    assert [ms for _, ms in written(clinic)] == [-off // timedelta(milliseconds=1)] * 3
    first = datetime.fromisoformat(f"{written(clinic)[0][0]}+00:00")
    assert first == real + off


def test_a_small_offset_leaves_the_kiosks_own_time(clinic: Clinic) -> None:
    session = clinic.add_session(starts=30)
    measure(clinic, timedelta(seconds=59))
    assert clinic.visitor.check_in(STRANGER) == GuestWelcomed(session, clinic.clock.at)


def test_a_scan_asks_no_more_than_before(clinic: Clinic) -> None:
    clinic.add_session(hours=5)
    desk = clinic.visitor
    codes = [encode(CodeKind.PASS, bytes([number] * 16)) for number in range(4)]
    with statements() as plain:
        desk.check_in(codes[0])
    measure(clinic, YEAR)
    with statements() as first:
        desk.check_in(codes[1])
    with statements() as second:
        desk.check_in(codes[2])
    assert len(second) == len(plain)
    # Only the scan that meets the new measurement asks for it, and looks again.
    assert len(first) == len(plain) + 2
    # Set right, and measured again.
    clinic.clock.at -= YEAR
    measure(clinic, timedelta())
    assert isinstance(desk.check_in(codes[3]), GuestWelcomed)


def test_a_desk_that_has_just_started_knows_it_where_nothing_is_open(clinic: Clinic) -> None:
    session = clinic.add_session()
    measure(clinic, YEAR)
    assert isinstance(clinic.visitor.check_in(STRANGER), GuestWelcomed)
    clinic.clock.move(hours=2)
    assert clinic.visitor.check_in(STRANGER) == NothingOpen(None, None)
    assert session.ends_at < clinic.clock.at
