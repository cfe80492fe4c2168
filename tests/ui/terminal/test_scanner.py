"""A scanner among typed keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.passes import HEAD, CodeKind, decode, encode
from kiosk.ui.terminal.keyboards import NUMBER_ROWS
from kiosk.ui.terminal.scanner import (
    Decided,
    KeyPlace,
    Measured,
    Press,
    Scan,
    ScanRecogniser,
    TakeBack,
)
from tests.support.keystrokes import ENTER, LF, SHIFT, STX, TAB, UP, every, mangled, play, presses

CODE = encode(CodeKind.PASS, bytes(range(16)))
CARD = encode(CodeKind.TEST_CARD, bytes(range(16)))
PLACES = list(KeyPlace)
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


@pytest.mark.parametrize(
    ("place", "stall"), [(2, 0.04), (3, 0.1), (4, 0.2), (9, 0.2), (4, 0.9), (9, 0.9)]
)
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
    before = presses(CODE)[:let_go]
    assert play([*timed[:let_go], *late]) == [*before, TakeBack(CODE[:let_go]), Scan(CODE)]


def test_a_scan_cut_short_is_still_a_scan() -> None:
    assert play(every(0.001, *presses(CODE[:30]), ENTER)) == [Scan(CODE[:30])]
    assert play(every(0.001, *presses(CODE[:30]))) == [Scan(CODE[:30])]


def test_a_whole_code_does_not_wait_for_its_end() -> None:
    recogniser, out = ScanRecogniser(), Decided()
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
    for place in PLACES:
        for key in (UP, Press("escape", "\x1b")):
            keys = [*presses(CODE[:20]), key, *presses(CODE[20:]), ENTER]
            assert play(every(0.001, *keys), place) == [Scan(CODE)]


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


@given(
    st.sampled_from(KeyPlace),
    st.text("aB0\x1b", min_size=1, max_size=3),
    st.lists(st.sampled_from([0.0, 0.008, 0.03, 0.059]), min_size=1, max_size=9),
)
def test_a_flood_of_a_few_keys_is_never_held_for_long(
    place: KeyPlace, kinds: str, gaps: list[float]
) -> None:
    """What a key costs must not grow with how many came before."""
    recogniser, at = ScanRecogniser(lambda: place), 0.0
    for number in range(200):
        at += gaps[number % len(gaps)]
        character = kinds[number % len(kinds)]
        recogniser.feed(Press("escape" if character == "\x1b" else character, character), at)
        assert recogniser._held <= len(recogniser._run) <= 32


@pytest.mark.parametrize("start", [[STX], presses(CODE[:11])])
def test_endless_input_is_capped_and_leaks_nothing(start: list[Press]) -> None:
    recogniser, out = ScanRecogniser(), Decided()
    for press, at in every(0.001, *start, *presses("7") * 100_000):
        out += recogniser.feed(press, at)
    assert all(isinstance(one, Scan) and len(one.text) <= 256 for one in out)
    out += recogniser.tick(1000.0)
    assert len(out) == 1
    typed = Press("a", "a")
    assert recogniser.feed(typed, 1001.0) == [typed]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("pace", [0.0, 0.016, 0.031, 0.060, 0.100, 0.120])
def test_a_slow_scanner_is_read_on_every_screen(place: KeyPlace, pace: float) -> None:
    assert play(every(pace, *presses(CODE), ENTER), place) == [Scan(CODE)]


@pytest.mark.parametrize("place", [KeyPlace.TEXT, KeyPlace.DESK], ids=lambda place: place.name)
def test_a_slow_scanner_that_stalls_in_the_head_leaves_nothing_in_a_field(place: KeyPlace) -> None:
    timed = every(0.100, *presses(CODE), ENTER)
    late = [(key, at + 0.5) for key, at in timed[5:]]
    assert play([*timed[:5], *late], place) == [
        *presses(CODE[:5]), TakeBack(CODE[:5]), Scan(CODE),
    ]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("at_character", [12, 30, 51])
def test_a_stall_of_more_than_a_second_within_a_code(place: KeyPlace, at_character: int) -> None:
    timed = every(0.008, *presses(CODE), ENTER)
    late = [(key, at + 1.8) for key, at in timed[at_character:]]
    assert play([*timed[:at_character], *late], place) == [Scan(CODE)]


@pytest.mark.parametrize(
    "place", [KeyPlace.KEYS, KeyPlace.TEXT, KeyPlace.PIN], ids=lambda place: place.name
)
@pytest.mark.parametrize("at_character", [12, 30, 45, 51])
def test_the_rest_of_a_code_that_was_cut_goes_nowhere(place: KeyPlace, at_character: int) -> None:
    timed = every(0.008, *presses(CODE), ENTER)
    late = [(key, at + 3.0) for key, at in timed[at_character:]]
    assert play([*timed[:at_character], *late], place) == [Scan(CODE[:at_character])]


@pytest.mark.parametrize(
    "place", [KeyPlace.KEYS, KeyPlace.TEXT, KeyPlace.PIN], ids=lambda place: place.name
)
@pytest.mark.parametrize("pace", [0.0, 0.016, 0.030, 0.060, 0.100])
@pytest.mark.parametrize(
    "damaged",
    [CODE[1:], CODE[:3] + CODE[4:], CODE[:9] + CODE[10:], "".join(one + one for one in CODE)],
    ids=["first-lost", "fourth-lost", "tenth-lost", "doubled"],
)
def test_a_damaged_code_ends_in_no_field(place: KeyPlace, pace: float, damaged: str) -> None:
    out = play(every(pace, *presses(damaged), ENTER), place)
    field = ""
    for one in out:
        if isinstance(one, Press):
            field += one.character or ""
        elif isinstance(one, TakeBack):
            assert field.endswith(one.text)
            field = field.removesuffix(one.text)
    assert field == ""
    (scan,) = [one for one in out if isinstance(one, Scan)]
    assert scan.text == damaged
    assert ENTER not in out


@pytest.mark.parametrize(
    "place", [KeyPlace.KEYS, KeyPlace.TEXT, KeyPlace.PIN], ids=lambda place: place.name
)
@pytest.mark.parametrize("pace", [0.0, 0.008, 0.060, 0.100])
def test_escape_before_a_code_ends_no_visit(place: KeyPlace, pace: float) -> None:
    escape = Press("escape", "\x1b")
    assert play(every(pace, escape, *presses(CODE), ENTER), place) == [Scan(CODE)]
    # As it arrives where the terminal sees Escape and the 0 as one key with Alt.
    joined = [Press("alt+0", "0"), *presses(CODE[1:]), ENTER]
    assert play(every(pace, *joined), place) == [Scan(CODE)]


def test_escape_alone_is_escape() -> None:
    escape = Press("escape", "\x1b")
    for place in PLACES:
        assert play([(escape, 0.0)], place) == [escape]
        assert play(every(0.2, *presses("Me"), escape, *presses("x")), place) == [
            *presses("Me"), escape, *presses("x"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    "place", [KeyPlace.KEYS, KeyPlace.TEXT, KeyPlace.PIN], ids=lambda place: place.name
)
@pytest.mark.parametrize("width", [2, 3, 4])
def test_a_scanner_that_types_alt_codes_is_read(place: KeyPlace, width: int) -> None:
    digits = "".join(f"{ord(one):0{width}d}" for one in CODE)
    keys = [Press(f"alt+{digit}", digit) for digit in digits]
    (scan,) = [one for one in play(every(0.008, *keys, ENTER), place) if not isinstance(one, Press)]
    assert isinstance(scan, Scan)
    assert decode(scan.text) == decode(CODE)


@pytest.mark.parametrize(("end", "ending"), [([ENTER], "enter"), ([TAB], "tab"), ([], "")])
@pytest.mark.parametrize("row", [HEAD, AZERTY])
@pytest.mark.parametrize("pace", [0.005, 0.1])
def test_a_test_card_is_measured(end: list[Press], ending: str, row: str, pace: float) -> None:
    (scan,) = play(every(pace, *presses(mangled(CARD, row)), *end), KeyPlace.KEYS)
    assert isinstance(scan, Scan)
    assert scan.measured is not None
    assert scan.measured == Measured(scan.measured.gap, row, ending)
    assert scan.measured.gap == pytest.approx(pace)
