"""What is odd about facts, whatever order they come in."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.attendance.anomalies import (
    INFORMATIONAL,
    LATE,
    Anomaly,
    AnomalyKind,
    FactAnomaly,
    FactTimes,
    SessionFacts,
    merge_anomalies,
    session_anomalies,
    time_anomalies,
)
from kiosk.domain.attendance.attendance import CheckInFact, CheckInKind
from kiosk.domain.attendance.check_in import Session
from kiosk.presentation.records import (
    ANOMALY_TITLES,
    describe_anomaly,
    describe_next_step,
    format_rough_span,
)

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SESSION = Session(UUID(int=1), "Room 2", "Room 2", AT, AT + HOUR)
DOOR, LIFT = UUID(int=10), UUID(int=11)
BEFORE = timedelta(minutes=30)


def stamp(
    *, off: timedelta | None = None, late: timedelta | None = None, bad: bool = False
) -> FactTimes:
    kiosk_at = None if off is None else AT + off
    return FactTimes(AT, kiosk_at, None if late is None else AT + late, bad)


def test_when_a_time_is_odd() -> None:
    def kinds(**given: object) -> list[AnomalyKind]:
        return list(time_anomalies(stamp(**given)))  # type: ignore[arg-type]  # a table of cases

    assert kinds() == kinds(late=LATE) == []
    assert kinds(late=LATE + MINUTE) == [AnomalyKind.LATE]
    assert kinds(off=DAY) == kinds(off=DAY, late=MINUTE) == [AnomalyKind.CLOCK_OFF]
    assert kinds(off=-DAY, late=DAY) == [AnomalyKind.CLOCK_OFF, AnomalyKind.LATE]
    assert kinds(bad=True) == kinds(bad=True, late=MINUTE) == [AnomalyKind.CLOCK_DOUBTFUL]
    # A fact that comes at once proves the measurement; one that comes late does not.
    assert kinds(bad=True, off=-DAY, late=MINUTE) == [AnomalyKind.CLOCK_OFF]
    assert kinds(bad=True, off=-DAY, late=DAY) == [AnomalyKind.CLOCK_DOUBTFUL]
    assert kinds(late=-MINUTE) == []
    assert kinds(late=-2 * MINUTE) == kinds(off=DAY, late=-DAY) == [AnomalyKind.CLOCK_DOUBTFUL]


FACTS = st.builds(
    CheckInFact,
    st.uuids(version=4),
    st.just(SESSION.id),
    st.sampled_from([CheckInKind.ARRIVED, CheckInKind.GUEST]),
    st.timedeltas(-2 * DAY, 2 * DAY).map(lambda span: AT + span),
    st.sampled_from([None, b"mei", b"ravi"]),
    kiosk_id=st.sampled_from([DOOR, LIFT]),
    clock_doubtful=st.booleans(),
    received_at=st.none() | st.timedeltas(-DAY, 2 * DAY).map(lambda span: AT + span),
)


@given(st.lists(FACTS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_facts_and_repeats_change_nothing(
    facts: list[CheckInFact], random: Random
) -> None:
    mixed = [*facts, *facts[:3]]
    random.shuffle(mixed)
    names = {DOOR: "8K", LIFT: "2C"}

    def told(some: list[CheckInFact]) -> set[Anomaly]:
        held = SessionFacts(SESSION, False, tuple(some), {})
        return set(merge_anomalies(session_anomalies(held, BEFORE), names))

    assert told(mixed) == told(facts)
    for odd in told(facts):
        assert describe_anomaly(odd)
        assert odd.count <= len(facts)


@given(st.lists(FACTS, max_size=12))
def test_what_needs_a_person_comes_first_then_the_latest(facts: list[CheckInFact]) -> None:
    held = SessionFacts(SESSION, True, tuple(facts), {})
    found = merge_anomalies(session_anomalies(held, BEFORE), {DOOR: "8K"})
    assert [odd.needs_a_person for odd in found] == sorted(
        (odd.needs_a_person for odd in found), reverse=True
    )
    assert {name for odd in found for name in odd.machines} <= {"8K", "?"}


def test_every_kind_has_its_words() -> None:
    for kind in AnomalyKind:
        (odd,) = merge_anomalies(
            [FactAnomaly(kind, stamp(off=DAY, late=2 * DAY), frozenset({DOOR}))], {}
        )
        for words in (describe_anomaly(odd), describe_next_step(kind)):
            assert words.endswith(".")
            assert "{" not in words
        assert len(ANOMALY_TITLES[kind]) <= 22
        assert odd.needs_a_person is (kind not in INFORMATIONAL)
    assert "1 day fast" in describe_anomaly(_odd(AnomalyKind.CLOCK_OFF, off=DAY))
    assert "2 hours slow" in describe_anomaly(_odd(AnomalyKind.CLOCK_OFF, off=-2 * HOUR))
    assert "up to 2 days after" in describe_anomaly(_odd(AnomalyKind.LATE, late=2 * DAY))


def _odd(kind: AnomalyKind, **times: timedelta) -> Anomaly:
    (odd,) = merge_anomalies([FactAnomaly(kind, stamp(**times), frozenset())], {})  # type: ignore[arg-type]  # times alone
    return odd


def test_spans_are_told_in_their_largest_unit() -> None:
    told = [
        format_rough_span(timedelta(seconds=n)) for n in (0, 1, 90, 3600, 86400 * 2, 86400 * 400)
    ]
    assert told == ["a moment", "1 second", "1 minute", "1 hour", "2 days", "1 year"]
    assert format_rough_span(-DAY) == "1 day"
