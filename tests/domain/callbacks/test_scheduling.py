"""When to try again, and when to give up."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.request import OpenedRequest, Window
from kiosk.domain.callbacks.scheduling import (
    AttemptRule,
    Hint,
    count_attempts,
    may_give_up,
    next_attempt,
)
from kiosk.domain.callbacks.state import AttemptResult, CallbackState, EventKind, callback_state
from kiosk.domain.callbacks.worklist import day_part, window_of
from kiosk.domain.working_time import OFFICE_WEEK, WorkingCalendar
from tests.support.trials import ASKED, MADE_AT, OFFICE, ZONE, Try, event, local, missed, tried
from tests.support.windows import in_window

MUCH_LATER = local(31, 12)
WELL_SPREAD = (local(2, 10), local(2, 15), local(3, 10))
"""In the morning that was asked for, in another part of the day, on two days."""
TEXT = replace(ASKED, message_policy="text_ok")


def gives_up(
    state: CallbackState, asked: OpenedRequest = ASKED, now: datetime = MUCH_LATER
) -> bool:
    return may_give_up(state, now=now, calendar=OFFICE, asked=asked)


def coming(
    state: CallbackState, asked: OpenedRequest = ASKED
) -> tuple[datetime | None, Hint | None]:
    return next_attempt(state, calendar=OFFICE, asked=asked)[:2]


def test_three_well_spread_misses_are_enough() -> None:
    assert gives_up(missed(*WELL_SPREAD))
    assert gives_up(missed(*WELL_SPREAD), now=WELL_SPREAD[-1])
    assert not gives_up(missed(*WELL_SPREAD), now=WELL_SPREAD[-1] - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("times", "why_not"),
    [
        (WELL_SPREAD[:2], "two attempts"),
        ((local(2, 10), local(3, 10), local(4, 10)), "one part of the day"),
        ((local(2, 13), local(3, 13), local(4, 17)), "never when it was asked for"),
        ((local(2, 8, 40), local(3, 13), local(4, 17)), "in the morning, but before its window"),
        ((local(2, 11), local(2, 13), local(3, 9)), "less than 4 working hours apart"),
        ((local(6, 11), local(6, 17), local(7, 10)), "hours of a Saturday are not worked"),
    ],
)
def test_misses_that_are_not_spread_are_not_enough(
    times: tuple[datetime, ...], why_not: str
) -> None:
    assert not gives_up(missed(*times)), why_not


def test_three_misses_on_one_day_are_not_enough() -> None:
    one_day = missed(local(2, 8, 30), local(2, 12, 30), local(2, 16, 30))
    assert not gives_up(one_day, replace(ASKED, windows=()))
    assert gives_up(missed(*WELL_SPREAD), replace(ASKED, windows=()))


def test_a_fourth_attempt_can_make_up_for_a_third() -> None:
    assert gives_up(missed(local(2, 10), local(2, 11), local(2, 15), local(3, 10)))


def test_other_results_do_not_count() -> None:
    for result in AttemptResult:
        state = tried(*((at, result.value) for at in WELL_SPREAD))
        misses = {"reached_other", "no_answer", "busy", "voicemail_left", "voicemail_not_allowed"}
        assert gives_up(state) == (result in misses), result


def test_who_was_spoken_to_is_tried_anew() -> None:
    first, *others = ((at, "no_answer") for at in WELL_SPREAD)
    assert not gives_up(tried(first, (local(2, 12), "reached_self"), *others))
    reached = (local(2, 12), "reached_self")
    more = ((local(day, hour), "no_answer") for day, hour in ((9, 10), (9, 15), (10, 10)))
    assert gives_up(tried(first, reached, *more))


def test_a_reopened_request_is_tried_anew() -> None:
    tries = [event(n, EventKind.ATTEMPT, at, "busy") for n, at in enumerate(WELL_SPREAD, 1)]
    closed = event(4, EventKind.CLOSED, local(3, 12), "unreachable")
    reopened = event(5, EventKind.REOPENED, local(4, 12))
    state = callback_state([*tries, closed, reopened], (), now=MUCH_LATER)
    assert not gives_up(state)
    assert count_attempts(state) == 0
    assert not gives_up(callback_state([*tries, closed], (), now=MUCH_LATER))


def test_where_a_text_is_allowed_one_is_sent_and_waited_for() -> None:
    misses: tuple[Try, ...] = tuple((at, "no_answer") for at in WELL_SPREAD)
    assert not gives_up(tried(*misses), TEXT)
    assert coming(tried(*misses), TEXT) == (None, Hint.TEXT)
    texted = tried(*misses, (local(4, 9), "text_sent"))
    # Wednesday the 4th, then five working days: until the end of Wednesday the 11th.
    answered = local(11, 17, 30)
    assert coming(texted, TEXT) == (answered, Hint.CLOSE)
    assert not gives_up(texted, TEXT, answered - timedelta(minutes=1))
    assert gives_up(texted, TEXT, answered)


def test_an_early_text_is_the_one_and_waits_from_the_last_miss() -> None:
    first, *others = ((at, "no_answer") for at in WELL_SPREAD)
    state = tried(first, (local(2, 11), "text_sent"), *others)
    assert coming(state, TEXT) == (local(10, 17, 30), Hint.CLOSE)


def test_a_window_in_which_the_clinic_never_works_asks_for_nothing() -> None:
    saturdays = replace(ASKED, windows=("saturday_am",))
    assert gives_up(missed(*WELL_SPREAD), saturdays)
    open_on_saturdays = WorkingCalendar(ZONE, {**OFFICE_WEEK, 5: (time(9), time(12))})
    state = missed(*WELL_SPREAD)
    assert not may_give_up(state, now=MUCH_LATER, calendar=open_on_saturdays, asked=saturdays)


def test_a_clinic_of_mornings_is_not_asked_for_another_part_of_the_day() -> None:
    mornings = WorkingCalendar(ZONE, dict.fromkeys(range(5), (time(8), time(12))))
    state = missed(local(2, 10), local(3, 10), local(4, 10))
    assert may_give_up(state, now=MUCH_LATER, calendar=mornings, asked=ASKED)
    assert next_attempt(missed(local(2, 10)), calendar=mornings, asked=ASKED).hint == Hint.MORNING


def test_a_new_request_waits_for_nothing() -> None:
    assert coming(missed()) == (None, None)


def test_after_a_miss_another_part_of_the_day_is_tried() -> None:
    assert coming(missed(local(2, 10))) == (local(2, 14), Hint.AFTERNOON)
    # Then a morning again, as asked for; and not a third time on one day.
    assert coming(missed(local(2, 10), local(2, 14))) == (local(3, 9), Hint.MORNING)
    early = missed(local(2, 8, 30), local(2, 12, 30))
    assert coming(early) == (local(3, 0), Hint.MORNING)


def test_a_window_that_was_asked_for_is_tried_first() -> None:
    assert coming(missed(local(2, 13)))[1] is Hint.MORNING
    late = replace(ASKED, windows=("weekday_late", "weekday_noon"))
    assert coming(missed(local(2, 17)), late)[1] is Hint.AFTERNOON
    assert coming(missed(local(2, 10)), late)[1] is Hint.AFTERNOON


def test_any_part_of_the_day_will_do_for_who_asked_for_none() -> None:
    anytime = replace(ASKED, windows=("any",))
    assert coming(missed(local(2, 10)), anytime)[1] is Hint.AFTERNOON
    assert coming(missed(local(2, 10), local(2, 14)), anytime)[1] is Hint.EVENING


def test_a_pause_goes_over_the_weekend() -> None:
    assert coming(missed(local(6, 16)))[0] == local(9, 11)


def test_what_was_promised_goes_before_the_pause() -> None:
    soon = local(2, 11)
    later = event(2, EventKind.ATTEMPT, local(2, 10), "asked_to_call_later", soon)
    assert coming(callback_state([later], (), now=MADE_AT)) == (soon, None)
    held = event(1, EventKind.HELD, local(2, 10), next_at=local(9, 9))
    assert coming(callback_state([held], (), now=MADE_AT)) == (local(9, 9), None)


@pytest.mark.parametrize("result", ["wrong_person", "number_invalid", "reached_self", "declined"])
def test_only_an_outcome_is_missing(result: str) -> None:
    assert coming(tried((local(2, 10), result))) == (None, Hint.CLOSE)
    assert not gives_up(tried((local(2, 10), result)))


def test_after_the_third_miss_it_is_closed() -> None:
    assert coming(missed(*WELL_SPREAD)) == (None, Hint.CLOSE)


def test_calls_are_counted() -> None:
    results = ("no_answer", "asked_to_call_later", "text_sent", "reached_self")
    assert count_attempts(tried(*((local(2, 10), result) for result in results))) == 2


windows = st.frozensets(st.sampled_from(Window), max_size=3).map(
    lambda chosen: tuple(sorted(window.value for window in chosen))
)
calls = st.builds(
    local, st.integers(2, 9), st.sampled_from([8, 9, 11, 12, 15, 16, 17]), st.sampled_from([0, 40])
)


@given(st.lists(calls, max_size=6), windows)
def test_the_rule_is_what_it_says(times: list[datetime], chosen: tuple[str, ...]) -> None:
    def holds(three: tuple[datetime, ...]) -> bool:
        gaps = (OFFICE.hours_between(a, b) for a, b in combinations(sorted(three), 2))
        asked_for = set(chosen) - {Window.SATURDAY_MORNING.value}
        return (
            all(gap >= 4 for gap in gaps)
            and len({at.date() for at in three}) >= 2
            and len({day_part(at) for at in three}) >= 2
            and any(in_window(asked_for, at, ZONE) for at in three)
        )

    expected = any(holds(three) for three in combinations(times, 3))
    assert (AttemptRule(times, chosen, OFFICE).satisfied_at() is not None) == expected


@given(st.integers(0, 5 * 24 * 4), windows)
def test_who_follows_the_hints_needs_three_calls(start: int, chosen: tuple[str, ...]) -> None:
    quarter = timedelta(minutes=15)
    asked = replace(ASKED, windows=chosen)
    now, made = MADE_AT + start * quarter, list[datetime]()
    worked = [code for code in chosen if code != Window.SATURDAY_MORNING]
    for _ in range(3):
        waits, hint = coming(missed(*made), asked)
        while not (
            OFFICE.is_open(now)
            and (waits is None or now >= waits)
            and (in_window(worked, now, ZONE) if hint is None else day_part(now).value == hint)
            and (day_part(now).value != "morning" or window_of(now))
        ):
            now += quarter
        made.append(now)
    assert gives_up(missed(*made), asked)


def test_hundreds_of_misses_are_looked_at_in_no_time() -> None:
    times = [local(2, 9) + timedelta(minutes=n) for n in range(400)]
    assert not gives_up(missed(*times))
    assert gives_up(missed(*times, local(3, 13), local(4, 10)))
