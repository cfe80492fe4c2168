"""The figures above the worklist, and the promise made from them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.waiting_times import count_worklist, percentile, promised_days
from kiosk.domain.callbacks.worklist import WorklistCounts, WorkRow
from tests.support.rows import row
from tests.support.trials import OFFICE, local, missed

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
