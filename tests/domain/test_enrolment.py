"""One-time codes and the symbols of machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.enrolment import CODE_SYMBOLS, free_symbols, new_code, parse_code, shown_code
from kiosk.domain.references import ALPHABET

codes = st.text(ALPHABET, min_size=CODE_SYMBOLS, max_size=CODE_SYMBOLS)
EVERY_PAIR = [first + second for first in ALPHABET for second in ALPHABET]


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_made_of_symbols_that_nobody_mixes_up(entropy: bytes) -> None:
    code = new_code(entropy)
    assert len(code) == CODE_SYMBOLS
    assert set(code) <= set(ALPHABET)
    assert parse_code(shown_code(code)) == code


def test_a_code_follows_from_all_of_its_entropy() -> None:
    low = {new_code(bytes([byte, *bytes(31)])) for byte in range(256)}
    high = {new_code(bytes([*bytes(31), byte])) for byte in range(256)}
    assert len(low | high) == 511
    with pytest.raises(ValueError, match="32 bytes"):
        new_code(bytes(31))


def test_a_code_is_shown_in_groups() -> None:
    assert shown_code("2346789CDFGHJKMPQRTV") == "2346-789C-DFGH-JKMP-QRTV-X"


@given(codes, st.sampled_from(["-", " ", "", " - ", "\u2013", "\n"]), st.booleans())
def test_a_code_is_read_however_it_is_typed(code: str, between: str, lower: bool) -> None:
    typed = between.join(shown_code(code).split("-"))
    assert parse_code(typed.lower() if lower else typed) == code


@given(codes, st.data())
def test_one_wrong_symbol_and_two_swapped_ones_are_noticed(code: str, data: st.DataObject) -> None:
    whole = shown_code(code).replace("-", "")
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from(ALPHABET))
    wrong = whole[:place] + other + whole[place + 1 :]
    assert (parse_code(wrong) == code) == (other == whole[place])
    if place and whole[place - 1] != whole[place]:
        swapped = whole[: place - 1] + whole[place] + whole[place - 1] + whole[place + 1 :]
        assert parse_code(swapped) is None


@given(st.text(max_size=100))
def test_any_text_may_be_typed(text: str) -> None:
    found = parse_code(text)
    assert found is None or len(found) == CODE_SYMBOLS


@given(st.sets(st.sampled_from(EVERY_PAIR)), st.binary(min_size=8, max_size=8))
def test_symbols_are_never_given_twice(used: set[str], entropy: bytes) -> None:
    found = free_symbols(used, entropy)
    assert (found is None) == (len(used) == len(EVERY_PAIR))
    assert found not in used


def test_symbols_run_out() -> None:
    assert free_symbols(EVERY_PAIR[1:], bytes(8)) == EVERY_PAIR[0]
    assert free_symbols(EVERY_PAIR, bytes(8)) is None
