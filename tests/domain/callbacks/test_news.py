"""What a slip says of a request, in every state that it can be in."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.news import slip_news
from kiosk.domain.callbacks.slips import (
    MOVABLE_PHASES,
    OPEN_PHASES,
    HalfDay,
    RequestPhase,
    SlipNews,
    half_day,
    read_news,
    with_other_times,
    with_withdrawal,
    without_past,
    write_news,
)
from kiosk.domain.callbacks.state import (
    AttemptResult,
    EventKind,
    Outcome,
    RequestEvent,
    callback_state,
)

ZONE = ZoneInfo("Asia/Singapore")
MADE = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A Monday, 9:00 in Singapore."""
MONDAY_AM, MONDAY_PM = HalfDay(date(2026, 3, 2), afternoon=False), HalfDay(date(2026, 3, 2), True)
TUESDAY_AM = HalfDay(date(2026, 3, 3), afternoon=False)
FRIDAY = datetime(2026, 3, 6, 9, tzinfo=UTC)
FRIDAY_PM = HalfDay(date(2026, 3, 6), afternoon=True)
RUNG = MADE + timedelta(days=1)
STAFF = UUID(int=7)


def event(
    revision: int, kind: EventKind, outcome: str | None = None, next_at: datetime | None = None
) -> RequestEvent:
    at = RUNG + timedelta(minutes=revision)
    other = UUID(int=99) if kind is EventKind.MERGED else None
    return RequestEvent(UUID(int=revision), revision, kind, outcome, at, STAFF, next_at, other)


def news(
    *events: RequestEvent,
    slips: tuple[datetime, ...] = (),
    arrived: datetime | None = MADE,
    retimed_at: datetime | None = None,
) -> SlipNews:
    state = callback_state(events, slips, now=RUNG + timedelta(hours=1))
    return slip_news(
        state,
        created_at=MADE,
        arrived_at=arrived,
        due=FRIDAY,
        zone=ZONE,
        retimed_at=retimed_at,
    )


def test_before_anybody_rang() -> None:
    assert news() == SlipNews(RequestPhase.WITH_CLINIC, MONDAY_AM)
    assert news(arrived=None) == SlipNews(RequestPhase.KEPT_HERE, MONDAY_AM)
    claimed = event(1, EventKind.CLAIMED, next_at=RUNG + timedelta(hours=2))
    assert news(claimed, arrived=None) == SlipNews(RequestPhase.WITH_CLINIC, TUESDAY_AM)
    assert news(claimed) == SlipNews(RequestPhase.WITH_CLINIC, MONDAY_AM)


AFTER_A_CALL = {
    AttemptResult.REACHED_SELF: SlipNews(RequestPhase.SPOKEN, TUESDAY_AM),
    AttemptResult.REACHED_OTHER: SlipNews(RequestPhase.MISSED, TUESDAY_AM, FRIDAY_PM),
    AttemptResult.NO_ANSWER: SlipNews(RequestPhase.MISSED, TUESDAY_AM, FRIDAY_PM),
    AttemptResult.BUSY: SlipNews(RequestPhase.MISSED, TUESDAY_AM, FRIDAY_PM),
    AttemptResult.VOICEMAIL_LEFT: SlipNews(RequestPhase.MISSED, TUESDAY_AM, FRIDAY_PM),
    AttemptResult.VOICEMAIL_NOT_ALLOWED: SlipNews(RequestPhase.MISSED, TUESDAY_AM, FRIDAY_PM),
    AttemptResult.TEXT_SENT: SlipNews(RequestPhase.TEXTED, TUESDAY_AM),
    AttemptResult.CALL_LATER: SlipNews(
        RequestPhase.AGREED, TUESDAY_AM, HalfDay(date(2026, 3, 5), afternoon=True)
    ),
    AttemptResult.WRONG_PERSON: SlipNews(RequestPhase.RING_US, TUESDAY_AM),
    AttemptResult.NUMBER_INVALID: SlipNews(RequestPhase.RING_US, TUESDAY_AM),
    AttemptResult.DECLINED: SlipNews(RequestPhase.SPOKEN, TUESDAY_AM),
}


@pytest.mark.parametrize("result", AttemptResult)
def test_after_a_call(result: AttemptResult) -> None:
    again = datetime(2026, 3, 5, 7, tzinfo=UTC) if result is AttemptResult.CALL_LATER else None
    assert news(event(1, EventKind.ATTEMPT, result, again)) == AFTER_A_CALL[result]


