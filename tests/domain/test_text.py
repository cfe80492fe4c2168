"""Cleaned text is harmless in a terminal, and cleaning does not damage anybody's name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.phones import Phone, check_phone
from kiosk.domain.text import (
    FORMULA_STARTS,
    MOST_NAME_BYTES,
    MOST_NAME_CHARACTERS,
    Name,
    NameProblem,
    ascii_digits,
    check_name,
    clean,
    format_csv_text,
    format_phone_cell,
    looks_like_id,
)

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NASTY = (
    BIDI
    + "\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\x9d\xa0\xad\u034f\u115f\u1160\u200b\u200c\u200d\u2028"
    "\u2029\u2060\u3000\u3164\uffa0\ufe0f\ufeff\ufff9\ufffe\ufdd0\ud800\udfff\ue000\U000e0041"
    "\U000e0100\U0010ffff"
    "aAéß王அக்ஷกामي=<\u0301\u0338\u0323\u0bcd\u094d\u1100\u1161 "
)
texts = st.text(max_size=60) | st.text(alphabet=NASTY, max_size=40) | st.text(NASTY + "xyz")


@given(texts)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(texts, st.integers(0, 12))
def test_cleaning_twice_changes_nothing_more_when_cut(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert len(once) <= limit
    assert clean(once, limit) == once


@given(st.text("aÉßǅ\u212bΩжשםع王ก가\u1100\u1161\u115f\u3164\u0958\ufb1d \u3000", max_size=30))
def test_letters_alone_are_cleaned_as_among_others(text: str) -> None:
    # A zero-width space is dropped, and has every character looked at.
    assert clean(text) == clean(f"{text}\u200b")
    assert clean(text, 3) == clean(f"{text}\u200b", 3)


@given(texts)
def test_nothing_dangerous_is_left(text: str) -> None:
    cleaned = clean(text)
    for character in cleaned:
        if character not in "\u200c\u200d":
            assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
            assert unicodedata.bidirectional(character) not in {
                "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
            }  # fmt: skip
        assert character == " " or not character.isspace()
    assert cleaned == " ".join(cleaned.split())
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode()


@given(texts)
def test_joiners_stand_between_letters_and_within_an_emoji_only(text: str) -> None:
    cleaned = f" {clean(text)} "
    for place, character in enumerate(cleaned):
        before, behind = (
            (unicodedata.category(cleaned[place + step]) for step in (-1, 1))
            if (character in "\u200c\u200d")
            else ("", "")
        )
        if behind == "So":
            assert character == "\u200d"
            assert before in {"So", "Sk", "Mn", "Me"}
        elif behind:
            assert before[0] in "LM"
            assert behind[0] in "LM"


@pytest.mark.parametrize(
    "text",
    [
        "王小明",
        "அனிதா s/o குமார்",
        "O'Brien-Lim @ Ah Meng",
        "क्\u200dषितिज",
        "می\u200cخواهم",
        "ශ්\u200dරී",
        "Nguyễn Thị Ánh",
        "\U00031350 \U0002ebf0",
        "[@click=app.quit]Mei[/]",
        '=HYPERLINK("x")',
        "Zoë 🌻 (Mei)",
        "Mei 👩\u200d⚕\ufe0f",
        "👨\u200d👩\u200d👧",
        "🏳\ufe0f\u200d🌈",
        "👩🏽\u200d💻 Ah Meng",
        "❤\ufe0f\u200d🔥",
        "שרה",
    ],
)
def test_names_come_through_as_they_are(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \t\r\n ", ""),
        ("a \u3000\t\n b", "a b"),
        ("a\nb\tc\x85d\u2028e", "a b c d e"),
        ("a\ufffeb\ufdd0\U0010ffffc", "abc"),
        ("a\U000e0000\U000e0002\U000e0080b", "ab"),
        ("=\u200d\u0338", "≠"),
        ("x" + "\u0338" * 4 + "\u200d\u0338!", "x" + "\u0338" * 4 + "!"),
        ("\x1b[31mMei\x1b[0m", "[31mMei[0m"),
        ("Mei\x9b31m", "Mei31m"),
        ("\u202eieM\u202c", "ieM"),
        ("Mei\x00\x07\x08", "Mei"),
        ("Zoe\u0308", "Zoë"),
        ("e\u200b\u0301", "é"),
        ("a\u200d", "a"),
        ("\u200da", "a"),
        ("1\u200d2", "12"),
        ("👩\u200dMei", "👩Mei"),
        ("Mei\u200d👩", "Mei👩"),
        ("👩\u200d\u200d👧\u200d", "👩\u200d👧"),
        ("👩\u200c👧", "👩👧"),
        ("^🏽\u200d👧", "^🏽👧"),
        ("a\u200d\u200db", "a\u200db"),
        ("Mei\ud800", "Mei"),
        ("\U000e0041\U000e007fMei", "Mei"),
        ("\u3164\uffa0", ""),
    ],
)
def test_harm_is_taken_out(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_marks_do_not_pile_up() -> None:
    assert clean("x" + "\u0338" * 9 + "y") == "x" + "\u0338" * 4 + "y"
    assert clean("a" + "\u0323" * 99).startswith("ạ")
    assert len(clean("a" + "\u0323" * 99)) == 5


def test_the_limit_counts_what_is_left() -> None:
    assert clean("\x00" * 20 + "abcdef", 4) == "abcd"
    assert clean("abc def", 4) == "abc"
    assert clean("é bc", 2) == "é"
    assert clean("a\u200db", 2) == "a"
    assert clean("é" * 10, 4) == "éééé"
    assert clean("e\u0301" * 300) == "é" * 200


def test_endless_text_is_cut_before_the_work() -> None:
    assert clean("\u200b" * 1_000_000 + "x") == ""
    assert clean("x" * 1_000_000) == "x" * 200


@pytest.mark.parametrize(
    "text",
    [
        "S1234567D",
        "s1234567d",
        "T0123456A",
        "G 1234567 N",
        "M-1234567-K",
        "my ic is S1234567D ok",
        "Ｓ１２３４５６７Ｄ",
        "S١٢٣٤٥٦٧D",
        "S12 345 67D",
        "567D",
        "S****567D",
        "*****4567d",
    ],
)
def test_identity_numbers_are_recognised(text: str) -> None:
    assert looks_like_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "Mei", "81234567", "+65 8123 4567", "Mei 3", "S123456D", "A1234567B", "王小明", "567"],
)
def test_other_texts_are_no_identity_number(text: str) -> None:
    assert not looks_like_id(text)


def test_digits_of_every_script_become_ascii() -> None:
    assert ascii_digits("٨١٢ 八 ８१x") == "812 八 81x"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "＝1", "  =1", "\t=1", "\r=1", "\0=1"])
def test_what_could_be_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    assert format_csv_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Mei", "8123 4567", "'=1", "1=1", "(=1"])
def test_other_texts_stay(text: str) -> None:
    assert format_csv_text(text) == text


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    for cell in (format_csv_text(text), format_phone_cell(text), format_phone_cell(f"+44 {text}")):
        assert not cell.lstrip().startswith(FORMULA_STARTS)


def test_a_number_of_the_own_country_stays_as_it_is_dialled() -> None:
    assert format_phone_cell("8123 4567") == "8123 4567"


@pytest.mark.parametrize("e164", ["+442079460000", "+60123456789", "+12025550123", "+6581234567"])
def test_a_foreign_number_stays_one_that_people_and_programs_can_read(e164: str) -> None:
    home = "DE"
    phone = check_phone(e164, home)
    assert isinstance(phone, Phone)
    cell = format_phone_cell(phone.national)
    assert cell.startswith(f"({phone.shown.split()[0]}) ")
    assert check_phone(cell, home) == phone


@pytest.mark.parametrize("text", ["+1", "+44 =SUM(A1)", "+cmd|' /C calc'!A0", "+44", "=2+5"])
def test_what_is_no_number_is_no_formula_either(text: str) -> None:
    assert format_phone_cell(text) == f"'{text}"


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
        "👩🏽\u200d💻",
        "Muhammad Nur Hakim bin Abdul Rahman Al-Hadi s/o Ibrahim",
        "Wijekoon Mudiyanselage Anuradha Chathurangani Kumari Dissanayake",
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
        ("Tan 91234567", NameProblem.NOT_A_NAME),
        ("王 8123 4567", NameProblem.NOT_A_NAME),
        ("81234567", NameProblem.NO_LETTER),
        ("x" * 81, NameProblem.TOO_LONG),
        ("王" * 81, NameProblem.TOO_LONG),
        ("x" * 100_000, NameProblem.TOO_LONG),
        ("\U00031350" * 61, NameProblem.TOO_LONG),
        ("e\u0323\u0338\u0324\u0325" * 30, NameProblem.TOO_LONG),
    ],
)
def test_what_is_no_name_is_told_apart(text: str, problem: NameProblem) -> None:
    assert check_name(text) is problem


def test_the_length_is_counted_as_people_count() -> None:
    assert check_name("x" * MOST_NAME_CHARACTERS) == Name("x" * MOST_NAME_CHARACTERS)
    assert check_name("王" * MOST_NAME_CHARACTERS) == Name("王" * MOST_NAME_CHARACTERS)
    tamil = "நி" * (MOST_NAME_CHARACTERS // 2)
    assert len(tamil.encode()) == MOST_NAME_BYTES
    assert check_name(tamil) == Name(tamil)
    assert check_name(tamil + "x") is NameProblem.TOO_LONG


@given(st.text(max_size=80))
def test_any_text_is_answered_and_a_name_is_safe(text: str) -> None:
    answer = check_name(text)
    if isinstance(answer, Name):
        assert answer.text == clean(answer.text)
        assert len(answer.text.encode()) <= MOST_NAME_BYTES
        assert not any(unicodedata.category(c) in {"Cc", "Cs", "Co"} for c in answer.text)
        assert check_name(answer.text) == answer
