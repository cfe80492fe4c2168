"""What comes next for a request, as a row of the worklist shows it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.state import CallbackState, EventKind, callback_state
from kiosk.domain.callbacks.worklist import Schedule
from tests.support.trials import ASKED, OFFICE, event, local, missed, tried

ANYTIME = replace(ASKED, windows=())
CLOSED = callback_state([event(1, EventKind.CLOSED, local(2, 10), "declined")], ())


def look(
    state: CallbackState,
    now: datetime,
    asked: OpenedRequest = ASKED,
    *,
    mine: bool = False,
    days: int = 2,
) -> Schedule:
    return Scheduler(now, OFFICE, days).schedule(state, asked, mine=mine)


def test_a_new_request_is_looked_at_within_a_working_day() -> None:
    found = look(missed(), local(2, 11))
    assert found.breach_at == local(3, 17, 30)
    assert (found.attempts, found.last_result, found.next_at, found.hint) == (0, "", None, "")
    assert found.working_age == 2.0
    assert found.call_now
    assert not found.may_give_up


def test_a_touched_request_is_tried_within_the_days_of_the_settings() -> None:
    touched = callback_state([event(1, EventKind.RELEASED, local(2, 10))], (), now=local(2, 11))
    assert look(touched, local(2, 11)).breach_at == local(4, 17, 30)
    assert look(touched, local(2, 11), days=5).breach_at == local(9, 17, 30)
    assert look(missed(), local(2, 11), days=5).breach_at == local(3, 17, 30)


def test_a_later_first_day_pauses_the_clocks() -> None:
    paused = replace(ASKED, not_before=date(2026, 3, 9))
    found = look(missed(), local(3, 10), paused)
    assert (found.next_at, found.breach_at) == (local(9, 0), local(10, 17, 30))
    assert not found.call_now
    assert look(missed(), local(9, 10), paused).call_now


def test_a_later_first_day_holds_after_an_early_call_too() -> None:
    paused = replace(ASKED, not_before=date(2026, 3, 9))
    found = look(missed(local(3, 10)), local(4, 10), paused)
    assert (found.next_at, found.breach_at, found.call_now) == (
        local(9, 0),
        local(10, 17, 30),
        False,
    )


def test_another_attempt_is_due_the_working_day_after_its_pause() -> None:
    found = look(missed(local(2, 10)), local(3, 10))
    assert (found.next_at, found.breach_at) == (local(2, 14), local(3, 17, 30))
    assert (found.attempts, found.last_result, found.hint) == (1, "no_answer", "afternoon")
    assert found.call_now
    assert not look(missed(local(3, 9)), local(3, 10)).call_now


def test_a_promised_call_is_due_on_its_day_and_called_at_its_time() -> None:
    # Asked for the afternoon, though mornings are the window on the form.
    call = event(1, EventKind.ATTEMPT, local(2, 10), "asked_to_call_later", local(4, 14))
    promised = callback_state([call], (), now=local(4, 13))
    assert look(promised, local(4, 13)).breach_at == local(4, 17, 30)
    assert not look(promised, local(4, 13, 59)).call_now
    assert look(promised, local(4, 14)).call_now
    # A promise that was not kept is called in the window again.
    assert not look(promised, local(5, 14)).call_now
    assert look(promised, local(5, 10)).call_now


def test_a_promised_day_goes_before_the_first_day_on_the_form() -> None:
    call = event(1, EventKind.ATTEMPT, local(2, 10), "asked_to_call_later", local(4, 14))
    promised = callback_state([call], (), now=local(4, 14))
    found = look(promised, local(4, 14), replace(ASKED, not_before=date(2026, 3, 9)))
    assert (found.next_at, found.breach_at) == (local(4, 14), local(4, 17, 30))
    assert found.call_now


def test_a_held_request_waits_and_is_due_on_its_day() -> None:
    held = callback_state([event(1, EventKind.HELD, local(2, 10), None, local(6, 9))], ())
    found = look(held, local(5, 10))
    assert (found.next_at, found.breach_at) == (local(6, 9), local(6, 17, 30))
    assert not found.call_now
    assert look(held, local(6, 10)).call_now
    assert not look(held, local(6, 14)).call_now


def test_a_reopened_request_is_due_anew() -> None:
    events = [
        event(1, EventKind.ATTEMPT, local(2, 10), "busy"),
        event(2, EventKind.CLOSED, local(2, 11), "declined"),
        event(3, EventKind.REOPENED, local(12, 9)),
    ]
    found = look(callback_state(events, ()), local(12, 10))
    assert (found.next_at, found.breach_at) == (None, local(16, 17, 30))
    assert (found.attempts, found.last_result) == (0, "busy")


@pytest.mark.parametrize("result", ["reached_self", "wrong_person"])
def test_an_outcome_is_due_the_day_after_the_call(result: str) -> None:
    found = look(tried((local(2, 10), result)), local(3, 10))
    assert (found.breach_at, found.hint) == (local(3, 17, 30), "close")
    assert not found.call_now


def test_after_three_misses_nobody_is_called_but_a_text_is_sent() -> None:
    state = missed(local(2, 10), local(2, 15), local(3, 10))
    found = look(state, local(4, 10))
    assert (found.hint, found.may_give_up, found.call_now) == ("close", True, False)
    texted = look(state, local(4, 10), replace(ASKED, message_policy="text_ok"))
    assert (texted.hint, texted.may_give_up, texted.call_now) == ("text", False, False)


def test_what_somebody_else_holds_is_not_called_now() -> None:
    now = local(2, 10)
    held = missed(now=now, claimed=True)
    assert not look(held, now).call_now
    assert look(held, now, mine=True).call_now
    assert look(held, local(2, 10, 31)).call_now


def test_a_call_is_made_in_its_window() -> None:
    assert not look(missed(), local(2, 13)).call_now
    assert look(missed(), local(2, 13), ANYTIME).call_now
    assert not look(missed(), local(2, 18), ANYTIME).call_now


def test_what_is_off_the_list_is_due_no_more() -> None:
    found = look(CLOSED, local(4, 10), replace(ANYTIME, not_before=date(2026, 3, 20)))
    assert (found.next_at, found.breach_at, found.call_now) == (None, None, False)


times = st.builds(local, st.integers(2, 20), st.integers(0, 23), st.sampled_from([0, 30]))
results = st.sampled_from(["no_answer", "busy", "text_sent", "reached_self", "wrong_person"])


@given(
    st.lists(st.tuples(times, results), max_size=5),
    st.none() | st.dates(date(2026, 3, 1), date(2026, 3, 25)),
    st.sampled_from(["none", "text_ok"]),
    times,
)
def test_every_open_request_is_due_once_it_can_be_called(
    tries: list[tuple[datetime, str]], not_before: date | None, policy: str, now: datetime
) -> None:
    state = tried(*sorted(tries), now=now)
    found = look(state, now, replace(ANYTIME, not_before=not_before, message_policy=policy))
    assert found.breach_at is not None
    assert found.next_at is None or found.next_at <= found.breach_at
    assert not (found.call_now and (state.stopped or found.may_give_up))
    if found.call_now:
        assert OFFICE.is_open(now)
        assert found.next_at is None or found.next_at <= now


YEAR = timedelta(days=365)


def test_what_was_asked_later_than_now_is_due_now() -> None:
    ahead = replace(ASKED, created_at=local(2, 9) + YEAR)
    for state in (missed(), callback_state([event(1, EventKind.RELEASED, local(2, 10))], ())):
        found = look(state, local(2, 11), ahead)
        assert (found.breach_at, found.next_at, found.call_now) == (local(2, 11), None, True)
        assert (found.working_age, found.late_by(local(2, 11))) == (0.0, None)
    pausing = replace(ahead, not_before=(local(9, 9) + YEAR).date())
    assert look(missed(), local(2, 11), pausing).breach_at == local(2, 11)
    assert not look(missed(), local(2, 14), ahead).call_now, "it is asked for in the morning"


def test_a_clock_that_is_ahead_by_a_minute_is_like_any_other() -> None:
    ahead = replace(ASKED, created_at=local(2, 11) + timedelta(minutes=1))
    assert look(missed(), local(2, 11), ahead).breach_at == local(3, 17, 30)


def test_what_was_tried_or_put_off_by_a_clock_that_was_ahead_is_due_now() -> None:
    later = local(2, 10) + YEAR
    held = event(1, EventKind.HELD, local(2, 10), next_at=later)
    promised = event(1, EventKind.ATTEMPT, later, "asked_to_call_later", later + timedelta(days=1))
    for state in (missed(later), callback_state([held], ()), callback_state([promised], ())):
        found = look(state, local(2, 11))
        assert (found.breach_at, found.next_at, found.call_now) == (local(2, 11), None, True)


def test_times_chosen_by_the_slip_count_as_the_first_ones_did() -> None:
    chosen = replace(
        ASKED, windows=("weekday_late",), not_before=date(2026, 3, 9), retimed_at=local(3, 9)
    )
    assert look(missed(), local(4, 10), chosen).next_at == local(9, 0)
    assert not look(missed(), local(9, 10), chosen).call_now
    assert look(missed(), local(9, 16), chosen).call_now
    long_after = replace(ASKED, not_before=date(2026, 5, 20), retimed_at=local(30, 9))
    assert look(missed(), local(31, 10), replace(long_after, not_before=None)).next_at is None
    found = look(missed(), local(31, 10), long_after)
    assert found.next_at is not None
    assert found.next_at.astimezone(OFFICE.zone).date() == date(2026, 5, 20)


def test_the_slip_is_newer_than_the_time_named_on_the_phone() -> None:
    later = event(1, EventKind.ATTEMPT, local(3, 9), "asked_to_call_later", local(6, 15))
    agreed = callback_state([later], (), now=local(4, 10))
    assert look(agreed, local(4, 10)).next_at == local(6, 15)
    before = replace(ASKED, retimed_at=local(3, 8))
    assert look(agreed, local(4, 10), before).next_at == local(6, 15)
    since = replace(ASKED, windows=("weekday_am",), retimed_at=local(3, 18))
    found = look(agreed, local(4, 10), since)
    assert found.call_now
    assert found.breach_at == local(4, 17, 30)


@given(
    windows=st.sets(st.sampled_from(("weekday_am", "weekday_noon", "weekday_late", "any", "x"))),
    day=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    tries=st.integers(0, 3),
    chosen=st.integers(2, 27),
    now=st.integers(2, 27),
)
def test_no_choice_of_times_leaves_somebody_unrung(
    windows: set[str], day: date | None, tries: int, chosen: int, now: int
) -> None:
    asked = replace(ASKED, windows=tuple(windows), not_before=day, retimed_at=local(chosen, 9))
    found = look(missed(*(local(2, 9 + 4 * n) for n in range(tries))), local(now, 12), asked)
    assert found.breach_at is not None
    assert found.breach_at <= max(local(now, 12), local(chosen, 9)) + timedelta(days=90)
