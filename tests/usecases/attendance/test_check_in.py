"""Checking in with a pass, and as a guest."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from kiosk.domain.attendance.anomalies import AnomalyKind
from kiosk.domain.attendance.check_in import (
    NO_SESSION,
    UNPLACED,
    AlreadyHere,
    CheckedIn,
    CheckInOutcome,
    ChooseSession,
    GuestWelcomed,
    Joined,
    NothingOpen,
    ScanAgain,
    ScannerWorks,
    ScanProblem,
    SessionsToday,
    SlipShown,
)
from kiosk.domain.attendance.roster import Arrival, PassState
from kiosk.domain.passes import CodeKind, encode
from kiosk.records.database.writing import add_fact
from kiosk.records.schema.tables import CheckIn
from tests.support.desks import Clinic

STRANGER = encode(CodeKind.PASS, b"never seen here.")


def void(clinic: Clinic, arrival: Arrival) -> None:
    """Take an arrival back as the facilitator's desk will."""
    with clinic.store.write() as transaction:
        for fact_id in arrival.fact_ids:
            add_fact(
                transaction,
                CheckIn(
                    id=clinic.id(),
                    site_id=clinic.site.site_id,
                    kiosk_id=clinic.site.kiosk_id,
                    session_id=arrival.session.id,
                    kind="void",
                    reason="mistake",
                    void_of=fact_id,
                    occurred_at=clinic.clock.now(),
                    by_staff=clinic.manager.staff.id,
                ),
                clinic.clock.now(),
            )


def test_a_known_pass_is_greeted_by_name_in_its_language(clinic: Clinic) -> None:
    session = clinic.add_session()
    issued = clinic.passes.issue_pass("王小明", "zh")
    outcome = clinic.visitor.check_in(issued.digits)
    assert outcome == CheckedIn(session, "王小明", clinic.clock.now(), "zh")
    (arrival,) = clinic.arrivals()
    assert (arrival.name, arrival.pass_state) == ("王小明", PassState.KNOWN)


def test_the_same_pass_again_is_the_same_calm_welcome_and_one_arrival(clinic: Clinic) -> None:
    session = clinic.add_session()
    issued = clinic.passes.issue_pass("Mei", "en")
    since = clinic.clock.now()
    clinic.visitor.check_in(issued.digits)
    for _ in range(3):
        clinic.clock.move(minutes=7)
        outcome = clinic.visitor.check_in(f"\x02{issued.digits}\r\n")
        assert outcome == AlreadyHere(session, "Mei", since, "en")
    assert clinic.count("check_in") == 1


def test_an_unknown_pass_is_welcomed_and_listed_as_unknown(clinic: Clinic) -> None:
    session = clinic.add_session()
    at = clinic.clock.now()
    assert clinic.visitor.check_in(STRANGER) == GuestWelcomed(session, at)
    assert clinic.visitor.check_in(STRANGER) == AlreadyHere(session, None, at)
    (arrival,) = clinic.arrivals()
    assert (arrival.name, arrival.pass_state) == (None, PassState.UNKNOWN)


def test_a_revoked_pass_is_welcomed_as_a_guest(clinic: Clinic) -> None:
    session = clinic.add_session()
    issued = clinic.passes.issue_pass("Mei", "zh")
    with clinic.store.write() as transaction:
        transaction.connection().execute(
            text("UPDATE passcard SET revoked_at='2026-01-01 00:00:00.000000'")
        )
    assert clinic.visitor.check_in(issued.digits) == GuestWelcomed(session, clinic.clock.now())
    (arrival,) = clinic.arrivals()
    assert arrival.pass_state is PassState.REVOKED


def test_a_voided_arrival_may_arrive_again(clinic: Clinic) -> None:
    session = clinic.add_session()
    issued = clinic.passes.issue_pass("Mei", "en")
    for expected in (1, 2, 3):
        clinic.clock.move(minutes=1)
        outcome = clinic.visitor.check_in(issued.digits)
        assert outcome == CheckedIn(session, "Mei", clinic.clock.now(), "en")
        assert isinstance(clinic.visitor.check_in(issued.digits), AlreadyHere)
        (arrival,) = clinic.arrivals()
        assert clinic.count("check_in") == 2 * expected - 1
        void(clinic, arrival)
        assert clinic.arrivals() == ()


