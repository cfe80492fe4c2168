"""A screen as pixels, exact for half blocks, and the QR codes in it."""

from dataclasses import dataclass
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
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the terminal."""

    sign: str
    text: Rgb
    ground: Rgb


def cells(strips: list[Strip]) -> list[list[Cell]]:
    """Return the cells of a screen, row by row; the second half of a wide sign is a blank."""
    return [_row(strip) for strip in strips]


def _row(strip: Strip) -> list[Cell]:
    row: list[Cell] = []
    for segment in strip:
        text, ground = _colours(segment.style)
        for sign in segment.text:
            row.append(Cell(sign, text, ground))
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
