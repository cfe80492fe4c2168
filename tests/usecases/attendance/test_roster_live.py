"""One session as a facilitator watches it: its card, its roster, its marker and what is audited."""

from datetime import date

import pytest

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import PassState, Roster, SessionStage, VoidReason
from kiosk.domain.audit import AuditAction
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.staff import Role
from kiosk.errors import SetupError, SignedOut
from tests.support.desks import Clinic
from tests.support.trail import subjects

pytestmark = pytest.mark.central

STRANGER = encode(CodeKind.PASS, b"never seen here.")


def names(roster: Roster) -> list[str | None]:
    return [arrival.name for arrival in roster.arrived]


def enrolled(clinic: Clinic, session: Session, *people: str) -> list[str]:
    """Give people a pass and enrol them in the session's group; gives the passes' digits."""
    assert session.group_id is not None
    return [clinic.passes.issue_pass(n, "en", groups=[session.group_id]).digits for n in people]


def test_cards_count_people_without_naming_them_or_leaving_a_trace(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-10)
    clinic.add_session("Room 3", starts=200)
    clinic.visitor.check_in(clinic.passes.issue_pass("Mei", "en").digits)
    clinic.visitor.check_in(STRANGER)
    clinic.visitor.count_me_in(clinic.id(), session.id)
    desk, before = clinic.roster, clinic.count("audit_event")
    running, later = desk.sessions()
    assert (running.session, running.group_name) == (session, "Group of Room 2")
    assert (running.present, running.guests, running.head_count) == (3, 1, None)
    assert (running.stage, later.stage) == (SessionStage.RUNNING, SessionStage.SCHEDULED)
    assert (later.present, later.session.capacity) == (0, None)
    assert clinic.count("audit_event") == before


def test_a_day_has_its_own_sessions_and_today_those_still_running(clinic: Clinic) -> None:
    clinic.clock.move(hours=11, minutes=30)
    over = clinic.add_session("Room 1", hours=0.25)
    late = clinic.add_session("Room 2", hours=2)
    clinic.clock.move(hours=1)
    assert [card.session for card in clinic.roster.sessions()] == [late]
    assert clinic.roster.sessions(date(2026, 3, 3)) == ()
    assert [one.session for one in clinic.roster.sessions(date(2026, 3, 2))] == [over, late]


def test_a_session_called_off_says_why_and_a_capacity_is_the_groups_unless_its_own(
    clinic: Clinic,
) -> None:
    clinic.add_session()
    clinic.bend("UPDATE support_group SET capacity=12")
    assert clinic.roster.sessions()[0].session.capacity == 12
    clinic.bend("UPDATE group_session SET capacity=8, status='cancelled', cancelled_reason='ill'")
    (card,) = clinic.roster.sessions()
    assert (card.session.capacity, card.stage, card.cancelled_reason) == (
        8,
        SessionStage.CANCELLED,
        "ill",
    )
    clinic.bend("UPDATE group_session SET deleted_at='2026-01-01 00:00:00.000000'")
    assert clinic.roster.sessions() == ()


def test_a_roster_tells_who_came_who_is_expected_and_who_was_taken_off(clinic: Clinic) -> None:
    session = clinic.add_session(enrolled=True)
    mei, ali, _ = enrolled(clinic, session, "Mei", "ali", "Zhang")
    enrolled(clinic, session, "Anita")
    desk = clinic.roster
    assert [one.name for one in desk.roster(session.id).expected] == [
        "ali",
        "Anita",
        "Mei",
        "Zhang",
    ]
    clinic.visitor.check_in(mei)
    clinic.clock.move(minutes=2)
    clinic.visitor.check_in(ali)
    clinic.clock.move(minutes=1)
    clinic.visitor.check_in(STRANGER)
    roster = desk.roster(session.id)
    assert names(roster) == ["Mei", "ali", None]
    assert [one.pass_state for one in roster.arrived[1:]] == [
        PassState.KNOWN,
        PassState.UNKNOWN,
    ]
    desk.void(roster.arrived[0].fact_ids, VoidReason.LEFT)
    roster = desk.roster(session.id)
    assert names(roster) == ["ali", None]
    assert [one.name for one in roster.expected] == ["Anita", "Zhang"]
    (gone,) = roster.voided
    assert (gone.name, gone.reason, gone.voided_at) == ("Mei", "left_at_once", clinic.clock.now())
    assert gone.voided_at > gone.at


def test_an_open_group_has_nobody_expected(clinic: Clinic) -> None:
    session = clinic.add_session()
    enrolled(clinic, session, "Mei")
    assert clinic.roster.roster(session.id).expected == ()


