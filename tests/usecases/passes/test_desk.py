"""Members and their passes, as a facilitator handles them."""

import pytest

from kiosk.domain.attendance.check_in import CheckedIn, GuestWelcomed
from kiosk.domain.attendance.roster import GroupName, Member, PassState
from kiosk.domain.audit import AuditAction
from kiosk.domain.staff import Purpose, Role
from kiosk.errors import AccessRefused, SetupError
from kiosk.vault.sealing import seal
from tests.support import facts
from tests.support.desks import Clinic
from tests.support.trail import subjects

pytestmark = pytest.mark.central(full=True)


def only(clinic: Clinic) -> Member:
    """The clinic's one member."""
    (member,) = clinic.passes.members()
    return member


def test_members_are_found_by_part_of_their_name(clinic: Clinic) -> None:
    for name in ("Mei Ling", "Zhang Mei", "Ali", "अनीता"):
        clinic.passes.issue_pass(name, "en")
    desk = clinic.passes
    assert [one.name for one in desk.members(" MEI")] == ["Mei Ling", "Zhang Mei"]
    assert [one.name for one in desk.members("नी")] == ["अनीता"]
    assert desk.members("nobody") == ()
    assert [one.name for one in desk.members()] == ["Ali", "Mei Ling", "Zhang Mei", "अनीता"]


def test_a_look_at_the_members_is_audited_once_and_when_somebody_is_new(clinic: Clinic) -> None:
    clinic.passes.issue_pass("Mei", "en")
    desk = clinic.passes
    for _ in range(3):
        desk.members("mei")
    assert len(subjects(clinic, AuditAction.MEMBERS_OPENED)) == 1
    desk.issue_pass("Ali", "en")
    desk.members()
    desk.groups()
    assert len(subjects(clinic, AuditAction.MEMBERS_OPENED)) == 2


def test_a_name_that_cannot_be_opened_is_last_and_never_searched(clinic: Clinic) -> None:
    clinic.passes.issue_pass("Mei", "en")
    clinic.bend("UPDATE participant SET sealed_name=:odd", odd=b"\1\2")
    clinic.passes.issue_pass("Zhang", "en")
    desk = clinic.passes
    assert [one.name for one in desk.members()] == ["Zhang", None]
    assert [one.name for one in desk.members("a")] == ["Zhang"]
    hidden = desk.members()[-1].participant_id
    with pytest.raises(SetupError, match="cannot be opened"):
        desk.replace_pass(hidden)
    assert only_in_use(clinic, hidden) == 1


def only_in_use(clinic: Clinic, participant_id: object) -> int:
    """How many passes of one member are in use."""
    return next(m.passes for m in clinic.passes.members() if m.participant_id == participant_id)


def test_a_replaced_pass_ends_the_lost_one_and_is_made_once_for_a_draft(clinic: Clinic) -> None:
    session = clinic.add_session()
    lost = clinic.passes.issue_pass("Mei", "ta")
    person, desk = only(clinic).participant_id, clinic.passes
    draft = desk.new_pass()
    clinic.clock.move(minutes=1)
    given = desk.replace_pass(person, draft)
    assert desk.replace_pass(person, draft) == given
    assert (given.name, given.digits != lost.digits) == ("Mei", True)
    assert (only(clinic).passes, only(clinic).last_pass_at) == (1, clinic.clock.now())
    assert subjects(clinic, AuditAction.PASSCARD_REPLACED) == [person]
    assert isinstance(clinic.visitor.check_in(lost.digits), GuestWelcomed)
    greeted = clinic.visitor.check_in(given.digits)
    assert isinstance(greeted, CheckedIn)
    assert (greeted.name, greeted.language) == ("Mei", "ta")
    # Whoever showed the lost pass is somebody of their own.
    standings = {one.pass_state for one in clinic.roster.roster(session.id).arrived}
    assert standings == {PassState.REVOKED, PassState.KNOWN}


