"""A sentence of Tamil as rows of braille cells, for terminals without pictures and any Tamil font.

A cell holds two by four dots, nearly square ones, so that "உதவி இப்போது" takes 43 by 3 cells at 16
dots a line, 46 by 4 at 18, 60 by 4 at 20 and 78 by 6 at 24. Compared in xterm with DejaVu Sans
Mono: quadrants of the same height fill the loops of letters and need 72 by 5 cells to be read,
half blocks are coarser still, and the font has no sextants. Drawn bold, a terminal's own braille
dots come out heavier. Drawing takes about 1 ms a word, and nothing the second time.
"""

import re
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING

from kiosk.content.shaping import draw_line

if TYPE_CHECKING:  # most visits never draw a letter
    from PIL.Image import Image

SMALL, USUAL, LARGE, LARGEST = 16, 18, 20, 24
"""Heights of a line in dots, from the smallest that can be read."""
_BOLD_FROM = LARGE
"""From this height on two dots make a stroke; in smaller letters they would fill the loops."""
INK = 110
"""Of 255: what becomes a dot. Less thickens strokes, more breaks them."""
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each dot of a cell in the order of its bits (Unicode, Braille Patterns)."""
_BITS = tuple(1 << number for number in range(len(_DOTS)))
_FIRST = 0x2800
"""The cell without a dot."""
_COLUMNS, _ROWS = 2, 4
_BETWEEN = 1
"""Rows of dots between two lines, at least."""
_UNDRAWN = re.compile(r"\s*\([^()\u0b80-\u0bff]*[A-Za-z][^()\u0b80-\u0bff]*\)|✓\s*")
"""What the font lacks and a sentence can do without: a tick, a name in Latin letters behind it."""
_DRAWN = re.compile(r"[\u0b80-\u0bff0-9 !\"#%'()*+,\-./:;<=>?‐‑–—‘’“”…\u200c\u200d]+")


@lru_cache(maxsize=512)
def braille_lines(text: str, width: int, height: int) -> tuple[str, ...]:
    """Return `text` in braille cells, wrapped at words to `width` cells.

    `height` is that of a line in dots, such as `USUAL`. Nothing is cut: the answer is empty where
    a word is wider than `width`, and where the text cannot be drawn. Only sentences of our own
    come here, for they are kept.
    """
    from kiosk.content.shaping import drawing_problem

    text = _UNDRAWN.sub("", text).strip()
    if not _DRAWN.fullmatch(text) or drawing_problem():
        return ()
    blank = height // 4
    lines: list[list[Image]] = [[]]
    left = room = width * _COLUMNS
    for word in text.split():
        picture = draw_line(word, height, bold=height >= _BOLD_FROM)
        if picture.width > room:
            return ()
        if lines[-1] and blank + picture.width > left:
            lines.append([])
            left = room
        left -= picture.width + (blank if lines[-1] else 0)
        lines[-1].append(picture)
    rows = [row for words in lines for row in _in_cells(_joined(words, blank, height))]
    return tuple(rows if rows[-1].strip() else rows[:-1])


def _joined(words: "list[Image]", blank: int, height: int) -> "Image":
    """Return words beside each other as a picture of dots, without empty rows above and below."""
    from PIL import Image

    width = sum(word.width for word in words) + blank * (len(words) - 1)
    line = Image.new("L", (width, height))
    left = 0
    for word in words:
        line.paste(word, (left, 0))
        left += word.width + blank
    dots = line.point([int(ink >= INK) for ink in range(256)])
    _, top, _, bottom = dots.getbbox() or (0, 0, 0, 1)
    return dots.crop((0, top, width, bottom + _BETWEEN))


def _in_cells(dots: "Image") -> list[str]:
    """Return a picture of dots in rows of cells; an empty cell is a blank."""
    columns, rows = -(-dots.width // _COLUMNS), -(-dots.height // _ROWS)
    whole = dots.crop((0, 0, columns * _COLUMNS, rows * _ROWS))
    ink, width = whole.tobytes(), whole.width
    lines = []
    for top in range(0, rows * _ROWS * width, _ROWS * width):
        places = [
            ink[top + row * width + column : top + (row + 1) * width : _COLUMNS]
            for column, row in _DOTS
        ]
        cells = (sum(map(mul, _BITS, cell)) for cell in zip(*places, strict=True))
        lines.append("".join(chr(_FIRST + dots) if dots else " " for dots in cells))
    return lines
