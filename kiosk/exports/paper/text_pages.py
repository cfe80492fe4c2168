"""Pages of text as PDF: a grid of cells as on the screen, with bars and shades drawn as areas.

Letters that no font has are drawn as an empty box, and the foot of the page says so. That holds for
scripts too whose letters have to be shaped, such as Arabic: drawn one by one they would not be
readable. Tamil is drawn as pictures.
"""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.domain.text import clean
from kiosk.exports.columns import ExportContext
from kiosk.exports.paper.typesetter import Script, Typesetter, font_name, is_latin, script_of
from kiosk.presentation.charts import count_cells, format_to_cells
from kiosk.presentation.pages import PAGE_CELLS, TextBlock, TextPages

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas


_MM: Final = 72 / 25.4
"""Points."""
_PAGE_WIDTH, _PAGE_HEIGHT = 210 * _MM, 297 * _MM
_SIZE, _CELL, _LINE = 9.0, 5.4, 12.0
"""Points: of Courier, whose letters are 0.6 of its size, and from line to line."""
_FOUND_SIZE: Final = 8.0
"""Points: other fonts look larger than Courier."""
_INK, _GAP = 0.3, 0.9
"""How light a full area is, from 0 for black; points between two lines of areas."""
_LEFT: Final = (_PAGE_WIDTH - PAGE_CELLS * _CELL) / 2
_TOP: Final = _PAGE_HEIGHT - 18 * _MM
_FOOT: Final = 12 * _MM
_ROWS: Final = int((_TOP - _FOOT) / _LINE) - 3
"""Lines of a page above its foot."""
_FEWEST: Final = 3
"""Lines of a block that stand below its title at the end of a page."""
_BARS: Final = {
    **{sign: (1.0, (place + 1) / 8) for place, sign in enumerate("▁▂▃▄▅▆▇█")},
    "▌": (0.5, 1.0),
}
"""How much of its cell a sign fills, across and up."""
_SHADES: Final = {"░": 0.85, "▒": 0.7, "▓": 0.5}
_BOX: Final = "Boxes stand for letters that no font of this machine can print; the desk shows them."
_SHAPED: Final = ((0x0590, 0x109F), (0x1780, 0x1CFF), (0xA800, 0xABFF), (0xFB1D, 0xFDFF))
"""Scripts that are written from right to left, or whose letters change and move beside others."""
_FONT_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts")
_MOST_FONTS: Final = 500
_FIRST_FONTS: Final = ("dejavusansmono.", "dejavusans.", "notosans", "droidsans", "wqy", "unifont")
"""Beginnings of file names of fonts with many scripts, the first to be tried first."""
_ASIAN: Final = frozenset({Script.CHINESE, Script.KOREAN})
_ASIAN_FONT: Final = re.compile("cjk|wqy|uming|ukai|fallback|nanum|sim(?:sun|hei)", re.IGNORECASE)
"""Part of the file names of fonts for Chinese and its neighbours, of any format."""
_LARGEST_FONT: Final = 40_000_000
"""Bytes."""