def test_a_pass_ended_after_the_arrival_was_good_when_it_was_shown(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.visitor.check_in(clinic.passes.issue_pass("Mei", "en").digits)
    clinic.clock.move(minutes=1)
    person = only(clinic).participant_id
    assert (clinic.passes.revoke_passes(person), clinic.passes.revoke_passes(person)) == (1, 0)
    (arrival,) = clinic.roster.roster(session.id).arrived
    assert (arrival.pass_state, arrival.name) == (PassState.KNOWN, "Mei")
    assert only(clinic).passes == 0
    assert subjects(clinic, AuditAction.PASSCARDS_REVOKED) == [person]


def test_a_member_is_enrolled_once_and_leaves(clinic: Clinic) -> None:
    session = clinic.add_session(enrolled=True)
    assert session.group_id is not None
    clinic.passes.issue_pass("Mei", "en")
    person, desk = only(clinic).participant_id, clinic.passes
    for _ in range(2):
        desk.enrol(person, session.group_id)
    assert only(clinic).groups == {session.group_id}
    assert clinic.count("membership") == 1
    assert [one.name for one in clinic.roster.roster(session.id).expected] == ["Mei"]
    for _ in range(2):
        desk.leave(person, session.group_id)
    assert only(clinic).groups == frozenset()
    assert clinic.roster.roster(session.id).expected == ()
    desk.enrol(person, session.group_id)
    assert only(clinic).groups == {session.group_id}
    assert subjects(clinic, AuditAction.MEMBER_ENROLLED) == [person] * 2
    assert subjects(clinic, AuditAction.MEMBER_LEFT) == [person]


def test_groups_are_listed_for_choosing(clinic: Clinic) -> None:
    open_, kept = clinic.add_session("Room 2"), clinic.add_session("Room 1", enrolled=True)
    assert kept.group_id is not None
    assert open_.group_id is not None
    assert clinic.passes.groups() == (
        GroupName(kept.group_id, "Group of Room 1", enrolled=True),
        GroupName(open_.group_id, "Group of Room 2", enrolled=False),
    )


def test_nobody_and_no_group_is_said_plainly(clinic: Clinic) -> None:
    clinic.passes.issue_pass("Mei", "en")
    session, desk, person = clinic.add_session(), clinic.passes, only(clinic).participant_id
    assert session.group_id is not None
    with pytest.raises(SetupError, match="record"):
        desk.replace_pass(clinic.id())
    with pytest.raises(SetupError, match="record"):
        desk.enrol(clinic.id(), session.group_id)
    with pytest.raises(SetupError, match="group"):
        desk.enrol(person, clinic.id())
    assert desk.revoke_passes(clinic.id()) == 0
    assert (clinic.count("membership"), clinic.count("passcard")) == (0, 1)


def test_the_desk_is_for_facilitators(clinic: Clinic) -> None:
    caller = clinic.add_staff("chandra", Role.CALLER)
    with pytest.raises(AccessRefused):
        clinic.access.pass_desk(caller)
    facilitator = clinic.add_staff("fatimah", Role.FACILITATOR)
    clinic.passes.issue_pass("Mei", "en")
    (member,) = clinic.access.pass_desk(facilitator).members()
    assert member.name == "Mei"


@pytest.mark.parametrize("name", [{"first": "Mei"}, ["Mei"], 7, None, "\x1b[2J", ""])
def test_a_name_that_is_no_text_is_nobodys_name(clinic: Clinic, name: object) -> None:
    id_ = facts.person(clinic, b"p" * 16)
    sealed = seal(
        {"name": name},
        purpose="roster",
        table="participant",
        record_id=id_,
        recipients=clinic.sealing[Purpose.ROSTER],
    )
    clinic.bend("UPDATE participant SET sealed_name=:sealed", sealed=sealed)
    assert only(clinic).name == ("[2J" if isinstance(name, str) and name else None)
