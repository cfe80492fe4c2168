"""A first visit: asked for at the kiosk, met on the roster, told in exports and reports."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kiosk.domain.attendance.attendance import FirstVisit
from kiosk.domain.attendance.check_in import (
    FIRST_VISIT_WITHIN,
    NO_SESSION,
    AlreadyHere,
    CheckedIn,
    GuestWelcomed,
    Joined,
    Session,
)
from kiosk.domain.attendance.roster import RosterStepKind, VoidReason
from kiosk.domain.audit import AuditAction
from kiosk.domain.passes import CodeKind, encode
from kiosk.errors import SetupError
from tests.support.desks import Clinic
from tests.support.trail import subjects

pytestmark = pytest.mark.central(full=True)

STRANGER = encode(CodeKind.PASS, b"never seen here.")


def scan(clinic: Clinic, digits: str) -> CheckedIn | AlreadyHere | GuestWelcomed:
    outcome = clinic.visitor.check_in(digits)
    assert isinstance(outcome, CheckedIn | AlreadyHere | GuestWelcomed)
    return outcome


def stands(clinic: Clinic) -> list[FirstVisit | None]:
    return [arrival.first_visit for arrival in clinic.arrivals()]


def three_guests(clinic: Clinic, session: Session) -> None:
    """Let three guests come, a minute apart; the first two ask to be met."""
    for first in (True, True, False):
        clinic.visitor.count_me_in(clinic.visitor.new_join().id, session.id, first_visit=first)
        clinic.clock.move(minutes=1)


@pytest.mark.parametrize("digits", ["", STRANGER], ids=["known", "unknown"])
def test_a_new_pass_may_ask_once_and_a_repeat_scan_shows_the_same_welcome(
    clinic: Clinic, digits: str
) -> None:
    clinic.add_session()
    digits = digits or clinic.passes.issue_pass("Mei", "en").digits
    first = scan(clinic, digits)
    assert first.may_ask_for is not None
    again = scan(clinic, digits)
    assert (again.may_ask_for, again.is_first) == (first.may_ask_for, False)
    assert stands(clinic) == [None]
    for _ in range(2):
        clinic.visitor.ask_to_be_met(first.may_ask_for)
    again = scan(clinic, digits)
    assert isinstance(again, AlreadyHere)
    assert (again.may_ask_for, again.is_first) == (None, True)
    assert stands(clinic) == [FirstVisit.TO_MEET]
    assert clinic.count("check_in") == 2


def test_a_pass_that_has_been_here_before_is_not_asked_about(clinic: Clinic) -> None:
    digits = clinic.passes.issue_pass("Mei", "en").digits
    clinic.add_session("Room 1")
    assert scan(clinic, digits).may_ask_for is not None
    clinic.clock.move(days=7)
    clinic.add_session("Room 2")
    assert scan(clinic, digits).may_ask_for is None


def test_nor_is_one_that_was_made_long_ago(clinic: Clinic) -> None:
    digits = clinic.passes.issue_pass("Mei", "en").digits
    clinic.clock.at += FIRST_VISIT_WITHIN + timedelta(days=1)
    clinic.add_session()
    assert scan(clinic, digits).may_ask_for is None


def test_a_guest_asks_with_the_check_in_itself(clinic: Clinic) -> None:
    session = clinic.add_session()
    draft = clinic.visitor.new_join()
    for _ in range(2):
        told = clinic.visitor.count_me_in(draft.id, session.id, first_visit=True)
        assert told == GuestWelcomed(session, clinic.clock.now(), is_first=True)
    clinic.clock.move(minutes=1)
    joined = clinic.visitor.new_join()
    for _ in range(2):
        answer = clinic.visitor.join(joined, session.id, "Ali", "en", first_visit=True)
        assert isinstance(answer, Joined)
        assert answer.is_first
    clinic.clock.move(minutes=1)
    clinic.visitor.count_me_in(clinic.visitor.new_join().id, session.id)
    assert stands(clinic) == [FirstVisit.TO_MEET, FirstVisit.TO_MEET, None]
    assert clinic.count("check_in") == 5


def test_only_an_arrival_of_this_kiosk_can_be_asked_about(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.visitor.count_me_in(clinic.id(), session.id, first_visit=True)
    (wish,) = clinic.column("SELECT id FROM check_in WHERE kind = 'first_visit'")
    for about in (clinic.id(), wish if isinstance(wish, UUID) else UUID(bytes=wish)):
        with pytest.raises(SetupError, match="no such arrival"):
            clinic.visitor.ask_to_be_met(about)
    assert clinic.count("check_in") == 2


def test_whoever_asked_is_met_once_and_that_is_taken_back(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    three_guests(clinic, session)
    one, other, third = desk.roster(session.id).arrived
    assert (desk.sessions()[0].first_visits, desk.sessions()[0].to_meet) == (2, 2)
    before = desk.marker(session.id)
    assert [desk.meet(session.id, one.fact_ids) for _ in range(2)] == [True, False]
    assert not desk.meet(session.id, third.fact_ids)
    assert not desk.meet(session.id, [clinic.id()])
    assert desk.marker(session.id) != before
    assert stands(clinic) == [FirstVisit.MET, FirstVisit.TO_MEET, None]
    card = desk.roster(session.id).card
    assert (card.present, card.first_visits, card.to_meet) == (3, 2, 1)
    step = desk.last_step(session.id)
    assert step is not None
    assert (step.kind, step.arrivals) == (RosterStepKind.MET, one.fact_ids)
    assert desk.undo(session.id, step)
    assert stands(clinic) == [FirstVisit.TO_MEET, FirstVisit.TO_MEET, None]
    assert desk.meet(session.id, one.fact_ids)
    assert len(subjects(clinic, AuditAction.ROSTER_MET)) == 2
    assert len(subjects(clinic, AuditAction.ROSTER_MET_UNDONE)) == 1
    # Somebody who is off the list is nobody to meet, and nothing is left to do.
    desk.void(other.fact_ids, VoidReason.LEFT)
    card = desk.roster(session.id).card
    assert (card.present, card.first_visits, card.to_meet) == (2, 1, 0)


def test_the_wish_goes_along_where_an_arrival_is_placed(clinic: Clinic) -> None:
    """Somebody came while the kiosk's clock stood wrong."""
    right, session = clinic.clock.at, clinic.add_session()
    clinic.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    clinic.visitor.count_me_in(clinic.visitor.new_join().id, NO_SESSION, first_visit=True)
    clinic.clock.at = right
    desk = clinic.roster
    (waiting,) = desk.unplaced()
    assert desk.place(session.id, waiting.fact_ids) == 1
    assert stands(clinic) == [FirstVisit.TO_MEET]
    assert desk.unplaced() == ()


def test_an_export_tells_who_was_met(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    three_guests(clinic, session)
    desk.meet(session.id, desk.roster(session.id).arrived[0].fact_ids)
    day = clinic.clock.now().date()
    rows = desk.export_rows(day, day)
    assert [row.first_visit for row in rows] == [FirstVisit.MET, FirstVisit.TO_MEET, None]
    assert [row.flags for row in rows] == [()] * 3