def test_a_look_is_audited_once_and_again_when_a_name_is_new(clinic: Clinic) -> None:
    session, other = clinic.add_session(), clinic.add_session("Room 5", starts=90)
    first, second = (clinic.passes.issue_pass(name, "en").digits for name in ("Mei", "Ali"))
    desk, opened = clinic.roster, AuditAction.ROSTER_OPENED
    desk.roster(session.id)
    assert subjects(clinic, opened) == [session.id]
    clinic.visitor.check_in(STRANGER)
    desk.roster(session.id)
    assert len(subjects(clinic, opened)) == 1
    clinic.clock.move(minutes=1)
    clinic.visitor.check_in(first)
    assert names(desk.roster(session.id)) == [None, "Mei"]
    assert len(subjects(clinic, opened)) == 2
    facts = clinic.count("audit_event")
    for _ in range(5):
        desk.roster(session.id)
        desk.marker(session.id)
    assert clinic.count("audit_event") == facts
    clinic.visitor.check_in(second)
    desk.roster(session.id)
    desk.roster(other.id)
    assert subjects(clinic, opened)[2:] == [session.id, other.id]
    # Another desk, another look.
    clinic.roster.roster(session.id)
    assert len(subjects(clinic, opened)) == 5


def test_a_name_that_cannot_be_opened_is_tried_and_audited_once(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.visitor.check_in(clinic.passes.issue_pass("Mei", "en").digits)
    clinic.bend("UPDATE participant SET sealed_name=:odd", odd=b"\1\2")
    desk = clinic.roster
    for _ in range(3):
        assert names(desk.roster(session.id)) == [None]
    assert len(subjects(clinic, AuditAction.ROSTER_OPENED)) == 1


def test_no_name_is_opened_for_an_account_that_was_disabled(clinic: Clinic) -> None:
    session = clinic.add_session()
    facilitator = clinic.add_staff("fatimah", Role.FACILITATOR)
    desk = clinic.access.roster_desk(facilitator)
    desk.roster(session.id)
    clinic.bend("UPDATE staff_account SET disabled_at='2026-01-01' WHERE login='fatimah'")
    with pytest.raises(SignedOut):
        desk.roster(session.id)
    with pytest.raises(SignedOut):
        desk.marker(session.id)


def test_the_marker_changes_with_the_roster_and_only_then(clinic: Clinic) -> None:
    session, other = clinic.add_session(starts=20, enrolled=True), clinic.add_session("Room 5")
    (mei,) = enrolled(clinic, session, "Mei")
    desk = clinic.roster
    seen = [desk.marker(session.id)]

    def changed() -> bool:
        seen.append(desk.marker(session.id))
        return seen[-1] not in seen[:-1]

    clinic.visitor.count_me_in(clinic.id(), other.id)
    clinic.clock.move(minutes=5)
    assert not changed()
    clinic.visitor.check_in(mei, session.id)
    assert changed()
    clinic.visitor.check_in(STRANGER, session.id)
    assert changed()
    void_ids = desk.void(desk.roster(session.id).arrived[0].fact_ids, VoidReason.MISTAKE)
    assert changed()
    desk.undo_void(void_ids)
    assert changed()
    desk.count_heads(session.id, 3)
    assert changed()
    (member,) = clinic.passes.members()
    assert session.group_id is not None
    clinic.passes.leave(member.participant_id, session.group_id)
    assert changed()
    clinic.passes.revoke_passes(member.participant_id)
    assert changed()
    clinic.bend("UPDATE group_session SET room='elsewhere'")
    assert changed()
    clinic.clock.move(minutes=15)
    assert changed()
    clinic.clock.move(hours=1)
    assert changed()
    clinic.clock.move(hours=1)
    assert not changed()


def test_two_kiosks_and_a_late_void_make_one_roster(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.visitor.check_in(clinic.passes.issue_pass("Mei", "en").digits)
    clinic.bend(
        "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, session_id,"
        " lookup, kind, nth, occurred_at) SELECT :id, site_id, :kiosk, 1, true, session_id,"
        " lookup, kind, nth, '2026-03-02 03:59:00.000000' FROM check_in",
        id=clinic.id(),
        kiosk=clinic.id(),
    )
    desk = clinic.roster
    (arrival,) = desk.roster(session.id).arrived
    assert (len(arrival.fact_ids), arrival.clock_doubtful) == (2, True)
    assert len(desk.void(arrival.fact_ids, VoidReason.MISTAKE)) == 2
    assert desk.roster(session.id).arrived == ()
    assert len(desk.roster(session.id).voided[0].void_ids) == 2


def test_a_session_that_is_not_kept_is_said_plainly(clinic: Clinic) -> None:
    for ask in (clinic.roster.roster, clinic.roster.marker):
        with pytest.raises(SetupError, match="no longer kept"):
            ask(clinic.id())
