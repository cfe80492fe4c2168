"""Where a line may break between Chinese characters, and which signs never begin or end one."""

import re
from typing import Final

from rich import _wrap

_HAN: Final = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_OPENING: Final = "「『（《〈【"
"""Signs that stay with what comes after them."""
_CLOSING: Final = "」』）》〉】、，。：；！？,.:;!?"
"""Signs that stay with what stands before them (W3C, Requirements for Chinese Text Layout)."""
_PIECE: Final = re.compile(
    rf"\s*(?:[{_OPENING}]*(?:[{_HAN}][{_CLOSING}]*|[^\s{_HAN}{_OPENING}]+)|[{_OPENING}]+)\s*"
)
"""What stays on one line: a Chinese character with its signs, or a word of other letters.

In a text without Chinese it finds what Rich's own pattern finds.
"""


def break_between_han() -> None:
    """Let Rich, and so Textual, break Chinese lines where readers expect it; again does no harm.

    Rich takes all that stands between two blanks as one word, and cuts it wherever a line ends.
    """
    vars(_wrap)["re_word"] = _PIECE