def text_pages(pages: TextPages, context: ExportContext) -> bytes:
    """Return a PDF (A4) of pages of text; its foot says who printed it, when, and which page."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    # `invariant` keeps the machine's own time out of the file.
    canvas = Canvas(out, (_PAGE_WIDTH, _PAGE_HEIGHT), invariant=1)
    canvas.setTitle(clean(pages.what))
    canvas.setAuthor("")
    sheets = list(_sheets(pages))
    pen = _Pen(canvas, "".join(line for sheet in sheets for line, _ in sheet))
    for number, sheet in enumerate(sheets, 1):
        for row, (line, is_bold) in enumerate(sheet):
            pen.write(line, _TOP - row * _LINE, is_bold=is_bold)
        local = context.at.astimezone(context.zone)
        stamp = f"{local:%Y-%m-%d %H:%M} · {clean(context.login)} · {number} of {len(sheets)}"
        if pen.has_boxes:
            pen.write(_BOX, _FOOT + _LINE, is_bold=False)
        pen.write(stamp, _FOOT, is_bold=False)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


_Row = tuple[str, bool]
"""A line, and whether it is bold."""


def _sheets(pages: TextPages) -> Iterator[list[_Row]]:
    """Yield the rows of each page."""
    sheet: list[_Row] = [(_fit(pages.title), True), (_fit(pages.lead), False), ("", False)]
    for block in pages.blocks:
        rows = _rows_of(block)
        left = _ROWS - len(sheet)
        if len(rows) > left and (len(rows) <= _ROWS or left <= _FEWEST):
            yield sheet
            sheet = []
        while len(rows) > _ROWS - len(sheet):
            left = _ROWS - len(sheet)
            yield sheet + rows[:left]
            sheet, rows = [], rows[left:]
        sheet += [*rows, ("", False)] if rows else []
    yield sheet


def _rows_of(block: TextBlock) -> list[_Row]:
    title = [(_fit(block.title), True)] if block.title else []
    return [*title, *((_fit(line), False) for line in block.lines)]


def _fit(line: str) -> str:
    return line if count_cells(line) <= PAGE_CELLS else format_to_cells(line, PAGE_CELLS)


class _Pen:
    """Writes on a canvas, each letter in the cells that it has on the screen."""

    def __init__(self, canvas: "Canvas", text: str) -> None:
        """Take all that will be written, and find the fonts for it."""
        self._canvas = canvas
        self._setter = Typesetter(canvas)
        self._fonts = _fonts_for(frozenset(text))
        is_asian = any(script_of(sign) in _ASIAN for sign in set(text) - self._fonts.keys())
        self._has_asian = is_asian and _has_asian_font()
        self.has_boxes = False
        """Whether a letter could not be written."""
        self.has_boxes = any(not self._can_write(sign) for sign in set(text))

    def _can_write(self, sign: str) -> bool:
        is_drawn = sign in _BARS or sign in _SHADES or script_of(sign) is Script.TAMIL
        return is_drawn or is_latin(sign) or self._find_font(sign) != ""

    def write(self, line: str, y: float, *, is_bold: bool) -> None:
        """Write a line with its base at `y` points."""
        x = _LEFT
        for script, signs in groupby(line, script_of):
            run = "".join(signs)
            width = count_cells(run) * _CELL
            if script is Script.LATIN and run.strip():
                self._canvas.setFont("Courier-Bold" if is_bold else "Courier", _SIZE)
                self._canvas.drawString(x, y, run)
            elif script is Script.TAMIL:
                self._setter.write_drawn(x, y, run, _FOUND_SIZE, bold=is_bold, most=width)
            else:
                self._draw_signs(run, x, y)
            x += width

    def _draw_signs(self, run: str, x: float, y: float) -> None:
        """Draw signs one by one, each in its cells; a sign without one stands on the one before."""
        for sign in run:
            cells = count_cells(sign)
            self._draw(sign, x - (not cells) * _CELL, y, max(1, cells))
            x += cells * _CELL

    def _draw(self, sign: str, x: float, y: float, cells: int) -> None:
        canvas, bottom, width = self._canvas, y - 0.25 * _LINE, cells * _CELL
        if sign in _BARS:
            across, up = _BARS[sign]
            self._fill(_INK, x, bottom, across * width, up * _LINE)
        elif sign in _SHADES:
            self._fill(_SHADES[sign], x, bottom, width, _LINE)
        elif name := self._find_font(sign):
            canvas.setFont(name, _FOUND_SIZE)
            own = canvas.stringWidth(sign, name, _FOUND_SIZE)
            canvas.drawString(x + max(0.0, (width - own) / 2), y, sign)
        elif unicodedata.category(sign)[0] not in "MC":
            canvas.setLineWidth(0.4)
            canvas.rect(x + 0.7, y - 0.5, width - 1.4, 0.7 * _SIZE, stroke=1, fill=0)

    def _find_font(self, sign: str) -> str:
        """Return a font of this machine for a sign, or one that stands for such; empty without."""
        if sign in self._fonts:
            return str(self._fonts[sign].fontName)
        script = script_of(sign)
        return font_name(script) if self._has_asian and script in _ASIAN else ""

    def _fill(self, grey: float, x: float, y: float, width: float, height: float) -> None:
        """Draw an area; a thin line stays white above it, so that bars stand apart."""
        self._canvas.setFillGray(grey)
        self._canvas.rect(x, y, width, height - _GAP, stroke=0, fill=1)
        self._canvas.setFillGray(0)


def _is_shaped(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _SHAPED)


def _fonts_for(signs: frozenset[str]) -> dict[str, "TTFont"]:
    """Return a font of this machine for each sign that needs one and is found in one."""
    needed = {
        sign
        for sign in signs
        if not (is_latin(sign) or sign in _BARS or sign in _SHADES or _is_shaped(sign))
        and unicodedata.category(sign)[0] != "C"
    }
    found: dict[str, TTFont] = {}
    for path in _font_files() if needed else ():
        font = _read_font(path)
        if font is not None:
            glyphs = font.face.charToGlyph
            found |= {sign: font for sign in needed if ord(sign) in glyphs}
            needed -= found.keys()
        if not needed:
            break
    return found


def _has_asian_font() -> bool:
    """Return whether what prints here finds a font for Chinese, though PDF cannot take it in."""
    return any(_ASIAN_FONT.search(path.name) for path in _files("*.[ot]t[fc]"))


def _font_files() -> list[Path]:
    """Return the TrueType fonts of this machine, those with many scripts first."""
    return sorted(_files("*.tt[fc]"), key=_rank)[:_MOST_FONTS]


def _files(pattern: str) -> list[Path]:
    own = Path("~/.local/share/fonts").expanduser()
    files: list[Path] = []
    for folder in (*map(Path, _FONT_FOLDERS), own):
        with suppress(OSError):
            files += [path for path in folder.rglob(pattern) if path.is_file()]
    return files


def _rank(path: Path) -> tuple[int, str]:
    name = path.name.lower()
    first: Sequence[int] = [n for n, start in enumerate(_FIRST_FONTS) if name.startswith(start)]
    return (first[0] if first else len(_FIRST_FONTS), name)


def _read_font(path: Path) -> "TTFont | None":
    """Return a font that PDF takes, ready to be used; None for others."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        if path.stat().st_size > _LARGEST_FONT:
            return None
        font = TTFont(str(path), str(path))
    except (OSError, TTFError, ValueError, IndexError, KeyError, AssertionError):
        # A damaged font, or one whose letters are of another kind.
        return None
    pdfmetrics.registerFont(font)
    return font
