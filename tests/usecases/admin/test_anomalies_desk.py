"""Odd records are found, told as one where they are alike, and name nobody."""

from datetime import timedelta

import pytest

from kiosk.domain.attendance.anomalies import Anomaly, AnomalyKind
from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import VoidReason
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.central.incarnations import SPAN
from kiosk.domain.passes import decode, derive_lookup
from kiosk.domain.staff import Role
from kiosk.errors import AccessRefused, SignedOut
from kiosk.records.schema.system_tables import AuditEvent
from tests.support import facts
from tests.support.desks import Clinic
from tests.support.oddfacts import asked, machine, put, seen, withdrawn

pytestmark = pytest.mark.central

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STRANGER = bytes(range(16))


def found(clinic: Clinic, days: int = 14) -> tuple[Anomaly, ...]:
    return clinic.access.anomalies_desk(clinic.fresh(clinic.manager)).anomalies(days)


def kinds(clinic: Clinic) -> list[AnomalyKind]:
    return [odd.kind for odd in found(clinic)]


def only(clinic: Clinic) -> Anomaly:
    (odd,) = found(clinic)
    return odd


def arrivals(clinic: Clinic, session: Session) -> list[object]:
    return [one.at for one in clinic.roster.roster(session.id).arrived]


def test_what_fits_is_not_told(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    seen(clinic, door, session.id, STRANGER, late=MINUTE)
    seen(clinic, door, session.id, late=HOUR, seq=2)
    clinic.roster.add_guests(session.id, clinic.roster.new_guests(2))
    asked(clinic, door, "8K2345", late=2 * MINUTE, seq=3)
    assert found(clinic) == ()


def test_one_pass_on_two_kiosks_counts_once_from_when_it_was_first_seen(clinic: Clinic) -> None:
    session, door, lift = clinic.add_session(), machine(clinic, "8K"), machine(clinic, "2C")
    first = clinic.clock.at
    seen(clinic, lift, session.id, STRANGER, at=first + 5 * MINUTE)
    seen(clinic, door, session.id, STRANGER, at=first)
    odd = only(clinic)
    assert (odd.kind, odd.machines, odd.count) == (AnomalyKind.TWO_MACHINES, ("2C", "8K"), 1)
    assert (odd.session, odd.at, odd.corrected) == (session, first, first)
    assert not odd.needs_a_person
    assert arrivals(clinic, session) == [first]


def test_an_arrival_that_a_void_could_not_know_is_shown_to_somebody(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    facts.check_in(clinic, session.id, STRANGER)
    clinic.clock.move(minutes=5)
    desk = clinic.roster
    desk.void(desk.roster(session.id).arrived[0].fact_ids, VoidReason.MISTAKE)
    seen(clinic, door, session.id, STRANGER, at=clinic.clock.at - MINUTE)
    assert kinds(clinic) == [AnomalyKind.STILL_HERE]
    assert len(arrivals(clinic, session)) == 1
    desk.void(desk.roster(session.id).arrived[0].fact_ids, VoidReason.MISTAKE)
    assert kinds(clinic) == []


def test_coming_again_after_being_taken_off_is_nothing_odd(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    facts.check_in(clinic, session.id, STRANGER)
    desk = clinic.roster
    desk.void(desk.roster(session.id).arrived[0].fact_ids, VoidReason.MISTAKE)
    seen(clinic, door, session.id, STRANGER, at=clinic.clock.at + MINUTE)
    assert kinds(clinic) == []


def test_people_at_a_cancelled_session(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    for number in range(3):
        seen(clinic, door, session.id, at=clinic.clock.at + number * MINUTE, seq=number)
    clinic.bend("UPDATE group_session SET status='cancelled' WHERE id=:id", id=session.id)
    odd = only(clinic)
    assert (odd.kind, odd.count, odd.group_name) == (AnomalyKind.CANCELLED, 3, "Group of Room 2")


def test_a_session_whose_group_has_not_come_yet_hides_no_other_anomaly(clinic: Clinic) -> None:
    whole, half = clinic.add_session(), clinic.add_session("Room 3")
    door, lift = machine(clinic, "8K"), machine(clinic, "2C")
    for number, session in enumerate((whole, half)):
        seen(clinic, door, session.id, STRANGER, seq=2 * number)
        seen(clinic, lift, session.id, STRANGER, at=clinic.clock.at + MINUTE, seq=2 * number)
    clinic.bend("DELETE FROM support_group WHERE id=:id", id=half.group_id)
    assert only(clinic).session == whole


def test_a_pass_that_was_ended_before_it_was_shown(clinic: Clinic) -> None:
    session, door = clinic.add_session(hours=3), machine(clinic, "8K")
    mark = derive_lookup(_secret(clinic.passes.issue_pass("Mei", "en").digits))
    seen(clinic, door, session.id, mark, at=clinic.clock.at)
    (member,) = clinic.passes.members()
    clinic.clock.move(minutes=10)
    clinic.passes.revoke_passes(member.participant_id)
    assert kinds(clinic) == []
    seen(clinic, machine(clinic, "2C"), session.id, mark, at=clinic.clock.at + MINUTE)
    assert kinds(clinic) == [AnomalyKind.REVOKED]


def _secret(digits: str) -> bytes:
    secret: bytes = getattr(decode(digits), "secret")  # noqa: B009  a ScanProblem has none
    return secret


@pytest.mark.parametrize(("after", "odd"), [(-31, True), (-30, False), (59, False), (62, True)])
def test_check_ins_while_the_doors_were_closed(clinic: Clinic, after: int, odd: bool) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    at = session.starts_at + after * MINUTE - (MINUTE if odd and after < 0 else timedelta())
    seen(clinic, door, session.id, STRANGER, at=at)
    assert kinds(clinic) == ([AnomalyKind.OUTSIDE] if odd else [])
    clinic.bend("UPDATE check_in SET by_staff=:id", id=clinic.manager.staff.id)
    assert kinds(clinic) == []


def test_what_came_late_is_told_as_one_by_session_and_machine(clinic: Clinic) -> None:
    session, other = clinic.add_session(), clinic.add_session("Room 5")
    door, lift = machine(clinic, "8K"), machine(clinic, "2C")
    for number in range(5):
        seen(clinic, door, session.id, late=number * DAY, seq=number)
    seen(clinic, lift, session.id, late=HOUR + MINUTE)
    seen(clinic, door, other.id, late=2 * HOUR, seq=5)
    told = {(odd.session, odd.machines): odd for odd in found(clinic)}
    assert {odd.kind for odd in told.values()} == {AnomalyKind.LATE}
    worst = told[session, ("8K",)]
    assert (worst.count, worst.received_at) == (4, clinic.clock.at + 4 * DAY)
    assert told[session, ("2C",)].count == told[other, ("8K",)].count == 1


def test_requests_that_came_late_or_share_a_reference(clinic: Clinic) -> None:
    door, lift = machine(clinic, "8K"), machine(clinic, "2C")
    asked(clinic, door, "8K2345", late=DAY)
    assert (only(clinic).kind, only(clinic).reference) == (AnomalyKind.LATE, "8K2345")
    asked(clinic, lift, "8K2345", late=MINUTE)
    assert sorted(kinds(clinic)) == [
        AnomalyKind.LATE,
        AnomalyKind.SAME_REFERENCE,
        AnomalyKind.SAME_REFERENCE,
    ]
    assert found(clinic)[0].reference == "8K2345"


def test_somebody_rung_after_they_took_it_back(clinic: Clinic) -> None:
    door = machine(clinic, "8K")
    request = asked(clinic, door, "8K2345", late=MINUTE)
    facts.event(clinic, request, 1, EventKind.ATTEMPT, "no_answer")
    clinic.clock.move(hours=1)
    withdrawn(clinic, door, request, off=-300 * DAY, late=MINUTE)
    assert AnomalyKind.CALLED not in kinds(clinic)
    clinic.clock.move(hours=1)
    attempt = facts.event(clinic, request, 2, EventKind.ATTEMPT, "no_answer")
    (odd,) = (odd for odd in found(clinic) if odd.kind is AnomalyKind.CALLED)
    assert (odd.reference, odd.corrected) == ("8K2345", clinic.clock.at - HOUR)
    facts.event(clinic, request, 3, EventKind.UNDONE, other=attempt)
    assert AnomalyKind.CALLED not in kinds(clinic)


def test_numbers_that_are_missing_though_later_ones_came(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    for number in (3, 4, 8, 9):
        seen(clinic, door, session.id, late=MINUTE, seq=number)
    # Long ago: its neighbours may have been deleted by policy.
    seen(clinic, door, session.id, at=clinic.clock.at - 60 * DAY, late=60 * DAY, seq=1)
    request = asked(clinic, door, "8K2345", late=MINUTE, seq=6)
    gaps = [odd for odd in found(clinic) if odd.kind is AnomalyKind.GAP]
    if clinic.owner is None:
        assert gaps == []
        return
    assert [(gap.count, gap.machines, gap.needs_a_person) for gap in gaps] == [(2, ("8K",), True)]
    withdrawn(clinic, door, request, late=2 * MINUTE, seq=5)
    withdrawn(clinic, door, request, late=2 * MINUTE, seq=7)
    assert AnomalyKind.GAP not in kinds(clinic)


def test_what_staff_enter_of_an_earlier_time_came_neither_late_nor_after_a_gap(
    clinic: Clinic,
) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    for number in (1, 3):
        seen(clinic, door, session.id, late=MINUTE, seq=number)
    clinic.clock.move(days=-30)
    request = asked(clinic, door, "8K2345", late=30 * DAY, seq=2)
    clinic.clock.move(days=30)
    assert (AnomalyKind.GAP in kinds(clinic)) is (clinic.owner is not None)
    clinic.bend(
        "UPDATE callback_request SET source='counter', entered_by=:me WHERE id=:id",
        me=clinic.manager.staff.id,
        id=request,
    )
    assert found(clinic) == ()


def test_numbers_of_another_folder_of_a_kiosk_follow_no_others(clinic: Clinic) -> None:
    session, door = clinic.add_session(), machine(clinic, "8K")
    for number in (3, 4, SPAN + 4, SPAN + 5):
        seen(clinic, door, session.id, late=MINUTE, seq=number)
    assert AnomalyKind.GAP not in kinds(clinic)
    seen(clinic, door, session.id, late=MINUTE, seq=SPAN + 7)
    gaps = [odd.count for odd in found(clinic) if odd.kind is AnomalyKind.GAP]
    assert gaps == ([] if clinic.owner is None else [1])


@pytest.mark.parametrize(("number", "lost"), [(4, []), (6, [2]), (SPAN + 4, []), (SPAN + 6, [2])])
def test_records_that_a_machine_lost_are_counted_where_they_are_gone(
    clinic: Clinic, number: int, lost: list[int]
) -> None:
    """An entry that has never arrived is numbered anew where its folder was put back."""
    session, door, now = clinic.add_session(), machine(clinic, "8K"), clinic.clock.at
    for before in (1, 2, 3):
        seen(clinic, door, session.id, late=MINUTE, seq=before)
    put(
        clinic, AuditEvent, kiosk_id=door, kiosk_seq=number, clock_offset_ms=0,
        clock_doubtful=False, received_at=now, position=0, tag=bytes(32), at=now,
        action=AuditAction.RECORDS_MISSING.value,
    )  # fmt: skip
    assert [odd.count for odd in found(clinic) if odd.kind is AnomalyKind.LOST] == lost


def test_check_ins_to_a_session_that_the_centre_has_lost(clinic: Clinic) -> None:
    door = machine(clinic, "8K")
    seen(clinic, door, clinic.id(), STRANGER, late=MINUTE)
    told = [(odd.kind, odd.machines) for odd in found(clinic)]
    assert told == ([] if clinic.owner is None else [(AnomalyKind.NO_SESSION, ("8K",))])


def test_what_needs_a_person_comes_first_and_old_things_are_not_told(clinic: Clinic) -> None:
    door = machine(clinic, "8K")
    old = clinic.add_session()
    seen(clinic, door, old.id, late=DAY)
    clinic.clock.move(days=15)
    assert found(clinic) == ()
    assert [odd.session for odd in found(clinic, 30)] == [old]
    session = clinic.add_session("Room 5")
    seen(clinic, door, session.id, at=clinic.clock.at - 2 * HOUR, seq=2)
    seen(clinic, door, session.id, late=DAY, seq=3)
    assert kinds(clinic) == [AnomalyKind.OUTSIDE, AnomalyKind.LATE]


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.MANAGER])
def test_facilitators_and_managers_may_look_and_leave_no_entry(clinic: Clinic, role: Role) -> None:
    somebody = clinic.add_staff("ana", role)
    entries = clinic.count("audit_event")
    desk = clinic.access.anomalies_desk(somebody)
    assert desk.anomalies() == ()
    assert clinic.count("audit_event") == entries
    clinic.clock.move(hours=8)
    with pytest.raises(SignedOut):
        desk.anomalies()


def test_callers_may_not(clinic: Clinic) -> None:
    caller = clinic.add_staff("ana", Role.CALLER)
    with pytest.raises(AccessRefused):
        clinic.access.anomalies_desk(caller)


def test_visitors_who_were_sent_away_are_told_as_one(clinic: Clinic) -> None:
    first = clinic.clock.at
    clinic.clock.move(hours=1)
    clinic.maintenance.note_refusals([first, first + 5 * MINUTE])
    odd = only(clinic)
    assert (odd.kind, odd.count, odd.corrected) == (AnomalyKind.REFUSED, 2, first + 5 * MINUTE)
    assert odd.machines == (clinic.site.symbols,)
    assert odd.needs_a_person
    clinic.clock.move(days=15)
    assert found(clinic) == ()
