"""People at the keyboard, who must not be taken for a scanner nor lose a key."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.domain.passes import HEAD
from kiosk.ui.terminal.scanner import FIRST_CHARACTERS, KeyPlace, Press, ScanRecogniser
from tests.support.keystrokes import ENTER, TAB, UP, Timed, every, paced, play, presses

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
    assume(HEAD not in typed)  # ten digits in order are a head however they come
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
    for pace in (0.14, 0.2):
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


def test_a_lone_zero_waits_as_long_as_a_slow_scanner_needs() -> None:
    recogniser, (zero,) = ScanRecogniser(), presses("0")
    assert recogniser.feed(zero, 1.0) == []
    assert recogniser.deadline() == pytest.approx(1.13)
    assert recogniser.tick(1.129) == []
    assert recogniser.tick(1.131) == [zero]


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


QUICK = [96, 71, 34, 118, 62, 45, 88, 131, 29, 74, 103, 58, 39, 140, 67, 81]
"""Milliseconds between the keys of a quick typist (some 150 words a minute), roll-over included."""
DIGITS = [84, 72, 91, 66, 79, 88, 61, 95]
"""The same for a telephone number that is known by heart."""


@pytest.mark.parametrize("typed", ["Nur Aisyah binte Abdullah", "Önder Çalışkan", "S/O Kumar 2nd"])
def test_a_quick_typist_in_a_field_loses_nothing(typed: str) -> None:
    keys = [*presses(typed), ENTER]
    assert play(paced(QUICK, *keys), KeyPlace.TEXT) == keys


def test_a_letter_in_a_field_waits_for_nothing() -> None:
    recogniser = ScanRecogniser(lambda: KeyPlace.TEXT)
    for press, at in paced(QUICK, *presses("Nur Aisyah binte Abdullah"), ENTER):
        assert recogniser.feed(press, at) == [press]


@pytest.mark.parametrize("typed", ["81234567", "91234567", "+6581234567", "0123 4567", "66778899"])
def test_a_telephone_number_typed_quickly_is_text(typed: str) -> None:
    keys = [*presses(typed), ENTER]
    assert play(paced(DIGITS, *keys), KeyPlace.TEXT) == keys
    assert play(every(0.08, *keys), KeyPlace.TEXT) == keys
    assert play(every(0.05, *keys), KeyPlace.TEXT) == keys


@pytest.mark.parametrize("place", [KeyPlace.TEXT, KeyPlace.KEYS], ids=lambda place: place.name)
@pytest.mark.parametrize(
    "lines", [["abc", "def"], ["Mei", "Tan"], ["Ali", "8123"], ["Ah", "9", "cab"]], ids=" ".join
)
@pytest.mark.parametrize("end", [ENTER, TAB], ids=["enter", "tab"])
def test_what_a_stalled_terminal_brings_together_is_typed(
    place: KeyPlace, lines: list[str], end: Press
) -> None:
    keys = [key for line in lines for key in (*presses(line), end)]
    assert play(every(0.0, *keys), place) == keys


@pytest.mark.parametrize("typed", ["Mei Ling", "Nur Aisyah", "O'Brien", "王小明", "8123 456"])
def test_a_name_that_comes_in_one_piece_is_typed(typed: str) -> None:
    keys = [*presses(typed), ENTER]
    assert play(every(0.0, *keys), KeyPlace.TEXT) == keys


def test_a_pin_typed_quickly_is_a_pin() -> None:
    keys = [*presses("258013"), ENTER]
    assert play(paced(DIGITS, *keys), KeyPlace.PIN) == keys


def test_a_key_held_down_acts_as_often_as_it_comes() -> None:
    for place in (KeyPlace.KEYS, KeyPlace.TEXT):
        for letter in "nA":
            keys = presses(letter * 50)
            assert play(every(0.033, *keys), place) == keys


def test_what_was_typed_is_soon_forgotten() -> None:
    recogniser = ScanRecogniser(lambda: KeyPlace.TEXT)
    for press, at in every(0.1, *presses("Mei")):
        recogniser.feed(press, at)
    assert recogniser.tick(2.0) == []
    assert recogniser.deadline() is None
    assert recogniser._run == []
