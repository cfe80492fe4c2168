"""Numbers are said digit by digit, references letter by letter, and signs not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.content.spelling import LETTERS, by_language, sentence, speakable, spell


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("We will call 8123 4567.", "We will call 8 1 2 3, 4 5 6 7."),
        ("+65 8123 4567", "+ 6 5, 8 1 2 3, 4 5 6 7."),
        ("995  Emergency", "9 9 5 Emergency."),
        ("1-767", "1, 7 6 7."),
        ("Room 2, 3:00 pm", "Room 2, 3:00 pm."),
        ("Room 101", "Room 1 0 1."),
        ("PDF, 458 KB", "PDF, 458 KB."),
        ("It clears in 30 seconds.", "It clears in 30 seconds."),
        ("✓  Welcome, Mei", "Welcome, Mei."),
        ("Step 1 of 6 · A nickname is enough.", "Step 1 of 6, A nickname is enough."),
        ("as 7K4-, 7K4Q-FM22.", "as 7K4-, 7, K Kilo, 4, Q Quebec, F Foxtrot, M Mike, 2, 2."),
        ("Looking for news …", "Looking for news."),
        ("谢谢。", "谢谢。"),
        ("One\nTwo", "One. Two."),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_is_said(shown: str, said: str) -> None:
    assert speakable(shown) == said


def test_every_letter_has_a_word_that_begins_with_it() -> None:
    assert all(word[0] == letter for letter, word in LETTERS.items())
    assert len(LETTERS) == 26


def test_a_reference_is_spelled_without_its_sign() -> None:
    assert spell("7k-Q") == "7, K Kilo, Q Quebec"


@given(st.text(max_size=40))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    kept = [sign for sign in text if sign.isascii() and sign.isalnum()]
    said = iter(speakable(text.replace("https://", "")))
    assert all(sign in said for sign in kept)


def test_sentences_end_once() -> None:
    assert sentence("Is it right?", "", "Yes", "好。") == "Is it right? Yes. 好。"


@pytest.mark.parametrize(
    ("text", "screen", "parts"),
    [
        ("中文", "en", [("中文", "zh")]),
        ("தமிழ்", "en", [("தமிழ்", "ta")]),
        ("தமிழில் பேச", "ms", [("தமிழில் பேச", "ta")]),
        ("Help now", "zh", [("Help now", "en")]),
        ("按 F1 求助。", "zh", [("按 F1 求助。", "zh")]),
        ("Bantuan", "ms", [("Bantuan", "ms")]),
        ("2", "zh", [("2", "zh")]),
        ("中文 Mandarin. 2 of 8.", "en", [("中文", "zh"), (" Mandarin. 2 of 8.", "en")]),
        ("Now, 中文, Melayu.", "en", [("Now, ", "en"), ("中文", "zh"), (", Melayu.", "en")]),
    ],
)  # fmt: skip
def test_each_part_is_in_the_language_of_its_letters(
    text: str, screen: str, parts: list[tuple[str, str]]
) -> None:
    assert by_language(text, screen) == parts
