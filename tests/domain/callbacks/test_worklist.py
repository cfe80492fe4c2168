"""When somebody may be called, and the order and views of the worklist."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.request import Window
from kiosk.domain.callbacks.state import OPEN_STATUSES, Booking, RequestStatus
from kiosk.domain.callbacks.worklist import (
    DayPart,
    WorklistFilter,
    WorklistPart,
    WorkRow,
    is_wanted_now,
    matches_filter,
    may_ring_back,
    next_calls,
    sort_rows,
    waits_from,
    windows_at,
    worked_parts,
)
from kiosk.domain.working_time import WorkingCalendar
from tests.support.rows import MADE_AT, row
from tests.support.windows import in_window

ZONE = ZoneInfo("Asia/Singapore")
TUESDAY, SATURDAY, SUNDAY = date(2026, 3, 3), date(2026, 3, 7), date(2026, 3, 8)
OFFICE = WorkingCalendar(ZONE)
NOW = MADE_AT
NAMED = [window for window in Window if window is not Window.ANY]


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "day", "first", "last"),
    [
        (Window.WEEKDAY_MORNING, TUESDAY, (9, 0), (11, 59)),
        (Window.WEEKDAY_AFTERNOON, TUESDAY, (12, 0), (15, 59)),
        (Window.WEEKDAY_EVENING, TUESDAY, (16, 0), (17, 59)),
        (Window.SATURDAY_MORNING, SATURDAY, (9, 0), (11, 59)),
    ],
)
def test_a_window_is_a_part_of_the_clinics_day(
    window: Window, day: date, first: tuple[int, int], last: tuple[int, int]
) -> None:
    minute = timedelta(minutes=1)
    for inside in (local(day, *first), local(day, *last)):
        assert in_window({window}, inside, ZONE)
        assert not in_window(set(NAMED) - {window}, inside, ZONE)
    assert not in_window({window}, local(day, *first) - minute, ZONE)
    assert not in_window({window}, local(day, *last) + minute, ZONE)
    assert not in_window({window}, local(SUNDAY, *first), ZONE)


def test_any_time_and_no_choice_hold_every_time() -> None:
    night = local(SUNDAY, 3)
    assert in_window({Window.ANY, Window.WEEKDAY_MORNING}, night, ZONE)
    assert in_window((), night, ZONE)
    assert in_window({"moonlight"}, night, ZONE)


def test_any_time_is_while_the_clinic_works() -> None:
    assert windows_at(local(TUESDAY, 10), OFFICE) == {"any", "weekday_am"}
    assert windows_at(local(TUESDAY, 8, 45), OFFICE) == {"any"}
    # Who asked for late calls is called late, even after closing time.
    assert windows_at(local(TUESDAY, 17, 45), OFFICE) == {"weekday_late"}
    assert windows_at(local(SATURDAY, 10), OFFICE) == {"saturday_am"}
    assert windows_at(local(SUNDAY, 10), OFFICE) == frozenset()
    closed = WorkingCalendar(ZONE, is_holiday=lambda day: day == TUESDAY)
    assert windows_at(local(TUESDAY, 10), closed) == frozenset()


def test_a_request_is_wanted_when_one_of_its_windows_is_open() -> None:
    morning = windows_at(local(TUESDAY, 10), OFFICE)
    assert is_wanted_now(("weekday_late", "weekday_am"), morning)
    assert is_wanted_now((), morning)
    assert not is_wanted_now(("weekday_late",), morning)
    assert not is_wanted_now(("any",), windows_at(local(SATURDAY, 10), OFFICE))


def test_the_clocks_wait_for_the_day_that_was_asked_for() -> None:
    assert waits_from(NOW, None, ZONE) == NOW
    assert waits_from(NOW, TUESDAY, ZONE) == NOW
    assert waits_from(NOW, SATURDAY, ZONE) == local(SATURDAY, 0)
    # No visitor can choose a day so far away.
    assert waits_from(NOW, date(2029, 1, 1), ZONE) == NOW
    assert waits_from(NOW, date.min, ZONE) == NOW


def test_a_clinic_of_mornings_works_in_one_part_of_the_day() -> None:
    mornings = WorkingCalendar(ZONE, {0: (time(9), time(12))})
    assert worked_parts(mornings) == (DayPart.MORNING,)
    assert worked_parts(OFFICE) == tuple(DayPart)
    assert worked_parts(WorkingCalendar(ZONE, {})) == tuple(DayPart)


def test_rows_come_in_the_order_to_call() -> None:
    late, soon = NOW + timedelta(days=2), NOW + timedelta(hours=1)
    rows = [
        row(1, breach_at=None, status=RequestStatus.CLOSED),
        row(2, breach_at=soon),
        row(3, breach_at=late, call_now=True),
        row(4, breach_at=soon, created_at=NOW - timedelta(days=1)),
        row(5, breach_at=soon, call_now=True, call_language="ta"),
        row(6, breach_at=soon, call_now=True),
    ]
    assert [one.request.id.int for one in sort_rows(rows)] == [5, 6, 3, 4, 2, 1]
    # Who speaks no Tamil has that call among the others, by when it is due.
    assert [one.request.id.int for one in sort_rows(rows, frozenset({"zh"}))] == [6, 3, 4, 2, 5, 1]


def test_what_is_rather_a_colleagues_comes_below_ones_own_and_above_what_waits() -> None:
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=2)
    rows = [
        row(1, breach_at=soon),
        row(2, breach_at=soon, call_now=True, for_another_until=late),
        row(3, breach_at=late, call_now=True),
        row(4, breach_at=NOW, for_another_until=late),
    ]
    assert [one.request.id.int for one in sort_rows(rows)] == [3, 2, 4, 1]


rows_ = st.lists(
    st.builds(
        lambda number, due, made, now: row(
            number,
            reference=str(number),
            breach_at=None if due is None else NOW + timedelta(hours=due),
            created_at=NOW + timedelta(hours=made),
            call_now=now,
        ),
        st.integers(0, 99),
        st.none() | st.integers(0, 3),
        st.integers(0, 3),
        st.booleans(),
    ),
    unique_by=lambda one: one.request.id,
    max_size=12,
)


@given(rows_, st.integers(0, 2**32))
def test_the_order_does_not_hang_on_how_rows_came(rows: list[WorkRow], seed: int) -> None:
    shuffled = list(rows)
    Random(seed).shuffle(shuffled)
    assert sort_rows(shuffled) == sort_rows(rows)
    assert set(sort_rows(rows)) == set(rows)


@pytest.mark.parametrize("status", RequestStatus)
def test_every_request_is_in_one_pile(status: RequestStatus) -> None:
    piles = (
        WorklistPart.OPEN,
        WorklistPart.UNREACHABLE,
        WorklistPart.ESCALATED,
        WorklistPart.CLOSED,
    )
    assert sum(matches_filter(row(status=status), WorklistFilter(show)) for show in piles) == 1
    assert matches_filter(row(status=status), WorklistFilter(WorklistPart.ALL))


def test_views_show_what_they_say() -> None:
    assert matches_filter(row(held_by_me=True), WorklistFilter(WorklistPart.MINE))
    assert not matches_filter(row(holder="mei"), WorklistFilter(WorklistPart.MINE))
    assert matches_filter(row(withdrawal_noted=True), WorklistFilter(WorklistPart.NOTED))
    assert not matches_filter(row(), WorklistFilter(WorklistPart.NOTED))
    assert not matches_filter(row(), WorklistFilter(WorklistPart.CALL_NOW))


def test_what_is_mine_was_handed_to_me_or_could_be_taken_by_me() -> None:
    wanted = WorklistFilter(for_me=True)
    speaks = frozenset({"zh"})
    tamil = row(call_language="ta")
    for mine in (replace(tamil, held_by_me=True), replace(tamil, handed_to_me=True)):
        assert matches_filter(mine, wanted, speaks)
        assert matches_filter(mine, replace(wanted, show=WorklistPart.MINE), speaks)
    assert matches_filter(row(call_language="zh"), wanted, speaks)
    assert matches_filter(row(call_language="other"), wanted, speaks)
    for others in (tamil, row(holder="ali"), row(handed_to="ali")):
        assert not matches_filter(others, wanted, speaks)
        assert matches_filter(others, replace(wanted, show=WorklistPart.ALL), speaks)


def test_what_was_handed_to_the_caller_comes_first_among_what_to_call() -> None:
    soon = NOW + timedelta(hours=1)
    rows = [
        row(1, breach_at=NOW, call_now=True),
        row(2, breach_at=soon, call_now=True, handed_to_me=True),
        row(3, breach_at=soon, handed_to_me=True),
    ]
    assert [one.request.id.int for one in sort_rows(rows)] == [2, 1, 3]


ME, ALI = UUID(int=901), UUID(int=902)


def test_the_next_calls_are_those_that_one_could_make_the_ones_let_go_last() -> None:
    ago = NOW - timedelta(minutes=5)
    rows = [
        row(1, call_now=True, released_at=ago, released_by=ME),
        row(2, call_now=True, call_language="ta"),
        row(3, call_now=True, held_by_me=True),
        row(4),
        row(5, call_now=True, released_at=ago, released_by=ALI),
        row(6, call_now=True, released_at=NOW - timedelta(hours=1), released_by=ME),
        row(7, call_now=True),
    ]

    def found(but: int | None = None) -> list[int]:
        other = None if but is None else UUID(int=but)
        since = NOW - timedelta(minutes=30)
        calls = next_calls(rows, by=ME, speaks=frozenset({"zh"}), let_go_since=since, but=other)
        return [one.request.id.int for one in calls]

    assert found() == [5, 6, 7, 1]
    assert found(but=5) == [6, 7, 1]


def test_who_rings_back_is_found_while_something_can_be_done() -> None:
    found = {status for status in RequestStatus if may_ring_back(row(status=status), NOW)}
    assert found == {*OPEN_STATUSES, RequestStatus.UNREACHABLE, RequestStatus.ESCALATED}
    later = Booking(NOW + timedelta(days=1), None)
    assert may_ring_back(row(status=RequestStatus.CLOSED, booking=later), NOW)
    assert not may_ring_back(row(status=RequestStatus.CLOSED, booking=Booking(NOW, None)), NOW)


def test_call_now_is_for_who_speaks_the_language() -> None:
    wanted = WorklistFilter(WorklistPart.CALL_NOW)
    assert matches_filter(row(call_now=True), wanted)
    assert matches_filter(row(call_now=True), wanted, frozenset({"en", "zh"}))
    assert not matches_filter(row(call_now=True), wanted, frozenset({"en"}))
    assert matches_filter(row(call_now=True, call_language="other"), wanted, frozenset({"en"}))
    # The other views hide nothing.
    assert matches_filter(row(), WorklistFilter(), frozenset({"en"}))


@pytest.mark.parametrize("text", ["mei", " LING ", "7k4q", "7K4Q-FM", "7k4qfmrf"])
def test_a_search_finds_names_and_references(text: str) -> None:
    assert matches_filter(row(), WorklistFilter(text=text))
    assert not matches_filter(
        row(reference="22CC-DDFF", preferred_name="Ah Huat"), WorklistFilter(text=text)
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (WorklistFilter(language="zh"), True),
        (WorklistFilter(language="en"), False),
        (WorklistFilter(window="weekday_am"), True),
        (WorklistFilter(window="weekday_late"), False),
        (WorklistFilter(WorklistPart.CLOSED, text="mei"), False),
        (WorklistFilter(text="   "), True),
    ],
)
def test_filters_narrow(wanted: WorklistFilter, found: bool) -> None:
    assert matches_filter(row(), wanted) is found


@pytest.mark.parametrize("change", [lambda: row(windows=()), lambda: row(windows=("any",))])
def test_who_can_be_called_at_any_time_is_in_every_window(change: Callable[[], WorkRow]) -> None:
    assert all(matches_filter(change(), WorklistFilter(window=window.value)) for window in Window)
