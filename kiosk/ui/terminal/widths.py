"""Widths on which terminals and Rich agree: the vowel signs of Tamil and its sisters.

Rich counts a vowel sign that stands beside its letter as no cell. Xterm, foot, alacritty, konsole
and tmux count one, kitty none; all that follows on the row would stand elsewhere.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from rich import cells
from rich._unicode_data import load
from rich.cells import CellTable, cell_len

_INDIC: Final = range(0x0900, 0x0E00)
_BESIDE: Final = "".join(chr(c) for c in _INDIC if unicodedata.category(chr(c)) == "Mc")
_SIGN: Final = re.compile(f"[{_BESIDE}\u200d]")
"""A vowel sign; or the joiner of an emoji, which some terminals draw as one and others in parts."""
_WIDE: Final = "\u0b86\u0b8a\u0b94\u0ba3\u0bb7\u0bb8\u0bb9\u0bca\u0bcb\u0bcc"
"""Letters and signs of Tamil that its fonts draw far wider than the others; they count two cells,
so that a picture of a phrase fits into what is counted for it."""
_PHRASE: Final = re.compile(r"\x1b\[[0-?]*[@-~]|[^\x00-\x20]+(?: [^\x00-\x20]+)*")
"""A control sequence; or text, as far as the next control or the next two blanks."""


def count_vowel_signs() -> None:
    """Let Rich, and so Textual, count one cell for each or two; again does no harm."""
    names = vars(cells)
    if names["load_cell_table"] is not _table:
        names["load_cell_table"] = _table  # where every measure of Rich looks it up
        cells.get_character_cell_size.cache_clear()
        cells.cached_cell_len.cache_clear()


def hold_places(output: str) -> str:
    """Return what is written to a terminal so that no such sign moves what comes after it.

    The cells are cleared, the text is drawn from their left edge, and the cursor goes where
    they end by our count, whatever the terminal's own count is.
    """
    return _PHRASE.sub(_held, output) if _SIGN.search(output) else output


def _held(phrase: re.Match[str]) -> str:
    text = phrase.group()
    if not _SIGN.search(text):
        return text
    count = cell_len(text)
    return f"\x1b7\x1b[{count}X{text}\x1b8\x1b[{count}C"


@cache
def _table(version: str = "auto") -> CellTable:
    """Return Rich's widths with one cell for each sign, and two for what is wide."""
    usual = load(version)
    widths: list[tuple[int, int, int]] = []
    for first, last, width in usual.widths:
        if width or last < _INDIC.start or first >= _INDIC.stop:
            widths.append((first, last, width))
        else:
            widths += [(c, c, 0) for c in range(first, last + 1) if chr(c) not in _BESIDE]
    widths += [(ord(c), ord(c), 2) for c in _WIDE]
    return CellTable(usual.unicode_version, tuple(sorted(widths)), usual.narrow_to_wide)