def test_several_open_sessions_are_asked_about_and_nothing_is_written(clinic: Clinic) -> None:
    one, two = clinic.add_session("Room 1"), clinic.add_session("Room 2", starts=20)
    issued = clinic.passes.issue_pass("Mei", "en")
    outbox = clinic.count("outbox")
    assert clinic.visitor.check_in(issued.digits) == ChooseSession((one, two), "Mei", "en")
    assert clinic.count("check_in") == 0
    assert clinic.count("outbox") == outbox
    chosen = clinic.visitor.check_in(issued.digits, two.id)
    assert chosen == CheckedIn(two, "Mei", clinic.clock.now(), "en")
    # The repeat needs no second answer.
    assert isinstance(clinic.visitor.check_in(issued.digits), AlreadyHere)


def test_a_member_of_exactly_one_open_group_is_not_asked(clinic: Clinic) -> None:
    clinic.add_session("Room 1")
    own = clinic.add_session("Room 2", enrolled=True)
    assert own.group_id is not None
    issued = clinic.passes.issue_pass("Mei", "en", groups=[own.group_id])
    outcome = clinic.visitor.check_in(issued.digits)
    assert isinstance(outcome, CheckedIn)
    assert outcome.session == own


def test_a_chosen_session_that_has_closed_is_asked_about_anew(clinic: Clinic) -> None:
    over = clinic.add_session("Room 1", starts=-50)
    still = clinic.add_session("Room 2", starts=-50, hours=3)
    clinic.clock.move(minutes=30)
    outcome = clinic.visitor.check_in(STRANGER, over.id)
    assert isinstance(outcome, GuestWelcomed)
    assert outcome.session == still


def test_with_nothing_open_the_next_session_is_named(clinic: Clinic) -> None:
    issued = clinic.passes.issue_pass("Mei", "ta")
    assert clinic.visitor.check_in(issued.digits) == NothingOpen(None, "Mei", "ta")
    later = clinic.add_session(starts=90)
    assert clinic.visitor.check_in(issued.digits) == NothingOpen(later, "Mei", "ta")
    assert clinic.visitor.check_in(STRANGER) == NothingOpen(later, None, None)
    assert clinic.count("check_in") == 0


@pytest.mark.parametrize(
    ("text_", "outcome"),
    [
        ("https://example.org", ScanAgain(ScanProblem.NOT_OURS)),
        ("", ScanAgain(ScanProblem.NOT_OURS)),
        (STRANGER[:-1] + str((int(STRANGER[-1]) + 1) % 10), ScanAgain(ScanProblem.MISREAD)),
        (encode(CodeKind.TEST_CARD, bytes(16)), ScannerWorks()),
    ],
)
def test_other_codes_are_told_apart(clinic: Clinic, text_: str, outcome: CheckInOutcome) -> None:
    clinic.add_session()
    assert clinic.visitor.check_in(text_) == outcome
    assert clinic.count("check_in") == 0


def test_a_slip_is_shown_and_never_checked_in(clinic: Clinic) -> None:
    clinic.add_session()
    receipt = clinic.visitor.request_callback(clinic.draft())
    outcome = clinic.visitor.check_in(receipt.slip_digits)
    assert isinstance(outcome, SlipShown)
    assert outcome.state == clinic.visitor.slip_state(receipt.slip_digits)
    assert clinic.count("check_in") == 0


def test_a_guest_is_counted_once_for_a_draft(clinic: Clinic) -> None:
    session = clinic.add_session()
    draft = clinic.visitor.new_join()
    first = clinic.visitor.count_me_in(draft.id, session.id)
    assert first == GuestWelcomed(session, clinic.clock.now())
    clinic.clock.move(hours=5)
    assert clinic.visitor.count_me_in(draft.id, session.id) == first
    clinic.clock.move(hours=-5)
    clinic.visitor.count_me_in(clinic.visitor.new_join().id, session.id)
    people = clinic.arrivals()
    assert [person.pass_state for person in people] == [PassState.NONE, PassState.NONE]


def test_a_guest_cannot_enter_a_session_that_has_closed(clinic: Clinic) -> None:
    session, later = clinic.add_session(), clinic.add_session("Room 5", starts=120)
    clinic.clock.move(hours=1)
    answer = clinic.visitor.count_me_in(clinic.visitor.new_join().id, session.id)
    assert answer == NothingOpen(later, None)
    assert clinic.count("check_in") == 0


