"""Paper forms as a printer gets them: a page each, both codes readable, nothing over the edge."""

import re
from itertools import pairwise

import pytest
import zxingcpp

from kiosk.domain.callbacks.entry import BlankForm
from kiosk.domain.passes import CodeKind, encode
from kiosk.exports.paper.blank_form import blank_forms
from tests.exports.paper.test_pass_sheet import MM, Square, _pages, _picture
from tests.exports.paper.test_typesetter import pages_of, pictures

STRIP = 78.0
"""Millimetres from the bottom of the page to where it is torn."""
_NUMBER = r"(-?[\d.]+)"
_WIDEST = 2.2
"""Millimetres of a character at 11 points, more than any needs on average."""


def forms(count: int) -> list[BlankForm]:
    return [
        BlankForm(f"7K4Q-FMR{'FXY'[n]}", encode(CodeKind.SLIP, bytes([n]) * 16))
        for n in range(count)
    ]


def texts(page: str) -> list[tuple[float, float, str]]:
    """Return the texts of a page: left and base line in millimetres, and the words."""
    found = re.findall(rf"1 0 0 1 {_NUMBER} {_NUMBER} Tm .*?\((.*?)\) Tj", page)
    return [(float(x) / MM, float(y) / MM, words.replace("\\", "")) for x, y, words in found]


def squares(page: str) -> list[Square]:
    """Return the squares of codes; boxes to tick are larger."""
    found = re.findall(rf"{_NUMBER} {_NUMBER} {_NUMBER} {_NUMBER} re", page)
    parts = [(float(x) / MM, float(y) / MM, float(w) / MM) for x, y, w, _ in found]
    return [part for part in parts if part[2] < 2]


@pytest.mark.parametrize("count", [1, 3])
def test_each_form_has_its_number_and_code_on_both_parts(count: int) -> None:
    some = forms(count)
    pages = _pages(blank_forms(some, "Sample clinic", "6389 2000"))
    assert len(pages) == count
    for form, page in zip(some, pages, strict=True):
        read = zxingcpp.read_barcodes(_picture(squares(page)))
        assert [one.text for one in read] == [form.slip_digits] * 2
        heights = [y for _, y, words in texts(page) if words == form.reference]
        assert [y > STRIP for y in heights] == [True, False]


def test_nothing_runs_over_an_edge_or_into_another_line() -> None:
    (page,) = _pages(blank_forms(forms(1), "A clinic with quite a long name", "+65 6389 2000"))
    lines = texts(page)
    for x, y, words in lines:
        assert x > 19.9
        assert x + _WIDEST * len(words) <= 210 or len(words) < 12
        assert y > STRIP + 4 or 10 < y < STRIP - 10
    heights = sorted({round(y, 1) for _, y, _ in lines if y > STRIP})
    assert min(b - a for a, b in pairwise(heights)) >= 3.9
    boxes = re.findall(rf"{_NUMBER} {_NUMBER} 11\.\d+ 11\.\d+ re", page)
    assert all(20 * MM - 1 <= float(x) <= 190 * MM for x, _ in boxes)


def test_which_number_rings_is_said_only_where_it_is_known() -> None:
    for number, said in (("", False), ("private", True), ("6389 2000", True)):
        (page,) = _pages(blank_forms(forms(1), "Sample clinic", number))
        assert any(words.startswith("We call from") for _, _, words in texts(page)) is said


def test_the_person_takes_nothing_away_that_says_why() -> None:
    (page,) = _pages(blank_forms(forms(1), "Sample clinic"))
    strip = " ".join(words for _, y, words in texts(page) if y < STRIP).casefold()
    assert "call" not in strip
    assert not re.search("psych|patient|peer|support|mental", strip)


@pytest.mark.parametrize(
    ("clinic", "drawn", "font"),
    [("தமிழ் மருந்தகம்", 2, b""), ("心理诊所", 0, b"STSong-Light"), ("Klinik عمر", 0, b"")],
)
def test_a_clinic_may_be_called_in_any_script(clinic: str, drawn: int, font: bytes) -> None:
    pdf = blank_forms(forms(1), clinic)
    (page,) = pages_of(pdf)
    # The name stands on both parts.
    assert len(pictures(page)) == 2 * drawn
    assert font in pdf
    # Letters that a font lacks would be squares of this one.
    assert b"ZapfDingbats" not in pdf


def test_there_has_to_be_a_form() -> None:
    with pytest.raises(ValueError, match="form"):
        blank_forms([], "Sample clinic")
