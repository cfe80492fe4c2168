"""The last net in front of the terminal: no text that is drawn can steer it.

Textual writes the text of segments as it is, so a control in a name would act on the terminal.
It sets no window title (8.2.8), so segments are the only way there.
"""

import re
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from typing_extensions import override

_STEERING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
"""C0 and C1 controls, bidirectional controls, line separators, tags and lone surrogates."""


class ControlFilter(LineFilter):
    """Takes steering characters, control segments and links out of every drawn line.

    All of them have no width, so what stays keeps its place.
    """

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_harmless(segment) for segment in segments if not segment.control]


def _harmless(segment: Segment) -> Segment:
    text, style, _ = segment
    steers = _STEERING.search(text)
    if steers is None and (style is None or not style.link):
        return segment
    return Segment(_STEERING.sub("", text) if steers else text, _unlinked(style))


def _unlinked(style: Style | None) -> Style | None:
    # A terminal would open the address on a click.
    return style.update_link(None) if style is not None and style.link else style
