"""Where a callback request stands."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.requests import RequestPhase
from kiosk.domain.status import EventKind, RequestEvent, RequestStatus, phase, standing

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def event(revision: int, kind: str, outcome: str | None = None) -> RequestEvent:
    return RequestEvent(UUID(int=revision), revision, kind, outcome, NOW)


def test_a_request_is_new_until_somebody_ends_it() -> None:
    assert standing([], []).status is RequestStatus.NEW
    assert standing([event(1, "attempted")], []).status is RequestStatus.NEW


def test_a_withdrawal_ends_it_at_its_first_time() -> None:
    state = standing([], [LATER, NOW])
    assert (state.status, state.reason, state.since) == (RequestStatus.WITHDRAWN, "withdrawn", NOW)


def test_the_last_turn_counts_by_revision_not_by_arrival() -> None:
    closed, reopened = event(1, EventKind.CLOSED, "declined"), event(2, EventKind.REOPENED)
    assert standing([reopened, closed], []).status is RequestStatus.NEW
    again = event(3, EventKind.CLOSED, "group_joined")
    assert standing([again, reopened, closed], []).reason == "group_joined"


def test_an_outcome_is_shown_before_a_withdrawal_and_a_reopened_one_is_still_withdrawn() -> None:
    closed, reopened = event(1, EventKind.CLOSED, "declined"), event(2, EventKind.REOPENED)
    assert standing([closed], [NOW]).status is RequestStatus.CLOSED
    assert standing([closed, reopened], [NOW]).status is RequestStatus.WITHDRAWN


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*EventKind, "attempted"]), max_size=6),
    st.lists(st.sampled_from([NOW, LATER]), max_size=3),
    st.integers(0, 2**32),
)
def test_order_and_repeats_do_not_matter(
    kinds: list[str], withdrawn: list[datetime], seed: int
) -> None:
    events = [event(number, kind) for number, kind in enumerate(kinds)]
    twice, taken_back = events * 2, withdrawn * 2
    Random(seed).shuffle(twice)
    Random(seed).shuffle(taken_back)
    assert standing(twice, taken_back) == standing(events, withdrawn)


def test_the_slip_shows_the_phase_and_since_when() -> None:
    new = standing([], [])
    assert phase(new, NOW, None) == (RequestPhase.KEPT_HERE, NOW)
    assert phase(new, NOW, LATER) == (RequestPhase.WITH_CLINIC, LATER)
    assert phase(standing([], [LATER]), NOW, LATER) == (RequestPhase.WITHDRAWN, LATER)
    closed = standing([event(1, EventKind.CLOSED)], [])
    assert phase(closed, NOW, LATER) == (RequestPhase.CLOSED, NOW)
