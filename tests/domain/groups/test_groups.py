"""What a group and a session must be."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kiosk.domain.groups.groups import (
    GroupPlan,
    PlanProblem,
    SessionPlan,
    fill_from_group,
    tidy_group,
    tidy_session,
)
from kiosk.domain.ids import NO_ID
from tests.support.desks import NOON

GROUP = GroupPlan(UUID(int=1), "Wellness group", "Room 2", "Level 2")
SESSION = SessionPlan(UUID(int=2), GROUP.id, NOON, NOON + timedelta(hours=1), "Level 2")


def test_texts_are_cleaned() -> None:
    tidied = tidy_group(replace(GROUP, name=" Well\x1b[31mness  group\u202e "))
    assert isinstance(tidied, GroupPlan)
    assert tidied.name == "Well[31mness group"
    assert tidy_group(GROUP) == GROUP
    longest = replace(GROUP, name="n" * 60, public_label="l" * 40, room="r" * 60, about="a" * 200)
    assert tidy_group(longest) == longest
    assert tidy_session(SESSION) == SESSION


@pytest.mark.parametrize(
    ("group", "problem"),
    [
        (replace(GROUP, name=" \x07"), PlanProblem.NO_NAME),
        (replace(GROUP, public_label=""), PlanProblem.NO_LABEL),
        (replace(GROUP, room=""), PlanProblem.NO_ROOM),
        (replace(GROUP, name="n" * 5000), PlanProblem.LONG_NAME),
        (replace(GROUP, public_label="l" * 41), PlanProblem.LONG_LABEL),
        (replace(GROUP, room="r" * 61), PlanProblem.LONG_ROOM),
        (replace(GROUP, about="a" * 201), PlanProblem.LONG_ABOUT),
        (replace(GROUP, language="English!"), PlanProblem.ODD_LANGUAGE),
        (replace(GROUP, capacity=0), PlanProblem.ODD_CAPACITY),
        (replace(GROUP, capacity=1000), PlanProblem.ODD_CAPACITY),
    ],
)
def test_a_group_that_will_not_do_is_told(group: GroupPlan, problem: PlanProblem) -> None:
    assert tidy_group(group) is problem


@pytest.mark.parametrize(
    ("session", "problem"),
    [
        (replace(SESSION, room=""), PlanProblem.NO_ROOM),
        (replace(SESSION, room="r" * 61), PlanProblem.LONG_ROOM),
        (replace(SESSION, ends_at=NOON), PlanProblem.ODD_TIMES),
        (replace(SESSION, ends_at=NOON + timedelta(hours=25)), PlanProblem.ODD_TIMES),
        (replace(SESSION, capacity=-1), PlanProblem.ODD_CAPACITY),
    ],
)
def test_a_session_that_will_not_do_is_told(session: SessionPlan, problem: PlanProblem) -> None:
    assert tidy_session(session) is problem


def test_what_a_session_leaves_empty_is_its_groups() -> None:
    group = replace(GROUP, room="Level 5", capacity=8)
    empty = replace(SESSION, group_id=NO_ID, room="")
    assert fill_from_group(empty, group) == replace(
        SESSION, group_id=group.id, room="Level 5", capacity=8
    )
    own = replace(SESSION, group_id=group.id, room="Garden", capacity=3)
    assert fill_from_group(own, group) == own
