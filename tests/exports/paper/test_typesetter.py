"""Lines of any script: what is set in which font, what is a picture, and what it shows."""

import base64
import io
import re
import zlib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from kiosk.exports.paper.typesetter import Script, Typesetter, script_of, split_scripts
from tests.exports.paper.test_pass_sheet import _pages

_NUMBER = r"(-?[\d.]+)"
_PLACED = re.compile(rf"{_NUMBER} 0 0 {_NUMBER} {_NUMBER} {_NUMBER} cm\s+/(FormXob\.\w+) Do")
_OBJECT = re.compile(rb"\d+ 0 obj\n(.*?)\nendobj", re.DOTALL)
_MASK = re.compile(rb"/DeviceGray.*?/Height (\d+).*?/Width (\d+).*?stream\r?\n(.*)endstream", re.S)


@dataclass(frozen=True)
class Placed:
    """A picture on a page, in points."""

    left: float
    bottom: float
    width: float
    height: float


def pictures(page: str) -> list[Placed]:
    """Return the pictures of a page, as its commands place them."""
    found = _PLACED.findall(page)
    return [Placed(float(x), float(y), float(w), float(h)) for w, h, x, y, _ in found]


def inks(pdf: bytes) -> list[list[bytes]]:
    """Return the ink of every picture in a PDF, as rows of bytes: 255 is black, 0 is nothing."""
    found = []
    for one in _OBJECT.findall(pdf):
        if mask := _MASK.search(one):
            height, width = int(mask[1]), int(mask[2])
            dots = zlib.decompress(base64.a85decode(b"<~" + mask[3].strip(), adobe=True))
            found.append([dots[row * width : (row + 1) * width] for row in range(height)])
    return found


def pages_of(pdf: bytes) -> list[str]:
    """Return the commands of each page, without those of the pictures."""
    return [page for page in _pages(pdf) if page.startswith("1 0 0 1 0 0 cm")]


def set_lines(*lines: str, size: float = 12, bold: bool = False) -> tuple[str, bytes]:
    """Return the commands of a page with these lines, and the PDF."""
    out = io.BytesIO()
    canvas = Canvas(out, (400, 400), invariant=1)
    setter = Typesetter(canvas)
    for place, line in enumerate(lines):
        setter.write(20, 350 - 30 * place, line, size, bold=bold)
    canvas.save()
    (page,) = pages_of(out.getvalue())
    return page, out.getvalue()


@pytest.fixture
def setter() -> Typesetter:
    return Typesetter(Canvas(io.BytesIO()))


@pytest.mark.parametrize(
    ("sign", "script"),
    [
        ("A", Script.LATIN),
        ("é", Script.LATIN),
        ("“", Script.LATIN),
        ("த", Script.TAMIL),
        ("ி", Script.TAMIL),
        ("心", Script.CHINESE),
        ("樂", Script.CHINESE),
        ("，", Script.CHINESE),
        ("さ", Script.CHINESE),
        ("김", Script.KOREAN),
        ("ع", Script.UNKNOWN),
        ("\x1b", Script.UNKNOWN),
        ("\u202e", Script.UNKNOWN),
    ],
)
def test_each_letter_has_its_way_onto_the_page(sign: str, script: Script) -> None:
    assert script_of(sign) is script


def test_a_mixed_line_is_split_by_script() -> None:
    assert list(split_scripts("Room 2 அறை 心理 ok")) == [
        (Script.LATIN, "Room 2 "),
        (Script.TAMIL, "அறை"),
        (Script.LATIN, " "),
        (Script.CHINESE, "心理"),
        (Script.LATIN, " ok"),
    ]


def test_tamil_is_a_picture_that_is_neither_empty_nor_cut() -> None:
    page, pdf = set_lines("க்ஷூ ஹ்ரீ அருண்", size=20)
    placed = pictures(page)
    assert len(placed) == len(inks(pdf)) == 3
    for ink in inks(pdf):
        assert sum(map(sum, ink)) > 255 * 100
        assert not any(ink[0])
        assert not any(ink[-1])
        # It is no wider than its ink and the air beside it.
        assert any(any(row[:8]) for row in ink)
        assert any(any(row[-8:]) for row in ink)
    assert all(one.bottom < 350 < one.bottom + one.height for one in placed)
    lefts, ends = [one.left for one in placed], [one.left + one.width for one in placed]
    assert lefts[0] == 20
    assert all(end < left for end, left in zip(ends, lefts[1:], strict=False))


def test_a_repeated_word_is_kept_once() -> None:
    page, pdf = set_lines("அருண் அருண்", "அருண்")
    assert len(pictures(page)) == 3
    assert len(inks(pdf)) == 1


@pytest.mark.parametrize("bold", [False, True])
def test_chinese_and_korean_are_text_in_fonts_of_their_own(*, bold: bool) -> None:
    page, pdf = set_lines("心理 김", bold=bold)
    assert b"STSong-Light" in pdf
    assert b"HYSMyeongJo-Medium" in pdf
    assert b"ZapfDingbats" not in pdf
    assert ("2 Tr" in page) is bold


def test_letters_that_no_font_has_are_empty_boxes() -> None:
    page, pdf = set_lines("ab عم c")
    assert len(re.findall(r" re S", page)) == 2
    assert b"ZapfDingbats" not in pdf


def test_a_line_is_as_wide_as_what_is_written(setter: Typesetter) -> None:
    for text in ("Latin", "தமிழ் 12", "心理，下午", "عم"):
        assert setter.write(10, 10, text, 12) == pytest.approx(10 + setter.width(text, 12))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 100, [""]),
        ("one two  three", 44, ["one two", "three"]),
        ("unbreakable", 5, ["unbreakable"]),
        ("心理，下午。再见", 40, ["心理，", "下午。", "再见"]),
    ],
)
def test_texts_are_wrapped_between_words(
    setter: Typesetter, text: str, width: float, lines: list[str]
) -> None:
    assert setter.wrap(text, width, 12) == lines


@given(st.text(max_size=30), st.floats(20, 200))
def test_no_text_breaks_a_line(text: str, width: float) -> None:
    setter = Typesetter(Canvas(io.BytesIO()))
    lines = setter.wrap(text, width, 12)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert setter.write(0, 0, line, 12) >= 0
