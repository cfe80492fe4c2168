"""What is tried first is found, in any script; what is good is not refused."""

import pytest

from kiosk.domain.guessable import Weakness, find_pin_weakness, find_weakness

NAMES = ("amy", "Sunrise Clinic")


@pytest.mark.parametrize(
    ("text", "weakness"),
    [
        ("aaaaaaaaaaaa", Weakness.REPEATED),
        ("abababababab", Weakness.REPEATED),
        ("demo demo demo", Weakness.REPEATED),
        ("x            x", Weakness.REPEATED),
        ("心理中心心理中心心理中心", Weakness.REPEATED),
        ("amy amy amy amy", Weakness.REPEATED),
        ("qwertyuiopas", Weakness.ROW),
        ("qqwweerrttyy", Weakness.ROW),
        ("1qaz 2wsx 3edc", Weakness.ROW),
        ("0987654321 abc", Weakness.ROW),
        ("йцукенгшщзхъ", Weakness.ROW),
        ("Sunrise Clinic 2026", Weakness.NAME),
        ("yma sunrise 1", Weakness.NAME),
        ("password 12 secret", Weakness.COMMON),
        ("P@$$w0rd Summer!", Weakness.COMMON),
        ("Monday 14 March 1990", Weakness.COMMON),
    ],
)
def test_passphrases_that_are_tried_first_are_found(text: str, weakness: Weakness) -> None:
    assert find_weakness(text, NAMES) is weakness


@pytest.mark.parametrize(
    "text",
    [
        "correct horse battery",
        "my dog eats blue socks",
        "first words for amy",
        "password of the old oak",
        "k7#Qz!m2Vt9x",
        "அன்பே சிவம் என்று",
        "春眠不觉晓处处闻啼鸟夜来",
        "나는 오늘 학교에 갔다",
        "كلمات جميلة كثيرة",
    ],
)
def test_good_ones_of_any_script_pass(text: str) -> None:
    assert find_weakness(text, NAMES) is None


@pytest.mark.parametrize(
    "pin",
    ["1111", "1234", "4321", "7890", "9012", "0987", "1990", "2026", "1212", "123123", "2580"],
)
def test_pins_that_are_tried_first_are_found(pin: str) -> None:
    assert find_pin_weakness(pin) is not None


def test_hardly_a_pin_is_refused() -> None:
    refused = sum(find_pin_weakness(f"{pin:04}") is not None for pin in range(10_000))
    assert refused < 350
    assert find_pin_weakness("246810") is None
