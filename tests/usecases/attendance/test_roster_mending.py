"""What a facilitator writes on a list: people, guests, voids and their undoing, head counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from kiosk.domain.attendance.check_in import AlreadyHere, CheckedIn
from kiosk.domain.attendance.roster import (
    Added,
    AlreadyThere,
    PassState,
    RosterStepKind,
    SessionStage,
    VoidReason,
)
from kiosk.domain.audit import AuditAction
from kiosk.domain.staff import Role
from kiosk.errors import SetupError
from tests.support.desks import Clinic
from tests.support.trail import subjects

pytestmark = pytest.mark.central(full=True)


def test_somebody_without_a_pass_is_added_by_name_once(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    draft = desk.new_pass()
    added = desk.add_person(session.id, " Mei\x1b ", "zh", draft)
    assert added == Added(draft.id, clinic.clock.now())
    clinic.clock.move(minutes=3)
    assert desk.add_person(session.id, "Somebody else", "en", draft) == added
    (arrival,) = desk.roster(session.id).arrived
    assert (arrival.name, arrival.by_staff, arrival.pass_state) == ("Mei", True, PassState.KNOWN)
    assert clinic.count("participant") == clinic.count("passcard") == clinic.count("check_in") == 1
    assert subjects(clinic, AuditAction.ROSTER_PERSON_ADDED) == [session.id]
    # Another desk opens the sealed name.
    assert clinic.roster.roster(session.id).arrived[0].name == "Mei"


def test_a_person_added_by_name_can_be_given_a_pass_and_stays_one_person(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    desk.add_person(session.id, "Mei", "zh", desk.new_pass())
    clinic.clock.move(minutes=1)
    (member,) = clinic.passes.members()
    given = clinic.passes.replace_pass(member.participant_id)
    clinic.clock.move(minutes=1)
    outcome = clinic.visitor.check_in(given.digits)
    assert isinstance(outcome, CheckedIn)
    assert (outcome.name, outcome.language) == ("Mei", "zh")
    (arrival,) = desk.roster(session.id).arrived
    assert len(arrival.fact_ids) == 2
    desk.void(arrival.fact_ids, VoidReason.LEFT)
    roster = desk.roster(session.id)
    assert (roster.arrived, len(roster.voided)) == ((), 1)


def test_a_member_is_added_once_whoever_was_first(clinic: Clinic) -> None:
    session, desk = clinic.add_session(enrolled=True), clinic.roster
    assert session.group_id is not None
    issued = clinic.passes.issue_pass("Mei", "en", groups=[session.group_id])
    (expected,) = desk.roster(session.id).expected
    at = clinic.clock.now()
    added = desk.add_member(session.id, expected.participant_id)
    assert isinstance(added, Added)
    clinic.clock.move(minutes=5)
    assert desk.add_member(session.id, expected.participant_id) == AlreadyThere(at)
    # The kiosk knows it too.
    assert clinic.visitor.check_in(issued.digits) == AlreadyHere(session, "Mei", at, "en")
    assert clinic.count("check_in") == 1
    assert len(subjects(clinic, AuditAction.ROSTER_PERSON_ADDED)) == 1


def test_a_member_whose_passes_were_ended_is_added_all_the_same(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    clinic.passes.issue_pass("Mei", "en")
    (member,) = clinic.passes.members()
    clinic.passes.revoke_passes(member.participant_id)
    clinic.clock.move(minutes=1)
    assert isinstance(desk.add_member(session.id, member.participant_id), Added)
    assert isinstance(desk.add_member(session.id, member.participant_id), AlreadyThere)
    (arrival,) = desk.roster(session.id).arrived
    assert (arrival.name, arrival.participant_id) == ("Mei", member.participant_id)


def test_a_member_who_is_not_kept_is_said_plainly(clinic: Clinic) -> None:
    session = clinic.add_session()
    with pytest.raises(SetupError, match="no longer kept"):
        clinic.roster.add_member(session.id, clinic.id())
    assert clinic.count("check_in") == 0


def test_each_guest_id_is_one_guest(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    ids = desk.new_guests(3)
    assert desk.add_guests(session.id, [ids[0], ids[0]]) == 1
    assert desk.add_guests(session.id, ids) == 2
    assert desk.add_guests(session.id, ids) == 0
    (card,) = desk.sessions()
    assert (card.present, card.guests) == (3, 3)
    assert all(one.by_staff and one.name is None for one in desk.roster(session.id).arrived)
    assert subjects(clinic, AuditAction.ROSTER_GUESTS_ADDED) == [session.id] * 2


def test_a_void_is_taken_back_and_made_again_as_often_as_people_change_their_mind(
    clinic: Clinic,
) -> None:
    session, desk = clinic.add_session(), clinic.roster
    issued = clinic.passes.issue_pass("Mei", "en")
    clinic.visitor.check_in(issued.digits)
    (arrival,) = desk.roster(session.id).arrived
    for _ in range(3):
        clinic.clock.move(minutes=1)
        void_ids = desk.void(arrival.fact_ids, VoidReason.MISTAKE)
        assert desk.void(arrival.fact_ids, VoidReason.ASKED) == void_ids
        roster = desk.roster(session.id)
        assert (roster.arrived, roster.voided[0].void_ids) == ((), void_ids)
        assert roster.voided[0].reason == VoidReason.MISTAKE
        assert (desk.undo_void(void_ids), desk.undo_void(void_ids)) == (1, 0)
        assert desk.roster(session.id).arrived == (arrival,)
        assert isinstance(clinic.visitor.check_in(issued.digits), AlreadyHere)
    assert len(subjects(clinic, AuditAction.ROSTER_VOIDED)) == 3
    assert len(subjects(clinic, AuditAction.ROSTER_VOID_UNDONE)) == 3
    # Voided once more, they may arrive anew at the kiosk, and again after that.
    for _ in range(2):
        clinic.clock.move(minutes=1)
        desk.void(desk.roster(session.id).arrived[0].fact_ids, VoidReason.MISTAKE)
        assert isinstance(clinic.visitor.check_in(issued.digits), CheckedIn)
        assert isinstance(clinic.visitor.check_in(issued.digits), AlreadyHere)
    if clinic.owner is None:
        assert clinic.count("outbox") >= clinic.count("check_in")


def test_a_void_taken_back_after_a_new_arrival_leaves_one_person(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    issued = clinic.passes.issue_pass("Mei", "en")
    clinic.visitor.check_in(issued.digits)
    (first,) = desk.roster(session.id).arrived
    void_ids = desk.void(first.fact_ids, VoidReason.MISTAKE)
    clinic.clock.move(minutes=5)
    clinic.visitor.check_in(issued.digits)
    assert desk.undo_void(void_ids) == 1
    (arrival,) = desk.roster(session.id).arrived
    assert (arrival.at, len(arrival.fact_ids)) == (first.at, 2)


def test_voided_at_the_desk_a_member_may_be_added_again_there(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    clinic.passes.issue_pass("Mei", "en")
    (member,) = clinic.passes.members()
    for _ in range(3):
        clinic.clock.move(minutes=1)
        assert isinstance(desk.add_member(session.id, member.participant_id), Added)
        (arrival,) = desk.roster(session.id).arrived
        desk.void(arrival.fact_ids, VoidReason.WRONG_SESSION)
    assert desk.roster(session.id).voided[0].name == "Mei"


def test_a_guest_is_taken_off_and_put_back_alone(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    desk.add_guests(session.id, desk.new_guests(2))
    one, other = desk.roster(session.id).arrived
    void_ids = desk.void(one.fact_ids, VoidReason.DUPLICATE)
    roster = desk.roster(session.id)
    assert roster.arrived == (other,)
    assert [gone.check_in_id for gone in roster.voided] == [one.check_in_id]
    desk.undo_void(void_ids)
    assert desk.roster(session.id).arrived == (one, other)


def test_only_arrivals_are_voided_and_only_voids_are_undone(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    desk.add_guests(session.id, desk.new_guests(1))
    (guest,) = desk.roster(session.id).arrived
    void_ids = desk.void(guest.fact_ids, VoidReason.MISTAKE)
    rows = clinic.count("check_in")
    assert desk.void([*void_ids, clinic.id()], VoidReason.MISTAKE) == frozenset()
    assert desk.undo_void([*guest.fact_ids, clinic.id()]) == 0
    assert clinic.count("check_in") == rows


def test_a_repeated_void_changes_nothing_and_is_not_audited(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    desk.add_guests(session.id, desk.new_guests(1))
    (guest,) = desk.roster(session.id).arrived
    desk.void(guest.fact_ids, VoidReason.MISTAKE)
    rows, entries = clinic.count("check_in"), clinic.count("audit_event")
    desk.void(guest.fact_ids, VoidReason.MISTAKE)
    assert (clinic.count("check_in"), clinic.count("audit_event")) == (rows, entries)


def test_a_head_count_is_kept_and_the_latest_one_shown(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    assert desk.count_heads(session.id, 7).head_count == 7
    clinic.clock.move(minutes=10)
    assert desk.count_heads(session.id, 6).head_count == 6
    assert desk.count_heads(session.id, 6).head_count == 6
    assert clinic.count("head_count") == 2
    assert subjects(clinic, AuditAction.HEADS_COUNTED) == [session.id] * 2
    for people in (-1, 1000):
        with pytest.raises(ValueError, match="head count"):
            desk.count_heads(session.id, people)


def test_a_list_is_closed_with_a_count_and_stays_closed(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    clinic.clock.move(hours=2)
    assert desk.count_heads(session.id, 5).stage is SessionStage.ENDED
    card = desk.reconcile(session.id, 5)
    assert (card.stage, card.head_count) == (SessionStage.RECONCILED, 5)
    clinic.clock.move(hours=1)
    card = desk.count_heads(session.id, 4)
    assert (card.stage, card.head_count) == (SessionStage.RECONCILED, 4)
    assert subjects(clinic, AuditAction.ROSTER_RECONCILED) == [session.id]


def test_a_list_that_nobody_closed_says_so_after_three_days(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.clock.move(hours=73)
    assert clinic.roster.roster(session.id).card.stage is SessionStage.UNRECONCILED
    assert clinic.roster.reconcile(session.id, 0).stage is SessionStage.RECONCILED


def test_many_hands_at_once_lose_and_double_nobody(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    issued = clinic.passes.issue_pass("Mei", "en")
    (member,) = clinic.passes.members()
    ids = desk.new_guests(8)

    def work(number: int) -> None:
        if number % 2:
            desk.add_member(session.id, member.participant_id)
        else:
            clinic.visitor.check_in(issued.digits)
        desk.add_guests(session.id, ids)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(12)))
    (card,) = desk.sessions()
    assert (card.present, card.guests) == (9, 8)
    assert clinic.count("check_in") == 9


def test_a_void_of_the_kiosks_clock_doubt_is_still_a_void(clinic: Clinic) -> None:
    session, desk = clinic.add_session(), clinic.roster
    desk.add_guests(session.id, desk.new_guests(1))
    (guest,) = desk.roster(session.id).arrived
    clinic.bend("UPDATE sync_state SET last_fact_at='2026-03-03 00:00:00.000000'")
    desk.void(guest.fact_ids, VoidReason.MISTAKE)
    assert desk.roster(session.id).arrived == ()


def test_what_was_done_here_is_undone_the_last_thing_first(clinic: Clinic) -> None:
    session, desk = clinic.add_session(starts=-20, enrolled=True), clinic.roster
    clinic.passes.issue_pass("Mei", "en", groups=[session.group_id] if session.group_id else [])
    (expected,) = desk.roster(session.id).expected

    clinic.visitor.count_me_in(clinic.id(), session.id, first_visit=True)

    def is_now() -> tuple[int, int | None, SessionStage, int]:
        card = desk.roster(session.id).card
        return card.present, card.head_count, card.stage, card.to_meet

    def take_off() -> object:
        return desk.void(desk.roster(session.id).arrived[0].fact_ids, VoidReason.LEFT)

    def meet() -> object:
        return desk.meet(session.id, desk.roster(session.id).arrived[0].fact_ids)

    def put_back() -> object:
        return desk.undo_void(desk.roster(session.id).voided[0].void_ids)

    deeds: dict[RosterStepKind, list[Callable[[], object]]] = {
        RosterStepKind.MET: [meet],
        RosterStepKind.GUEST: [lambda: desk.add_guests(session.id, desk.new_guests(1))],
        RosterStepKind.COUNTED: [lambda: desk.count_heads(session.id, 9)],
        RosterStepKind.ADDED: [
            lambda: desk.add_member(session.id, expected.participant_id),
            lambda: desk.add_person(session.id, "Siti", "en", desk.new_pass()),
        ],
        RosterStepKind.TAKEN_OFF: [take_off],
        RosterStepKind.PUT_BACK: [put_back],
        RosterStepKind.CLOSED: [lambda: desk.reconcile(session.id, 4)],
    }
    assert set(deeds) == set(RosterStepKind)
    seen = []
    for deed in (one for same in deeds.values() for one in same):
        clinic.clock.move(minutes=1)
        seen.append(is_now())
        deed()
        assert is_now() != seen[-1]
    kinds = []
    while (step := desk.last_step(session.id)) is not None:
        clinic.clock.move(minutes=1)
        kinds.append(step.kind)
        marker = desk.marker(session.id)
        assert (desk.undo(session.id, step), desk.undo(session.id, step)) == (True, False)
        assert desk.marker(session.id) != marker
        assert is_now() == seen.pop()
    assert kinds == [kind for kind, same in reversed(deeds.items()) for _ in same]
    assert desk.roster(session.id).voided[0].reason == VoidReason.MISTAKE
    # The same number counts again; what a colleague counted stays.
    desk.count_heads(session.id, 9)
    assert is_now()[1] == 9
    colleague = clinic.access.roster_desk(clinic.add_staff("ben", Role.FACILITATOR))
    assert colleague.last_step(session.id) is None
    clinic.clock.move(minutes=1)
    colleague.count_heads(session.id, 8)
    step = desk.last_step(session.id)
    assert step is not None
    assert desk.undo(session.id, step)
    assert is_now()[1] == 8
    assert len(subjects(clinic, AuditAction.HEAD_COUNT_UNDONE)) == 3
