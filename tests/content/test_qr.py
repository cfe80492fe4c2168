"""QR codes are read back by an independent decoder: as squares, as PNG and as SVG."""

import re
import struct
import zlib
from itertools import product
from typing import Literal

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.content.qr import Matrix, encode_png, encode_svg, qr_matrix
from kiosk.domain.passes import CodeKind, encode
from tests.support.amounts import amount

PASS = encode(CodeKind.PASS, bytes(range(16)))


def read(pixels: bytes, side: int) -> str | None:
    """Decode a square picture of one grey byte a pixel."""
    found = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (side, side)))
    return found[0].text if len(found) == 1 else None


def read_matrix(code: Matrix, scale: int = 4) -> str | None:
    """Draw a code with `scale` pixels a square and decode it."""
    lines = (b"".join((b"\0" if dark else b"\xff") * scale for dark in row) for row in code)
    return read(b"".join(line * scale for line in lines), len(code) * scale)


def png_pixels(picture: bytes) -> tuple[bytes, int]:
    """Unpack a 1-bit PNG whose rows have no filter, checking every checksum."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    place = 8
    while place < len(picture):
        (length,) = struct.unpack_from(">I", picture, place)
        kind, content = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", picture, place + 8 + length)
        assert checksum == zlib.crc32(kind + content)
        chunks[kind] = content
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *kinds = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (width, kinds) == (height, [1, 0, 0, 0, 0])
    rows = zlib.decompress(chunks[b"IDAT"])
    stride = 1 + (width + 7) // 8
    assert len(rows) == stride * height
    pixels = bytearray()
    for top in range(height):
        row = rows[top * stride : (top + 1) * stride]
        assert row[0] == 0
        bits = f"{int.from_bytes(row[1:], 'big'):0{8 * (stride - 1)}b}"[:width]
        pixels += bytes(255 * int(bit) for bit in bits)
    return bytes(pixels), width


def svg_matrix(picture: str) -> Matrix:
    """Redraw the squares of an SVG from its path."""
    view = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture)
    assert view is not None
    side = int(view[1])
    dark: set[tuple[int, int]] = set()
    for start, top, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", picture):
        dark |= {(int(top), int(start) + step) for step in range(int(length))}
    return tuple(tuple((top, left) in dark for left in range(side)) for top in range(side))


def test_a_pass_is_as_small_as_designed_and_decodes() -> None:
    code = qr_matrix(PASS, numeric=True)
    assert len(code) == 33
    assert {len(row) for row in code} == {33}
    assert read_matrix(code) == PASS


def test_print_level_decodes_too() -> None:
    code = qr_matrix(PASS, numeric=True, level="Q")
    assert len(code) == 29 + 8
    assert read_matrix(code) == PASS


@pytest.mark.parametrize("level", ["M", "Q"])
@pytest.mark.parametrize(
    "text",
    ["tel:1767", "https://example.org/a?b=c#d", "7K4Q-FMRF", "王小明", "a", "x" * 42, "0" * 60],
)
def test_texts_decode(text: str, level: Literal["M", "Q"]) -> None:
    assert read_matrix(qr_matrix(text, level=level)) == text


@settings(max_examples=amount(25, 100))
@given(st.binary(min_size=16, max_size=16), st.sampled_from(CodeKind))
def test_every_code_of_ours_decodes(secret: bytes, kind: CodeKind) -> None:
    digits = encode(kind, secret)
    assert read_matrix(qr_matrix(digits, numeric=True)) == digits


@pytest.mark.parametrize("quiet", [1, 2, 4, 6])
def test_the_quiet_zone_is_light_and_as_wide_as_asked(quiet: int) -> None:
    code = qr_matrix(PASS, numeric=True, quiet=quiet)
    side = len(code)
    assert side == 25 + 2 * quiet
    edge = {*range(quiet), *range(side - quiet, side)}
    assert not any(
        code[top][left] for top, left in product(range(side), repeat=2) if {top, left} & edge
    )
    assert code[quiet][quiet]
    assert read_matrix(code) == PASS


def test_a_code_cannot_be_changed_by_whoever_draws_it() -> None:
    code = qr_matrix(PASS, numeric=True)
    assert isinstance(code, tuple)
    assert all(isinstance(row, tuple) and {*map(type, row)} == {bool} for row in code)


def test_digits_are_packed_closer_when_asked() -> None:
    assert len(qr_matrix("1" * 53, numeric=True)) < len(qr_matrix("a" * 53))


@pytest.mark.parametrize("text", ["12a", "１２３", "²", "1 2", "-1", "٣"])
def test_numeric_codes_hold_digits_only(text: str) -> None:
    with pytest.raises(ValueError, match="digits 0 to 9"):
        qr_matrix(text, numeric=True)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a text"):
        qr_matrix("")


def test_a_code_too_large_for_the_screen_is_refused_unless_allowed() -> None:
    assert len(qr_matrix("a" * 62)) == 33 + 8
    with pytest.raises(ValueError, match=r"63 bytes .* larger than version 4 at level M"):
        qr_matrix("a" * 63)
    allowed = qr_matrix("a" * 63, max_version=5)
    assert len(allowed) == 37 + 8
    assert read_matrix(allowed) == "a" * 63


@pytest.mark.parametrize("size", [2_331, 2_332, 3_000, 20_000])
def test_a_text_beyond_any_code_is_refused_with_the_same_sentence(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes needs a QR code larger"):
        qr_matrix("a" * size, max_version=39)


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_a_png_holds_the_same_squares(scale: int) -> None:
    code = qr_matrix(PASS, numeric=True)
    pixels, side = png_pixels(encode_png(code, scale))
    assert side == 33 * scale
    for top, left in product(range(side), repeat=2):
        assert (pixels[top * side + left] == 0) == code[top // scale][left // scale]


def test_a_png_decodes() -> None:
    pixels, side = png_pixels(encode_png(qr_matrix(PASS, numeric=True)))
    assert side == 264
    assert read(pixels, side) == PASS


def test_a_png_needs_a_pixel() -> None:
    with pytest.raises(ValueError, match="one pixel"):
        encode_png(qr_matrix(PASS, numeric=True), scale=0)


def test_an_svg_holds_the_same_squares_and_decodes() -> None:
    code = qr_matrix(PASS, numeric=True, level="Q")
    picture = encode_svg(code)
    assert svg_matrix(picture) == code
    assert read_matrix(svg_matrix(picture)) == PASS
    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37"')
    assert 'fill="#fff" d="M0 0h37v37H0z"' in picture