def test_a_clock_that_lost_its_time_refuses_nobody(clinic: Clinic) -> None:
    clinic.clock.move(days=-300)
    session = clinic.add_session()
    assert clinic.visitor.check_in(STRANGER) == GuestWelcomed(session, clinic.clock.now())
    (arrival,) = clinic.arrivals()
    assert arrival.clock_doubtful


def test_sessions_of_today_are_listed(clinic: Clinic) -> None:
    now, later = clinic.add_session("Room 1"), clinic.add_session("Room 2", starts=200)
    clinic.add_session("Room 3", starts=60 * 24)
    clinic.add_session("Room 4", starts=-120)
    today = clinic.visitor.sessions_today()
    assert (today.open_now, today.later) == ((now,), (later,))


def test_a_pass_is_kept_without_a_session_while_the_clock_is_known_to_be_wrong(
    clinic: Clinic,
) -> None:
    right, issued = clinic.clock.at, clinic.passes.issue_pass("Mei", "en")
    clinic.add_session()
    clinic.clock.at = wrong = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    desk = clinic.visitor
    assert desk.sessions_today() == SessionsToday((), (), clock_wrong=True)
    assert desk.check_in(issued.digits) == CheckedIn(UNPLACED, "Mei", wrong, "en")
    assert desk.check_in(issued.digits) == AlreadyHere(UNPLACED, "Mei", wrong, "en")
    assert clinic.visitor.check_in(STRANGER) == GuestWelcomed(UNPLACED, wrong)
    draft = clinic.visitor.new_join()
    for _ in range(2):
        assert clinic.visitor.count_me_in(draft.id, NO_SESSION) == GuestWelcomed(UNPLACED, wrong)
    draft = clinic.visitor.new_join()
    for _ in range(2):
        joined = clinic.visitor.join(draft, NO_SESSION, "Ali", "en")
        assert isinstance(joined, Joined)
        assert (joined.session, joined.name) == (UNPLACED, "Ali")
    # After a restart nobody knows whether it is the same day.
    assert clinic.visitor.check_in(issued.digits) == CheckedIn(UNPLACED, "Mei", wrong, "en")
    assert clinic.count("check_in") == 5
    clinic.clock.at = right
    assert isinstance(clinic.visitor.check_in(issued.digits), CheckedIn)


def test_nothing_is_kept_without_a_session_by_a_clock_that_may_be_right(clinic: Clinic) -> None:
    issued = clinic.passes.issue_pass("Mei", "en")
    assert clinic.visitor.check_in(issued.digits) == NothingOpen(None, "Mei", "en")
    assert clinic.visitor.count_me_in(UUID(int=5), NO_SESSION) == NothingOpen(None, None)
    assert clinic.count("check_in") == 0


def test_what_was_kept_without_a_session_is_placed_by_staff(clinic: Clinic) -> None:
    right, issued = clinic.clock.at, clinic.passes.issue_pass("Mei", "en")
    session = clinic.add_session()
    clinic.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    clinic.visitor.check_in(issued.digits)
    clinic.visitor.check_in(STRANGER)
    clinic.clock.at = right
    desk, oversight = clinic.roster, clinic.access.anomalies_desk(clinic.fresh(clinic.manager))
    assert [(one.kind, one.count) for one in oversight.anomalies()] == [(AnomalyKind.UNPLACED, 2)]
    waiting = desk.unplaced()
    assert [one.name for one in waiting] == ["Mei", None]
    for _ in range(2):
        desk.place(session.id, waiting[0].fact_ids)
    (here,) = clinic.arrivals()
    assert (here.name, here.at, here.by_staff) == ("Mei", right, True)
    assert [one.name for one in desk.unplaced()] == [None]
    assert [(one.kind, one.count) for one in oversight.anomalies()] == [(AnomalyKind.UNPLACED, 1)]
    assert clinic.count("check_in") == 4


def test_an_arrival_without_a_session_stays_until_staff_have_placed_it(clinic: Clinic) -> None:
    right, session = clinic.clock.at, clinic.add_session()
    clinic.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    clinic.visitor.check_in(STRANGER)
    clinic.clock.at = right

    def run() -> int:
        desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
        return desk.run_retention().attendance

    assert run() == 0
    (waiting,) = clinic.roster.unplaced()
    assert clinic.roster.place(session.id, waiting.fact_ids) == 1
    assert run() == 0
    clinic.clock.move(days=731)
    assert run() == 3
