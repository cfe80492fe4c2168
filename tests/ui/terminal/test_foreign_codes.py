"""Codes that are not ours, at a scanner's speed: nothing of them is typed."""

import pytest

from kiosk.ui.terminal.scanner import KeyPlace, Press, Scan, TakeBack, scan_in
from tests.support.keystrokes import ENTER, TAB, every, play, presses

PAYNOW = (
    "00020101021226570011SG.PAYNOW010120213T12345678A0210030104201230520400005303702"
    "5802SG5906CLINIC6009Singapore63041A2B"
)
FOREIGN = {
    "boarding card": "GATE J7 C",
    "boarding pass": "M1TAN/AHMENG MR       EABC123 SINHKGSQ 0872 134Y014A0047 100",
    "PayNow": PAYNOW,
    "identity card": "S1234567D",
    "appointment link": "https://clinic.example/a?id=71&t=Room2",
    "health record": "shlink:/eyJ1cmwiOiJodHRwcyJ9",
    "short code": "m1111",
    "text": "HELLO WORLD",
    "bar code": "9556001234567",
    "short bar code": "12345670",
    "one digit": "88888888",
    "wireless network": "WIFI:S:Guest;T:WPA;P:abc;;",
    "library card": "B-0042-X",
}
PLACES = [KeyPlace.KEYS, KeyPlace.TEXT, KeyPlace.PIN]


def in_field(out: list[Press | Scan | TakeBack]) -> str:
    """What is in a field at the end, when that was delivered."""
    field = ""
    for one in out:
        if isinstance(one, Press):
            field += one.character or one.key
        elif isinstance(one, TakeBack):
            assert field.endswith(one.text)
            field = field.removesuffix(one.text)
    return field


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("end", [[ENTER], [TAB], []], ids=["enter", "tab", "nothing"])
def test_nothing_of_a_code_is_typed(text: str, place: KeyPlace, end: list[Press]) -> None:
    for pace in (0.0, 0.005, 0.016):
        out = play(every(pace, *presses(text), *end), place)
        assert in_field(out) == ""
        assert [one for one in out if isinstance(one, Scan)] == [Scan(text)]
        if place is not KeyPlace.TEXT:
            assert out == [Scan(text)]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_slower_scanner_types_nothing_either(place: KeyPlace) -> None:
    for text in FOREIGN.values():
        for pace in (0.030, 0.038):
            out = play(every(pace, *presses(text), ENTER), place)
            if len(set(text)) == 1 and place is not KeyPlace.PIN:
                # As a key that is held down comes.
                assert out == [*presses(text), ENTER]
                continue
            assert [one for one in out if isinstance(one, Scan)] == [Scan(text)]
            assert ENTER not in out
            if place is KeyPlace.TEXT:
                assert in_field(out) == ""


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_staff_at_their_desk_may_have_a_program_type_for_them(place: KeyPlace) -> None:
    for text in FOREIGN.values():
        assert play(every(0.0, *presses(text), ENTER)) == [*presses(text), ENTER]
        assert scan_in(text) is None
        assert scan_in(text, place) == text


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_the_lines_of_a_code_are_one_scan(place: KeyPlace) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nN:Tan\nTEL:1\nEND:VCARD"
    keys = [key for line in card.split("\n") for key in (*presses(line), ENTER)]
    out = play(every(0.008, *keys), place)
    assert in_field(out) == ""
    assert [one for one in out if isinstance(one, Scan)] == [Scan("BEGIN:VCARD")]


def test_what_a_person_typed_before_a_code_stays() -> None:
    mei = every(0.1, *presses("Mei"))
    code = [(key, at + 0.3) for key, at in every(0.008, *presses("https://a.example"), ENTER)]
    out = play([*mei, *code], KeyPlace.TEXT)
    assert in_field(out) == "Mei"
    assert out[-1] == Scan("https://a.example")


@pytest.mark.parametrize("pace", [0.0, 0.008])
@pytest.mark.parametrize("text", ["GATE J7 C", "m1111", "https://a.example", "9556001234567"])
def test_a_code_hard_on_the_heels_of_a_key_leaves_that_key(text: str, pace: float) -> None:
    mei = every(0.07, *presses("Mei"))
    code = [(key, at + 0.14 + 0.012) for key, at in every(pace, *presses(text), ENTER)]
    out = play([*mei, *code], KeyPlace.TEXT)
    assert in_field(out) == "Mei"
    assert out[-1] == Scan(text)


def test_a_stall_within_a_code_leaves_nothing_of_it_in_a_field() -> None:
    text = "HELLO OUT THERE IN THE WORLD"
    timed = every(0.008, *presses(text), ENTER)
    out = play([*timed[:6], *[(key, at + 0.5) for key, at in timed[6:]]], KeyPlace.TEXT)
    assert in_field(out) == ""
    assert out[-1] == Scan(text)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("left", [2, 5, 12])
def test_a_stall_near_the_end_of_a_code_leaves_nothing_either(place: KeyPlace, left: int) -> None:
    text = "https://clinic.example/a?id=71&t=Room2"
    timed = every(0.008, *presses(text), ENTER)
    late = [(key, at + 0.6) for key, at in timed[-1 - left :]]
    out = play([*timed[: -1 - left], *late], place)
    assert in_field(out) == ""
    assert [one for one in out if isinstance(one, Scan)] == [Scan(text[:-left])]


def test_a_person_who_types_on_after_a_code_is_heard() -> None:
    timed = every(0.008, *presses("https://a.example"))
    typed = [(key, at + 0.5) for key, at in every(0.09, *presses("Mei"), ENTER)]
    out = play([*timed, *typed], KeyPlace.TEXT)
    assert out[-4:-1] == presses("Mei")


def test_keys_a_moment_after_a_code_are_keys() -> None:
    timed = every(0.008, *presses("GATE J7 C"), ENTER)
    assert play([*timed, (Press("q", "q"), 0.5)], KeyPlace.KEYS) == [
        Scan("GATE J7 C"), Press("q", "q"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Mei Ling", "8123", "王小明"])
def test_a_short_paste_in_a_field_is_text(text: str) -> None:
    assert scan_in(text, KeyPlace.TEXT) is None
