"""The pass sheet as a printer gets it: its squares are drawn again, cut apart and scanned."""

import base64
import re
import zlib
from itertools import pairwise

import pytest
import zxingcpp

from kiosk.domain.attendance.roster import IssuedPass
from kiosk.domain.passes import CodeKind, encode
from kiosk.exports.paper.pass_sheet import PER_PAGE, pass_sheet

MM = 72 / 25.4
DOTS = 4
"""Pixels a millimetre: about 100 dots an inch, coarser than any printer."""
WIDTH, HEIGHT = 210 * DOTS, 297 * DOTS
_NUMBER = r"(-?[\d.]+)"
Square = tuple[float, float, float]
"""Left, bottom and side, in millimetres."""


def _passes(count: int) -> list[IssuedPass]:
    return [
        IssuedPass(encode(CodeKind.PASS, bytes([number]) * 16), f"Canary{number}")
        for number in range(count)
    ]


def _pages(sheet: bytes) -> list[str]:
    """Return the commands that draw each page."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", sheet, re.DOTALL)
    packed = (base64.a85decode(b"<~" + stream.strip(), adobe=True) for stream in streams)
    return [zlib.decompress(one).decode("latin-1") for one in packed]


def _squares(page: str) -> list[Square]:
    found = re.findall(rf"{_NUMBER} {_NUMBER} {_NUMBER} {_NUMBER} re", page)
    sizes = {(w, h) for _, _, w, h in found}
    assert len(sizes) == 1
    return [(float(x) / MM, float(y) / MM, float(w) / MM) for x, y, w, _ in found]


def _picture(squares: list[Square]) -> memoryview:
    """Draw the squares of a page black on white, one grey byte a dot."""
    dots = bytearray(b"\xff" * (WIDTH * HEIGHT))
    for left, bottom, side in squares:
        first, last = round(left * DOTS), round((left + side) * DOTS)
        top, end = (round((297 - y) * DOTS) for y in (bottom + side, bottom))
        for line in range(top, end):
            dots[line * WIDTH + first : line * WIDTH + last] = bytes(last - first)
    return memoryview(dots).cast("B", (HEIGHT, WIDTH))


def _lines(page: str) -> list[tuple[float, ...]]:
    """Return the lines of a page: x and y of both ends, in millimetres."""
    found = re.findall(rf"n {_NUMBER} {_NUMBER} m {_NUMBER} {_NUMBER} l S", page)
    return [tuple(float(part) / MM for part in line) for line in found]


@pytest.mark.parametrize("count", [1, PER_PAGE, PER_PAGE + 2])
def test_every_pass_is_on_the_sheet_once_and_can_be_scanned(count: int) -> None:
    passes = _passes(count)
    pages = _pages(pass_sheet(passes))
    assert len(pages) == -(-count // PER_PAGE)
    read = [
        [found.text for found in zxingcpp.read_barcodes(_picture(_squares(page)))] for page in pages
    ]
    for number, texts in enumerate(read):
        part = passes[number * PER_PAGE : (number + 1) * PER_PAGE]
        assert sorted(texts) == sorted(one.digits for one in part)


def test_the_number_stands_beside_its_code() -> None:
    passes = _passes(3)
    (page,) = _pages(pass_sheet(passes))
    numbers = re.findall(rf"1 0 0 1 {_NUMBER} {_NUMBER} Tm \(No\. (\d+)\)", page)
    found = {one.text: one.position for one in zxingcpp.read_barcodes(_picture(_squares(page)))}
    for x, y, number in numbers:
        where = found[passes[int(number) - 1].digits]
        right, top = where.top_right.x / DOTS, 297 - where.top_right.y / DOTS
        assert 4 * 1.2 <= float(x) / MM - right < 10
        assert abs(float(y) / MM - top) < 15


def test_codes_are_at_level_q_with_their_quiet_zone_and_large_enough() -> None:
    (page,) = _pages(pass_sheet(_passes(PER_PAGE)))
    code = next(iter(zxingcpp.read_barcodes(_picture(_squares(page)))))
    assert code.ec_level == "Q"
    squares = _squares(page)
    side = squares[0][2]
    assert side >= 1
    for edges in ({x for x, _, _ in squares}, {y for _, y, _ in squares}):
        steps = [b - a for a, b in pairwise(sorted(edges))]
        # Inside a code its squares touch; between two codes both quiet zones keep them apart.
        assert all(step < 2 * side or step > 9 * side for step in steps if step > 0.01)


def test_cuts_are_marked_outside_the_passes_only() -> None:
    (page,) = _pages(pass_sheet(_passes(1)))
    marks = [line for line in _lines(page) if line[0] == line[2] or line[0] < 14 or line[0] > 196]
    assert len(marks) == 2 * 3 + 2 * 6
    for x1, y1, x2, y2 in marks:
        assert min(x1, x2) >= 5
        assert max(x1, x2) <= 205
        inside = 15.1 < (x1 + x2) / 2 < 194.9 and 18.6 < (y1 + y2) / 2 < 278.4
        assert not inside


def test_no_name_and_no_digits_can_be_read_from_the_sheet() -> None:
    passes = _passes(2)
    sheet = pass_sheet(passes)
    text = sheet.decode("latin-1") + "".join(_pages(sheet))
    assert "Canary" not in text
    assert not any(one.digits in text for one in passes)
    assert "(No. 2)" in text


def test_the_same_passes_make_the_same_file() -> None:
    assert pass_sheet(_passes(2)) == pass_sheet(_passes(2))


def test_a_sheet_needs_a_pass() -> None:
    with pytest.raises(ValueError, match="needs a pass"):
        pass_sheet([])
