"""What is said of a screen: in the room, and where a language has no voice."""

from math import log10

import pytest

from kiosk.domain.speech import USUAL_VOLUME, VOLUMES, Utterance, recording_id, sayable

HELLO = Utterance("வணக்கம்", "ta", english="Hello.")
NUMBER = Utterance("9 1 2 3", "en", is_private=True)


def _only_english(one: Utterance) -> bool:
    return one.language == "en"


@pytest.mark.conforms("EN 301 549 5.1.3.14", "WCAG 3.1.1", "WCAG 3.1.2")
def test_each_is_said_in_its_language() -> None:
    both = [HELLO, Utterance("Help.", "en")]
    assert sayable(both, lambda _: True, may_be_private=False) == both


def test_a_language_without_a_voice_is_said_in_english_or_not_at_all() -> None:
    said = sayable([HELLO, Utterance("你好", "zh")], _only_english, may_be_private=False)
    assert said == [Utterance("Hello.", "en", english="Hello.")]


def test_what_is_private_is_left_out_for_the_room() -> None:
    assert sayable([NUMBER], _only_english, may_be_private=False) == []
    assert sayable([NUMBER], _only_english, may_be_private=True) == [NUMBER]


def test_nothing_is_made_of_empty_text_or_no_voice_at_all() -> None:
    assert sayable([Utterance("  ", "en")], _only_english, may_be_private=True) == []
    assert sayable([HELLO], lambda _: False, may_be_private=True) == []


def test_there_are_five_steps_of_volume_and_none_above_the_sound_as_it_is() -> None:
    assert len(VOLUMES) >= 5
    assert list(VOLUMES) == sorted(VOLUMES)
    assert VOLUMES[-1] == 1
    assert 0 < USUAL_VOLUME < len(VOLUMES) - 1


@pytest.mark.conforms("EN 301 549 8.2.1.1", "EN 301 549 8.2.1.2")
def test_the_volume_has_a_range_of_18_db_and_a_step_12_db_above_the_softest() -> None:
    above_the_softest = [round(20 * log10(volume / VOLUMES[0]), 6) for volume in VOLUMES]
    assert above_the_softest[-1] >= 18
    assert 12 in above_the_softest


@pytest.mark.conforms("EN 301 549 5.1.5")
def test_a_recording_is_found_by_the_words_of_its_sentence() -> None:
    assert recording_id("Help now!") == recording_id(" help  now ")
    assert recording_id("Help now") != recording_id("Help me now")
    assert recording_id("நாய்") != recording_id("நாயே")
    assert len(recording_id("您好")) == 10
