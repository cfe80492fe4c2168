"""One card in the middle: the text of a result, drawn as a whole by one widget."""

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from kiosk.content.braille import LARGE, LARGEST, SMALL, USUAL, braille_lines
from kiosk.ui.theme import THEMES

_WIDEST = 64
_ROOMY = (72, 16)
"""Columns and rows from which on the card has generous margins."""
_LARGE, _LARGEST = (100, 26), 112
"""Columns and rows from which on the card fills most of the screen, and how wide it gets."""
_AROUND = 3
"""Rows of ground above and below a large card."""
_TICK = (
    "                  ▄█▄",
    "                ▄███▀",
    "  ▄█▄         ▄███▀",
    "  ▀███▄     ▄███▀",
    "    ▀███▄ ▄███▀",
    "      ▀█████▀",
    "        ▀█▀",
)
"""Of a large card whose news are good, to be seen from a metre away."""


@dataclass(frozen=True, slots=True)
class CardText:
    """The text of a card, and the token of the theme that colours its title and bar."""

    title: str
    lines: tuple[str, ...]
    note: str
    """The last line, for example when the screen clears."""
    colour: str = "success"
    large: str = ""
    """Its main sentence in a language whose letters have to be drawn, or empty."""


def card_rows(text: CardText, theme: str, size: tuple[int, int], console: Console) -> list[Strip]:
    """Return the rows of an area of `size` (columns, rows) with the card in its middle."""
    columns, rows = size
    tokens = THEMES[theme]
    large = columns >= _LARGE[0] and rows >= _LARGE[1]
    roomy = columns >= _ROOMY[0] and rows >= _ROOMY[1]
    width = min(_LARGEST, columns - 12) if large else min(_WIDEST, columns - 2)
    indent = 8 if large else 4 if roomy else 2
    paper = Style(bgcolor=tokens["surface"], color=tokens["foreground"])
    title = Style(bgcolor=tokens["surface"], color=tokens[text.colour], bold=True)
    bar = Style(bgcolor=tokens["surface"], color=tokens[text.colour])
    ground = Style(bgcolor=tokens["background"])

    lines = [(line, title) for line in _wrapped(text.title, width - 2 * indent, console)]
    if large and text.colour == "success":
        lines = [*((line, bar) for line in _TICK), ("", paper), ("", paper), *lines]
    for part in ("", *text.lines, "", text.note):
        lines += [(line, paper) for line in _wrapped(part, width - 2 * indent, console)]
        lines += [("", paper)] * large
    room = rows - len(lines) - (2 if roomy else 0)
    lines = [*_large_rows(text.large, width - 2 * indent, room, title), *lines]
    if roomy:
        lines = [("", paper), *lines, ("", paper)]
    left = (columns - width) // 2
    if large:
        spare = max(0, (rows - len(lines)) // 2 - _AROUND)
        lines = [*[("", paper)] * spare, *lines, *[("", paper)] * spare]
    top = max(0, rows - len(lines)) // 2
    drawn = [Strip([Segment(" " * columns, ground)]) for _ in range(rows)]
    for offset, (line, style) in enumerate(lines[:rows]):
        padded = " " * (indent - 1) + line
        padded += " " * (width - 1 - cell_len(padded))
        drawn[top + offset] = Strip(
            [
                Segment(" " * left, ground),
                Segment("▌", bar),
                Segment(padded, style),
                Segment(" " * (columns - left - width), ground),
            ]
        )
    return drawn


def _large_rows(text: str, width: int, room: int, style: Style) -> list[tuple[str, Style]]:
    """Return the rows of a drawn sentence with a blank one, if they fit in `room` rows."""
    for height in (LARGEST, LARGE, USUAL, SMALL) if text else ():
        if 0 < len(drawn := braille_lines(text, width, height)) < room:
            return [*((line, style) for line in drawn), ("", style)]
    return []


def _wrapped(line: str, width: int, console: Console) -> list[str]:
    """Return `line` in pieces of at most `width` cells; an empty line stays one."""
    return [piece.plain.rstrip() for piece in Text(line).wrap(console, width)] or [""]


class Card(Widget):
    """Fills its area with ground and draws the card in the middle of it."""

    DEFAULT_CSS = """
    Card { width: 100%; height: 1fr; }
    """

    def __init__(self, text: CardText, theme: str) -> None:
        super().__init__()
        self.text = text
        """What is drawn."""
        self._theme = theme
        self._rows: list[Strip] = []
        self._drawn_for = (0, 0)

    def render_line(self, y: int) -> Strip:
        size = (self.size.width, self.size.height)
        if size != self._drawn_for:
            self._rows = card_rows(self.text, self._theme, size, self.app.console)
            self._drawn_for = size
        return self._rows[y] if y < len(self._rows) else Strip.blank(size[0])
