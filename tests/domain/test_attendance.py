"""Who is present: the fold over check-in facts, and which session a pass means."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.attendance import (
    CheckInFact,
    CheckInKind,
    PassStory,
    Scan,
    choose,
    present,
    story,
)
from kiosk.domain.sessions import Session

TWO = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def session(number: int, starts_at: datetime = TWO, group: int = 0) -> Session:
    ends_at = starts_at + timedelta(hours=1)
    return Session(
        UUID(int=number), f"Room {number}", "", starts_at, ends_at, group_id=UUID(int=group)
    )


def fact(
    number: int, kind: CheckInKind = CheckInKind.ARRIVED, void_of: UUID | None = None
) -> CheckInFact:
    return CheckInFact(
        id=UUID(int=number),
        session_id=UUID(int=1),
        kind=kind,
        at=TWO + timedelta(minutes=number),
        lookup=b"a" if kind is CheckInKind.ARRIVED else None,
        void_of=void_of,
    )


def void(number: int, of: int) -> CheckInFact:
    return fact(number, CheckInKind.VOID, void_of=UUID(int=of))


@st.composite
def histories(draw: st.DrawFn) -> list[CheckInFact]:
    """Facts of a few people and sessions, with voids that may name anything."""
    facts = []
    for number in range(1, draw(st.integers(1, 12)) + 1):
        kind = draw(st.sampled_from(CheckInKind))
        facts.append(
            CheckInFact(
                id=UUID(int=number),
                session_id=UUID(int=draw(st.integers(1, 2))),
                kind=kind,
                at=TWO + timedelta(minutes=draw(st.integers(0, 3))),
                lookup=draw(st.sampled_from([b"a", b"b"])) if kind == "arrived" else None,
                void_of=UUID(int=draw(st.integers(1, 14))) if kind == "void" else None,
            )
        )
    return facts


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 2**32))
def test_any_order_and_any_repeats_give_the_same_roster(
    facts: list[CheckInFact], seed: int
) -> None:
    shuffled = facts + Random(seed).choices(facts, k=len(facts))
    Random(seed).shuffle(shuffled)
    assert present(shuffled) == present(facts)


@settings(max_examples=200, deadline=None)
@given(histories())
def test_present_is_who_has_a_fact_without_a_void(facts: list[CheckInFact]) -> None:
    counted = {fact_id for person in present(facts) for fact_id in person.fact_ids}
    voided = {fact.void_of for fact in facts if fact.kind is CheckInKind.VOID}
    expected = {f.id for f in facts if f.kind is not CheckInKind.VOID} - voided
    assert counted == expected


def test_two_kiosks_that_saw_one_pass_make_one_presence_shown_at_its_first_time() -> None:
    (person,) = present([fact(9), fact(3)])
    assert person.first.id == UUID(int=3)
    assert person.fact_ids == {UUID(int=3), UUID(int=9)}


def test_a_void_takes_off_what_it_names_and_no_other() -> None:
    assert present([fact(1), void(2, of=1)]) == ()
    (person,) = present([void(2, of=1), fact(3), fact(1)])
    assert person.fact_ids == {UUID(int=3)}


def test_every_guest_is_a_person_of_their_own() -> None:
    assert len(present([fact(1, CheckInKind.GUEST), fact(2, CheckInKind.GUEST)])) == 2


def test_a_pass_story_counts_voids_and_keeps_the_first_live_time() -> None:
    one, two, gone = UUID(int=1), UUID(int=2), UUID(int=3)
    later = TWO + HALF_AN_HOUR
    assert story([]) == PassStory(None, 0)
    assert story([Scan(one, TWO, gone)]) == PassStory(None, 1)
    assert story([Scan(two, later, None), Scan(one, TWO, gone)]) == PassStory(later, 1)
    assert story([Scan(two, later, None), Scan(one, TWO, None)]) == PassStory(TWO, 0)
    # Two desks that voided the same arrival count as two voids, met in whatever row.
    assert story([Scan(one, TWO, gone), Scan(one, TWO, two)]) == PassStory(None, 2)


def test_one_open_session_is_never_asked_about() -> None:
    assert choose((session(1),), frozenset(), {}, HALF_AN_HOUR) == session(1)


def test_several_are_asked_about_unless_the_person_belongs_to_exactly_one() -> None:
    both = (session(1, group=1), session(2, group=2))
    assert choose(both, frozenset(), {}, HALF_AN_HOUR) == both
    assert choose(both, frozenset({UUID(int=2)}), {}, HALF_AN_HOUR) == both[1]
    assert choose(both, frozenset({UUID(int=1), UUID(int=2)}), {}, HALF_AN_HOUR) == both


def test_a_repeat_scan_among_several_stays_where_the_person_is() -> None:
    both = (session(1), session(2))
    since = {UUID(int=2): TWO}
    assert choose(both, frozenset(), since, HALF_AN_HOUR) == both[1]


def test_a_session_that_opened_since_is_a_new_question() -> None:
    first, second = session(1), session(2, TWO + timedelta(hours=1))
    since = {first.id: TWO}
    assert choose((first, second), frozenset(), since, HALF_AN_HOUR) == (first, second)
    since[second.id] = TWO + timedelta(minutes=40)
    assert choose((first, second), frozenset(), since, HALF_AN_HOUR) == second
