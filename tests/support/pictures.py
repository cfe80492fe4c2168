"""A screen as pixels, exact for half blocks, with the QR codes in it, and as an SVG picture."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final

import zxingcpp
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

SCALE: Final = 4
"""Pixels to a cell's width; a cell is twice as high as it is wide."""
_HALVES: Final = {"▀": (True, False), "▄": (False, True), "█": (True, True)}
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_WIDTH, _HEIGHT = 10, 20
"""Of a cell in an SVG picture, in its own units."""
_FRAME: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" \
viewBox="0 0 {width} {height}">
<title>{title}</title>
<g shape-rendering="crispEdges">
{areas}
</g>
<g font-family="'DejaVu Sans Mono', ui-monospace, Menlo, Consolas, monospace" font-size="16.5">
{words}
</g>
</svg>
"""
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the terminal."""

    sign: str
    text: Rgb
    ground: Rgb
    bold: bool = False


def cells(strips: list[Strip]) -> list[list[Cell]]:
    """Return the cells of a screen, row by row; the second half of a wide sign is a blank."""
    return [_row(strip) for strip in strips]


def _row(strip: Strip) -> list[Cell]:
    row: list[Cell] = []
    for segment in strip:
        text, ground = _colours(segment.style)
        bold = bool(segment.style and segment.style.bold)
        for sign in segment.text:
            row.append(Cell(sign, text, ground, bold))
            row += [Cell(" ", text, ground)] * (cell_len(sign) - 1)
    return row


def _colours(style: Style | None) -> tuple[Rgb, Rgb]:
    text = _rgb(style.color if style else None, _WHITE)
    ground = _rgb(style.bgcolor if style else None, _BLACK)
    return (ground, text) if style and style.reverse else (text, ground)


def _rgb(colour: Color | None, otherwise: Rgb) -> Rgb:
    if colour is None or colour.is_default:
        return otherwise
    red, green, blue = colour.get_truecolor()
    return (red, green, blue)


def grey(strips: list[Strip]) -> tuple[bytes, int, int]:
    """Return the screen as one byte a pixel, its height and its width in pixels.

    Letters are drawn as grey ground, since their shape is the terminal's.
    """
    lines: list[bytes] = []
    for row in cells(strips):
        for half in (0, 1):
            line = b"".join(
                bytes([_light(cell.text if _inked(cell, half) else cell.ground)]) * SCALE
                for cell in row
            )
            lines += [line] * SCALE
    return b"".join(lines), len(lines), len(lines[0])


def _inked(cell: Cell, half: int) -> bool:
    return _HALVES.get(cell.sign, (False, False))[half]


def _light(colour: Rgb) -> int:
    red, green, blue = colour
    return round(0.299 * red + 0.587 * green + 0.114 * blue)


def codes(strips: list[Strip]) -> list[str]:
    """Return the texts of all QR codes in a picture of the screen."""
    pixels, height, width = grey(strips)
    picture = memoryview(pixels).cast("B", (height, width))
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def svg(strips: list[Strip], title: str) -> str:
    """Return the screen as an SVG picture that needs nothing from elsewhere.

    Each word is placed by itself and given the width of its cells, so that the columns stand
    whatever monospaced font the viewer has.
    """
    rows = cells(strips)
    return _FRAME.format(
        width=_WIDTH * len(rows[0]),
        height=_HEIGHT * len(rows),
        title=escape(title),
        areas="\n".join(_areas(rows)),
        words="\n".join(_words(rows)),
    )


def _areas(rows: list[list[Cell]]) -> Iterator[str]:
    """Yield the ground of the whole, then what has another; equal runs below each other as one."""
    whole = rows[0][0].ground
    yield _area(0, 0, len(rows[0]), len(rows), whole)
    runs = [_runs(row) for row in rows]
    for y, row in enumerate(runs):
        for run in row:
            start, end, colour = run
            if colour != whole and (y == 0 or run not in runs[y - 1]):
                others = (below for below in range(y, len(rows)) if run not in runs[below])
                yield _area(start, y, end - start, next(others, len(rows)) - y, colour)
    for y, line in enumerate(rows):
        for x, cell in enumerate(line):
            if cell.sign == "▌":
                yield _area(x, y, 0.5, 1, cell.text)


def _runs(row: list[Cell]) -> list[tuple[int, int, Rgb]]:
    """Return where each ground starts, where it ends, and its colour."""
    runs = [list(run) for _, run in groupby(enumerate(row), key=lambda one: one[1].ground)]
    return [(run[0][0], run[-1][0] + 1, run[0][1].ground) for run in runs]


def _area(x: float, y: int, width: float, height: int, colour: Rgb) -> str:
    place = f'x="{x * _WIDTH:g}" y="{y * _HEIGHT}"'
    size = f'width="{width * _WIDTH:g}" height="{height * _HEIGHT}"'
    return f'<rect {place} {size} fill="{_hex(colour)}"/>'


def _words(rows: list[list[Cell]]) -> Iterator[str]:
    for y, row in enumerate(rows):
        for same in groupby(enumerate(row), key=lambda one: (one[1].text, one[1].bold)):
            (colour, bold), run = same[0], list(same[1])
            weight = ' font-weight="bold"' if bold else ""
            text = "".join(cell.sign for _, cell in run)
            # A sign that is two cells wide stands alone: its blank follows it.
            for word in re.finditer(r"[^\s▌]+", text):
                x, width = run[word.start()][0], cell_len(word[0])
                yield (
                    f'<text x="{x * _WIDTH}" y="{y * _HEIGHT + 15}"'
                    f' textLength="{width * _WIDTH}" fill="{_hex(colour)}"{weight}>'
                    f"{escape(word[0])}</text>"
                )


def _hex(colour: Rgb) -> str:
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"
