"""What may be done about a request now, and what it writes."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.actions import (
    Action,
    AddNote,
    Attempt,
    Book,
    Claim,
    Close,
    DismissNote,
    Escalate,
    EventParts,
    HandOver,
    Hold,
    Merge,
    Refusal,
    Release,
    Reopen,
    Undo,
    Withdraw,
    booking_problem,
    event_for,
    refusal,
)
from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.scheduling import LONGEST_WAIT
from kiosk.domain.callbacks.state import (
    AttemptResult,
    CallbackState,
    EventKind,
    Outcome,
    RequestEvent,
    RequestStatus,
    callback_state,
    fits_policy,
)
from kiosk.domain.working_time import WorkingCalendar
from tests.support.trials import ALI, ASKED, MEI, OFFICE, event, local, missed, tried

NOW = local(4, 12)
SECOND = timedelta(seconds=1)
ENDS = NOW + timedelta(minutes=30)
OTHER = UUID(int=77)
WELL_SPREAD = (local(2, 10), local(2, 15), local(3, 10))

NEW = missed(now=NOW)
MINE = missed(now=NOW, claimed=True)
CLOSED = callback_state([event(1, EventKind.CLOSED, NOW, "declined")], (), now=NOW)
BY_SLIP = callback_state([], (NOW,), now=NOW)

MINE_ALONE: tuple[Action, ...] = (
    Release(),
    Attempt(AttemptResult.NO_ANSWER),
    Hold(ENDS),
    Close(Outcome.DECLINED),
    Merge(OTHER),
)
"""What only the holder of a claim may do."""
ANYBODYS: tuple[Action, ...] = (Claim(), Escalate(), Withdraw(), HandOver(ALI))
TALK = local(5, 14)
"""A Thursday."""
BOOKED = callback_state([event(1, EventKind.CLOSED, NOW, "session_booked", TALK)], (), now=NOW)


def refused(
    state: CallbackState,
    action: Action,
    *,
    by: UUID = MEI,
    asked: OpenedRequest = ASKED,
    into: CallbackState | None = NEW,
) -> Refusal | None:
    return refusal(state, action, by=by, now=NOW, calendar=OFFICE, asked=asked, into=into)


@pytest.mark.parametrize("action", [*MINE_ALONE, *ANYBODYS])
def test_everything_is_allowed_to_the_holder_of_an_open_request(action: Action) -> None:
    assert refused(MINE, action) is None


@pytest.mark.parametrize("action", ANYBODYS)
def test_some_things_need_no_claim(action: Action) -> None:
    assert refused(NEW, action) is None


@pytest.mark.parametrize("action", MINE_ALONE)
def test_calls_and_outcomes_need_ones_own_claim(action: Action) -> None:
    assert refused(NEW, action) is Refusal.NOT_CLAIMED
    assert refused(MINE, action, by=ALI) is Refusal.NOT_CLAIMED
    past = callback_state([event(1, EventKind.CLAIMED, NOW, next_at=NOW)], (), now=NOW)
    assert refused(past, action) is Refusal.NOT_CLAIMED


@pytest.mark.parametrize("action", [*MINE_ALONE, *ANYBODYS])
def test_what_is_off_the_list_is_reopened_first(action: Action) -> None:
    assert refused(CLOSED, action) is Refusal.NOT_OPEN
    assert refused(BY_SLIP, action) is Refusal.BY_VISITOR


@pytest.mark.parametrize("state", [NEW, MINE, CLOSED, BY_SLIP])
def test_a_note_is_allowed_to_everybody_at_any_time_and_changes_no_state(
    state: CallbackState,
) -> None:
    note = AddNote("speaks slowly")
    assert refused(state, note) is refused(state, note, by=ALI) is None
    assert refused(state, AddNote(" \n")) is Refusal.NOTE_MISSING
    assert event_for(note, state, claim_ends=ENDS) == EventParts(EventKind.NOTED)


def test_what_left_the_list_is_reopened_but_by_the_visitor() -> None:
    for kind in (EventKind.CLOSED, EventKind.MERGED, EventKind.ESCALATED, EventKind.WITHDRAWN):
        assert refused(callback_state([event(1, kind, NOW)], (), now=NOW), Reopen()) is None
    assert refused(NEW, Reopen()) is Refusal.NOT_CLOSED
    assert refused(BY_SLIP, Reopen()) is Refusal.BY_VISITOR
    both = callback_state([event(1, EventKind.CLOSED, NOW, "declined")], (NOW,), now=NOW)
    assert refused(both, Reopen()) is Refusal.BY_VISITOR


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_undo_needs_a_reason(reason: str) -> None:
    assert refused(CLOSED, Undo(reason)) is Refusal.REASON_MISSING
    assert refused(CLOSED, Undo("wrong row")) is None
    assert refused(MINE, Undo("wrong row")) is Refusal.NOTHING_TO_UNDO


def test_a_note_is_dismissed_wherever_a_request_stands() -> None:
    for state in (NEW, CLOSED, BY_SLIP):
        assert refused(state, DismissNote()) is None


def test_a_strangers_number_is_not_rung_again() -> None:
    stopped = tried((local(2, 10), "wrong_person"), now=NOW, claimed=True)
    for result in AttemptResult:
        assert refused(stopped, Attempt(result, again_at=ENDS)) is Refusal.STOPPED
    assert refused(stopped, Close(Outcome.WRONG_NUMBER)) is None
    assert refused(MINE, Close(Outcome.WRONG_NUMBER)) is Refusal.NO_WRONG_NUMBER


@pytest.mark.parametrize(
    ("result", "policy"),
    [
        (AttemptResult.VOICEMAIL_LEFT, "voice_name_and_number_only"),
        (AttemptResult.TEXT_SENT, "text_ok"),
    ],
)
def test_a_message_needs_the_visitors_leave(result: AttemptResult, policy: str) -> None:
    for allowed in ("none", "voice_name_and_number_only", "text_ok", ""):
        found = refused(MINE, Attempt(result), asked=replace(ASKED, message_policy=allowed))
        assert found is (None if allowed == policy else Refusal.MESSAGE_NOT_ALLOWED)


def test_a_result_that_leaves_no_message_needs_no_leave() -> None:
    plain = set(AttemptResult) - {AttemptResult.VOICEMAIL_LEFT, AttemptResult.TEXT_SENT}
    for policy in ("none", "voice_name_and_number_only", "text_ok", ""):
        assert all(fits_policy(result, policy) for result in plain)


def test_a_wait_ends_in_the_next_ninety_days() -> None:
    for until, fits in (
        (NOW, False),
        (NOW + SECOND, True),
        (NOW + LONGEST_WAIT, True),
        (NOW + LONGEST_WAIT + SECOND, False),
    ):
        expected = None if fits else Refusal.PAST
        assert refused(MINE, Hold(until)) is expected
        assert refused(MINE, Attempt(AttemptResult.CALL_LATER, until)) is expected
    assert refused(MINE, Attempt(AttemptResult.CALL_LATER)) is Refusal.PAST


def test_unreachable_needs_the_three_attempts() -> None:
    few = missed(*WELL_SPREAD[:2], now=NOW, claimed=True)
    enough = missed(*WELL_SPREAD, now=NOW, claimed=True)
    assert refused(few, Close(Outcome.UNREACHABLE)) is Refusal.TOO_FEW_ATTEMPTS
    assert refused(enough, Close(Outcome.UNREACHABLE)) is None
    for outcome in set(Outcome) - {Outcome.UNREACHABLE, Outcome.WRONG_NUMBER}:
        assert refused(few, Close(outcome)) is None


def test_a_talk_is_booked_by_the_holder_and_moved_by_anybody() -> None:
    assert refused(MINE, Book(TALK)) is None
    assert refused(NEW, Book(TALK)) is refused(MINE, Book(TALK), by=ALI) is Refusal.NOT_CLAIMED
    assert refused(BOOKED, Book(TALK + timedelta(days=1)), by=ALI) is None
    assert refused(CLOSED, Book(TALK)) is Refusal.NOT_BOOKED
    assert refused(BY_SLIP, Book(TALK)) is Refusal.BY_VISITOR


@pytest.mark.parametrize("state", [MINE, BOOKED])
def test_no_talk_is_booked_in_the_past_or_on_a_closed_day(state: CallbackState) -> None:
    assert refused(state, Book(NOW)) is Refusal.PAST
    assert refused(state, Book(NOW + LONGEST_WAIT + SECOND)) is Refusal.PAST
    assert refused(state, Book(local(7, 10))) is Refusal.CLOSED_DAY
    # In the evening of a day that is worked somebody may well come.
    assert refused(state, Book(local(5, 19))) is None
    never = WorkingCalendar(OFFICE.zone, {})
    assert booking_problem(local(7, 10), now=NOW, calendar=never) is None


def test_a_request_is_merged_into_another_open_one() -> None:
    assert refused(MINE, Merge(OTHER), into=NEW) is None
    assert refused(MINE, Merge(OTHER), into=CLOSED) is Refusal.SAME_REQUEST
    assert refused(MINE, Merge(OTHER), into=None) is Refusal.SAME_REQUEST


@pytest.mark.parametrize(
    ("action", "parts"),
    [
        (Claim(), EventParts(EventKind.CLAIMED, next_at=ENDS)),
        (Release(), EventParts(EventKind.RELEASED)),
        (Attempt(AttemptResult.BUSY, NOW), EventParts(EventKind.ATTEMPT, "busy")),
        (
            Attempt(AttemptResult.CALL_LATER, ENDS),
            EventParts(EventKind.ATTEMPT, "asked_to_call_later", ENDS),
        ),
        (Hold(ENDS), EventParts(EventKind.HELD, next_at=ENDS)),
        (Close(Outcome.GROUP_JOINED), EventParts(EventKind.CLOSED, "group_joined")),
        (Close(Outcome.WITHDRAWN), EventParts(EventKind.WITHDRAWN)),
        (Close(Outcome.ESCALATED), EventParts(EventKind.ESCALATED)),
        (Reopen(), EventParts(EventKind.REOPENED)),
        (Escalate(), EventParts(EventKind.ESCALATED)),
        (Withdraw(), EventParts(EventKind.WITHDRAWN)),
        (DismissNote(), EventParts(EventKind.NOTE_DISMISSED)),
        (Merge(OTHER), EventParts(EventKind.MERGED, other_id=OTHER)),
        (Book(TALK, ALI), EventParts(EventKind.CLOSED, "session_booked", TALK, None, ALI)),
        (HandOver(ALI), EventParts(EventKind.HANDED_OVER, with_staff=ALI)),
        (HandOver(None), EventParts(EventKind.HANDED_OVER)),
        (Undo("slip"), EventParts(EventKind.UNDONE, other_id=UUID(int=1))),
    ],
)
def test_every_action_has_its_event(action: Action, parts: EventParts) -> None:
    assert event_for(action, CLOSED, claim_ends=ENDS) == parts


actions = st.one_of(
    st.sampled_from([Claim(), Release(), Reopen(), Escalate(), Withdraw(), DismissNote()]),
    st.sampled_from([Hold(ENDS), Merge(OTHER), Undo("a slip of the finger")]),
    st.sampled_from([Book(TALK, ALI), HandOver(ALI), HandOver(None)]),
    st.sampled_from(AttemptResult).map(lambda result: Attempt(result, ENDS)),
    st.sampled_from(Outcome).map(Close),
)


def what_follows_is_sound(action: Action, before: CallbackState, after: CallbackState) -> None:
    match action:
        case Close() | Merge() | Escalate() | Withdraw():
            assert not after.open
        case Reopen():
            assert after.open
        case Claim():
            assert after.holder_at(NOW) == MEI
        case Book(at, with_staff):
            assert not after.open
            assert after.by_slip or after.booking == (at, with_staff)
        case HandOver(to):
            assert (after.open, after.holder_at(NOW), after.handed_to) == (True, None, to)
        case Attempt():
            assert len(after.attempts) == len(before.attempts) + 1
        case Undo():
            assert after.last_event_id != before.last_event_id


@given(st.lists(actions, max_size=10), st.booleans())
def test_any_day_at_the_desk_ends_in_a_sound_state(days: list[Action], slip: bool) -> None:
    slips = (NOW,) if slip else ()
    events: list[RequestEvent] = []
    for action in days:
        state = callback_state(events, slips, now=NOW)
        if refused(state, action) is not None:
            continue
        parts = event_for(action, state, claim_ends=ENDS)
        number = state.revision + 1
        events.append(
            RequestEvent(
                UUID(int=number),
                number,
                parts.kind,
                parts.outcome,
                NOW,
                MEI,
                parts.next_at,
                parts.other_id,
                parts.with_staff,
            )
        )
        after = callback_state(events, slips, now=NOW)
        assert after.revision == number
        what_follows_is_sound(action, state, after)
        if slip:
            assert after.status is RequestStatus.WITHDRAWN


def test_no_action_is_forgotten() -> None:
    tested = {type(action) for action in (*MINE_ALONE, *ANYBODYS)} | {Reopen, Undo, DismissNote}
    tested |= {AddNote, Book}
    assert tested == set(get_args(Action))
