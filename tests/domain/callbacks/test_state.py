"""Where a callback request stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.state import (
    CLAIM_GOES_ON,
    ENDINGS,
    OPEN_STATUSES,
    AttemptResult,
    Booking,
    CallbackState,
    EventKind,
    Outcome,
    RequestEvent,
    RequestStatus,
    callback_state,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
MEI, ALI = UUID(int=901), UUID(int=902)


def event(
    revision: int,
    kind: str,
    outcome: str | None = None,
    *,
    by: UUID = MEI,
    next_at: datetime | None = None,
    other: int | None = None,
    whom: UUID | None = None,
) -> RequestEvent:
    at = NOW + timedelta(minutes=revision - 1)
    other_id = None if other is None else UUID(int=other)
    return RequestEvent(
        UUID(int=revision), revision, kind, outcome, at, by, next_at, other_id, whom
    )


def claim(revision: int, by: UUID = MEI, until: datetime = LATER) -> RequestEvent:
    return event(revision, EventKind.CLAIMED, by=by, next_at=until)


def attempt(
    revision: int, result: str = "no_answer", next_at: datetime | None = None
) -> RequestEvent:
    return event(revision, EventKind.ATTEMPT, result, next_at=next_at)


def undo(revision: int, other: int) -> RequestEvent:
    return event(revision, EventKind.UNDONE, other=other)


def state(*events: RequestEvent, slips: tuple[datetime, ...] = ()) -> CallbackState:
    return callback_state(events, slips, now=NOW + timedelta(minutes=30))


def test_a_request_is_new_until_somebody_ends_it() -> None:
    assert callback_state([], []).status is RequestStatus.NEW
    assert callback_state([event(1, "attempted")], []).status is RequestStatus.NEW


def test_a_kind_of_a_later_version_changes_nothing_but_the_revision() -> None:
    assert state(event(7, "teleported")) == CallbackState(RequestStatus.NEW, "", None, revision=7)


def test_a_withdrawal_ends_it_at_its_first_time() -> None:
    state = callback_state([], [LATER, NOW])
    assert (state.status, state.reason, state.since) == (RequestStatus.WITHDRAWN, "withdrawn", NOW)
    assert state.by_slip


def test_the_last_turn_counts_by_revision_not_by_arrival() -> None:
    closed, reopened = event(1, EventKind.CLOSED, "declined"), event(2, EventKind.REOPENED)
    assert callback_state([reopened, closed], []).status is RequestStatus.NEW
    again = event(3, EventKind.CLOSED, "group_joined")
    assert callback_state([again, reopened, closed], []).reason == "group_joined"


def test_an_outcome_is_shown_before_a_withdrawal_and_a_reopened_one_is_still_withdrawn() -> None:
    closed, reopened = event(1, EventKind.CLOSED, "declined"), event(2, EventKind.REOPENED)
    assert callback_state([closed], [NOW]).status is RequestStatus.CLOSED
    assert callback_state([closed, reopened], [NOW]).status is RequestStatus.WITHDRAWN


@pytest.mark.parametrize("kind", [EventKind.MERGED, EventKind.ESCALATED, EventKind.WITHDRAWN])
def test_nothing_but_an_outcome_is_shown_before_a_withdrawal(kind: EventKind) -> None:
    taken_back = state(event(1, kind), slips=(LATER,))
    assert taken_back.status is RequestStatus.WITHDRAWN
    assert taken_back.since == (NOW if kind is EventKind.WITHDRAWN else LATER)
    assert taken_back.escalated == (kind is EventKind.ESCALATED)


def test_every_outcome_has_its_kind_of_ending() -> None:
    assert ENDINGS.keys() == set(Outcome)


@pytest.mark.parametrize(
    ("kind", "outcome", "status"),
    [
        (EventKind.CLOSED, Outcome.SESSION_BOOKED, RequestStatus.CLOSED),
        (EventKind.CLOSED, Outcome.UNREACHABLE, RequestStatus.UNREACHABLE),
        (EventKind.CLOSED, Outcome.WRONG_NUMBER, RequestStatus.UNREACHABLE),
        (EventKind.CLOSED, "of_a_later_version", RequestStatus.CLOSED),
        (EventKind.CLOSED, Outcome.DUPLICATE, RequestStatus.DUPLICATE),
        (EventKind.MERGED, Outcome.DUPLICATE, RequestStatus.DUPLICATE),
        (EventKind.ESCALATED, Outcome.ESCALATED, RequestStatus.ESCALATED),
        (EventKind.WITHDRAWN, Outcome.WITHDRAWN, RequestStatus.WITHDRAWN),
    ],
)
def test_every_end_has_its_status_and_its_reason(
    kind: EventKind, outcome: str, status: RequestStatus
) -> None:
    ended = state(claim(1), event(2, kind, outcome, other=77))
    assert (ended.status, ended.reason) == (status, outcome)
    assert ended.since == NOW + timedelta(minutes=1)
    assert ended.holder is None
    assert ended.merged_into == (UUID(int=77) if kind is EventKind.MERGED else None)
    back = state(claim(1), event(2, kind, outcome, other=77), event(3, EventKind.REOPENED))
    assert (back.status, back.reason, back.since) == (RequestStatus.NEW, "", None)
    assert (back.merged_into, back.escalated) == (None, False)
    assert back.reopened_at == NOW + timedelta(minutes=2)


def test_a_claim_is_its_holders_until_it_ends_by_itself() -> None:
    claimed = state(claim(1))
    assert claimed.status is RequestStatus.CLAIMED
    assert claimed.holder_at(NOW) == MEI
    assert claimed.holder_at(LATER - timedelta(seconds=1)) == MEI
    assert claimed.holder_at(LATER) is None
    assert callback_state([claim(1)], [], now=LATER).status is RequestStatus.NEW


def test_the_latest_claim_is_the_holders() -> None:
    assert state(claim(1), claim(2, ALI)).holder == ALI
    assert state(claim(1), event(2, EventKind.NOTED)).holder == MEI


@pytest.mark.parametrize("result", AttemptResult)
def test_a_claim_ends_with_its_result_unless_an_outcome_is_missing(result: AttemptResult) -> None:
    tried = state(claim(1), attempt(2, result))
    assert tried.holder == (MEI if result in CLAIM_GOES_ON else None)
    assert (tried.released_at, tried.released_by) == (None, None)
    # Undone, the claim is there again for as long as it would have lasted.
    assert state(claim(1), attempt(2, result), undo(3, other=2)).holder == MEI


def test_who_let_go_last_is_known() -> None:
    let_go = state(claim(1), event(2, EventKind.RELEASED))
    assert (let_go.released_at, let_go.released_by) == (NOW + timedelta(minutes=1), MEI)
    assert state(claim(1), event(2, EventKind.RELEASED), claim(3)).released_at is None


def test_a_booked_talk_is_the_last_one_and_goes_with_its_request() -> None:
    first, second = NOW + timedelta(days=1), NOW + timedelta(days=2)
    booked = event(1, EventKind.CLOSED, "session_booked", next_at=first, whom=MEI)
    moved = event(2, EventKind.CLOSED, "session_booked", next_at=second)
    assert state(booked).booking == Booking(first, MEI)
    assert state(booked, moved).booking == Booking(second, None)
    assert state(booked, moved, undo(3, other=2)).booking == Booking(first, MEI)
    assert state(booked, event(2, EventKind.REOPENED)).booking is None
    assert state(event(1, EventKind.CLOSED, "session_booked")).booking is None
    assert state(event(1, EventKind.CLOSED, "declined", next_at=first)).booking is None
    # A withdrawal does not take back what staff have closed with.
    assert state(booked, slips=(LATER,)).booking == Booking(first, MEI)


def test_a_request_is_handed_to_a_colleague_until_it_ends() -> None:
    handed = event(2, EventKind.HANDED_OVER, whom=ALI)
    given = state(claim(1), handed)
    assert (given.handed_to, given.holder, given.open) == (ALI, None, True)
    assert state(claim(1), handed, claim(3)).handed_to == ALI
    assert state(handed, event(3, EventKind.HANDED_OVER)).handed_to is None
    assert state(handed, undo(3, other=2)).handed_to is None
    assert state(handed, event(3, EventKind.ESCALATED)).handed_to is None
    ended = event(3, EventKind.CLOSED, "declined")
    assert state(handed, ended, event(4, EventKind.REOPENED)).handed_to is None


@pytest.mark.parametrize(
    "kind",
    [EventKind.RELEASED, EventKind.HELD, EventKind.CLOSED, EventKind.MERGED, EventKind.ESCALATED],
)
def test_a_claim_ends_with_what_takes_the_request_away(kind: EventKind) -> None:
    assert state(claim(1), event(2, kind, next_at=LATER)).holder is None


def test_a_withdrawal_by_slip_takes_it_out_of_the_holders_hands() -> None:
    assert state(claim(1), slips=(NOW,)).holder is None


def test_what_was_tried_waits() -> None:
    tried = state(attempt(1), attempt(2, "busy"))
    assert tried.status is RequestStatus.WAITING
    assert tried.attempts == ((NOW, "no_answer"), (NOW + timedelta(minutes=1), "busy"))
    assert state(attempt(1), claim(2)).status is RequestStatus.CLAIMED


def test_a_hold_waits_until_its_time_and_a_later_attempt_ends_it() -> None:
    held = event(1, EventKind.HELD, next_at=LATER)
    assert (state(held).status, state(held).next_at) == (RequestStatus.WAITING, LATER)
    assert callback_state([held], [], now=LATER).status is RequestStatus.NEW
    assert state(held, attempt(2)).next_at is None
    later = attempt(2, "asked_to_call_later", LATER)
    assert state(held, later).next_at == LATER


@pytest.mark.parametrize("result", [AttemptResult.REACHED_SELF, AttemptResult.DECLINED])
def test_who_was_spoken_to_is_reached(result: AttemptResult) -> None:
    reached = state(claim(1), attempt(2, result))
    assert reached.status is RequestStatus.REACHED
    assert reached.reached
    # Reached once, and to be called again since.
    again = state(attempt(1, result), attempt(2, "asked_to_call_later", LATER))
    assert (again.status, again.reached) == (RequestStatus.WAITING, True)


@pytest.mark.parametrize("result", [AttemptResult.WRONG_PERSON, AttemptResult.NUMBER_INVALID])
def test_a_wrong_number_stops_until_it_is_undone(result: AttemptResult) -> None:
    wrong, closed = attempt(1, result), event(2, EventKind.CLOSED, "wrong_number")
    assert state(wrong).stopped
    assert state(wrong, closed, event(3, EventKind.REOPENED)).stopped
    assert not state(wrong, undo(2, other=1)).stopped


def test_attempts_before_a_reopening_are_told_apart() -> None:
    events = (
        attempt(1),
        attempt(2),
        event(3, EventKind.CLOSED, "declined"),
        event(4, EventKind.REOPENED),
    )
    reopened = state(*events, attempt(5))
    assert (len(reopened.attempts), reopened.earlier) == (3, 2)
    assert state(*events).status is RequestStatus.NEW


def test_an_undo_takes_back_its_event_and_no_other() -> None:
    closed = event(2, EventKind.CLOSED, "declined")
    undone = state(claim(1), closed, undo(3, other=2))
    assert (undone.status, undone.since) == (RequestStatus.CLAIMED, None)
    assert undone.revision == 3
    assert undone.holder == MEI
    assert state(attempt(1), attempt(2), undo(3, other=1)).attempts == (
        (NOW + timedelta(minutes=1), "no_answer"),
    )
    assert state(closed, undo(3, other=99)).status is RequestStatus.CLOSED


def test_an_undo_cannot_be_undone() -> None:
    closed = event(1, EventKind.CLOSED, "declined")
    assert state(closed, undo(2, other=1), undo(3, other=2)).status is RequestStatus.NEW


def test_the_next_undo_takes_back_what_was_done_before() -> None:
    first, second = attempt(1), attempt(2)
    assert state(first, second).last_event_id == second.id
    assert state(first, second, undo(3, other=2)).last_event_id == first.id
    assert state(first, second, undo(3, other=2), undo(4, other=1)).last_event_id is None
    # Claims come and go; nobody means them.
    assert state(first, claim(2), event(3, EventKind.RELEASED)).last_event_id == first.id


def test_a_note_leaves_everything_as_it_is_and_is_undone_first() -> None:
    before = state(claim(1), attempt(2), event(3, EventKind.CLOSED, "declined"))
    after = state(
        claim(1),
        attempt(2),
        event(3, EventKind.CLOSED, "declined"),
        noted := event(4, EventKind.NOTED),
    )
    assert after == replace(before, revision=4, last_event_id=noted.id)
    assert state(claim(1), event(2, EventKind.NOTED)).holder == state(claim(1)).holder


def test_a_dismissed_note_is_told() -> None:
    dismissed = event(1, EventKind.NOTE_DISMISSED)
    assert state(dismissed).note_dismissed
    assert state(dismissed).status is RequestStatus.NEW
    assert not state(dismissed, undo(2, other=1)).note_dismissed


histories = st.lists(
    st.tuples(
        st.sampled_from([*EventKind, "attempted"]),
        st.sampled_from([None, *AttemptResult, *Outcome]),
        st.sampled_from([None, NOW, LATER]),
        st.integers(1, 7),
    ),
    max_size=7,
).map(
    lambda drawn: [
        event(number, kind, outcome, next_at=next_at, other=other)
        for number, (kind, outcome, next_at, other) in enumerate(drawn, 1)
    ]
)


@given(histories, st.lists(st.sampled_from([NOW, LATER]), max_size=3), st.integers(0, 2**32))
def test_order_and_repeats_do_not_matter(
    events: list[RequestEvent], withdrawn: list[datetime], seed: int
) -> None:
    twice, taken_back = events * 2, withdrawn * 2
    Random(seed).shuffle(twice)
    Random(seed).shuffle(taken_back)
    assert callback_state(twice, taken_back, now=NOW) == callback_state(events, withdrawn, now=NOW)


@given(histories, st.lists(st.sampled_from([NOW, LATER]), max_size=1))
def test_a_state_holds_together(events: list[RequestEvent], withdrawn: list[datetime]) -> None:
    found = callback_state(events, withdrawn, now=NOW)
    assert (
        found.open
        == (found.status in OPEN_STATUSES)
        == (found.since is None)
        == (found.reason == "")
    )
    assert found.revision == len(events)
    assert not (withdrawn and found.open)
    if not found.open:
        assert found.holder is None
    if found.merged_into is not None:
        assert not found.open
    assert found.earlier <= len(found.attempts)


@given(histories)
def test_undoing_the_latest_thing_gives_the_state_without_it(events: list[RequestEvent]) -> None:
    last = callback_state(events, [], now=NOW).last_event_id
    if last is None:
        return
    number = len(events) + 1
    after = callback_state([*events, undo(number, other=last.int)], [], now=NOW)
    without = callback_state([one for one in events if one.id != last], [], now=NOW)
    assert after.status is without.status
    assert after.attempts == without.attempts
    assert after.last_event_id == without.last_event_id
