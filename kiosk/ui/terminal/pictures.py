"""Shows Tamil on terminals that can show pictures: in each frame, phrases become pictures.

Widgets hold the sentence itself, which Rich measures in cells (`widths`). Here, past all widgets,
each phrase is drawn into just those cells, in the colours in force, and its letters never reach
the terminal.
"""

import re
from base64 import standard_b64encode
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import compress

from rich._palettes import EIGHT_BIT_PALETTE
from rich.cells import cached_cell_len, cell_len

from kiosk.content.shaping import draw_fitted, needs_shaping
from kiosk.errors import SetupError
from kiosk.ui.terminal.answers import CanShow
from kiosk.ui.terminal.widths import hold_places
from kiosk.ui.theme import CALM

Colour = tuple[int, int, int]

_AFTER: Final = "[.,;:!?)%…”’]*"
_LETTERS: Final = f"[(“‘]?[\u0b80-\u0bff][\u0b80-\u0bff\u200c\u200d]*{_AFTER}"
_NUMBER: Final = rf"[0-9]+(?: / [0-9]+|[.,:][0-9]+)*{_AFTER}"
_WORDS: Final = re.compile(f"({_LETTERS}(?:[ -](?:{_LETTERS}|{_NUMBER}))*)")
"""Words with single blanks between them, and numbers among them, which the font has too.

Two blanks are a column's edge.
"""
_PIECE: Final = re.compile(r"\x1b\[([0-?]*)[ -/]*([@-~])|([^\x00-\x1f\x7f]+)")
_BESIDE: Final = b"\x1b[?8452h"
"""The cursor stays beside a sixel picture, so that one on the last row scrolls nothing (xterm)."""
_MOST_BYTES: Final = 2 << 20
"""Of pictures that are kept to be shown again: many screens full."""


class Style(NamedTuple):
    """What the select-graphic-rendition sequences so far ask for."""

    ink: Colour
    ground: Colour
    bold: bool = False
    reverse: bool = False
    underlined: bool = False
    """The blanks under a picture are, so another picture is needed for it to be sent again."""


class Placed(NamedTuple):
    """A picture on the screen."""

    first: int
    """Its first column."""
    after: int
    """The column after its last one."""
    key: tuple[str, int, Style]
    number: int
    """Its id in Kitty's protocol, where it stays until it is taken away by it."""


def _colour(token: str) -> Colour:
    value = CALM[token]
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


PLAIN: Final = Style(_colour("foreground"), _colour("background"))
"""What stands for the terminal's own colours; the app draws all of its cells in colours."""


