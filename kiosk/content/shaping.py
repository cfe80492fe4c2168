"""Text of scripts that terminals break, drawn as a picture: Tamil joins and reorders its letters.

Pillow's wheel brings raqm, which shapes them. The font is the project's own (assets/fonts).
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from kiosk.content.assets import assets_dir
from kiosk.errors import SetupError

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


_FINER = 3
"""How many times as fine a line is drawn that has to fit, before it is made smaller."""
_WIDEST = 1.45
"""Size of the font for cells of width 1, so that letters need the cells that are counted."""
_MOST_STRETCHED = 1.15


def draw_fitted(text: str, columns: int, cell: tuple[int, int], *, bold: bool = False) -> bytes:
    """Return one line of text drawn into so many cells, each `cell` (width, height) in pixels.

    Row by row, one byte a pixel, 255 is ink. Letters are made narrower where they need more room,
    and somewhat wider where they need less. Raises OSError or ImportError where nothing can draw.
    """
    from PIL import Image

    width, height = columns * cell[0], cell[1]
    above, below = _reach(bold=bold)
    size = max(1, round(_FINER * min((height - 2) / (above + below), _WIDEST * cell[0])))
    font = _font(size, bold=bold)
    room = _FINER * width, _FINER * height
    drawn = _inked(text, font, room, (room[1] + size * (above - below)) / 2)
    if " " in text and _MOST_STRETCHED * drawn.width < room[0]:
        # Numbers and blanks need less room than is counted: the blanks grow.
        missing = room[0] / _MOST_STRETCHED - drawn.width
        more = round(missing / (font.getlength(" ") * text.count(" ")))
        spaced = text.replace(" ", " " * (1 + more))
        drawn = _inked(spaced, font, room, (room[1] + size * (above - below)) / 2)
    fitted = min(width, max(1, round(_MOST_STRETCHED * drawn.width / _FINER)))
    picture = Image.new("L", (width, height))
    picture.paste(drawn.resize((fitted, height), Image.Resampling.LANCZOS), (0, 0))
    return picture.tobytes()


def _inked(text: str, font: "FreeTypeFont", room: tuple[int, int], base: float) -> "Image":
    """Return a line as wide as its ink and as high as `room`; `base` is where letters stand."""
    from PIL import Image, ImageDraw

    margin = 2 * room[1]
    # Drawn with room on both sides and cut: to measure it first would shape it twice.
    drawn = Image.new("L", (2 * room[0] + 2 * margin, room[1]))
    ImageDraw.Draw(drawn).text((margin, round(base)), text, font=font, fill=255, anchor="ls")
    left, _, right, _ = drawn.getbbox() or (0, 0, 1, 0)
    return drawn.crop((left, 0, right, room[1]))


@cache
def drawing_problem() -> str:
    """Return why nothing can be drawn here, as a sentence for staff; empty where it can."""
    try:
        from PIL import features

        has_raqm = features.check("raqm")
        for bold in (False, True):
            _font(_MEASURED_AT, bold=bold)
    except ImportError:
        return "Pillow is not installed."
    except (OSError, SetupError):
        return "A font file is missing or damaged: assets/fonts."
    return "" if has_raqm else "Pillow was built without raqm."


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
