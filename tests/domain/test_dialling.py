"""Stored numbers by the thousand: hidden and grouped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from kiosk.domain.dialling import hidden, is_number, local, split
from kiosk.domain.phones import Phone, check_phone


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+6581234567", "+65 •••• 4567"),
        ("+442079460018", "+44 •••• 0018"),
        ("+15005550123", "+1 •••• 0123"),
        ("+85291234567", "+852 •••• 4567"),
        ("+6723123456"[:8], "+672 •••• 23"),
        ("81234567", "••••"),
        ("=cmd|' /C calc'!A0", "••••"),
        ("+65" + "8" * 30, "••••"),
        ("", ""),
    ],
)
def test_little_of_a_number_is_shown(e164: str, shown: str) -> None:
    assert hidden(e164) == shown


@given(st.from_regex(r"\+?[0-9]{0,17}[x\n٣]?", fullmatch=True))
def test_what_is_shown_is_the_country_and_the_last_digits(text: str) -> None:
    if not is_number(text):
        assert hidden(text) == ("••••" if text else "")
        return
    country, number = split(text)
    shown = number[-4:] if len(number) >= 8 else number[-2:]
    assert hidden(text) == f"+{country} •••• {shown}"


@pytest.mark.parametrize("code", sorted(COUNTRY_CODE_TO_REGION_CODE))
def test_the_country_of_a_number_is_known(code: int) -> None:
    assert split(f"+{code}5550123") == (str(code), "5550123")


@pytest.mark.parametrize(
    ("e164", "country", "grouped"),
    [
        ("+6581234567", "SG", "8123 4567"),
        ("+6581234567", "MY", "+65 8123 4567"),
        ("+442079460018", "SG", "+44 20 7946 0018"),
        ("+442079460018", "GB", "020 7946 0018"),
        ("+390612345678", "IT", "06 1234 5678"),
        ("+390612345678", "SG", "+39 06 1234 5678"),
        ("+9991234567", "SG", "+9991234567"),
        ("=1+1", "SG", "=1+1"),
        ("\u202e81234567", "SG", "+65 8123 4567"),
        ("", "SG", ""),
    ],
)
def test_a_number_is_grouped_as_it_is_dialled(e164: str, country: str, grouped: str) -> None:
    assert local(e164, country) == grouped


@given(st.from_regex(r"[3689]\d{7}", fullmatch=True), st.sampled_from(["SG", "MY"]))
def test_a_number_that_exists_is_grouped_as_on_the_visitors_screen(
    number: str, country: str
) -> None:
    checked = check_phone(f"+65{number}", country)
    if isinstance(checked, Phone):
        assert is_number(checked.e164)
        assert local(checked.e164, country) == checked.national