class WordPictures:
    """Turns what is written to a terminal into what it is sent; for the thread that writes."""

    def __init__(self) -> None:
        self._shows: CanShow | None = None
        self._kept: dict[tuple[str, int, Style], bytes] = {}
        self._kept_bytes = 0
        self._style = PLAIN
        self._row = self._column = 0
        self._placed: dict[int, list[Placed]] = {}
        """By row; Textual often draws a screen several times, and each picture is sent once."""
        self._last_number = 0

    def show(self, shows: CanShow) -> bytes:
        """Show pictures from now on; return what to send first."""
        self.forget()
        self._shows = shows
        return _BESIDE if shows.protocol == "sixel" else b""

    def forget(self) -> None:
        """Let go of all pictures that are kept: a visit has ended, and names may be among them."""
        self._kept.clear()
        self._kept_bytes = 0
        cached_cell_len.cache_clear()

    def clear(self) -> bytes:
        """Return what takes all pictures off the screen, before it is drawn as a whole."""
        had_any = bool(self._placed) and self._is_kitty
        self._placed.clear()
        return b"\x1b_Ga=d,d=A,q=2\x1b\\" if had_any else b""

    @property
    def _is_kitty(self) -> bool:
        return self._shows is not None and self._shows.protocol == "kitty"

    def encode(self, output: str) -> bytes:
        """Return the bytes to send for what is written."""
        if self._shows is None or not (self._placed or needs_shaping(output)):
            return hold_places(output).encode("utf-8", errors="replace")
        sent = bytearray()
        end = 0
        for piece in _PIECE.finditer(output):
            sent += output[end : piece.start()].encode("utf-8", errors="replace")
            end = piece.end()
            parameters, final, text = piece.groups()
            if text:
                self._write_text(sent, text)
                continue
            sent += piece.group().encode()
            if final == "m":
                self._style = _styled(self._style, parameters)
            elif final == "H":
                self._row, self._column = _place(parameters)
            elif final == "J":
                self._placed.clear()
            elif final == "C":
                self._column += int(parameters or 1)
        return bytes(sent + output[end:].encode("utf-8", errors="replace"))

    def _write_text(self, sent: bytearray, text: str) -> None:
        for number, part in enumerate(_WORDS.split(text)):
            width = cell_len(part)
            is_drawn = number % 2 == 1 and width > 0 and self._draw(sent, part, width)
            if part and not is_drawn:
                sent += self._cleared(width)
                sent += hold_places(part).encode("utf-8", errors="replace")
            self._column += width

    def _draw(self, sent: bytearray, text: str, width: int) -> bool:
        """Send a phrase as a picture; return False where it cannot be drawn."""
        style = self._style
        if style.reverse:
            style = style._replace(ink=style.ground, ground=style.ink, reverse=False)
        key = (text, width, style)
        first, after = self._column, self._column + width
        if any(one[:3] == (first, after, key) for one in self._placed.get(self._row, ())):
            sent += b"\x1b[%dC" % width
            return True
        picture = self._picture(key)
        if not picture:
            return False
        sent += self._cleared(width)
        self._last_number = self._last_number % 0xFFFFFF + 1
        placed = Placed(first, after, key, self._last_number)
        self._placed.setdefault(self._row, []).append(placed)
        if self._is_kitty:
            picture = kitty(picture, self._size(width), width, placed.number)
        sent += b"\x1b7%s\x1b8%s\x1b8\x1b[%dC" % (b" " * width, picture, width)
        return True

    def _cleared(self, width: int) -> bytes:
        """Take note that the next cells are overwritten; return what clears them for it."""
        placed = self._placed.get(self._row)
        if not placed:
            return b""
        first, after = self._column, self._column + width
        hit = [one for one in placed if one.first < after and first < one.after]
        for one in hit:
            placed.remove(one)
        if not placed:
            del self._placed[self._row]
        numbers = [one.number for one in hit] if self._is_kitty else []
        return b"".join(b"\x1b_Ga=d,d=I,i=%d,q=2\x1b\\" % number for number in numbers)

    def _size(self, width: int) -> tuple[int, int]:
        """Return width and height in pixels of so many cells."""
        cell = (0, 0) if self._shows is None else self._shows.cell
        return width * cell[0], cell[1]

    def _picture(self, key: tuple[str, int, Style]) -> bytes:
        """Return a phrase's picture, empty where it cannot be drawn; Kitty's without its frame."""
        picture = self._kept.get(key)
        if picture is None and self._shows is not None:
            text, width, style = key
            try:
                pixels = draw_fitted(text, width, self._shows.cell, bold=style.bold)
            except (ImportError, OSError, SetupError, ValueError):
                return b""
            if self._is_kitty:
                picture = standard_b64encode(compress(_inked(pixels, style.ink)))
            else:
                picture = sixel(pixels, self._size(width), style.ink, style.ground)
            self._keep(key, picture)
        return picture or b""

    def _keep(self, key: tuple[str, int, Style], picture: bytes) -> None:
        if self._kept_bytes + len(picture) > _MOST_BYTES:
            self.forget()
        self._kept[key] = picture
        self._kept_bytes += len(picture)


def _place(parameters: str) -> tuple[int, int]:
    """Return row and column, from 1, of a cursor position."""
    row, _, column = parameters.partition(";")
    return int(row or 1), int(column or 1)


@lru_cache(maxsize=512)
def _styled(style: Style, parameters: str) -> Style:
    """Return the style after a select-graphic-rendition sequence."""
    codes = iter([int(code) if code.isdigit() else 0 for code in parameters.split(";")])
    for code in codes:
        match code:
            case 0:
                style = PLAIN
            case 1 | 22:
                style = style._replace(bold=code == 1)
            case 4 | 24:
                style = style._replace(underlined=code == 4)
            case 7 | 27:
                style = style._replace(reverse=code == 7)
            case 38 | 39:
                style = style._replace(ink=PLAIN.ink if code == 39 else _coded(codes, style.ink))
            case 48 | 49:
                ground = PLAIN.ground if code == 49 else _coded(codes, style.ground)
                style = style._replace(ground=ground)
            case _:
                style = _with_basic_colour(style, code)
    return style


