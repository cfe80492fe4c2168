"""Clocks that are wrong: every fact is kept as it came, flagged, and told by its corrected time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.attendance.anomalies import AnomalyKind
from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistPart
from tests.support.desks import Clinic
from tests.support.oddfacts import asked, machine, seen, withdrawn

pytestmark = pytest.mark.central

MINUTE, HOUR, DAY, YEAR = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=365),
)
BERLIN = ZoneInfo("Europe/Berlin")
STRANGER = bytes(range(16))


def anomalies(clinic: Clinic) -> list[tuple[AnomalyKind, int]]:
    desk = clinic.access.anomalies_desk(clinic.fresh(clinic.manager))
    return [(odd.kind, odd.count) for odd in desk.anomalies()]


@pytest.mark.parametrize("off", [YEAR, -DAY, -56 * YEAR, HOUR, -HOUR, MINUTE])
def test_a_measured_clock_is_corrected_everywhere(clinic: Clinic, off: timedelta) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    at = session.starts_at + 5 * MINUTE
    clinic.clock.move(minutes=20)
    seen(clinic, door, session.id, at=at, off=off, late=MINUTE, clock_doubtful=off < timedelta())
    seen(clinic, door, session.id, at=at + MINUTE, late=MINUTE, seq=2)
    (first, second) = clinic.roster.roster(session.id).arrived
    assert (first.at, first.kiosk_at) == (at, at + off)
    assert (second.at, second.kiosk_at) == (at + MINUTE, None)
    day = at.astimezone(clinic.site.zone).date()
    rows = clinic.roster.export_rows(day, day)
    assert [(row.arrived_at, row.kiosk_at, row.flags) for row in rows] == [
        (at, at + off, ("clock_off",)),
        (at + MINUTE, None, ()),
    ]
    assert anomalies(clinic) == [(AnomalyKind.CLOCK_OFF, 1)]
    assert clinic.count("check_in") == 2


def test_a_small_offset_changes_nothing(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    off = timedelta(seconds=59)
    seen(clinic, door, session.id, off=off, late=MINUTE)
    (arrival,) = clinic.roster.roster(session.id).arrived
    assert (arrival.at, arrival.kiosk_at) == (clinic.clock.at + off, None)
    assert anomalies(clinic) == []


@pytest.mark.parametrize("off", [YEAR, 2 * MINUTE])
def test_a_clock_nobody_measured_is_flagged_and_left_as_it_is(
    clinic: Clinic, off: timedelta
) -> None:
    session, door = clinic.add_session(hours=3), machine(clinic, "8K")
    at = clinic.clock.at
    seen(clinic, door, session.id, late=MINUTE, occurred_at=at + off, clock_offset_ms=None)
    (arrival,) = clinic.roster.roster(session.id).arrived
    assert (arrival.at, arrival.kiosk_at) == (at + off, None)
    # It came before it happened; or, where the clock was only a little ahead, it may be right.
    assert anomalies(clinic) == ([(AnomalyKind.CLOCK_DOUBTFUL, 1)] if off == YEAR else [])


def test_a_measurement_that_no_longer_holds_is_not_believed(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    # Somebody set the clock right; the fact still carries what was measured before.
    seen(clinic, door, session.id, off=-DAY, late=MINUTE, occurred_at=clinic.clock.at)
    assert anomalies(clinic) == [(AnomalyKind.CLOCK_DOUBTFUL, 1)]


@pytest.mark.parametrize("at", ["2026-03-29T00:30", "2026-10-25T00:30"])
@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_clock_that_missed_the_change_of_summer_time(
    clinic: Clinic, at: str, off: timedelta
) -> None:
    clinic.clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    berlin = replace(clinic, site=replace(clinic.site, zone=BERLIN))
    session, door = berlin.add_session(hours=2), machine(berlin, "8K")
    arrived = [berlin.clock.at + 20 * MINUTE * number for number in range(5)]
    for number, moment in enumerate(arrived):
        wrong = off if number % 2 else timedelta()
        seen(berlin, door, session.id, at=moment, late=MINUTE, seq=number, off=wrong)
    berlin.clock.move(hours=3)
    day = berlin.clock.at.astimezone(BERLIN).date()
    rows = berlin.roster.export_rows(day, day)
    assert [row.arrived_at for row in rows] == arrived
    local = [row.arrived_at.astimezone(BERLIN) for row in rows]
    # Summer time begins: from 01:50 to 03:10. It ends: 02:50, and then 02:10 again.
    assert (local[1].utcoffset(), local[2].utcoffset()) != (local[0].utcoffset(),) * 2
    assert anomalies(berlin) == [(AnomalyKind.CLOCK_OFF, 2)]


def test_head_counts_follow_each_other_by_corrected_time(clinic: Clinic) -> None:
    session = clinic.add_session(hours=3)
    off = -round(YEAR / timedelta(milliseconds=1))
    clinic.bend("UPDATE sync_state SET clock_offset_ms=:off", off=off)
    clinic.clock.move(days=365)
    clinic.roster.count_heads(session.id, 3)
    clinic.clock.move(days=-365, hours=1)
    clinic.bend("UPDATE sync_state SET clock_offset_ms=0")
    assert clinic.roster.count_heads(session.id, 5).head_count == 5


@pytest.mark.parametrize("off", [YEAR, -DAY])
def test_requests_of_a_wrong_clock(clinic: Clinic, off: timedelta) -> None:
    door = machine(clinic, "8K")
    made = clinic.clock.at
    request = asked(clinic, door, "8K2345", off=off, late=MINUTE)
    clinic.clock.move(hours=1)
    (row,) = clinic.callbacks.worklist().rows
    assert row.request.created_at == made
    (exported,) = clinic.callbacks.export_rows(WorklistFilter(WorklistPart.ALL))
    assert (exported.request.created_at, exported.request.kiosk_at) == (made, made + off)
    assert exported.flags == ("clock_off",)
    assert anomalies(clinic) == [(AnomalyKind.CLOCK_OFF, 1)]
    withdrawn(clinic, door, request, off=off, late=MINUTE)
    (exported,) = clinic.callbacks.export_rows(WorklistFilter(WorklistPart.ALL))
    assert exported.state.since == clinic.clock.at


@pytest.mark.parametrize("off", [-56 * YEAR, 3 * YEAR])
def test_what_a_wrong_clock_wrote_is_kept_as_long_as_all_else(
    clinic: Clinic, off: timedelta
) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    seen(clinic, door, session.id, off=off, late=MINUTE)
    seen(clinic, door, session.id, late=MINUTE, seq=2)

    def run() -> int:
        desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
        return desk.run_retention().attendance

    clinic.clock.move(days=700)
    assert run() == 0
    clinic.clock.move(days=31)
    assert run() == 2


def test_what_was_asked_later_than_now_is_on_top_and_marked(clinic: Clinic) -> None:
    right = clinic.clock.at
    clinic.visitor.request_callback(clinic.draft("Ali"))
    clinic.clock.move(days=365)
    clinic.visitor.request_callback(clinic.draft("Bala"))
    clinic.clock.at = right + 10 * MINUTE
    clinic.visitor.request_callback(clinic.draft("Chen"))
    rows = clinic.callbacks.worklist().rows
    assert [row.request.preferred_name for row in rows] == ["Bala", "Ali", "Chen"]
    assert [row.request.clock_doubtful for row in rows] == [True, False, True]
    (first, *_others) = clinic.callbacks.export_rows(WorklistFilter())
    assert first.flags == ("clock_doubtful",)
    assert anomalies(clinic) == [(AnomalyKind.CLOCK_DOUBTFUL, 2)]
