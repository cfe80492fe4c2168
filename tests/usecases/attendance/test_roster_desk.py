"""The facilitator's desk."""

from datetime import date

import pytest

from kiosk.domain.attendance.check_in import CheckedIn
from kiosk.domain.attendance.roster import PassState, VoidReason
from kiosk.domain.audit import AuditAction
from tests.support.desks import Clinic
from tests.support.trail import subjects

pytestmark = pytest.mark.central(full=True)


def test_a_day_is_the_clinics_own_day(clinic: Clinic) -> None:
    clinic.add_session("Room 1")
    clinic.visitor.check_in(clinic.passes.issue_pass("Mei", "en").digits)
    clinic.clock.move(hours=11, minutes=45)
    late = clinic.add_session("Room 2")
    clinic.visitor.check_in(clinic.passes.issue_pass("Ah Meng", "en").digits)
    assert late.starts_at.astimezone(clinic.site.zone).date() == date(2026, 3, 2)
    clinic.clock.move(minutes=30)
    assert clinic.arrivals(date(2026, 3, 3)) == ()
    names = [arrival.name for arrival in clinic.arrivals(date(2026, 3, 2))]
    assert names == ["Mei", "Ah Meng"]


def test_a_pass_is_made_once_for_a_draft(clinic: Clinic) -> None:
    draft = clinic.passes.new_pass()
    first = clinic.passes.issue_pass("Mei", "en", draft)
    assert clinic.passes.issue_pass("Somebody else", "zh", draft) == first
    assert clinic.count("passcard") == clinic.count("participant") == 1
    assert clinic.passes.issue_pass("Mei", "en") != first


def test_an_arrival_whose_name_cannot_be_opened_still_counts(clinic: Clinic) -> None:
    clinic.add_session()
    issued = clinic.passes.issue_pass("Mei", "en")
    clinic.bend("UPDATE participant SET sealed_name=:odd", odd=b"\1\2")
    # The pass itself still greets: its name lies under its own secret.
    outcome = clinic.visitor.check_in(issued.digits)
    assert isinstance(outcome, CheckedIn)
    assert outcome.name == "Mei"
    (arrival,) = clinic.arrivals()
    assert (arrival.name, arrival.pass_state) == (None, PassState.KNOWN)


def test_a_pass_whose_person_has_not_come_yet_counts(clinic: Clinic) -> None:
    clinic.add_session()
    issued = clinic.passes.issue_pass("Mei", "en")
    clinic.bend("DELETE FROM participant")
    clinic.visitor.check_in(issued.digits)
    (arrival,) = clinic.arrivals()
    assert arrival.name is None


def test_a_session_called_off_keeps_those_who_came(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.visitor.count_me_in(clinic.id(), session.id)
    clinic.bend("UPDATE group_session SET status='cancelled'")
    assert clinic.visitor.sessions_today().open_now == ()
    (arrival,) = clinic.arrivals()
    assert arrival.session == session


def test_an_export_holds_everybody_with_status_and_reason(clinic: Clinic) -> None:
    session = clinic.add_session(starts=-5)
    desk = clinic.roster
    clinic.visitor.check_in(clinic.passes.issue_pass("Mei", "en").digits)
    clinic.clock.move(minutes=1)
    desk.add_person(session.id, "Ali", "en", desk.new_pass())
    clinic.clock.move(minutes=1)
    desk.add_guests(session.id, desk.new_guests(1))
    desk.void(desk.roster(session.id).arrived[0].fact_ids, VoidReason.LEFT)
    desk.count_heads(session.id, 4)
    clinic.clock.move(days=1)
    desk = clinic.roster
    clinic.add_session("Room 5")
    clinic.visitor.check_in(clinic.passes.issue_pass("Ravi", "en").digits)
    rows = desk.export_rows(date(2026, 3, 2), date(2026, 3, 3))
    assert [(row.name, row.present, row.reason, row.by_staff) for row in rows] == [
        ("Mei", False, "left_at_once", False),
        ("Ali", True, "", True),
        (None, True, "", True),
        ("Ravi", True, "", False),
    ]
    assert [row.head_count for row in rows] == [4, 4, 4, None]
    assert {row.kiosk for row in rows} == {clinic.site.kiosk_name}
    assert desk.export_rows(date(2026, 3, 2), date(2026, 3, 2)) == rows[:3]
    assert desk.export_rows(date(2026, 3, 3), date(2026, 3, 2)) == ()
    assert subjects(clinic, AuditAction.EXPORTED_ATTENDANCE) == [None] * 3


def test_a_list_that_is_printed_is_in_the_trail(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.roster.note_printed(session.id)
    clinic.roster.note_printed(session.id)
    assert subjects(clinic, AuditAction.ROSTER_PRINTED) == [session.id] * 2
