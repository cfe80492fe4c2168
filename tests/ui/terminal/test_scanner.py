"""A scanner among typed keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.passes import HEAD, CodeKind, decode, encode
from kiosk.ui.terminal.keyboards import NUMBER_ROWS
from kiosk.ui.terminal.scanner import Press, Scan, ScanRecogniser
from tests.support.keystrokes import ENTER, LF, SHIFT, STX, TAB, UP, every, mangled, play, presses

CODE = encode(CodeKind.PASS, bytes(range(16)))
AZERTY = "à&é\"'(-è_ç"
DISTINCT_ROWS = sorted(row for row in NUMBER_ROWS if len(set(row)) == 10)


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


numbers = st.text("0123456789+ ", min_size=1, max_size=16)


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


@pytest.mark.parametrize("let_go", [1, 2, 3])
def test_a_stall_at_the_very_start_leaks_no_more_than_came_before(let_go: int) -> None:
    timed = every(0.002, *presses(CODE), ENTER)
    late = [(key, at + 0.2) for key, at in timed[let_go:]]
    assert play([*timed[:let_go], *late]) == [*presses(CODE)[:let_go], Scan(CODE)]


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
