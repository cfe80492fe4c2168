"""Text of scripts that terminals break, drawn as a picture: Tamil joins and reorders its letters.

Pillow's wheel brings raqm, which shapes them. The font is the project's own (assets/fonts).
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from kiosk.content.assets import assets_dir

if TYPE_CHECKING:  # most visits never draw a letter
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_SHAPED = re.compile("[\u0b80-\u0bff]")
_TALLEST = "ஹ்ரீ ஞூ க்ஷூ"
"""Reaches as far up and down as letters and their signs do."""
_MEASURED_AT = 100
"""Size of the font in pixels at which it is measured."""


def needs_shaping(text: str) -> bool:
    """Return whether a terminal would break the text, so that it must be drawn."""
    return _SHAPED.search(text) is not None


def draw_line(text: str, height: int, *, bold: bool = False) -> "Image":
    """Return one line of text in pixels, as wide as its ink needs: 255 is ink, 0 is ground.

    `height` is in pixels, with room above and below the letters. The font has Tamil, digits and
    punctuation, and no Latin letters.
    """
    from PIL import Image, ImageDraw

    size, base = line_shape(height, bold=bold)
    font = _font(size, bold=bold)
    left, _, right, _ = font.getbbox(text, anchor="ls")
    picture = Image.new("L", (max(1, round(right - left)), height))
    ImageDraw.Draw(picture).text((-left, base), text, font=font, fill=255, anchor="ls")
    return picture


def line_shape(height: int, *, bold: bool = False) -> tuple[int, int]:
    """Return the size of the font in a line so high, and its base line from the top, in pixels."""
    above, below = _reach(bold=bold)
    size = max(1, int((height - 4) / (above + below)))
    return size, round((height + size * (above - below)) / 2)


@cache
def _reach(*, bold: bool) -> tuple[float, float]:
    """Return how far letters reach above and below their line, as multiples of the size."""
    _, top, _, bottom = _font(_MEASURED_AT, bold=bold).getbbox(_TALLEST, anchor="ls")
    return -top / _MEASURED_AT, bottom / _MEASURED_AT


@cache
def _font(size: int, *, bold: bool) -> "FreeTypeFont":
    from PIL import ImageFont

    name = f"NotoSansTamilUI-{'Bold' if bold else 'Regular'}.ttf"
    path = str(assets_dir() / "fonts" / name)
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)
