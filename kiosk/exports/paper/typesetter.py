"""Lines of text in any script on the pages of a PDF.

Latin letters stand in Helvetica. Chinese, Japanese and Korean ones stand in fonts that PDF readers
bring along (ISO 32000, 9.7.5), bold ones with a line around them. Tamil is drawn as pictures, since
its letters join. A letter that is none of these is an empty box.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kiosk.content.shaping import draw_line, line_shape, needs_shaping

if TYPE_CHECKING:
    from PIL.Image import Image
    from reportlab.pdfgen.canvas import Canvas

_DOTS: Final = 64
"""Size of the font in a picture: 320 dots an inch at 14 points."""
_TALL: Final = 1000
"""A height at which the font is measured."""
_BESIDE: Final = 0.06
"""Room beside a picture, which ends with its ink, as a multiple of the size."""
_BOX: Final = 0.6
"""Width of a box for a letter that cannot be set, as a multiple of the size."""
_FILL_AND_STROKE: Final = 2
"""A text rendering mode of PDF."""
_WORDS: Final = re.compile(
    r"\s+|[“‘（《「『]*[\u2e80-\u9fff\uac00-\ud7af][”’）》」』。，、；：？！]*|[^\s\u2e80-\u9fff]+"
)
"""What stays together on a line: a word, or one Chinese character with its punctuation."""


class Script(Enum):
    """How a letter gets onto a page."""

    LATIN = auto()
    CHINESE = auto()
    KOREAN = auto()
    TAMIL = auto()
    UNKNOWN = auto()


_READERS_FONTS: Final = {Script.CHINESE: "STSong-Light", Script.KOREAN: "HYSMyeongJo-Medium"}
_ENCODINGS: Final = {Script.CHINESE: "gbk", Script.KOREAN: "euc_kr"}


@dataclass(frozen=True, slots=True)
class WordPicture:
    """A word as a picture, with its measures as multiples of the font's size."""

    picture: "Image"
    """Black, as see-through as there is no ink."""
    width: float
    height: float
    below: float
    """How far it reaches below the base line."""


class Typesetter:
    """Sets lines on a canvas; sizes and places are in points."""

    def __init__(self, canvas: "Canvas") -> None:
        self._canvas = canvas
        # It ends with the document: what it holds may be somebody's name.
        self._drawn: dict[tuple[str, bool], WordPicture] = {}

    def write(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> float:
        """Write a line with its base at `y`, and return where it ends."""
        for script, run in split_scripts(text):
            x += self._write_run(script, run, x, y, size, bold=bold)
        return x

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a line is."""
        return sum(
            self._run_width(script, run, size, bold=bold) for script, run in split_scripts(text)
        )

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """Return a text as lines that are no wider than `width`, but for a longer word."""
        lines, used = [""], 0.0
        for word in _WORDS.findall(text):
            wide = self.width(word.rstrip(), size, bold=bold)
            if lines[-1] and used + wide > width:
                lines.append("")
                used = 0.0
            if lines[-1] or not word.isspace():
                lines[-1] += word
                used += wide or self.width(word, size, bold=bold)
        return [line.rstrip() for line in lines]

    def write_drawn(
        self, x: float, y: float, word: str, size: float, *, bold: bool = False, most: float = 0.0
    ) -> float:
        """Write a Tamil word, narrowed to `most` where that is given; return how wide it is."""
        from reportlab.lib.utils import ImageReader

        drawn = self._draw(word, bold=bold)
        width = drawn.width * size
        width = min(width, most) if most else width
        picture = ImageReader(drawn.picture)
        self._canvas.drawImage(
            picture, x, y - drawn.below * size, width, drawn.height * size, mask="auto"
        )
        return width

    def _draw(self, word: str, *, bold: bool) -> WordPicture:
        key = word, bold
        if key not in self._drawn:
            self._drawn[key] = _draw(word, bold=bold)
        return self._drawn[key]

    def _write_run(
        self, script: Script, run: str, x: float, y: float, size: float, *, bold: bool
    ) -> float:
        canvas, width = self._canvas, self._run_width(script, run, size, bold=bold)
        if script is Script.TAMIL:
            self.write_drawn(x, y, run, size, bold=bold)
        elif script is Script.UNKNOWN:
            side = _BOX * size
            for place in range(len(run)):
                canvas.rect(x + place * side + 0.5, y, side - 1, 0.7 * size, stroke=1, fill=0)
        else:
            mode = _FILL_AND_STROKE if bold and script is not Script.LATIN else None
            canvas.setLineWidth(0.03 * size)
            canvas.setFont(font_name(script, bold=bold), size)
            canvas.drawString(x, y, run, mode=mode)
        return width

    def _run_width(self, script: Script, run: str, size: float, *, bold: bool) -> float:
        if script is Script.TAMIL:
            return (self._draw(run, bold=bold).width + _BESIDE) * size
        if script is Script.UNKNOWN:
            return len(run) * _BOX * size
        return float(self._canvas.stringWidth(run, font_name(script, bold=bold), size))


def split_scripts(text: str) -> Iterator[tuple[Script, str]]:
    """Yield the parts of a text by how they are set; signs that join a letter nobody has go."""
    signs = unicodedata.normalize("NFC", text)
    for script, run in groupby(signs, script_of):
        shown = "".join(run)
        if script is Script.UNKNOWN:
            shown = "".join(sign for sign in shown if unicodedata.category(sign)[0] not in "MC")
        if shown:
            yield script, shown


@lru_cache(maxsize=2048)
def script_of(sign: str) -> Script:
    """Return how a letter is set."""
    if needs_shaping(sign):
        return Script.TAMIL
    if is_latin(sign):
        return Script.LATIN
    for script, encoding in _ENCODINGS.items():
        if _has(encoding, sign):
            return script
    return Script.UNKNOWN


@lru_cache(maxsize=1024)
def is_latin(sign: str) -> bool:
    """Return whether every PDF reader has a font for it (in WinAnsiEncoding)."""
    return _has("cp1252", sign) and sign.isprintable()


def font_name(script: Script, *, bold: bool = False) -> str:
    """Return the font of a script that is set in one."""
    if script is Script.LATIN:
        return "Helvetica-Bold" if bold else "Helvetica"
    return _readers_font(_READERS_FONTS[script])


@cache
def _readers_font(name: str) -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return sign.isprintable()


def _draw(word: str, *, bold: bool) -> WordPicture:
    from PIL import Image

    height = round(_DOTS * _TALL / line_shape(_TALL, bold=bold)[0])
    size, base = line_shape(height, bold=bold)
    ink = draw_line(word, height, bold=bold)
    picture = Image.new("RGBA", ink.size)
    picture.putalpha(ink)
    return WordPicture(picture, ink.width / size, height / size, (height - base) / size)
