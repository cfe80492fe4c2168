"""A roster at the centre lives: what a kiosk has sent is there at the next look."""

from kiosk.domain.attendance.check_in import CheckedIn
from kiosk.domain.attendance.roster import VoidReason
from kiosk.sync.pull import pull_all
from tests.support.central_clinics import KioskBeside
from tests.support.desks import Clinic


def test_who_arrives_at_a_kiosk_is_on_the_list_once_it_was_sent(
    clinic: Clinic, kiosk: KioskBeside
) -> None:
    session = clinic.add_session()
    issued = clinic.passes.issue_pass("Mei", "en")
    pull_all(kiosk.clinic.store, kiosk.remote, clinic.site.site_id)
    desk = clinic.roster
    before = desk.marker(session.id)
    assert desk.roster(session.id).arrived == ()
    assert isinstance(kiosk.clinic.visitor.check_in(issued.digits), CheckedIn)
    assert desk.marker(session.id) == before
    kiosk.send()
    assert desk.marker(session.id) != before
    (arrival,) = desk.roster(session.id).arrived
    assert (arrival.name, arrival.at) == ("Mei", clinic.clock.at)
    (row,) = desk.export_rows(clinic.clock.at.date(), clinic.clock.at.date())
    assert row.kiosk == "Machine 8C"


def test_two_kiosks_one_presence_and_one_void(clinic: Clinic, kiosk: KioskBeside) -> None:
    session = clinic.add_session()
    issued = clinic.passes.issue_pass("Mei", "en")
    pull_all(kiosk.clinic.store, kiosk.remote, clinic.site.site_id)
    kiosk.clinic.visitor.check_in(issued.digits)
    clinic.clock.move(minutes=5)
    clinic.visitor.check_in(issued.digits)
    kiosk.send()
    desk = clinic.roster
    (arrival,) = desk.roster(session.id).arrived
    assert len(arrival.fact_ids) == 2
    desk.void(arrival.fact_ids, VoidReason.MISTAKE)
    assert desk.roster(session.id).arrived == ()
