"""Tamil as pictures: all of it is drawn, in its cells and colours, and nothing else is touched."""

import re
import zlib
from base64 import standard_b64decode
from itertools import chain
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from kiosk.ui.terminal.answers import CanShow, CellSize
from kiosk.ui.terminal.pictures import PLAIN, WordPictures, kitty, sixel
from kiosk.ui.terminal.widths import count_vowel_signs
from tests.support.sixels import Pixel, read_sixel

HELP = "உதவி இப்போது"
STAFF = "எந்த ஊழியரும் இதை உங்களுக்குச் செய்து தருவார்."
CELL = CellSize(10, 20)
_SIXEL = re.compile(rb"\x1bP.*?\x1b\\", re.DOTALL)
_KITTY = re.compile(rb"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\")
_KEPT = re.compile(rb"\x1b7( *)\x1b8(.*?)\x1b8\x1b\[(\d+)C", re.DOTALL)

count_vowel_signs()


def pixels_of(sent: bytes) -> list[Pixel]:
    """Return all pixels of the first sixel picture that is sent."""
    return list(chain.from_iterable(read_sixel(_SIXEL.findall(sent)[0])))


def pictures(protocol: str = "sixel") -> WordPictures:
    drawn = WordPictures()
    drawn.show(CanShow("kitty" if protocol == "kitty" else "sixel", CELL))
    return drawn


def at(row: int, column: int, text: str, style: str = "38;2;10;20;30;48;2;250;240;230") -> str:
    return f"\x1b[{row};{column}H\x1b[{style}m{text}\x1b[0m"


def placed(sent: bytes) -> bytes:
    """Return what is sent with each picture as the blanks under it."""
    return _KEPT.sub(lambda one: one[1], sent)


@given(st.binary(min_size=1, max_size=400), st.integers(1, 30))
def test_a_sixel_is_read_as_it_was_drawn(ink: bytes, width: int) -> None:
    height = -(-len(ink) // width)
    pixels = ink.ljust(width * height, b"\0")
    rows = read_sixel(sixel(pixels, (width, height), (0, 0, 0), (255, 255, 255)))
    assert len(rows) == height
    for number, colour in enumerate(one for row in rows for one in row):
        shade = round(pixels[number] * 7 / 255)
        assert colour == (None if shade == 0 else (round(100 - 100 * shade / 7),) * 3)


def test_a_long_picture_for_kitty_is_sent_in_parts() -> None:
    parts = _KITTY.findall(kitty(b"A" * 9000, (100, 20), 10, 7))
    assert [len(data) for _, data in parts] == [4096, 4096, 808]
    assert [b"m=1" in head for head, _ in parts] == [True, True, False]
    assert parts[0][0].startswith(b"a=T,f=32,o=z,s=100,v=20,c=10,r=1,C=1,q=2,i=7,")


def test_words_become_one_picture_in_the_colours_in_force() -> None:
    sent = pictures().encode(at(3, 5, f"H  {HELP}   Help now"))
    (found,) = _SIXEL.findall(sent)
    rows = read_sixel(found)
    assert (len(rows[0]), len(rows)) == (10 * cell_len(HELP), 20)
    seen = {one for row in rows for one in row} - {None}
    assert (4, 8, 12) in seen  # 10, 20 and 30 of 255, in percent
    assert placed(sent).decode() == at(3, 5, f"H  {' ' * cell_len(HELP)}   Help now")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("படி 6 / 6 · உதவி", f"{' ' * 9} · {' ' * 4}"),
        ("உதவி (SOS)", f"{' ' * 4} (SOS)"),
        ("995  உதவி", f"995  {' ' * 4}"),
        ("உதவி  995", f"{' ' * 4}  995"),
        ("(உதவி), 1,000.", " " * 14),
    ],
)
def test_numbers_and_marks_among_words_are_drawn_with_them(text: str, left: str) -> None:
    assert placed(pictures().encode(text)).decode() == left


def test_a_picture_fills_its_cells_and_is_not_cut() -> None:
    for text in (HELP, STAFF, "ஸ்ரீ", "ஹைட்ரஜன்", "ஔ", "எண்"):
        for bold in ("", "1;"):
            sent = pictures().encode(at(1, 1, text, f"{bold}38;2;0;0;0;48;2;255;255;255"))
            rows = read_sixel(_SIXEL.findall(sent)[0])
            inked = [any(column) for column in zip(*rows, strict=True)]
            assert not any(rows[0])
            assert not any(rows[-1])
            assert sum(inked[-CELL.width :]) > 0 or sum(inked) > 0.7 * len(inked)


