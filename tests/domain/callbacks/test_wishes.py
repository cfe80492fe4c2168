"""What can be wished for: codes that are kept, what goes with them, and who fulfils them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.request import CallbackDraft, CallLanguage, MessagePolicy
from kiosk.domain.callbacks.wishes import (
    LONGEST_TOPIC,
    CallerWish,
    OfferedWishes,
    Skills,
    Topic,
    Wish,
    asked_to_speak,
    is_for_another,
    is_topic_id,
    join_wishes,
    split_wishes,
    wished_caller,
    with_message_policy,
    with_wishes,
)
from kiosk.domain.text import clean

DRAFT = CallbackDraft(UUID(int=1), b"s" * 16)
TOPIC = Topic("work_study", {"en": "Work or study", "zh": "工作"})
WOMAN, MAN, TEXT = frozenset({Wish.WOMAN}), frozenset({Wish.MAN}), frozenset({Wish.TEXT})
known = st.frozensets(st.sampled_from([*Wish, TOPIC.code]))


@given(known)
def test_wishes_are_kept_as_sorted_codes(wishes: frozenset[str]) -> None:
    text = join_wishes(wishes)
    assert split_wishes(text) == tuple(sorted(wishes))
    assert join_wishes(split_wishes(text)) == text


@given(st.text())
def test_whatever_was_kept_in_their_place_can_be_shown(text: str) -> None:
    found = split_wishes(text)
    assert len(found) <= 16
    assert all(code == clean(code) and 0 < len(code) <= 40 for code in found)
    assert found == tuple(sorted(set(found)))


def test_a_code_that_nobody_knows_stays() -> None:
    assert split_wishes("about_gone,quiet,woman") == ("about_gone", "quiet", "woman")


def test_ids_of_topics_are_plain_and_short() -> None:
    assert all(is_topic_id(good) for good in ("a", "work_study", "g2", "x" * LONGEST_TOPIC))
    for bad in ("", "A", "2g", "_a", "a b", "a,b", "x" * (LONGEST_TOPIC + 1), "ä", "a\n"):
        assert not is_topic_id(bad), bad


def test_a_topic_without_a_name_in_a_language_has_its_english_one() -> None:
    assert (TOPIC.label("zh"), TOPIC.label("ta")) == ("工作", "Work or study")
    assert OfferedWishes().is_empty
    assert not OfferedWishes(topics=(TOPIC,)).is_empty
    assert not OfferedWishes((Wish.TEXT,)).is_empty


def test_a_woman_and_a_man_exclude_each_other_and_the_new_one_counts() -> None:
    asked = with_wishes(DRAFT, WOMAN)
    assert with_wishes(asked, WOMAN | MAN).wishes == MAN
    assert with_wishes(with_wishes(DRAFT, MAN), WOMAN | MAN).wishes == WOMAN
    assert with_wishes(asked, WOMAN | {Wish.CARER}).wishes == WOMAN | {Wish.CARER}
    assert with_wishes(asked, ()).wishes == frozenset()


@given(st.lists(known, max_size=6))
def test_no_request_wishes_for_both(steps: list[frozenset[str]]) -> None:
    draft = DRAFT
    for chosen in steps:
        # A screen adds or takes away; both at once are no single step.
        draft = with_wishes(draft, chosen if not chosen >= WOMAN | MAN else chosen - MAN)
        assert not draft.wishes >= WOMAN | MAN


def test_who_would_rather_get_a_text_allows_one_and_only_they() -> None:
    asked = with_wishes(DRAFT, TEXT)
    assert asked.message_policy is MessagePolicy.TEXT
    assert with_wishes(asked, WOMAN | TEXT).message_policy is MessagePolicy.TEXT
    assert with_wishes(asked, WOMAN).message_policy is MessagePolicy.NONE
    for policy in (MessagePolicy.NONE, MessagePolicy.NAME_AND_NUMBER):
        changed = with_message_policy(asked, policy)
        assert (changed.message_policy, changed.wishes) == (policy, frozenset())
    assert with_message_policy(asked, MessagePolicy.TEXT).wishes == TEXT
    # What was allowed by itself is not taken back by a wish for something else.
    allowed = with_message_policy(DRAFT, MessagePolicy.NAME_AND_NUMBER)
    assert with_wishes(allowed, WOMAN).message_policy is MessagePolicy.NAME_AND_NUMBER


@pytest.mark.parametrize(
    ("wishes", "wanted"),
    [((), ""), (WOMAN, "woman"), (MAN | TEXT, "man"), (WOMAN | MAN, ""), (TEXT, "")],
)
def test_who_is_wished_for(wishes: frozenset[str], wanted: str) -> None:
    assert wished_caller(wishes) == wanted


ANY, TAMIL = frozenset[str](), frozenset({"ta"})
A_WOMAN, A_MAN = frozenset[str]({CallerWish.WOMAN}), frozenset[str]({CallerWish.MAN})


def test_nobody_is_waited_for_who_is_not_there_or_does_not_speak_the_language() -> None:
    anna, bob = Skills(TAMIL, A_WOMAN), Skills(ANY, A_MAN)
    assert is_for_another(WOMAN, "ta", bob, (anna, bob))
    assert not is_for_another(WOMAN, "ta", anna, (anna, bob))
    assert not is_for_another(WOMAN, "zh", bob, (anna, bob))
    assert not is_for_another(WOMAN, "ta", bob, (bob,))
    assert not is_for_another(WOMAN | MAN, "ta", Skills(), (anna, bob))
    assert is_for_another(MAN, "zh", anna, (anna, bob))
    # Of whom nothing is told, nothing is known.
    assert is_for_another(WOMAN, "ta", Skills(), (anna, Skills()))


teams = st.lists(
    st.builds(Skills, st.frozensets(st.sampled_from([*CallLanguage])), st.just(ANY)), min_size=1
)


@given(teams)
def test_every_language_is_asked_of_somebody(team: list[Skills]) -> None:
    asked = [asked_to_speak(one.speaks, team, CallLanguage) for one in team]
    for language in CallLanguage:
        assert any(not mine or language in mine for mine in asked), language
    for mine, one in zip(asked, team, strict=True):
        assert mine >= one.speaks
        assert bool(mine) is bool(one.speaks)
