"""The figures above the worklist, and the promise made from them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.waiting_times import (
    MeasuredWait,
    count_worklist,
    measure_waits,
    percentile,
    promised_days,
)
from kiosk.domain.callbacks.worklist import WorklistCounts, WorkRow
from tests.support.rows import row
from tests.support.trials import OFFICE, local, missed, tried

NOW = local(4, 12)


def figures(rows: list[WorkRow]) -> WorklistCounts:
    return count_worklist(rows, now=NOW, calendar=OFFICE)


def tried_at(*times: datetime, **fields: Any) -> WorkRow:
    """Make the row of a closed request that was missed so often."""
    state = replace(missed(*times), status=RequestStatus.CLOSED)
    return replace(row(**fields), state=state)


def test_an_empty_list_has_figures_too() -> None:
    assert figures([]) == WorklistCounts(0, 0, 0, 0, 0, None)


def test_rows_are_counted() -> None:
    tonight = local(4, 17, 30)
    rows = [
        row(1, breach_at=NOW - timedelta(minutes=1), call_now=True),
        row(2, breach_at=NOW),
        row(3, breach_at=tonight, status=RequestStatus.REACHED),
        row(4, breach_at=local(5, 8, 30), status=RequestStatus.WAITING),
        row(5, breach_at=None, status=RequestStatus.UNREACHABLE),
        row(6, breach_at=None, status=RequestStatus.CLOSED),
    ]
    assert figures(rows) == WorklistCounts(
        open=4,
        call_now=1,
        due_today=3,
        overdue=1,  # what is due by now is not late
        unreachable=1,
        median_hours_to_first_attempt=None,
    )


@pytest.mark.parametrize("now", [local(4, 17, 31), local(4, 23, 59)])
def test_after_closing_time_tomorrow_is_not_today(now: datetime) -> None:
    rows = [row(1, breach_at=local(4, 17, 30)), row(2, breach_at=local(5, 17, 30))]
    found = count_worklist(rows, now=now, calendar=OFFICE)
    assert (found.due_today, found.overdue) == (1, 1)


def test_the_median_is_of_working_hours_to_the_first_attempt() -> None:
    hours = [1, 2, 3, 4, 100]
    made = local(2, 9)
    rows = [tried_at(OFFICE.add_hours(made, count), NOW, created_at=made) for count in hours]
    found = figures(rows).median_hours_to_first_attempt
    assert found == pytest.approx(3)
    # Below five, and without those who were not tried or came long ago, there is none.
    assert figures(rows[1:]).median_hours_to_first_attempt is None
    assert figures([row(created_at=made), *rows[1:]]).median_hours_to_first_attempt is None
    long_ago = NOW - timedelta(days=28)
    old = tried_at(OFFICE.add_hours(long_ago, 1), created_at=long_ago)
    assert figures([old, *rows[1:]]).median_hours_to_first_attempt is None


def test_the_waiting_starts_on_the_day_that_was_asked_for() -> None:
    first_day = local(3, 0).date()
    waits = tried_at(local(3, 9, 30), created_at=local(2, 9), not_before=first_day)
    assert figures([waits] * 5).median_hours_to_first_attempt == pytest.approx(1)


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], 0.9) == 9
    assert percentile([4], 0.9) == 4
    assert percentile([1, 2], 0) == 1
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.9)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.integers(1, 100))
def test_a_percentile_is_the_smallest_that_holds_its_share(values: list[int], share: int) -> None:
    found = percentile(values, share / 100)
    assert sum(value <= found for value in values) * 100 >= share * len(values)
    assert sum(value < found for value in values) * 100 < share * len(values)


def test_three_days_are_promised_until_there_is_enough_to_measure() -> None:
    assert promised_days([]) == 3
    assert promised_days([9.0] * 19) == 3
    assert promised_days([9.0] * 20) == 9


@pytest.mark.parametrize(
    ("waits", "days"),
    [
        ([0.0] * 20, 1),
        ([1.0] * 18 + [7.0] * 2, 1),
        ([1.0] * 17 + [7.0] * 3, 7),
        ([1.2] * 20, 2),
        ([200.0] * 20, 20),
    ],
)
def test_the_promise_is_kept_to_nine_of_ten(waits: list[float], days: int) -> None:
    assert promised_days(waits) == days
    assert promised_days(waits[::-1]) == days


AIM = 2
MONDAY, FRIDAY = local(2, 10), local(6, 12)


def waited(*days: int | None, made: datetime = MONDAY) -> list[tuple[Any, Any]]:
    """Make requests of one Monday that were rung so many days later, or not yet."""
    found = []
    for number, later in enumerate(days, 1):
        one = row(number, created_at=made)
        if later is not None:
            one = replace(one, state=missed(made + timedelta(days=later)))
        found.append((one.request, one.state))
    return found


def measured(requests: list[tuple[Any, Any]], now: datetime = FRIDAY) -> MeasuredWait | None:
    return measure_waits(requests, now=now, calendar=OFFICE, aim=AIM)


def test_most_people_are_nine_of_ten() -> None:
    assert measured(waited(*[0] * 9, 4)) == MeasuredWait(1, AIM, FRIDAY)
    assert measured(waited(*[1] * 8, 3, 4)) == MeasuredWait(3, AIM, FRIDAY)


def test_few_are_not_told() -> None:
    assert measured(waited(1, 1, 1, 1)) is None
    assert measured(waited(1, 1, 1, 1, 1)) is not None
    assert measured([]) is None


def test_a_pile_that_nobody_touches_is_a_promise_missed() -> None:
    found = measured(waited(*[None] * 6))
    assert found == MeasuredWait(4, AIM, FRIDAY)
    assert found is not None
    assert found.is_missed
    assert measured(waited(*[None] * 6), now=local(4, 12)) is None  # still in time


def test_whoever_took_it_back_before_is_no_wait() -> None:
    taken = [
        (asked, replace(state, status=RequestStatus.WITHDRAWN))
        for asked, state in waited(*[None] * 6)
    ]
    assert measured(taken) is None


def test_a_text_is_no_call_and_a_chosen_day_pauses_the_wait() -> None:
    texted = [(asked, tried((local(2, 11), "text_sent"))) for asked, _ in waited(*[None] * 5)]
    assert measured(texted) == MeasuredWait(4, AIM, FRIDAY)
    later = [
        (replace(asked, not_before=local(6, 0).date(), retimed_at=local(3, 9)), state)
        for asked, state in waited(*[4] * 5)
    ]
    assert measured(later) == MeasuredWait(1, AIM, FRIDAY)
    too_late = [(replace(asked, retimed_at=local(30, 9)), state) for asked, state in later]
    assert measured(too_late) == MeasuredWait(4, AIM, FRIDAY)


def test_only_the_last_four_weeks_count() -> None:
    assert measured(waited(*[1] * 6), now=local(30, 10)) is not None
    assert measured(waited(*[1] * 6), now=local(30, 10, 1)) is None
    assert measured(waited(*[1] * 6, made=local(9, 10))) is None  # by a clock that was ahead


def test_an_old_wait_is_not_told() -> None:
    found = MeasuredWait(1, AIM, FRIDAY)
    assert found.is_fresh(local(13, 12))
    assert not found.is_fresh(local(13, 12, 1))
    assert found.is_fresh(local(6, 11, 59))
    assert not found.is_fresh(local(6, 11, 58))


@given(st.lists(st.integers(0, 4) | st.none(), max_size=30))
def test_a_measured_wait_is_a_whole_number_of_days(days: list[int | None]) -> None:
    found = measured(waited(*days))
    late = sum(1 for one in days if one is None)
    if len(days) < 5:
        assert found is None
    elif found is not None:
        assert 1 <= found.days <= 4
        assert found.days == 4 or late * 10 <= len(days)
