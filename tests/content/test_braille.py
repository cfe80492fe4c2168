"""Tamil in braille cells: the very dots of the picture, whole, and as wide as it is counted."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import features
from rich.cells import cell_len

from kiosk.content import shaping
from kiosk.content.braille import INK, LARGE, LARGEST, SMALL, USUAL, braille_lines
from kiosk.content.shaping import draw_line, drawing_problem
from tests.support.dots import Dots, bands, dots_of, trimmed

HELP_NOW = "உதவி இப்போது"
SENTENCE = "உங்கள் கோரிக்கை எங்களிடம் வந்துவிட்டது. நன்றி!"
HEIGHTS = (SMALL, USUAL, LARGE, LARGEST)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Draw anew in each test, and after it."""
    yield
    for kept in (braille_lines, drawing_problem, shaping._font):
        kept.cache_clear()


def _pictured(word: str, height: int) -> Dots:
    """The dots of a word as the font draws it, without empty rows above and below."""
    picture = draw_line(word, height, bold=height >= LARGE)
    ink = picture.tobytes()
    rows = [
        tuple(one >= INK for one in ink[start : start + picture.width])
        for start in range(0, len(ink), picture.width)
    ]
    return trimmed(rows)


@pytest.mark.parametrize("height", HEIGHTS)
@pytest.mark.parametrize("word", ["உதவி", "இப்போது", "க்ஷூ", "ஹ்ரீ", "995,"])
def test_the_dots_are_those_of_the_picture(word: str, height: int) -> None:
    drawn = dots_of(braille_lines(word, 112, height))
    assert trimmed(drawn) == _pictured(word, height)


@pytest.mark.parametrize("height", HEIGHTS)
@pytest.mark.parametrize("width", [80, 112])
def test_a_sentence_is_wrapped_at_words_and_none_is_left_out(width: int, height: int) -> None:
    rows = braille_lines(SENTENCE, width, height)
    assert max(map(len, rows)) <= width
    ink = sum(sum(row) for row in dots_of(rows))
    assert ink == sum(sum(map(sum, _pictured(word, height))) for word in SENTENCE.split())
    assert any(row.strip() for row in rows[-1:])


@pytest.mark.parametrize("height", HEIGHTS)
@pytest.mark.parametrize("word", ["இப்போது", "க்ஷூ", "ஹ்ரீ"])
def test_lines_do_not_touch(word: str, height: int) -> None:
    alone = braille_lines(word, 112, height)
    lines = braille_lines(" ".join([word] * 3), len(alone[0]), height)
    assert bands(dots_of(lines)) == 3 * bands(dots_of(alone))


def test_every_terminal_counts_a_cell_as_one() -> None:
    for row in braille_lines(HELP_NOW, 112, USUAL):
        assert cell_len(row) == len(row)
        assert set(row) <= {" ", *map(chr, range(0x2801, 0x2900))}


def test_a_larger_height_is_larger() -> None:
    sizes = [braille_lines(HELP_NOW, 112, height) for height in HEIGHTS]
    assert all(len(a[0]) < len(b[0]) for a, b in pairwise(sizes))
    assert (len(sizes[0][0]), len(sizes[0])) == (44, 3)


@pytest.mark.parametrize(
    ("text", "width"),
    [(HELP_NOW, 12), ("NRIC எண்", 112), ("", 112), ("{name}, வணக்கம்", 112), ("Help now", 112)],
)
def test_nothing_is_drawn_in_part(text: str, width: int) -> None:
    assert braille_lines(text, width, SMALL) == ()


def test_a_sentence_does_without_its_tick_and_a_latin_name_behind_it() -> None:
    assert braille_lines("✓  வணக்கம்", 70, SMALL) == braille_lines("வணக்கம்", 70, SMALL)
    assert braille_lines("சங்கம் (SOS)", 70, SMALL) == braille_lines("சங்கம்", 70, SMALL)


def test_without_its_font_nothing_is_drawn_and_staff_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shaping._font.cache_clear()
    drawing_problem.cache_clear()
    monkeypatch.setattr(shaping, "assets_dir", lambda: tmp_path)
    assert braille_lines(HELP_NOW, 112, SMALL) == ()
    assert "font file is missing" in drawing_problem()


def test_letters_that_would_stand_apart_are_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing_problem.cache_clear()
    braille_lines.cache_clear()
    monkeypatch.setattr(features, "check", lambda _: False)
    assert braille_lines(HELP_NOW, 112, SMALL) == ()
    assert "raqm" in drawing_problem()
