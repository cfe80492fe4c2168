"""Names of all scripts are welcome; identity numbers and long numbers are not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.names import MOST_BYTES, MOST_CHARACTERS, Name, NameProblem, check_name
from kiosk.domain.text import clean


@pytest.mark.parametrize(
    "text",
    [
        "[/]",
        "[@click=app.quit]Mei[/]",
        '=HYPERLINK("x")',
        "王小明",
        "அனிதா s/o குமார்",
        "O'Brien-Lim @ Ah Meng",
        "\U00031350",
        "\U0002ebf0",
        "क्\u200dषितिज",
        "Siti Nurhaliza binte Ahmad",
        "Jean-François D'Arcy, Jr. (Jeff)",
        "Nguyễn Thị Ánh",
        "J",
        "Mei 2",
        "Ng",
        "نور",
        "💚",
    ],
)
def test_names_are_kept_as_typed(text: str) -> None:
    assert check_name(text) == Name(text)


letters = st.characters(categories=("Lu", "Ll", "Lo", "Lt"))


@given(st.text(letters, min_size=1, max_size=15))
def test_letters_of_every_script_make_a_name(text: str) -> None:
    cleaned = clean(text)
    if not cleaned:
        # The Hangul fillers are letters that nobody can see.
        assert set(text) <= set("\u115f\u1160\u3164\uffa0")
        return
    assert check_name(text) == Name(cleaned)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NameProblem.EMPTY),
        (" \t\n\u3000", NameProblem.EMPTY),
        ("\u200b\u202e\x1b", NameProblem.EMPTY),
        ("\u3164\u3164", NameProblem.EMPTY),
        ("123", NameProblem.NO_LETTER),
        ("12-34", NameProblem.NO_LETTER),
        ("Ⅷ", NameProblem.NO_LETTER),
        ("\u0301", NameProblem.NO_LETTER),
        ("S1234567D", NameProblem.LOOKS_LIKE_ID),
        ("Mei s 1234567 d", NameProblem.LOOKS_LIKE_ID),
        ("567D", NameProblem.LOOKS_LIKE_ID),
        ("Mei 8123 4567", NameProblem.NOT_A_NAME),
        ("81234567", NameProblem.NOT_A_NAME),
        ("x" * 41, NameProblem.TOO_LONG),
        ("王" * 41, NameProblem.TOO_LONG),
        ("x" * 100_000, NameProblem.TOO_LONG),
        ("\U00031350" * 61, NameProblem.TOO_LONG),
        ("e\u0323\u0338\u0324\u0325" * 30, NameProblem.TOO_LONG),
    ],
)
def test_what_is_no_name_is_told_apart(text: str, problem: NameProblem) -> None:
    assert check_name(text) is problem


def test_the_length_is_counted_as_people_count() -> None:
    assert check_name("x" * MOST_CHARACTERS) == Name("x" * MOST_CHARACTERS)
    assert check_name("王" * MOST_CHARACTERS) == Name("王" * MOST_CHARACTERS)
    tamil = "நி" * MOST_CHARACTERS
    assert len(tamil.encode()) == MOST_BYTES
    assert check_name(tamil) == Name(tamil)
    assert check_name(tamil + "x") is NameProblem.TOO_LONG


@given(st.text(max_size=80))
def test_any_text_is_answered_and_a_name_is_safe(text: str) -> None:
    answer = check_name(text)
    if isinstance(answer, Name):
        assert answer.text == clean(answer.text)
        assert len(answer.text.encode()) <= MOST_BYTES
        assert not any(unicodedata.category(c) in {"Cc", "Cs", "Co"} for c in answer.text)
        assert check_name(answer.text) == answer
