"""What is said when, to whom, and for how long: keys, privacy, and the end of a visit."""

import gc
from collections.abc import Awaitable, Callable

import pytest

from kiosk.content.translations import languages
from kiosk.domain.speech import Utterance
from kiosk.ui.visitor.narrator import Narrator
from kiosk.ui.visitor.spoken import Piece, Snapshot
from tests.support.desks import PIN, Clinic
from tests.support.listening import Listener, listening
from tests.support.speech import Heard

HOME = "Talk to someone who has been there."
WARNING = "Other people may hear. Press F10 to hear all of it aloud."


@pytest.mark.conforms("EN 301 549 5.1.3.10", "EN 301 549 5.2", "WCAG 1.4.2")
async def test_it_is_silent_until_its_key_is_pressed(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("tab", "r", "escape", "c", "m", "escape", "f4", "f10")
        assert ear.speech.log == []
        await ear.press("f3")
        ear.hears("Speech is on.", "F4 says it again.", HOME, "There are 6 choices.")


async def test_a_hand_that_shakes_does_not_end_it_at_once(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear._visitor.at_once("f3", "f3")
        ear.listen()
        ear.hears(HOME)
        await ear.press("f3")
        assert not ear._visitor.app.context.visit.is_heard


@pytest.mark.conforms("WCAG 3.1.2")
async def test_the_greeting_says_how_to_choose_a_language(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3")
        ear.hears("For English press F2, then Tab until you hear English.")
        said_in = [one.language for one in ear.speech.log[: len(languages()) + 1]]
        assert said_in == ["en", *(one.code for one in languages())]


@pytest.mark.conforms("EN 301 549 5.2")
async def test_headphones_begin_it_and_end_it(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.plugs(is_in=True)
        ear.hears("Speech is on.", HOME)
        await ear.press("c")
        await ear.plugs(is_in=False)
        await ear.press("tab")
        assert ear.last == []
        assert not ear.speech.is_speaking


async def test_headphones_that_are_pulled_out_leave_speech_that_a_key_began(clinic: Clinic) -> None:
    async with listening(clinic, headphones=True) as ear:
        await ear.press("f3", "c")
        await ear.type("Xan")
        ear.hears("n")
        await ear.plugs(is_in=False)
        ear.hears("Headphones are out. Other people may hear this.")
        await ear.press("t")
        ear.hears("4 letters entered.")
        await ear.plugs(is_in=True)
        ear.hears("Headphones are in. Only you hear this.", "Xant. X, a, n, t.")


@pytest.mark.conforms("EN 301 549 5.1.3.4", "EN 301 549 5.1.3.5", "508 402.2.4")
async def test_every_key_interrupts(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear._visitor.keys("f3")
        assert ear.speech.is_speaking
        await ear._visitor.keys("x")
        assert not ear.speech.is_speaking
        assert ear.speech.log[-1].heard is Heard.CANCELLED
        await ear._visitor.keys("f4")
        assert ear.speech.is_speaking
        await ear._visitor.tap("Ask for a call")
        assert ear.speech.log[-1].text == "What should we call you?"
        before = len(ear.speech.log)
        await ear._visitor.sends_scan("https://example.org")
        assert all(one.heard is Heard.CANCELLED for one in ear.speech.log[:before])


@pytest.mark.conforms("EN 301 549 5.1.3.3")
async def test_a_change_of_focus_is_one_utterance(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3", "tab")
        assert ear.last == ["Read about peer support. What it is, and a first talk. 1 of 6. Key R."]


@pytest.mark.conforms("EN 301 549 5.1.3.4", "508 402.2.4")
async def test_it_says_again_and_then_the_whole_screen(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3", "tab", "tab")
        told = ear.last
        await ear.press("f4")
        assert ear.last == told
        await ear.press("f4")
        ear.hears(HOME, "Withdraw a request.", "6 of 6", "Finish and clear. Key Esc.")
        await ear.press("f4")
        ear.hears(HOME)


@pytest.mark.conforms("508 402.2.4")
async def test_it_pauses_and_goes_on(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear._visitor.keys("f3", "f9")
        assert ear.speech.is_paused
        await ear._visitor.keys("f9")
        assert not ear.speech.is_paused
        assert ear.speech.is_speaking


@pytest.mark.conforms("EN 301 549 5.1.3.11", "EN 301 549 5.1.3.13", "508 402.3.1")
@pytest.mark.parametrize(
    ("key", "told", "rate", "volume"),
    [
        ("f5", "Slower.", -1, 0),
        ("f6", "Faster.", 1, 0),
        ("f7", "Softer.", 0, -1),
        ("f8", "Louder.", 0, 1),
    ],
)
async def test_pace_and_volume_change_until_the_visit_ends(
    clinic: Clinic, key: str, told: str, rate: int, volume: int
) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3", "tab", key)
        assert ear.last[0] == told
        ear.hears("Read about peer support.")
        assert (ear.speech.rate, ear.speech.volume) == (rate, volume)
        await ear.press(key, key, key)
        ear.hears("That is as far as it goes.")
        await ear.press("escape")
        assert (ear.speech.rate, ear.speech.volume) == (0, 0)


async def by_escape(ear: Listener) -> None:
    await ear.press("escape")


async def by_idling(ear: Listener) -> None:
    for seconds in (200, 61, 31):
        await ear.waits(seconds)


async def by_closing(ear: Listener) -> None:
    await ear._visitor.app.navigation.close("no disk")
    await ear._visitor.settle()


async def by_its_key(ear: Listener) -> None:
    await ear.press("f3")


async def by_unplugging(ear: Listener) -> None:
    await ear.plugs(is_in=False)


End = Callable[[Listener], Awaitable[None]]


@pytest.mark.conforms("EN 301 549 5.1.3.13", "WCAG 1.4.2")
@pytest.mark.parametrize("end", [by_escape, by_idling, by_closing, by_its_key, by_unplugging])
async def test_speech_ends_with_the_visit_and_keeps_nothing(clinic: Clinic, end: End) -> None:
    async with listening(clinic) as ear:
        await ear.plugs(is_in=True)
        await ear.press("f5", "f8", "c")
        await ear.type("Xanthippe")
        ear.hears("e")
        await ear.press("f4", "f4")
        ear.hears("Xanthippe")
        resets = ear.speech.resets
        await end(ear)
        assert ear.speech.resets == resets + 1
        assert (ear.speech.rate, ear.speech.volume) == (0, 0)
        if end not in (by_its_key, by_unplugging):
            assert not ear._visitor.app.context.visit.may_be_overheard
            assert texts_that_speech_holds() == []
        narrator = ear._visitor.app.narrator
        assert (narrator._said, narrator._before, narrator._shown()) == ((), None, None)
        ear.speech.log.clear()
        await ear.press("tab")
        assert ear.speech.log == []


def texts_that_speech_holds() -> list[str]:
    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, Piece | Snapshot | Utterance)]
    return [repr(one) for one in held if "anthipp" in repr(one)]


async def test_a_crash_ends_it(clinic: Clinic) -> None:
    with pytest.raises(ZeroDivisionError):
        async with listening(clinic) as ear:
            await ear.press("f3")
            speech, resets = ear.speech, ear.speech.resets
            ear._visitor.app.call_later(lambda: 1 // 0)
            await ear._visitor.settle()
    assert speech.resets == resets + 1


async def test_going_back_home_leaves_speech_on_and_privacy_as_it_was(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3", "c", "f10")
        await ear.find("Back.")
        await ear.press("enter")
        ear.hears(HOME)
        assert not ear._visitor.app.context.visit.may_be_overheard


@pytest.mark.conforms("EN 301 549 5.1.3.9", "WCAG 4.1.3")
async def test_the_room_hears_how_much_is_typed_until_somebody_chooses(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3", "c")
        ear.hears(WARNING)
        await ear.type("Mei")
        assert ear.last == ["3 letters entered."]
        await ear.press("backspace")
        assert ear.last == ["2 letters entered."]
        await ear.press("f10")
        ear.hears("All is said aloud now. F10 ends that.", "Me. M, e.")
        ear.hears_not(WARNING)
        await ear.press("i")
        assert ear.last == ["i"]
        await ear.press("backspace")
        assert ear.last == ["i is taken away."]
        await ear.press("f10", "i")
        assert ear.last == ["3 letters entered."]
        await ear.press("enter")
        await ear.type("81234567")
        assert ear.last == ["8 digits entered.", "We can call this number."]
    assert not any("Mei" in one.text for one in ear.speech.log if not one.is_private)
    assert not any(one.text == "8" for one in ear.speech.log)


@pytest.mark.conforms("EN 301 549 5.1.3.15", "WCAG 3.3.1", "WCAG 4.1.3")
async def test_an_error_says_what_is_wrong_and_where(clinic: Clinic) -> None:
    async with listening(clinic, headphones=True) as ear:
        await ear.press("f3", "c", "enter")
        ear.hears("Please type a name. A nickname is fine.", "What should we call you? To type in.")
        await ear.type("Mei")
        await ear.press("enter")
        await ear.type("812")
        await ear.press("enter")
        ear.hears("Please add the missing digits. Singapore numbers have 8.", "8, 1, 2.")


@pytest.mark.conforms("EN 301 549 5.1.3.8")
@pytest.mark.parametrize("headphones", [False, True])
async def test_the_pin_is_never_said(clinic: Clinic, headphones: bool) -> None:
    async with listening(clinic, headphones=headphones) as ear:
        await ear.press("f3", "f10", "m")
        ear.hears("What you type here is never said.")
        ear.speech.log.clear()
        for digit in PIN:
            await ear.press(digit)
            assert ear.last == ["key"]
        await ear.press("f4", "f4", "f10", "backspace")
        told = " ".join(ear.speech.texts).replace(" ", "").replace(",", "")
        assert PIN not in told
        assert "entered" not in told


@pytest.mark.conforms("508 407.5")
async def test_the_time_warning_is_said_and_any_key_of_speech_stays(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3", "r")
        ear.speech.finish_all()
        await ear.waits(61)
        ear.hears("Are you still there?", "This screen clears in 30 seconds.")
        await ear.waits(5)
        assert ear.last == []
        await ear.press("f4")
        ear.hears("Each takes a minute or two.")


async def test_whoever_listens_is_not_idle(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear.press("f3", "r", "enter")
        ear.speech.say([Utterance("A long article.", "en")])
        for _ in range(3):
            await ear._visitor.wait(55)
            assert ear.speech.is_speaking
        ear.listen()
        await ear.waits(61)
        ear.hears("Are you still there?")


async def test_speech_that_hangs_holds_no_visit_open(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear._visitor.keys("f3", "r")
        for seconds in (600, 61, 31):
            await ear._visitor.wait(seconds)
        assert ear.speech.resets == 1


@pytest.mark.conforms("WCAG 4.1.3")
async def test_what_comes_late_is_said(clinic: Clinic) -> None:
    clinic.add_session("Room 9")
    async with listening(clinic) as ear:
        await ear.press("f3")
        ear.hears("Room 9, 12:00 pm")


async def test_on_a_closed_kiosk_the_way_to_help_is_said(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await by_closing(ear)
        await ear.press("f3")
        ear.hears("Please ask at the counter.", "F1 is help now.")
        await ear.press("f1")
        ear.hears("Help now.", "9 9 5")


@pytest.mark.conforms("EN 301 549 5.1.5", "EN 301 549 5.6.2")
async def test_the_foot_shows_its_keys(clinic: Clinic) -> None:
    async with listening(clinic, size=(160, 50)) as ear:
        visitor = ear._visitor
        visitor.expect("F3 Speech")
        visitor.expect_not("F4 Again")
        await ear.press("f3")
        visitor.expect("F3 Silence · F4 Again · F5 Slower · F6 Faster · F7 Softer · F8 Louder")
        await ear.press("c")
        visitor.expect("F3 Silence · F4 Again")
        await ear.press("f3")
        visitor.expect_not("F4 Again")
        visitor.expect("F3 Speech")


@pytest.mark.parametrize("language", [one.code for one in languages() if one.code != "en"])
async def test_a_language_without_a_voice_is_said_in_english(clinic: Clinic, language: str) -> None:
    async with listening(clinic) as ear:
        ear._visitor.app.context.speak(language)
        await ear._visitor.app.navigation.open()
        ear._visitor.app.context.speak(language)
        ear.speech.voices = frozenset({"en"})
        await ear.press("f3")
        ear.hears("Speech is on.", HOME)
        await ear.find("Ask for a call. Someone rings when it suits you. 2 of 6. Key C.")


async def test_the_smallest_foot_shows_how_to_end_speech_that_is_on(clinic: Clinic) -> None:
    async with listening(clinic, size=(56, 16)) as ear:
        await ear.press("r", "f3")
        ear._visitor.expect("F3 Silence")


async def test_the_key_is_shown_once_there_is_what_speaks(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        ear.speech.is_able = False
        await ear.waits(1)
        ear._visitor.expect_not("F3 Speech")
        ear.speech.is_able = True
        await ear.waits(1)
        ear._visitor.expect("F3 Speech")


async def test_a_kiosk_without_sound_shows_and_takes_no_key_of_it(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        ear.speech.is_able = False
        await ear.press("f3", "tab")
        assert ear.speech.log == []
        assert not ear._visitor.app.context.visit.is_heard


def test_no_key_of_speech_types_or_does_anything_else() -> None:
    from kiosk.ui.terminal.lockdown import ALLOWED_KEYS
    from kiosk.ui.visitor.app import VisitorApp

    keys = set(Narrator.KEYS)
    assert keys == {f"f{number}" for number in range(3, 11)}
    assert not keys & (ALLOWED_KEYS | VisitorApp.extra_keys)
