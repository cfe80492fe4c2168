"""Emergency numbers of countries."""

import pytest

from kiosk.domain.emergencies import is_emergency


@pytest.mark.parametrize(
    ("number", "country", "wanted"),
    [
        ("995", "SG", True),
        ("9 9 9", "SG", True),
        ("1767", "SG", False),
        ("6669 1771", "SG", False),
        ("112", "DE", True),
        ("995", "DE", False),
        ("112", "QQ", True),
        ("1767", "QQ", False),
        ("", "SG", False),
    ],
)
def test_emergency_numbers(number: str, country: str, wanted: bool) -> None:
    assert is_emergency(number, country) is wanted
