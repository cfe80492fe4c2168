"""Which news the slip of a request has: one rule over every state that it can be in."""

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.scheduling import NO_CALL
from kiosk.domain.callbacks.slips import (
    HalfDay,
    RequestPhase,
    SlipNews,
    half_day,
    with_other_times,
)
from kiosk.domain.callbacks.state import AttemptResult, CallbackState, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import Schedule


def next_call_due(schedule: Schedule, now: datetime) -> datetime | None:
    """Return by when a request is rung next; None where it is not, or that time has passed."""
    due = schedule.breach_at
    return None if due is None or due < now or schedule.hint in NO_CALL else due


def slip_news(
    state: CallbackState,
    *,
    created_at: datetime,
    arrived_at: datetime | None,
    due: datetime | None,
    zone: ZoneInfo,
    retimed_at: datetime | None = None,
) -> SlipNews:
    """Return what the slip of a request says of its state, in whatever state it is.

    `arrived_at` is when the clinic had it, None where it is on this kiosk alone. `due` is by when
    it is rung next, None where it is not (`next_call_due`). `retimed_at` is when the visitor chose
    other times.
    """
    told = _told(state, created_at, arrived_at, due, zone)
    if retimed_at is None or (state.since is not None and retimed_at <= state.since):
        return told
    is_older = any(retimed_at <= at for at, _ in state.attempts[state.earlier :])
    return told if is_older else with_other_times(told)


def _told(
    state: CallbackState,
    created_at: datetime,
    arrived_at: datetime | None,
    due: datetime | None,
    zone: ZoneInfo,
) -> SlipNews:

    def at(time_: datetime | None) -> HalfDay | None:
        return None if time_ is None else half_day(time_, zone)

    match state.status:
        case RequestStatus.WITHDRAWN:
            return SlipNews(RequestPhase.WITHDRAWN, at(state.since))
        case RequestStatus.CLOSED | RequestStatus.UNREACHABLE:
            talk = None if state.booking is None else state.booking.at
            return SlipNews(_phase_of_outcome(state.reason), at(state.since), at(talk))
        case RequestStatus.DUPLICATE | RequestStatus.ESCALATED:
            pass  # somebody at the clinic goes on with it
        case (
            RequestStatus.NEW
            | RequestStatus.CLAIMED
            | RequestStatus.WAITING
            | RequestStatus.REACHED
        ):
            if len(state.attempts) > state.earlier:
                rung, result = state.attempts[-1]
                phase = _phase_of_result(result)
                follows = state.next_at if phase is RequestPhase.AGREED else due
                if phase not in (RequestPhase.MISSED, RequestPhase.AGREED):
                    follows = None
                return SlipNews(phase, at(rung), at(follows))
        case _:
            assert_never(state.status)
    known = [one for one in (arrived_at, state.touched_at) if one is not None]
    if known:
        return SlipNews(RequestPhase.WITH_CLINIC, at(min(known)))
    return SlipNews(RequestPhase.KEPT_HERE, at(created_at))


def _phase_of_result(code: str) -> RequestPhase:
    """Return the phase after a call; one that a newer version knows is work at the clinic."""
    if code not in set(AttemptResult):
        return RequestPhase.WITH_CLINIC
    match result := AttemptResult(code):
        case (
            AttemptResult.NO_ANSWER
            | AttemptResult.BUSY
            | AttemptResult.VOICEMAIL_LEFT
            | AttemptResult.VOICEMAIL_NOT_ALLOWED
            # Who else picked up is nobody's business at a kiosk.
            | AttemptResult.REACHED_OTHER
        ):
            return RequestPhase.MISSED
        case AttemptResult.TEXT_SENT:
            return RequestPhase.TEXTED
        case AttemptResult.CALL_LATER:
            return RequestPhase.AGREED
        case AttemptResult.WRONG_PERSON | AttemptResult.NUMBER_INVALID:
            return RequestPhase.RING_US
        case AttemptResult.REACHED_SELF | AttemptResult.DECLINED:
            return RequestPhase.SPOKEN
        case _:
            assert_never(result)


def _phase_of_outcome(code: str) -> RequestPhase:
    """Return the phase after closing; why it was closed a kiosk does not say."""
    if code not in set(Outcome):
        return RequestPhase.DONE
    match outcome := Outcome(code):
        case Outcome.SESSION_BOOKED:
            return RequestPhase.BOOKED
        case Outcome.UNREACHABLE | Outcome.WRONG_NUMBER:
            return RequestPhase.NOT_REACHED
        case Outcome.WITHDRAWN:
            return RequestPhase.WITHDRAWN
        case Outcome.DUPLICATE | Outcome.ESCALATED:
            return RequestPhase.WITH_CLINIC
        case (
            Outcome.GROUP_JOINED
            | Outcome.INFORMATION_GIVEN
            | Outcome.TOLD_CARE_TEAM
            | Outcome.DECLINED
            | Outcome.NOT_SUITABLE_NOW
            | Outcome.NO_CAPACITY
            | Outcome.NO_LONGER_NEEDED
        ):
            return RequestPhase.DONE
        case _:
            assert_never(outcome)
