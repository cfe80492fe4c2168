"""Who is present: the fold over check-in facts, and which session a pass means."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.attendance.attendance import (
    Bearer,
    CheckInFact,
    CheckInKind,
    FirstVisit,
    PassHistory,
    choose_session,
    counting_facts,
    derive_attendance,
    pass_history,
    present_people,
)
from kiosk.domain.attendance.check_in import Session

TWO = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def session(number: int, starts_at: datetime = TWO, group: int = 0) -> Session:
    ends_at = starts_at + timedelta(hours=1)
    return Session(
        UUID(int=number), f"Room {number}", "", starts_at, ends_at, group_id=UUID(int=group)
    )


def fact(
    number: int,
    kind: CheckInKind = CheckInKind.ARRIVED,
    void_of: UUID | None = None,
    lookup: bytes = b"a",
    about: UUID | None = None,
) -> CheckInFact:
    return CheckInFact(
        id=UUID(int=number),
        session_id=UUID(int=1),
        kind=kind,
        at=TWO + timedelta(minutes=number),
        lookup=lookup if kind is CheckInKind.ARRIVED else None,
        void_of=void_of,
        about=about,
    )


def ids(*numbers: int) -> frozenset[UUID]:
    return frozenset(UUID(int=number) for number in numbers)


def void(number: int, of: int) -> CheckInFact:
    return fact(number, CheckInKind.VOID, void_of=UUID(int=of))


def told(number: int, kind: CheckInKind, about: int) -> CheckInFact:
    return fact(number, kind, about=UUID(int=about))


_ABOUT = (CheckInKind.FIRST_VISIT, CheckInKind.MET)


@st.composite
def histories(draw: st.DrawFn, *, rings: bool = True) -> list[CheckInFact]:
    """Facts of a few people and sessions, with voids that may name anything, even each other.

    Without `rings` a void names only what was there before it, as an honest desk does.
    """
    facts = []
    for number in range(1, draw(st.integers(1, 14)) + 1):
        kind = draw(st.sampled_from(CheckInKind))
        latest = 16 if rings else number - 1
        facts.append(
            CheckInFact(
                id=UUID(int=number),
                session_id=UUID(int=draw(st.integers(1, 2))),
                kind=kind,
                at=TWO + timedelta(minutes=draw(st.integers(0, 3))),
                lookup=draw(st.sampled_from([b"a", b"b", b"c"])) if kind == "arrived" else None,
                void_of=UUID(int=draw(st.integers(0, latest))) if kind == "void" else None,
                about=UUID(int=draw(st.integers(0, 16))) if kind in _ABOUT else None,
            )
        )
    return facts


BEARERS = {
    b"a": Bearer(UUID(int=90), None),
    b"b": Bearer(UUID(int=90), TWO + timedelta(minutes=2)),
}
"""Two passes of one person, one of them ended; the third pass is unknown."""


@given(histories(), st.integers(0, 2**32))
def test_any_order_and_any_repeats_give_the_same_roster(
    facts: list[CheckInFact], seed: int
) -> None:
    shuffled = facts + Random(seed).choices(facts, k=len(facts))
    Random(seed).shuffle(shuffled)
    assert derive_attendance(shuffled, BEARERS) == derive_attendance(facts, BEARERS)


@given(histories(rings=False))
def test_what_counts_is_what_no_counting_void_names(facts: list[CheckInFact]) -> None:
    expected = set[UUID]()
    for fact in reversed(facts):
        if not any(one.void_of == fact.id and one.id in expected for one in facts):
            expected.add(fact.id)
    assert counting_facts(facts) == expected
    counted = {fact_id for person in present_people(facts) for fact_id in person.fact_ids}
    assert counted == {f.id for f in facts if f.is_arrival} & expected


@given(histories())
def test_everybody_is_on_one_side_once_and_a_ring_takes_nobody_off(
    facts: list[CheckInFact],
) -> None:
    folded = derive_attendance(facts, BEARERS)
    sure = {f.id for f in facts} - {f.void_of for f in facts}
    named = {f.void_of for f in facts if f.id in sure}
    live = {id_ for one in folded.present for id_ in one.fact_ids}
    for fact in facts:
        if fact.is_arrival and fact.id in sure:
            assert fact.id in live
        assert not (fact.id in live and fact.id in named)
    people = [(one.first.session_id, one.participant_id) for one in folded.present]
    people += [(one.first.session_id, one.participant_id) for one in folded.taken_off]
    known = [person for person in people if person[1] is not None]
    assert len(known) == len(set(known))
    assert all(one.void_ids <= counting_facts(facts) for one in folded.taken_off)


@given(histories(rings=False))
def test_taking_back_the_voids_of_somebody_puts_them_back(facts: list[CheckInFact]) -> None:
    for gone in derive_attendance(facts).taken_off:
        undone = [
            CheckInFact(UUID(int=100 + n), UUID(int=1), CheckInKind.VOID, TWO, void_of=id_)
            for n, id_ in enumerate(gone.void_ids)
        ]
        back = {one.first.id for one in present_people(facts + undone)}
        assert gone.first.id in back


def test_a_long_quarrel_of_voids_is_folded_without_recursion() -> None:
    quarrel = [fact(1), *(void(number, of=number - 1) for number in range(2, 5002))]
    assert len(present_people(quarrel)) == 1
    assert present_people(quarrel[:-1]) == ()


def test_two_kiosks_that_saw_one_pass_make_one_presence_shown_at_its_first_time() -> None:
    (person,) = present_people([fact(9), fact(3)])
    assert person.first.id == UUID(int=3)
    assert person.fact_ids == {UUID(int=3), UUID(int=9)}


def test_a_void_takes_off_what_it_names_and_no_other() -> None:
    assert present_people([fact(1), void(2, of=1)]) == ()
    (person,) = present_people([void(2, of=1), fact(3), fact(1)])
    assert person.fact_ids == {UUID(int=3)}


def test_who_arrives_again_after_a_void_is_shown_at_the_time_that_counts() -> None:
    (person,) = present_people([fact(1), void(2, of=1), fact(3)])
    assert person.first == fact(3)


def test_every_guest_is_a_person_of_their_own() -> None:
    assert len(present_people([fact(1, CheckInKind.GUEST), fact(2, CheckInKind.GUEST)])) == 2


def test_somebody_taken_off_is_told_with_the_last_void_and_all_that_would_put_them_back() -> None:
    facts = [fact(1), fact(2), void(3, of=1), void(4, of=2), void(5, of=1)]
    assert present_people(facts) == ()
    (gone,) = derive_attendance(facts).taken_off
    assert (gone.first.id, gone.void_ids) == (UUID(int=1), ids(3, 4, 5))
    assert gone.last_void.id == UUID(int=5)
    # One of two desks takes its void back: the other's still holds.
    assert present_people([*facts, void(6, of=3)]) == ()
    (person,) = present_people([*facts, void(6, of=3), void(7, of=5)])
    assert person.fact_ids == ids(1)
    assert present_people([*facts, void(6, of=4), void(7, of=6)]) == ()


def test_two_passes_of_one_person_make_one_presence() -> None:
    facts = [fact(1, lookup=b"b"), fact(3), fact(5, lookup=b"c")]
    first, stranger = present_people(facts, BEARERS)
    assert (first.fact_ids, first.participant_id) == (ids(1, 3), UUID(int=90))
    assert (stranger.fact_ids, stranger.participant_id) == (ids(5), None)
    assert len(present_people(facts)) == 3


def test_a_pass_shown_after_it_was_ended_is_not_taken_for_its_owner() -> None:
    facts = [fact(1), fact(2, lookup=b"b")]
    assert [one.participant_id for one in present_people(facts, BEARERS)] == [UUID(int=90), None]


def test_a_pass_story_counts_voids_and_keeps_the_first_live_time() -> None:
    def at(number: int) -> datetime:
        return TWO + timedelta(minutes=number)

    assert pass_history([], b"a") == PassHistory(None, 0)
    assert pass_history([fact(1), fact(2, lookup=b"b")], b"a") == PassHistory(at(1), 0)
    assert pass_history([fact(2), fact(1)], b"a") == PassHistory(at(1), 0)
    assert pass_history([fact(1), void(2, of=1)], b"a") == PassHistory(None, 1)
    assert pass_history([fact(1), void(2, of=1)], b"b") == PassHistory(None, 0)
    assert pass_history([fact(3), void(2, of=1), fact(1)], b"a") == PassHistory(at(3), 1)
    # Two desks that voided the same arrival count as two voids.
    assert pass_history([fact(1), void(2, of=1), void(3, of=1)], b"a") == PassHistory(None, 2)
    # A void that was taken back is known all the same, so that no number is used twice.
    undone = [fact(1), void(2, of=1), void(3, of=2)]
    assert pass_history(undone, b"a") == PassHistory(at(1), 1)
    assert pass_history([*undone, void(4, of=1)], b"a") == PassHistory(None, 2)


def test_one_open_session_is_never_asked_about() -> None:
    assert choose_session((session(1),), frozenset(), {}, HALF_AN_HOUR) == session(1)


def test_several_are_asked_about_unless_the_person_belongs_to_exactly_one() -> None:
    both = (session(1, group=1), session(2, group=2))
    assert choose_session(both, frozenset(), {}, HALF_AN_HOUR) == both
    assert choose_session(both, frozenset({UUID(int=2)}), {}, HALF_AN_HOUR) == both[1]
    assert choose_session(both, frozenset({UUID(int=1), UUID(int=2)}), {}, HALF_AN_HOUR) == both


def test_a_repeat_scan_among_several_stays_where_the_person_is() -> None:
    both = (session(1), session(2))
    since = {UUID(int=2): TWO}
    assert choose_session(both, frozenset(), since, HALF_AN_HOUR) == both[1]


def test_a_session_that_opened_since_is_a_new_question() -> None:
    first, second = session(1), session(2, TWO + timedelta(hours=1))
    since = {first.id: TWO}
    assert choose_session((first, second), frozenset(), since, HALF_AN_HOUR) == (first, second)
    since[second.id] = TWO + timedelta(minutes=40)
    assert choose_session((first, second), frozenset(), since, HALF_AN_HOUR) == second


FIRST, MET = CheckInKind.FIRST_VISIT, CheckInKind.MET


def test_a_first_visit_is_met_and_the_meeting_taken_back() -> None:
    asked = [fact(1), fact(2, lookup=b"b"), told(3, FIRST, about=1)]
    met = [*asked, told(4, MET, about=1)]
    undone = [*met, void(5, of=4)]
    assert [one.first_visit for one in present_people(asked)] == [FirstVisit.TO_MEET, None]
    assert [one.first_visit for one in present_people(met)] == [FirstVisit.MET, None]
    assert [one.first_visit for one in present_people(undone)] == [FirstVisit.TO_MEET, None]


def test_a_wish_to_be_met_stays_with_the_person_whichever_arrival_it_is_about() -> None:
    """Two kiosks saw one pass; or somebody was taken off and came again."""
    twice = [fact(1), fact(2), told(3, FIRST, about=2), told(4, MET, about=1)]
    (here,) = present_people(twice)
    assert (here.first.id, here.first_visit) == (UUID(int=1), FirstVisit.MET)
    folded = derive_attendance([fact(1), told(2, FIRST, about=1), void(3, of=1)])
    assert [one.first_visit for one in folded.taken_off] == [FirstVisit.TO_MEET]
    again = [fact(1), told(2, FIRST, about=1), void(3, of=1), fact(4)]
    assert [one.first_visit for one in present_people(again)] == [FirstVisit.TO_MEET]


def test_nobody_is_met_who_did_not_ask_and_nobody_comes_by_a_wish_alone() -> None:
    assert [one.first_visit for one in present_people([fact(1), told(2, MET, about=1)])] == [None]
    assert present_people([told(1, FIRST, about=9), told(2, MET, about=9)]) == ()
    withdrawn = [fact(1), told(2, FIRST, about=1), void(3, of=2)]
    assert [one.first_visit for one in present_people(withdrawn)] == [None]