def test_bold_reverse_and_the_terminals_own_colours() -> None:
    drawn = pictures()
    thin, bold, reverse = (
        pixels_of(drawn.encode(at(row, 1, HELP, style)))
        for row, style in enumerate(("0", "1", "7"), 1)
    )
    assert bold.count(None) < thin.count(None)
    assert tuple(round(part * 100 / 255) for part in PLAIN.ink) in thin
    assert tuple(round(part * 100 / 255) for part in PLAIN.ground) in reverse


def test_what_is_on_the_screen_already_is_not_sent_again() -> None:
    drawn, frame = pictures(), at(2, 3, HELP) + at(4, 3, STAFF)
    assert len(_SIXEL.findall(drawn.encode(frame))) == 2
    assert _SIXEL.findall(drawn.encode(frame)) == []
    drawn.encode(at(4, 10, "a notice above it"))
    assert len(_SIXEL.findall(drawn.encode(frame))) == 1
    drawn.clear()
    assert len(_SIXEL.findall(drawn.encode(frame))) == 2
    assert len(_SIXEL.findall(drawn.encode(at(2, 3, HELP, "4")))) == 1


def test_kittys_pictures_go_where_something_is_written_over_them() -> None:
    drawn = pictures("kitty")
    (head, data), *_ = _KITTY.findall(drawn.encode(at(2, 3, HELP)))
    number = re.search(rb"i=(\d+)", head)
    assert number is not None
    pixels = zlib.decompress(standard_b64decode(data))
    assert len(pixels) == 4 * 20 * 10 * cell_len(HELP)
    assert set(pixels[0::4]) == {10}
    assert b"_G" not in drawn.encode(at(3, 3, "another row"))
    assert b"_G" not in drawn.encode(at(2, 1, "ab"))
    assert b"\x1b_Ga=d,d=I,i=%s," % number[1] in drawn.encode(at(2, 4, "x"))
    assert drawn.clear() == b""  # none is left


def test_all_of_kittys_pictures_go_at_once_for_another_size() -> None:
    drawn = pictures("kitty")
    drawn.encode(at(2, 3, HELP))
    assert drawn.clear() == b"\x1b_Ga=d,d=A,q=2\x1b\\"


@given(
    st.lists(st.sampled_from([HELP, STAFF, "Help now", "கவிதா", "王小明", "  ", "7K4Q-FMRX"])),
    st.integers(0, 90),
    st.sampled_from(["sixel", "kitty"]),
)
def test_however_a_line_is_cut_its_letters_are_drawn_and_columns_stay(
    parts: list[str], width: int, protocol: str
) -> None:
    line = set_cell_size(" ".join(parts), width)
    sent = pictures(protocol).encode(at(1, 1, line))
    text = sent.decode()
    assert not re.search("[\u0b80-\u0bff\ue000-\uf8ff\U000f0000-\U0010ffff]", text)
    seen = re.sub(r"\x1b\[[\d;]*[mH]", "", placed(sent).decode())
    assert cell_len(seen) == width


@pytest.mark.parametrize("broken", [OSError, ImportError, ValueError])
def test_where_nothing_can_be_drawn_the_letters_themselves_are_sent(broken: type) -> None:
    with patch("kiosk.ui.terminal.pictures.draw_fitted", side_effect=broken):
        sent = pictures().encode(at(1, 1, f"{HELP}  16:35"))
    assert HELP in sent.decode()
    assert b"\x1bP" not in sent


def test_what_is_kept_is_bounded_and_goes_with_the_visit() -> None:
    drawn = pictures()
    with patch("kiosk.ui.terminal.pictures._MOST_BYTES", 5000):
        for number in range(9):
            drawn.encode(at(1, 1, HELP, f"38;2;{number};0;0"))
            assert 0 < drawn._kept_bytes == sum(map(len, drawn._kept.values())) <= 5000
    drawn.forget()
    assert not drawn._kept


def test_private_characters_of_others_are_no_pictures() -> None:
    sent = pictures().encode(at(1, 1, "\U000f0001\U00100000\ue000"))
    assert b"\x1bP" not in sent
