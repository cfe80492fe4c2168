"""When a notice is sent: by any history, each is sent or still waits, and none twice at once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.notice import (
    LEASE,
    SHORTEST_RETRY,
    Delivery,
    NoticeFault,
    NoticeState,
    NoticeWay,
)

START = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
GATHER = timedelta(minutes=10)
LONGEST_RETRY = timedelta(seconds=60)
DELIVERIES = st.one_of(
    st.just(Delivery()), st.sampled_from([Delivery(fault, 450) for fault in NoticeFault])
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("asks"), st.none()),
        st.tuples(st.just("waits"), st.integers(0, 3600)),
        st.tuples(st.just("tries"), DELIVERIES),
        st.tuples(st.just("retries"), st.none()),
    ),
    max_size=40,
)


@given(STEPS, st.floats(0, 1))
def test_whatever_happens_nothing_is_forgotten(
    steps: list[tuple[str, object]], chance: float
) -> None:
    state, now, untold = NoticeState(NoticeWay.MAIL, UUID(int=0)), START, 0
    for number, (step, value) in enumerate(steps, 1):
        if step == "asks":
            state, untold = state.joined(UUID(int=number), now, GATHER), untold + 1
        elif isinstance(value, int):
            now += timedelta(seconds=value)
        elif step == "retries":
            state = state.retried(now)
        elif state.is_due(now) and isinstance(value, Delivery):
            taken = state.taken(now)
            assert not taken.is_due(now + LEASE - timedelta(microseconds=1))
            assert taken.is_due(now + LEASE)
            before, state = state, taken.settled(value, now, chance)
            if value.has_arrived:
                untold = 0
                assert state.sent_at == now
            else:
                assert state.notice_id == before.notice_id
                assert state.refused == value.is_final
        assert (state.since is not None) == (untold > 0)
        if state.since is not None and not state.refused:
            assert state.next_at is not None
            assert state.next_at <= now + max(GATHER, LONGEST_RETRY)


@given(st.integers(1, 50), st.floats(0, 1))
def test_a_try_never_follows_at_once(tries: int, chance: float) -> None:
    state = NoticeState(NoticeWay.WEBHOOK, UUID(int=1), since=START, tries=tries)
    settled = state.settled(Delivery(NoticeFault.AWAY), START, chance)
    assert settled.next_at is not None
    assert SHORTEST_RETRY <= settled.next_at - START <= LONGEST_RETRY
