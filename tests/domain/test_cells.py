"""Cells of a CSV: nothing in them is a formula, and a phone number can still be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.cells import FORMULA, harmless, phone_cell
from kiosk.domain.phones import Phone, check_phone


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "＝1", "  =1", "\t=1", "\r=1", "\0=1"])
def test_what_could_be_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Mei", "8123 4567", "'=1", "1=1", "(=1"])
def test_other_texts_stay(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    for cell in (harmless(text), phone_cell(text), phone_cell(f"+44 {text}")):
        assert not cell.lstrip().startswith(FORMULA)


def test_a_number_of_the_own_country_stays_as_it_is_dialled() -> None:
    assert phone_cell("8123 4567") == "8123 4567"


@pytest.mark.parametrize("e164", ["+442079460000", "+60123456789", "+12025550123", "+6581234567"])
def test_a_foreign_number_stays_one_that_people_and_programs_can_read(e164: str) -> None:
    home = "DE"
    phone = check_phone(e164, home)
    assert isinstance(phone, Phone)
    cell = phone_cell(phone.national)
    assert cell.startswith(f"({phone.shown.split()[0]}) ")
    assert check_phone(cell, home) == phone


@pytest.mark.parametrize("text", ["+1", "+44 =SUM(A1)", "+cmd|' /C calc'!A0", "+44", "=2+5"])
def test_what_is_no_number_is_no_formula_either(text: str) -> None:
    assert phone_cell(text) == f"'{text}"
