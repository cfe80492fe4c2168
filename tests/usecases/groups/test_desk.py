"""The manager's desk of groups and sessions."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from kiosk.domain.attendance.check_in import CheckedIn
from kiosk.domain.groups.groups import (
    GROUP_ENDED,
    Cancelled,
    GroupPlan,
    PlanProblem,
    Restored,
    Series,
    SeriesFrom,
    SessionPlan,
)
from kiosk.domain.staff import Role
from kiosk.errors import AccessRefused
from kiosk.usecases.groups.desk import GroupsDesk
from tests.support.desks import NOON, Clinic

pytestmark = pytest.mark.central(full=True)

TODAY, LATER = date(2026, 3, 2), date(2027, 1, 1)


@pytest.fixture
def desk(clinic: Clinic) -> GroupsDesk:
    return clinic.access.groups_desk(clinic.manager)


@pytest.fixture
def group(desk: GroupsDesk) -> GroupPlan:
    made = desk.add_group(GroupPlan(desk.new_id(), "Wellness group", "Room 2", "Level 2"))
    assert isinstance(made, GroupPlan)
    return made


def meeting(desk: GroupsDesk, group: GroupPlan, hours: float) -> SessionPlan:
    start = NOON + timedelta(hours=hours)
    made = desk.add_session(
        SessionPlan(desk.new_id(), group.id, start, start + timedelta(hours=1), group.room)
    )
    assert isinstance(made, SessionPlan)
    return made


def reasons(desk: GroupsDesk) -> list[str | None]:
    return [one.cancelled for one in desk.sessions(TODAY, LATER)]


def mondays(desk: GroupsDesk, count: int = 4) -> Series:
    return Series(desk.new_id(), frozenset({0}), time(15), 60, date(2026, 3, 9), count=count)


def test_a_group_is_kept_once_and_audited(
    clinic: Clinic, desk: GroupsDesk, group: GroupPlan
) -> None:
    entries = clinic.count("audit_event")
    desk.add_group(group)
    assert clinic.count("audit_event") == entries
    (card,) = desk.groups()
    assert (card.plan, card.members, card.upcoming, card.next_at) == (group, 0, 0, None)
    assert desk.add_group(replace(group, name=" ")) is PlanProblem.NO_NAME


def test_a_card_counts_what_is_to_come(desk: GroupsDesk, group: GroupPlan) -> None:
    meeting(desk, group, -5)
    second, first = meeting(desk, group, 30), meeting(desk, group, 3)
    off = meeting(desk, group, 1)
    desk.cancel_sessions([off.id], "the lift is broken")
    (card,) = desk.groups()
    assert (card.upcoming, card.next_at) == (2, first.starts_at)
    assert [one.plan for one in desk.sessions(date(2026, 3, 3), LATER)] == [second]


def test_what_is_to_come_moves_along_with_its_group(desk: GroupsDesk, group: GroupPlan) -> None:
    past, coming = meeting(desk, group, -5), meeting(desk, group, 5)
    elsewhere = meeting(desk, replace(group, room="The garden"), 7)
    assert desk.change_group(replace(group, room="Level 5", capacity=8)) is not None
    assert {
        one.plan.id: (one.plan.room, one.plan.capacity) for one in desk.sessions(TODAY, LATER)
    } == {
        past.id: ("Level 2", None),
        coming.id: ("Level 5", 8),
        elsewhere.id: ("The garden", 8),
    }
    assert desk.change_group(replace(group, id=desk.new_id())) is PlanProblem.UNKNOWN


def test_a_group_that_is_put_away_keeps_what_was(desk: GroupsDesk, group: GroupPlan) -> None:
    meeting(desk, group, -5)
    meeting(desk, group, 5)
    assert desk.put_away_group(group.id) == Cancelled(1)
    assert desk.put_away_group(group.id) == Cancelled(0)
    assert desk.groups() == ()
    assert reasons(desk) == [None, GROUP_ENDED]
    assert desk.put_away_group(desk.new_id()) is PlanProblem.UNKNOWN
    assert desk.add_session(_plan(desk, group)) is PlanProblem.UNKNOWN


def _plan(desk: GroupsDesk, group: GroupPlan) -> SessionPlan:
    return SessionPlan(desk.new_id(), group.id, NOON, NOON + timedelta(hours=1), "Room")


def test_a_series_keeps_its_local_time_and_is_planned_once(
    clinic: Clinic, desk: GroupsDesk, group: GroupPlan
) -> None:
    series = mondays(desk)
    made = desk.add_series(group.id, series)
    assert desk.add_series(group.id, series) == made
    sessions = desk.sessions(TODAY, LATER)
    assert tuple(one.plan for one in sessions) == made
    assert {one.plan.starts_at.astimezone(clinic.site.zone).hour for one in sessions} == {15}
    assert {one.plan.room for one in sessions} == {"Level 2"}
    assert desk.add_series(group.id, replace(series, count=None)) is PlanProblem.ENDLESS_SERIES
    assert desk.add_series(desk.new_id(), series) is PlanProblem.UNKNOWN


def test_the_rest_of_a_series_is_called_off(desk: GroupsDesk, group: GroupPlan) -> None:
    series = mondays(desk)
    desk.add_series(group.id, series)
    rest = SeriesFrom(series.id, date(2026, 3, 23))
    assert desk.cancel_sessions(rest, " ") is PlanProblem.NO_REASON
    assert desk.cancel_sessions(rest, "the room is painted") == Cancelled(2)
    assert desk.cancel_sessions(rest, "another reason") == Cancelled(0)
    assert reasons(desk) == [None, None, "the room is painted", "the room is painted"]
    assert desk.cancel_sessions([], "why") is PlanProblem.UNKNOWN


def test_a_session_with_check_ins_is_called_off_but_not_moved(
    clinic: Clinic, desk: GroupsDesk, group: GroupPlan
) -> None:
    session = meeting(desk, group, 0.25)
    digits = clinic.passes.issue_pass("Mei", "en").digits
    assert isinstance(clinic.visitor.check_in(digits), CheckedIn)
    assert desk.sessions(TODAY, LATER)[0].has_check_ins
    clinic.clock.move(minutes=20)
    moved = replace(session, ends_at=session.ends_at + timedelta(hours=1))
    assert desk.change_session(moved) is PlanProblem.HAS_BEGUN
    roomy = replace(session, capacity=20)
    assert desk.change_session(roomy) == roomy
    assert desk.cancel_sessions([session.id], "fire alarm") == Cancelled(1)
    assert desk.change_session(replace(roomy, capacity=5)) is PlanProblem.IS_CANCELLED
    assert clinic.count("check_in") == 1


def test_what_was_called_off_takes_place_after_all(
    clinic: Clinic, desk: GroupsDesk, group: GroupPlan
) -> None:
    session = meeting(desk, group, 0.25)
    digits = clinic.passes.issue_pass("Mei", "en").digits
    desk.cancel_sessions([session.id], "the wrong one")
    assert not isinstance(clinic.visitor.check_in(digits), CheckedIn)
    entries = clinic.count("audit_event")
    assert desk.restore_sessions([session.id]) == Restored(1)
    assert clinic.count("audit_event") == entries + 1
    assert desk.restore_sessions([session.id]) == Restored(0)
    assert clinic.count("audit_event") == entries + 1
    assert [one.plan for one in desk.sessions(TODAY, LATER)] == [session]
    assert reasons(desk) == [None]
    assert isinstance(clinic.visitor.check_in(digits), CheckedIn)
    assert desk.restore_sessions([desk.new_id()]) is PlanProblem.UNKNOWN


def test_of_a_series_only_what_went_for_the_same_reason_comes_back(
    desk: GroupsDesk, group: GroupPlan
) -> None:
    series = mondays(desk)
    made = desk.add_series(group.id, series)
    assert not isinstance(made, PlanProblem)
    desk.cancel_sessions([made[2].id], "a holiday")
    desk.cancel_sessions(SeriesFrom(series.id, date(2026, 3, 9)), "the wrong series")
    assert desk.restore_sessions(SeriesFrom(series.id, date(2026, 3, 16))) == Restored(2)
    assert reasons(desk) == ["the wrong series", None, "a holiday", None]


def test_nothing_comes_back_into_a_group_that_was_put_away(
    desk: GroupsDesk, group: GroupPlan
) -> None:
    session = meeting(desk, group, 5)
    desk.put_away_group(group.id)
    assert desk.restore_sessions([session.id]) is PlanProblem.NO_GROUP
    assert reasons(desk) == [GROUP_ENDED]


def test_what_has_ended_is_not_called_off(
    clinic: Clinic, desk: GroupsDesk, group: GroupPlan
) -> None:
    session, coming = meeting(desk, group, 1), meeting(desk, group, 9)
    clinic.clock.move(hours=3)
    desk = clinic.access.groups_desk(clinic.fresh(clinic.manager))
    assert desk.cancel_sessions([session.id], "why") is PlanProblem.HAS_ENDED
    assert desk.cancel_sessions([session.id, coming.id], "why") == Cancelled(1)


def test_a_session_is_not_moved_into_the_past_nor_to_another_group(
    desk: GroupsDesk, group: GroupPlan
) -> None:
    session = meeting(desk, group, 5)
    hour = timedelta(hours=1)
    past = replace(session, starts_at=NOON - hour, ends_at=NOON + hour)
    assert desk.change_session(past) is PlanProblem.PAST
    strange = replace(session, group_id=desk.new_id(), source="x", series_id=desk.new_id())
    assert desk.change_session(strange) == session
    later = replace(session, starts_at=session.starts_at + hour, ends_at=session.ends_at + hour)
    assert desk.change_session(later) == later
    assert desk.change_session(replace(session, id=desk.new_id())) is PlanProblem.UNKNOWN


def test_only_managers_come_here(clinic: Clinic) -> None:
    caller = clinic.add_staff("lim", Role.CALLER)
    with pytest.raises(AccessRefused, match="manager"):
        clinic.access.groups_desk(caller)