def _coded(codes: Iterator[int], former: Colour) -> Colour:
    kind = next(codes, 0)
    if kind == 2:
        red, green, blue = (next(codes, 0) & 255 for _ in range(3))
        return red, green, blue
    return _numbered(next(codes, 0) & 255) if kind == 5 else former


def _with_basic_colour(style: Style, code: int) -> Style:
    number = code % 10 + (8 if code >= 90 else 0)
    if code // 10 in (3, 9) and code % 10 < 8:
        return style._replace(ink=_numbered(number))
    if code // 10 in (4, 10) and code % 10 < 8:
        return style._replace(ground=_numbered(number))
    return style


def _numbered(number: int) -> Colour:
    red, green, blue = EIGHT_BIT_PALETTE[number]
    return red, green, blue


_SHADES: Final = 8
_SHADE: Final = bytes(round(value * (_SHADES - 1) / 255) for value in range(256))
"""Shade from 0 (ground) to 7 (ink) by pixel."""
_BAND: Final = 6
"""Rows of pixels that one row of sixels holds."""
_SAME: Final = re.compile(rb"(.)\1{3,}", re.DOTALL)


def sixel(pixels: bytes, size: tuple[int, int], ink: Colour, ground: Colour) -> bytes:
    """Return a picture as sixel graphics (DEC STD 070); what has no ink stays transparent."""
    width, height = size
    shades = pixels.translate(_SHADE)
    out = bytearray(b'\x1bP0;1;0q"1;1;%d;%d' % size)
    for shade in range(1, _SHADES):
        parts = (g + (i - g) * shade / (_SHADES - 1) for i, g in zip(ink, ground, strict=True))
        out += b"#%d;2;%d;%d;%d" % (shade, *(round(part * 100 / 255) for part in parts))
    for top in range(0, height, _BAND):
        bits: dict[int, bytearray] = {}
        for row in range(top, min(top + _BAND, height)):
            line = shades[row * width : (row + 1) * width]
            for column in [at for at, shade in enumerate(line) if shade]:
                band = bits.setdefault(line[column], bytearray(b"?") * width)
                band[column] += 1 << (row - top)
        out += b"$".join(b"#%d%s" % (shade, _packed(band)) for shade, band in bits.items())
        out += b"-" if top + _BAND < height else b""
    return bytes(out + b"\x1b\\")


def _packed(band: bytearray) -> bytes:
    """Return a row of sixels with runs of the same as their number (DECGRI)."""
    return _SAME.sub(lambda run: b"!%d%s" % (len(run[0]), run[1]), band.rstrip(b"?"))


_CHUNK: Final = 4096
_EVEN: Final = bytes(shade * 255 // (_SHADES - 1) for shade in _SHADE)
"""Pixels in as few shades, which take half the bytes."""


def _inked(pixels: bytes, ink: Colour) -> bytes:
    """Return a picture of one colour whose pixels are how far each covers what is under it."""
    coloured = bytearray(4 * len(pixels))
    for place, part in enumerate(ink):
        coloured[place::4] = bytes((part,)) * len(pixels)
    coloured[3::4] = pixels.translate(_EVEN)
    return bytes(coloured)


def kitty(packed: bytes, size: tuple[int, int], width: int, number: int) -> bytes:
    """Return a picture (RGBA, zlib, Base64) for Kitty's graphics protocol, `width` cells wide."""
    head = b"a=T,f=32,o=z,s=%d,v=%d,c=%d,r=1,C=1,q=2,i=%d," % (*size, width, number)
    parts = [packed[at : at + _CHUNK] for at in range(0, len(packed), _CHUNK)]
    return b"".join(
        b"\x1b_G%sm=%d;%s\x1b\\" % (head if place == 0 else b"q=2,", place + 1 < len(parts), part)
        for place, part in enumerate(parts)
    )
