"""What a passphrase must be."""

import pytest

from kiosk.domain.passphrases import PassphraseProblem, check_passphrase


@pytest.mark.parametrize("text", ["", "eleven char", "            x", "ﬁ" * 5])
def test_short_ones_are_refused(text: str) -> None:
    assert check_passphrase(text) is PassphraseProblem.TOO_SHORT


def test_twelve_characters_of_any_script_will_do() -> None:
    assert check_passphrase("demo demo demo") == "demo demo demo"
    assert check_passphrase("அன்பே சிவம் என்று") == "அன்பே சிவம் என்று"


def test_keyboards_that_spell_differently_agree() -> None:
    assert check_passphrase("ｃａｆe\u0301 con leche") == check_passphrase("café con leche")


def test_endless_ones_are_refused() -> None:
    assert check_passphrase("x" * 257) is PassphraseProblem.TOO_LONG
