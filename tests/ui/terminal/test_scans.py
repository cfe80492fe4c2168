"""A scanner among typed keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.passes import HEAD, CodeKind, decode, encode
from kiosk.ui.terminal.keyboards import NUMBER_ROWS
from kiosk.ui.terminal.scans import FIRST_CHARACTERS, Press, Scan, ScanRecogniser

CODE = encode(CodeKind.PASS, bytes(range(16)))
ENTER, TAB, LF, STX = (
    Press("enter", "\r"),
    Press("tab", "\t"),
    Press("ctrl+j", "\n"),
    Press("ctrl+b"),
)
SHIFT, UP = Press("left_shift"), Press("up")
AZERTY = "à&é\"'(-è_ç"
DISTINCT_ROWS = sorted(row for row in NUMBER_ROWS if len(set(row)) == 10)

Timed = tuple[Press, float]


def presses(text: str) -> list[Press]:
    return [Press(character, character) for character in text]


def mangled(text: str, row: str) -> str:
    return text.translate(dict(zip(map(ord, HEAD), row, strict=True)))


def every(seconds: float, *keys: Press) -> list[Timed]:
    return [(key, number * seconds) for number, key in enumerate(keys)]


def play(timed: list[Timed]) -> list[Press | Scan]:
    """Feed keys at their times, ticking at every deadline between them, and after the last."""
    recogniser, out = ScanRecogniser(), list[Press | Scan]()
    for press, at in timed:
        while (due := recogniser.deadline()) is not None and due < at:
            out += recogniser.tick(due)
        out += recogniser.feed(press, at)
    while (due := recogniser.deadline()) is not None:
        out += recogniser.tick(due)
    return out


@pytest.mark.parametrize("pace", [0.0, 0.001, 0.008, 0.016, 0.025])
@pytest.mark.parametrize("end", [[ENTER], [TAB], [LF], [ENTER, LF], []], ids=str)
def test_a_code_is_one_scan_whatever_ends_it(pace: float, end: list[Press]) -> None:
    assert play(every(pace, *presses(CODE), *end)) == [Scan(CODE)]


@given(st.sampled_from(DISTINCT_ROWS), st.binary(min_size=16, max_size=16), st.floats(0, 0.029))
def test_any_keyboard_layout_is_recognised(row: str, secret: bytes, pace: float) -> None:
    code = encode(CodeKind.SLIP, secret)
    (scan,) = play(every(pace, *presses(mangled(code, row)), ENTER))
    assert isinstance(scan, Scan)
    assert decode(scan.text) == decode(code)


@pytest.mark.parametrize("row", sorted(NUMBER_ROWS - set(DISTINCT_ROWS)))
def test_a_layout_that_cannot_be_decoded_leaks_nothing(row: str) -> None:
    assert play(every(0.001, *presses(mangled(CODE, row)), ENTER)) == [Scan(mangled(CODE, row))]


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


@pytest.mark.parametrize(
    "typed",
    ['=HYPERLINK("x")', "Önder Çalışkan", "[@click=app.quit]Mei[/]", "012345", "0987654321"],
)
def test_text_typed_in_one_burst_is_no_scan(typed: str) -> None:
    assert play(every(0.0, *presses(typed), ENTER)) == [*presses(typed), ENTER]


numbers = st.text("0123456789+ ", min_size=1, max_size=16)


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


keys_of_all_kinds = st.one_of(
    st.sampled_from([ENTER, TAB, LF, STX, SHIFT, UP, Press("escape", "\x1b")]),
    st.characters().map(lambda character: Press(character, character)),
    st.sampled_from(presses(HEAD)),
)


@given(st.lists(st.tuples(keys_of_all_kinds, st.floats(0, 2)), max_size=60))
def test_nothing_raises_and_silence_always_opens(steps: list[tuple[Press, float]]) -> None:
    recogniser, at = ScanRecogniser(), 0.0
    for key, pause in steps:
        at += pause
        recogniser.feed(key, at)
    recogniser.tick(at + 2)
    assert recogniser.deadline() is None
    letter = Press("q", "q")
    assert recogniser.feed(letter, at + 2) == [letter]


def test_a_stall_of_a_second_after_the_head_is_waited_out() -> None:
    timed = every(0.002, *presses(CODE), ENTER)
    late = [(key, at + 0.95) for key, at in timed[12:]]
    assert play([*timed[:12], *late]) == [Scan(CODE)]


@pytest.mark.parametrize(("place", "stall"), [(2, 0.04), (3, 0.1), (4, 0.2), (9, 0.2)])
def test_a_stall_inside_the_head_is_waited_out(place: int, stall: float) -> None:
    timed = every(0.016, *presses(CODE), ENTER)
    stalled = [
        (key, at + (stall if number >= place else 0)) for number, (key, at) in enumerate(timed)
    ]
    assert play(stalled) == [Scan(CODE)]


def test_a_scan_cut_short_is_still_a_scan() -> None:
    assert play(every(0.001, *presses(CODE[:30]), ENTER)) == [Scan(CODE[:30])]
    assert play(every(0.001, *presses(CODE[:30]))) == [Scan(CODE[:30])]


def test_a_whole_code_does_not_wait_for_its_end() -> None:
    recogniser, out = ScanRecogniser(), list[Press | Scan]()
    for press in presses(CODE):
        out += recogniser.feed(press, 0.0)
    assert out == [Scan(CODE)]


@pytest.mark.parametrize("ends", [[ENTER], [ENTER, LF], [TAB]])
def test_a_late_end_presses_no_button(ends: list[Press]) -> None:
    late = [(end, 0.9 + number / 1000) for number, end in enumerate(ends)]
    assert play([*every(0.0, *presses(CODE)), *late]) == [Scan(CODE)]


def test_enter_after_the_scan_is_a_key_again() -> None:
    assert play([*every(0.0, *presses(CODE), ENTER), (ENTER, 0.5)]) == [Scan(CODE), ENTER]
    assert play([*every(0.0, *presses(CODE)), (ENTER, 1.5)]) == [Scan(CODE), ENTER]


def test_keys_after_a_scan_are_keys() -> None:
    keys = presses("ab")
    assert play(every(0.0, *presses(CODE), ENTER, *keys)) == [Scan(CODE), *keys]


def test_two_scans_in_one_burst() -> None:
    both = [*presses(CODE), ENTER, *presses(CODE), ENTER]
    assert play(every(0.0, *both)) == [Scan(CODE), Scan(CODE)]


def test_a_zero_typed_just_before_a_scan_is_kept() -> None:
    assert play(every(0.001, *presses("00" + CODE), ENTER)) == [*presses("00"), Scan(CODE)]


def test_modifiers_within_a_burst_are_ignored() -> None:
    keys = [key for press in presses(mangled(CODE, AZERTY)) for key in (SHIFT, press)]
    assert play(every(0.001, *keys, ENTER)) == [Scan(mangled(CODE, AZERTY))]


def test_other_keys_within_a_scan_are_dropped() -> None:
    assert play(every(0.001, *presses(CODE[:20]), UP, *presses(CODE[20:]), ENTER)) == [Scan(CODE)]


@pytest.mark.parametrize("pace", [0.0, 0.016, 0.040, 0.2])
def test_a_preamble_is_enough(pace: float) -> None:
    text = "Any text, 5 letters"
    assert play(every(pace, STX, *presses(text), ENTER)) == [Scan(text)]
    assert play(every(pace, STX, *presses(CODE), ENTER)) == [Scan(CODE)]


@pytest.mark.parametrize("end", [[ENTER], [Press("ctrl+c")], []])
def test_an_empty_scan_is_ignored(end: list[Press]) -> None:
    assert play(every(0.001, STX, *end)) == []


def test_a_symbology_prefix_does_not_leak() -> None:
    assert play(every(0.001, *presses(f"]Q1{CODE}"), ENTER)) == [Scan(f"]Q1{CODE}")]


@pytest.mark.parametrize("start", [[STX], presses(CODE[:11])])
def test_endless_input_is_capped_and_leaks_nothing(start: list[Press]) -> None:
    recogniser, out = ScanRecogniser(), list[Press | Scan]()
    for press, at in every(0.001, *start, *presses("7") * 100_000):
        out += recogniser.feed(press, at)
    assert all(isinstance(one, Scan) and len(one.text) <= 200 for one in out)
    out += recogniser.tick(1000.0)
    assert len(out) == 1
    typed = Press("a", "a")
    assert recogniser.feed(typed, 1001.0) == [typed]


def test_a_held_key_does_not_stick() -> None:
    assert play(every(0.033, *presses("0" * 50))) == presses("0" * 50)
    assert play(every(0.010, *presses("0" * 50))) == presses("0" * 50)