CLOSED_AS = {
    Outcome.SESSION_BOOKED: RequestPhase.BOOKED,
    Outcome.GROUP_JOINED: RequestPhase.DONE,
    Outcome.INFORMATION_GIVEN: RequestPhase.DONE,
    Outcome.TOLD_CARE_TEAM: RequestPhase.DONE,
    Outcome.DECLINED: RequestPhase.DONE,
    Outcome.NOT_SUITABLE_NOW: RequestPhase.DONE,
    Outcome.NO_CAPACITY: RequestPhase.DONE,
    Outcome.NO_LONGER_NEEDED: RequestPhase.DONE,
    Outcome.UNREACHABLE: RequestPhase.NOT_REACHED,
    Outcome.WRONG_NUMBER: RequestPhase.NOT_REACHED,
    Outcome.DUPLICATE: RequestPhase.WITH_CLINIC,
    Outcome.WITHDRAWN: RequestPhase.WITHDRAWN,
    Outcome.ESCALATED: RequestPhase.WITH_CLINIC,
}


@pytest.mark.parametrize("outcome", Outcome)
def test_after_closing(outcome: Outcome) -> None:
    told = news(event(1, EventKind.CLOSED, outcome))
    assert told.phase is CLOSED_AS[outcome]
    assert told.next is None


def test_others_at_the_clinic_go_on_with_it() -> None:
    for kind in (EventKind.ESCALATED, EventKind.MERGED):
        assert news(event(1, kind)) == SlipNews(RequestPhase.WITH_CLINIC, MONDAY_AM)


def test_what_a_newer_version_wrote_is_work_or_done() -> None:
    assert news(event(1, EventKind.ATTEMPT, "sang")).phase is RequestPhase.WITH_CLINIC
    assert news(event(1, EventKind.CLOSED, "moved")).phase is RequestPhase.DONE


def test_calls_before_it_was_opened_again_are_old_news() -> None:
    old = event(1, EventKind.ATTEMPT, "no_answer"), event(2, EventKind.CLOSED, "declined")
    assert news(*old, event(3, EventKind.REOPENED)).phase is RequestPhase.WITH_CLINIC


def test_the_slip_itself_takes_back_what_is_open() -> None:
    rang = event(1, EventKind.ATTEMPT, "no_answer")
    assert news(rang, slips=(RUNG,)) == SlipNews(RequestPhase.WITHDRAWN, TUESDAY_AM)
    for phase in RequestPhase:
        told = with_withdrawal(SlipNews(phase, MONDAY_AM, FRIDAY_PM), RUNG, ZONE)
        if phase in OPEN_PHASES:
            assert told == SlipNews(RequestPhase.WITHDRAWN, TUESDAY_AM)
        else:
            assert told.phase is phase
    assert not (MOVABLE_PHASES - OPEN_PHASES) - {RequestPhase.BOOKED}


def test_a_day_that_has_passed_is_not_promised() -> None:
    told = SlipNews(RequestPhase.MISSED, MONDAY_PM, FRIDAY_PM)
    assert without_past(told, date(2026, 3, 6)) == told
    assert without_past(told, date(2026, 3, 7)) == SlipNews(RequestPhase.MISSED, MONDAY_PM)


def test_noon_begins_the_afternoon_of_the_clinic() -> None:
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert half_day(noon, ZONE) == MONDAY_PM
    assert half_day(noon - timedelta(seconds=1), ZONE) == MONDAY_AM


def test_other_times_count_until_somebody_rings() -> None:
    rang = event(1, EventKind.ATTEMPT, "no_answer")
    told = news(rang, retimed_at=RUNG + timedelta(hours=1))
    assert told == SlipNews(RequestPhase.MISSED, TUESDAY_AM, moved=True)
    assert news(rang, retimed_at=RUNG) == news(rang)
    assert news(retimed_at=RUNG) == SlipNews(RequestPhase.WITH_CLINIC, MONDAY_AM, moved=True)
    booked = event(1, EventKind.CLOSED, Outcome.SESSION_BOOKED)
    assert news(booked, retimed_at=RUNG + timedelta(hours=1)).moved
    assert not news(booked, retimed_at=RUNG).moved
    for phase in RequestPhase:
        moved = with_other_times(SlipNews(phase, MONDAY_AM, FRIDAY_PM))
        assert moved.moved == (phase in MOVABLE_PHASES)
        assert moved.next == (None if moved.moved and phase != "booked" else FRIDAY_PM)


_half_days = st.none() | st.builds(HalfDay, st.dates(), st.booleans())


@given(st.builds(SlipNews, st.sampled_from(RequestPhase), _half_days, _half_days, st.booleans()))
def test_news_are_read_as_they_were_written(told: SlipNews) -> None:
    line = write_news(told)
    assert len(line.encode()) <= 62
    assert read_news(line) == told


@pytest.mark.parametrize(
    "line", ["", "missed", "missed - -", "sung - - -", "missed 2026-13-01am - -", "missed x - -"]
)
def test_other_text_is_no_news(line: str) -> None:
    assert read_news(line) is None


@given(st.text())
def test_no_text_breaks_the_reading(line: str) -> None:
    read_news(line)
