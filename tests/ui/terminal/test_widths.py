"""Vowel signs that stand beside their letter: whatever a terminal counts, columns stay in line."""

import re

import pytest
from rich.cells import cell_len, get_character_cell_size

from kiosk.ui.terminal.widths import count_vowel_signs, hold_places

NAME = "கவிதா செல்வி"
SIGNS = "ிாெி"
"""Those of NAME that Rich counts as nothing."""
_PARTS = re.compile(r"\x1b\[(\d*)([A-Za-z])|\x1b([78])|([^\x1b])")


def shown(output: str, sign_cells: int) -> list[str]:
    """Return the row of a terminal that counts so many cells for each vowel sign."""
    row, at, kept = ["~"] * 60, 0, 0
    for count, code, cursor, letter in _PARTS.findall(output):
        if letter:
            width = sign_cells if letter in SIGNS else get_character_cell_size(letter)
            row[at : at + width] = [letter] * width
            at += width
        elif code == "X":
            row[at : at + int(count)] = [" "] * int(count)
        elif code == "C":
            at += int(count)
        elif cursor == "7":
            kept = at
        elif cursor == "8":
            at = kept
    return row


def test_a_sign_beside_its_letter_is_counted() -> None:
    count_vowel_signs()
    count_vowel_signs()
    assert cell_len(NAME) == len(NAME) - 1  # the dot of "ல்" stands above
    assert (cell_len("e\u0301"), cell_len("王小明"), cell_len("கி")) == (1, 6, 2)


@pytest.mark.parametrize("sign_cells", [0, 1])
def test_what_comes_after_a_name_stands_where_it_should(sign_cells: int) -> None:
    count_vowel_signs()
    blanks = " " * (20 - cell_len(NAME))
    row = shown(hold_places(f"\x1b[1m› {NAME}{blanks}16:35  by staff\x1b[0m"), sign_cells)
    assert "".join(row[22:37]) == "16:35  by staff"
    assert "~" not in row[:37]
    assert row[2] == "க"


def test_two_names_with_a_column_between_them() -> None:
    row = shown(hold_places(f"{NAME}   {NAME}  end"), 0)
    assert "".join(row[27:30]) == "end"
    assert row[14] == "க"


def test_colours_stay_as_they_are() -> None:
    held = hold_places(f"\x1b[38;2;1;2;3mMei \x1b[0m\x1b[1;38;2;4;5;6m{NAME}\x1b[0m")
    assert held.startswith("\x1b[38;2;1;2;3mMei \x1b[0m\x1b[1;38;2;4;5;6m\x1b7")
    assert held.endswith("\x1b[11C\x1b[0m")


def test_other_output_is_left_alone() -> None:
    for output in ("", "plain", "王小明  Mei\x1b[1;1H─ ▌", "e\u0301", "நன்றது"[:2]):
        assert hold_places(output) is output
