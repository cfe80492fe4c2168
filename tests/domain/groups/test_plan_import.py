"""What a file says against what is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.groups.groups import (
    CALLED_OFF,
    FILE_REASONS,
    NO_LONGER_PLANNED,
    PlannedSession,
    PlanProblem,
    SessionPlan,
)
from kiosk.domain.groups.plan_import import (
    Comparison,
    PlanKind,
    PlannedByFile,
    compare_plans,
    format_place,
    format_source,
    planned_at,
    read_place,
)
from kiosk.domain.ids import NO_ID, uuid7
from kiosk.presentation.records import PLAN_PROBLEMS
from tests.support.amounts import amount

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Singapore")
GROUP = UUID(int=99)
HOUR = timedelta(hours=1)


def planned(number: int, hours: float, source: str | None = None) -> PlannedSession:
    start = NOW + hours * HOUR
    plan = SessionPlan(UUID(int=number), GROUP, start, start + HOUR, "Room", source=source)
    return PlannedSession(plan, "Group", None, has_check_ins=False)


def wanted(number: int, hours: float, source: str, cancelled: str | None = None) -> PlannedByFile:
    return PlannedByFile(planned(number, hours, source).plan, cancelled)


def compared(kept: list[PlannedSession], asked: list[PlannedByFile]) -> Comparison:
    in_file = {one.plan.id: one.plan.source is not None for one in kept}
    return compare_plans(kept, asked, in_file, NOW, ZONE)


def test_what_is_new_is_added_and_what_is_over_is_not() -> None:
    found = compared([], [wanted(1, 5, "a"), wanted(2, -5, "b"), wanted(3, 5, "c", "off")])
    assert found == Comparison((wanted(1, 5, "a").plan,), (), (), 0, 0)


def test_what_is_gone_is_called_off_where_a_file_had_planned_it() -> None:
    found = compared([planned(1, 5, "a"), planned(2, 6), planned(3, -1, "b")], [])
    assert found == Comparison((), (), (UUID(int=1),), 0, 0)


def test_what_has_begun_stays() -> None:
    found = compared([planned(1, -0.5, "a")], [wanted(9, 1, "a")])
    assert found == Comparison((), (), (), 0, 1)


def test_a_session_under_a_new_name_on_its_day_was_moved() -> None:
    kept = planned(1, 5, "a 1500")
    found = compared([kept], [wanted(9, 6, "a 1600")])
    moved = replace(planned(1, 6, "a 1600"))
    assert found == Comparison((), (moved,), (), 0, 0)


def test_the_same_group_start_and_room_is_the_same_session_whatever_its_name() -> None:
    kept = [planned(1, 5, "ics old 1"), planned(2, 6, "ics new 1")]
    found = compared(kept, [wanted(8, 5, "ics new 1"), wanted(9, 6, "ics newer 1")])
    assert (found.add, found.change, found.cancel, found.same) == ((), (), (), 2)
    assert [(one.plan.id.int, one.plan.source) for one in found.renamed] == [
        (1, "ics new 1"), (2, "ics newer 1"),
    ]  # fmt: skip
    elsewhere = wanted(8, 5, "ics new 1")
    elsewhere = replace(elsewhere, plan=replace(elsewhere.plan, room="Garden"))
    assert [one.plan.id.int for one in compared(kept, [elsewhere]).change] == [2]


def test_what_has_check_ins_is_neither_cancelled_nor_taken_for_another() -> None:
    kept = replace(planned(1, 5, "a"), has_check_ins=True)
    found = compared([kept], [])
    assert (found.cancel, found.kept) == ((), (UUID(int=1),))
    found = compared([kept], [wanted(9, 6, "b")])
    assert ([one.id.int for one in found.add], found.change, found.kept) == (
        [9], (), (UUID(int=1),),
    )  # fmt: skip
    found = compared([kept], [wanted(9, 5, "a", "off")])
    assert (found.change, found.kept, found.left) == ((), (UUID(int=1),), 0)


def test_a_place_is_named_in_a_source_without_being_shown() -> None:
    source = format_source(PlanKind.ICS, "uid", "-", "Psychiatric Hall")
    assert read_place(source) == format_place("psychiatric HALL")
    assert "Psych" not in source
    assert read_place(format_source(PlanKind.ICS, "uid", "-")) == ""


def test_two_on_one_day_are_not_guessed() -> None:
    found = compared([planned(1, 5, "a")], [wanted(8, 6, "b"), wanted(9, 7, "c")])
    assert [plan.id for plan in found.add] == [UUID(int=8), UUID(int=9)]
    assert found.cancel == (UUID(int=1),)


def test_what_a_file_called_off_comes_back_with_it_and_what_a_manager_did_does_not() -> None:
    for reason in FILE_REASONS:
        kept = replace(planned(1, 5, "a"), cancelled=reason)
        assert compared([kept], [wanted(9, 5, "a")]).change == (planned(1, 5, "a"),)
    kept = replace(planned(1, 5, "a"), cancelled="the lift is broken")
    assert compared([kept], [wanted(9, 5, "a")]) == Comparison((), (), (), 1, 0)
    assert compared([kept], [wanted(9, 6, "a")]).left == 1


def test_only_ids_with_a_time_tell_it() -> None:
    made = uuid7(NOW, bytes(10))
    assert planned_at(replace(planned(1, 0).plan, id=made)) == NOW
    assert planned_at(replace(planned(1, 0).plan, series_id=made)) == NOW
    assert planned_at(planned(1, 0).plan) is None


def test_every_problem_has_its_sentence() -> None:
    assert PLAN_PROBLEMS.keys() == set(PlanProblem)
    assert all(sentence.endswith(".") for sentence in PLAN_PROBLEMS.values())


reasons = st.sampled_from([None, None, CALLED_OFF, NO_LONGER_PLANNED, "by hand"])
hours = st.integers(-30, 60)
sources = st.sampled_from([None, *(f"s{n}" for n in range(6))])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[PlannedSession], list[PlannedByFile]]:
    kept: dict[str | None, PlannedSession] = {}
    for number in range(draw(st.integers(0, 6))):
        source = draw(sources)
        one = replace(planned(number + 1, draw(hours), source), cancelled=draw(reasons))
        kept[source or f"by hand {number}"] = one
    asked = [
        PlannedByFile(
            planned(100 + number, draw(hours), f"s{draw(st.integers(0, 6))}").plan,
            draw(reasons),
            draw(st.sampled_from([NO_ID, NO_ID, UUID(int=1), UUID(int=77)])),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    return list(kept.values()), asked


@settings(max_examples=amount(50, 300))
@given(histories())
def test_a_second_import_changes_nothing(
    history: tuple[list[PlannedSession], list[PlannedByFile]],
) -> None:
    kept, asked = history
    first = compared(kept, asked)
    after = {one.plan.id: one for one in kept}
    for plan in first.add:
        assert plan.id not in after
        after[plan.id] = PlannedSession(plan, "Group", None, has_check_ins=False)
    for one in first.renamed:
        after[one.plan.id] = one
    for one in first.change:
        assert after[one.plan.id] != one
        assert after[one.plan.id].plan.starts_at > NOW
        after[one.plan.id] = one
    for id_ in first.cancel:
        assert after[id_].cancelled is None
        after[id_] = replace(after[id_], cancelled=NO_LONGER_PLANNED)
    second = compared(list(after.values()), asked)
    assert (second.add, second.change, second.cancel, second.renamed) == ((), (), (), ())
