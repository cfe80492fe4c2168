"""Reference codes find every slip of the tongue, and forgive how they are typed."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.domain.callbacks.request import (
    REFERENCE_ALPHABET,
    SERIALS,
    format_reference,
    parse_reference,
)

CHECKOUT = Path(__file__).parents[3]
kiosks = st.text(REFERENCE_ALPHABET, min_size=2, max_size=2)
references = st.builds(format_reference, kiosks, st.integers(0, SERIALS - 1))


def test_the_alphabet_has_no_look_alikes() -> None:
    assert len(set(REFERENCE_ALPHABET)) == 23
    assert not set(REFERENCE_ALPHABET) & set("015AEIOUBLNSZ")
    assert SERIALS == 23**5


def test_a_reference_is_written_as_designed() -> None:
    # The values of 7 and K are 4 and 13, the weights 2 and 3: 47 is 1 modulo 23.
    assert format_reference("7K", 0) == "7K22-2223"
    # The last serial adds 22 times (4 + 5 + 6 + 7 + 8): 47 + 660 is 17 modulo 23.
    assert format_reference("7K", SERIALS - 1) == f"7KYY-YYY{REFERENCE_ALPHABET[17]}"


@given(kiosks, st.integers(0, SERIALS - 1))
@example("22", 0)
@example("YY", SERIALS - 1)
def test_what_is_composed_is_parsed(kiosk: str, serial: int) -> None:
    reference = format_reference(kiosk, serial)
    assert len(reference) == 9
    assert reference[:2] == kiosk
    assert parse_reference(reference) == reference


@given(st.lists(st.integers(0, SERIALS - 1), min_size=2, max_size=2, unique=True))
def test_serials_never_meet(serials: list[int]) -> None:
    assert format_reference("7K", serials[0]) != format_reference("7K", serials[1])


@given(references)
def test_every_single_error_is_found(reference: str) -> None:
    for place, right in enumerate(reference):
        for wrong in REFERENCE_ALPHABET:
            if right not in (wrong, "-"):
                assert parse_reference(reference[:place] + wrong + reference[place + 1 :]) is None


@given(references)
def test_every_two_symbols_swapped_are_found(reference: str) -> None:
    symbols = reference.replace("-", "")
    for first, second in combinations(range(len(symbols)), 2):
        if symbols[first] != symbols[second]:
            swapped = list(symbols)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert parse_reference("".join(swapped)) is None


def test_every_example_that_is_shown_can_be_typed() -> None:
    symbols = f"[{REFERENCE_ALPHABET}]{{4}}"
    shown = re.compile(rf"\b{symbols}-{symbols}\b")
    files = [CHECKOUT / "README.md"]
    for folder, kind in (("kiosk", "*.py"), ("assets/guide", "*.md"), ("assets/locale", "*.po*")):
        files += sorted((CHECKOUT / folder).rglob(kind))
    examples = {one for file in files for one in shown.findall(file.read_text(encoding="utf-8"))}
    assert examples
    assert {one for one in examples if parse_reference(one) != one} == set()


@pytest.mark.parametrize(
    "typed", ["{}", "  {} ", "{}\n", "\t{}"], ids=["plain", "spaces", "line", "tab"]
)
@pytest.mark.parametrize("dash", ["-", "", " ", "–", " — ", "\u2011", "--"])
def test_typing_is_forgiven(typed: str, dash: str) -> None:
    reference = format_reference("7K", 4711)
    loose = typed.format(reference.replace("-", dash).lower())
    assert parse_reference(loose) == reference


def test_full_width_symbols_are_read() -> None:
    reference = format_reference("7K", 4711)
    assert parse_reference("".join(chr(ord(c) + 0xFEE0) for c in reference)) == reference


@pytest.mark.parametrize(
    "text",
    ["", "-", "7K22", "7K22-222", "7K22-22232", "1234-5678", "7K22/2223", "ß" * 4, "x" * 999],
)
def test_anything_else_is_no_reference(text: str) -> None:
    assert parse_reference("7K22-2223") is not None
    assert parse_reference(text) is None


@given(st.text(max_size=60) | st.text(alphabet=REFERENCE_ALPHABET.lower(), min_size=8, max_size=8))
def test_any_text_is_answered(text: str) -> None:
    answer = parse_reference(text)
    if answer is not None:
        assert parse_reference(answer) == answer


@pytest.mark.parametrize("kiosk", ["", "7", "7KK", "7k", "0A"])
def test_compose_refuses_other_kiosk_symbols(kiosk: str) -> None:
    with pytest.raises(ValueError, match="two symbols"):
        format_reference(kiosk, 0)


@pytest.mark.parametrize("serial", [-1, SERIALS])
def test_compose_refuses_serials_out_of_range(serial: int) -> None:
    with pytest.raises(ValueError, match="range"):
        format_reference("7K", serial)
