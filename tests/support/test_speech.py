"""The fake keeps the protocol's promises, for what is tested with it relies on them."""

from kiosk.domain.speech import Speech, Utterance
from tests.support.speech import Heard, RecordedSpeech

NAME = Utterance("Mei Lin", "en", is_private=True)


def test_it_says_one_after_the_other_until_something_else_is_said() -> None:
    speech = RecordedSpeech()
    speech.say([Utterance("One.", "en"), Utterance("Two.", "en"), Utterance("Three.", "en")])
    speech.finish()
    speech.say([Utterance("Help.", "en")])
    assert [(one.text, one.heard) for one in speech.log] == [
        ("One.", Heard.SAID),
        ("Two.", Heard.CANCELLED),
        ("Help.", Heard.SAYING),
    ]
    assert speech.finish_all() == ["Help."]
    assert not speech.is_speaking


def test_private_goes_to_headphones_or_aloud_by_choice() -> None:
    speech: Speech = RecordedSpeech()
    assert isinstance(speech, RecordedSpeech)
    speech.say([NAME])
    assert speech.log == []
    speech.say([NAME], aloud=True)
    speech.plug(is_in=True)
    speech.say([NAME])
    assert [(one.text, one.by_headphones) for one in speech.private] == [
        ("Mei Lin", False),
        ("Mei Lin", True),
    ]
    speech.plug(is_in=False)
    assert not speech.is_speaking


def test_a_visit_ends_at_the_usual_volume_and_rate() -> None:
    speech = RecordedSpeech()
    assert speech.change_volume(1)
    assert [speech.change_rate(1) for _ in range(4)] == [True, True, True, False]
    speech.reset()
    speech.say([Utterance("Hello.", "en")])
    assert (speech.log[-1].volume, speech.log[-1].rate, speech.resets) == (0, 0, 1)
