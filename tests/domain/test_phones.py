"""Phone numbers are read as people write them, and never turned into somebody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

from kiosk.domain.phones import (
    Phone,
    PhoneProblem,
    check_phone,
    digit_counts,
    find_displayed,
    format_hidden,
    format_local,
    format_masked,
    format_phone,
    is_e164,
    is_emergency_number,
    split_e164,
)
from tests.support.tables import check_each

NONE = (
    "no phone", "None.", "nil", "N/A", "no", "don't have", "I have no handphone", "without",
    "没有", "没有电话", "tiada telefon", "tak ada", "இல்லை",
)  # fmt: skip
EXTENSIONS = (
    "6123 4567 ext 12", "6123 4567 ext. 12", "61234567x12", "6123 4567 x 12", "6123 4567 #89",
    "61234567#89", "+65 6123 4567 extension 5", "+6581234567;ext=9", "6123 4567,12",
    "6123 4567 (ext 12)", "６１２３４５６７ ｘ１２", "6123 4567 分机 12", "office 61234567 Ext: 12",
)  # fmt: skip
SEVERAL = (
    "81234567 / 91234567", "81234567 or 91234567", "81234567, 91234567", "8123 4567 9123 4567",
    "8123456791234567", "+6581234567 +6591234567", "hp 81234567 home 61234567",
    "81234567 atau 61234567", "81234567;61234567", "81234567 和 61234567",
    "81234567 +60 12-345 6789",
)  # fmt: skip
HOME = Phone("+6581234567", "+65 8123 4567", "8123 4567")


@pytest.mark.parametrize(
    "text",
    [
        "81234567",
        "8123 4567",
        " 8123-4567 ",
        "+65 8123 4567",
        "+6581234567",
        "(65) 8123.4567",
        "6581234567",
        "0065 8123 4567",
        "000 65 8123 4567",
        "８１２３ ４５６７",
        "＋65 ８１２３４５６７",
        "٨١٢٣٤٥٦٧",
        "8123–4567",
        "\u202a+65 8123 4567\u202c",
        "81234567,",
        " ,8123 4567. ",
        "+65 (0) 8123 4567",
        "(+65) 8123 4567",
        "8123 4567 (home)",
        "HP: 81234567",
        "tel:+6581234567",
        "my number is 8123 4567, thanks",
        "8123 4567 ext",
        "no, 8123 4567",
    ],
)
def test_a_home_number_is_read_however_it_is_written(text: str) -> None:
    assert check_phone(text, "SG") == HOME


@pytest.mark.parametrize(
    ("text", "e164", "as_shown"),
    [
        ("+60 12-345 6789", "+60123456789", "+60 12-345 6789"),
        ("001 60 12 345 6789", "+60123456789", "+60 12-345 6789"),
        ("+44 7911 123456", "+447911123456", "+44 7911 123456"),
        ("+86 138 0013 8000", "+8613800138000", "+86 138 0013 8000"),
        ("+44 (0)20 7946 0018", "+442079460018", "+44 20 7946 0018"),
        ("0044 (0) 7911 123456,", "+447911123456", "+44 7911 123456"),
    ],
)
def test_a_foreign_number_is_read_and_shown_whole(text: str, e164: str, as_shown: str) -> None:
    assert check_phone(text, "SG") == Phone(e164, as_shown, as_shown)


def test_another_home_country_reads_its_own_numbers() -> None:
    assert check_phone("012-345 6789", "MY") == Phone(
        "+60123456789", "+60 12-345 6789", "012-345 6789"
    )


@pytest.mark.parametrize(
    ("country", "fewest", "most"),
    [("SG", 8, 8), ("MY", 9, 11), ("GB", 10, 11), ("US", 10, 10), ("FR", 10, 10), ("NO", 8, 8)],
)
def test_how_many_digits_a_number_is_written_with(country: str, fewest: int, most: int) -> None:
    """As people write them at home: 012-345 6789 in Malaysia has ten, its E.164 one fewer."""
    assert digit_counts(country) == (fewest, most)


def test_every_country_has_numbers_of_some_digits() -> None:
    assert all(min(digit_counts(country)) > 3 for country in SUPPORTED_REGIONS)


def test_a_number_with_00_is_not_taken_for_another_country() -> None:
    # By Singapore's 006 prefix this would be +58, Venezuela.
    assert check_phone("0065 8123 4567", "SG") == HOME
    # By 012, +34; nobody can know that Malaysia was meant.
    assert check_phone("012-345 6789", "SG") is PhoneProblem.NOT_IN_PLAN


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", PhoneProblem.EMPTY),
        (" \t\u200b", PhoneProblem.EMPTY),
        ("8", PhoneProblem.TOO_SHORT),
        ("8123456", PhoneProblem.TOO_SHORT),
        ("995", PhoneProblem.TOO_SHORT),
        ("1767", PhoneProblem.TOO_SHORT),
        ("8123456789012", PhoneProblem.TOO_LONG),
        ("8" * 33, PhoneProblem.TOO_LONG),
        ("12345678", PhoneProblem.NOT_IN_PLAN),
        ("1800-FLOWERS", PhoneProblem.NOT_A_NUMBER),
        ("8123 4567 7", PhoneProblem.TOO_LONG),
        ("8123456O", PhoneProblem.NOT_A_NUMBER),
        ("81234567 after 6pm", PhoneProblem.NOT_A_NUMBER),
        ("hello", PhoneProblem.NOT_A_NUMBER),
        ("Anna", PhoneProblem.NOT_A_NUMBER),
        ("mei@example.org", PhoneProblem.NOT_A_NUMBER),
        ("+", PhoneProblem.NOT_A_NUMBER),
        ("()", PhoneProblem.NOT_A_NUMBER),
        ("1900 123 4567", PhoneProblem.PREMIUM),
        ("+44 909 879 0000", PhoneProblem.PREMIUM),
        ("+49 180 5 123456", PhoneProblem.PREMIUM),
        ("S1234567D", PhoneProblem.LOOKS_LIKE_ID),
        ("s 1234567 d", PhoneProblem.LOOKS_LIKE_ID),
        ("567D", PhoneProblem.LOOKS_LIKE_ID),
        *((text, PhoneProblem.NO_PHONE) for text in NONE),
        *((text, PhoneProblem.EXTENSION) for text in EXTENSIONS),
        *((text, PhoneProblem.SEVERAL) for text in SEVERAL),
    ],
)
def test_what_is_no_number_is_told_apart(text: str, problem: PhoneProblem) -> None:
    assert check_phone(text, "SG") is problem


@given(st.text(max_size=60) | st.text(alphabet="+0123456789 -().;#xS", max_size=20))
def test_any_text_is_answered(text: str) -> None:
    answer = check_phone(text, "SG")
    if isinstance(answer, Phone):
        assert answer.e164[0] == "+"
        assert answer.e164[1:].isascii()
        assert answer.e164[1:].isdigit()
        assert check_phone(answer.e164, "SG") == answer
        assert check_phone(answer.shown, "SG") == answer
        assert check_phone(answer.national, "SG") == answer


def test_a_stored_number_is_shown_grouped() -> None:
    assert format_phone("+6581234567", "SG") == "+65 8123 4567"
    assert format_phone("+60123456789", "SG") == "+60 12-345 6789"
    assert format_phone("0123456789", "MY") == "+60 12-345 6789"


@pytest.mark.parametrize("text", ["1800-FLOWERS", "[/]", "+1", "0065", "abc", ""])
def test_a_stored_text_that_is_no_number_is_shown_as_it_is(text: str) -> None:
    assert format_phone(text, "SG") == text


def test_a_hostile_stored_text_is_cleaned() -> None:
    assert format_phone("\x1b]0;x\x07\u202e81", "SG") == "]0;x81"
    assert len(format_phone("9" * 1000, "SG")) <= 40


def test_a_mask_leaves_the_ends_only() -> None:
    assert format_masked("+6581234567", "SG") == "+65 8••• ••67"
    assert format_masked("+60123456789", "SG") == "+60 1•-••• ••89"
    assert format_masked("12345", "SG") == "•••••"
    assert format_masked("", "SG") == ""


@given(st.integers(80_100_000, 89_999_999))
def test_a_mask_keeps_length_and_hides_the_middle(number: int) -> None:
    answer = format_masked(f"+65{number}", "SG")
    assert answer.count("•") == 5
    assert answer.endswith(str(number)[-2:])


@given(st.text(max_size=60))
def test_masking_any_text_is_answered(text: str) -> None:
    assert len(format_masked(text, "SG")) <= 60


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
    assert format_hidden(e164) == shown


@given(st.from_regex(r"\+?[0-9]{0,17}[x\n٣]?", fullmatch=True))
def test_what_is_shown_is_the_country_and_the_last_digits(text: str) -> None:
    if not is_e164(text):
        assert format_hidden(text) == ("••••" if text else "")
        return
    country, number = split_e164(text)
    shown = number[-4:] if len(number) >= 8 else number[-2:]
    assert format_hidden(text) == f"+{country} •••• {shown}"


def test_the_country_of_a_number_is_known() -> None:
    def check(code: int) -> None:
        assert split_e164(f"+{code}5550123") == (str(code), "5550123")

    check_each(sorted(COUNTRY_CODE_TO_REGION_CODE), check)


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
    assert format_local(e164, country) == grouped


@given(st.from_regex(r"[3689]\d{7}", fullmatch=True), st.sampled_from(["SG", "MY"]))
def test_a_number_that_exists_is_grouped_as_on_the_visitors_screen(
    number: str, country: str
) -> None:
    checked = check_phone(f"+65{number}", country)
    if isinstance(checked, Phone):
        assert is_e164(checked.e164)
        assert format_local(checked.e164, country) == checked.national


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
    assert is_emergency_number(number, country) is wanted


ABROAD, SHARED = "+442079460018", "+60129123456"


@pytest.mark.parametrize(
    "typed",
    [
        "81234567",
        "8123 4567",
        "+65 8123-4567",
        "6581234567",
        "006581234567",
        "0081234567",
        "081234567",
        "８１２３ ４５６７",
        "1234567",
        "(65) 8123 4567",
    ],
)
def test_a_number_is_found_as_any_display_shows_it(typed: str) -> None:
    assert find_displayed(typed, (HOME.e164, ABROAD), "SG") == {HOME.e164}


@pytest.mark.parametrize("typed", ["020 7946 0018", "442079460018", "00442079460018", "79460018"])
def test_a_foreign_number_is_found_too(typed: str) -> None:
    assert find_displayed(typed, (HOME.e164, ABROAD), "SG") == {ABROAD}


@pytest.mark.parametrize("typed", ["", "234567", "000000000", "8123 4568", "Mei", "+49 8123 4567"])
def test_what_fits_no_number_finds_none(typed: str) -> None:
    assert find_displayed(typed, (HOME.e164, ABROAD, "", "no number"), "SG") == frozenset()


def test_the_end_of_two_numbers_finds_both_and_the_whole_of_one_that_one() -> None:
    numbers = (HOME.e164, "+6591234567", "+4981234567")
    assert find_displayed("1234567", numbers, "SG") == frozenset(numbers)
    assert find_displayed("81234567", numbers, "SG") == {HOME.e164}


@given(st.text(max_size=40))
def test_any_display_is_answered(text: str) -> None:
    assert find_displayed(text, (HOME.e164,), "SG") <= {HOME.e164}


@given(st.from_regex(r"\A[1-9][0-9]{6,11}\Z"), st.sampled_from(["", "0", "00", "+", "(0) "]))
def test_a_stored_number_is_found_by_its_last_seven_digits_or_more(
    number: str, before: str
) -> None:
    stored = f"+65{number}"
    assert stored in find_displayed(f"{before}{number}", (stored,), "SG")
