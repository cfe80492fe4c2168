"""People at the keyboard, who must not be taken for a scanner nor lose a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.passes import HEAD
from kiosk.ui.terminal.scanner import FIRST_CHARACTERS, Press, ScanRecogniser
from tests.support.keystrokes import ENTER, UP, Timed, every, play, presses

numbers = st.text("0123456789+ ", min_size=1, max_size=16)


@pytest.mark.parametrize(
    "typed",
    ['=HYPERLINK("x")', "Önder Çalışkan", "[@click=app.quit]Mei[/]", "012345", "0987654321"],
)
def test_text_typed_in_one_burst_is_no_scan(typed: str) -> None:
    assert play(every(0.0, *presses(typed), ENTER)) == [*presses(typed), ENTER]


@given(
    st.one_of(
        numbers.map(lambda text: "0" + text), numbers.map(lambda text: "8" + text), st.text()
    ),
    st.lists(st.floats(0.050, 0.120), min_size=20, max_size=20),
)
def test_a_typist_loses_nothing(typed: str, pauses: list[float]) -> None:
    keys = [key for key in presses(typed) if key.character and key.character.isprintable()]
    at, timed = 0.0, list[Timed]()
    for number, key in enumerate(keys):
        at += pauses[number % 20]
        timed.append((key, at))
    assert play(timed) == keys


@given(
    st.lists(st.tuples(st.sampled_from([*presses("0a1à&é5 "), UP]), st.floats(0, 0.1)), max_size=30)
)
def test_typed_keys_keep_their_order(steps: list[tuple[Press, float]]) -> None:
    at, timed = 0.0, list[Timed]()
    for key, pause in steps:
        at += pause
        timed.append((key, at))
    assert play(timed) == [key for key, _ in timed]


def test_digits_in_order_typed_by_hand_are_no_scan() -> None:
    for pace in (0.05, 0.1, 0.2):
        keys = presses(HEAD + HEAD)
        assert play(every(pace, *keys)) == keys


def test_a_held_key_does_not_stick() -> None:
    assert play(every(0.033, *presses("0" * 50))) == presses("0" * 50)
    assert play(every(0.010, *presses("0" * 50))) == presses("0" * 50)


def test_letters_pass_at_once() -> None:
    recogniser = ScanRecogniser()
    for press in presses("hello"):
        assert recogniser.feed(press, 0.0) == [press]
        assert recogniser.deadline() is None


def test_a_lone_zero_waits_thirty_milliseconds() -> None:
    recogniser, (zero,) = ScanRecogniser(), presses("0")
    assert recogniser.feed(zero, 1.0) == []
    assert recogniser.deadline() == pytest.approx(1.03)
    assert recogniser.tick(1.029) == []
    assert recogniser.tick(1.031) == [zero]


def test_only_first_characters_are_ever_held() -> None:
    assert {"0", "à", ")", "é", "=", "ö"} <= FIRST_CHARACTERS
    for number in range(0x20, 0x3000):
        held = not ScanRecogniser().feed(Press(chr(number), chr(number)), 0.0)
        assert held == (chr(number) in FIRST_CHARACTERS)


def test_a_key_that_is_no_head_lets_all_go_in_order() -> None:
    recogniser = ScanRecogniser()
    zero, one, x = presses("01x")
    assert recogniser.feed(zero, 0.0) == recogniser.feed(one, 0.001) == []
    assert recogniser.feed(x, 0.002) == [zero, one, x]
