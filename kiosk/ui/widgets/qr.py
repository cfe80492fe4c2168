"""A QR code on the screen: black on white in half blocks, with its quiet zone."""

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from kiosk.content.qr import qr_matrix

_DARK = Color.from_rgb(0, 0, 0)
_LIGHT = Color.from_rgb(255, 255, 255)
_QUIET = 4
"""Modules of quiet zone that ISO/IEC 18004 asks for."""
_LEAST_QUIET = 2
"""What every reader tried still took, for the smallest screens."""


class QrCode(Widget):
    """Draws one code; two modules a cell, `▀` with a colour for each half."""

    DEFAULT_CSS = """
    QrCode { width: auto; height: auto; background: #ffffff; color: #000000; }
    """

    def __init__(self, data: str, *, numeric: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._modules = qr_matrix(data, numeric=numeric, quiet=_QUIET)
        self._quiet = _QUIET

    def show(self, data: str, *, numeric: bool = False) -> None:
        """Draw another code in the same place."""
        self._modules = qr_matrix(data, numeric=numeric, quiet=_QUIET)
        self.refresh(layout=True)

    def on_resize(self) -> None:
        """Leave out half of the quiet zone where the screen is too low for all of it."""
        self._fit(self.screen.size.height)

    def has_room(self, rows: int) -> bool:
        """Return whether the code, with the least quiet zone, fits in so many rows."""
        return len(self._modules) - 2 * (_QUIET - _LEAST_QUIET) <= 2 * rows

    def _fit(self, rows: int) -> None:
        full = (len(self._modules) + 1) // 2
        self._quiet = _QUIET if full <= rows - 3 else _LEAST_QUIET

    def _shown(self) -> tuple[tuple[bool, ...], ...]:
        """Return the modules with the quiet zone that is drawn now."""
        cut = _QUIET - self._quiet
        if not cut:
            return self._modules
        return tuple(row[cut:-cut] for row in self._modules[cut:-cut])

    @override
    def get_content_width(self, container: Size, viewport: Size) -> int:
        self._fit(viewport.height)
        return len(self._shown())

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._fit(viewport.height)
        return (len(self._shown()) + 1) // 2

    def render_line(self, y: int) -> Strip:
        rows = self._shown()
        if 2 * y >= len(rows):
            return Strip.blank(self.size.width, Style(bgcolor=_LIGHT))
        upper = rows[2 * y]
        lower = rows[2 * y + 1] if 2 * y + 1 < len(rows) else (False,) * len(upper)
        return Strip(
            Segment(
                "▀",
                Style(color=_DARK if above else _LIGHT, bgcolor=_DARK if below else _LIGHT),
            )
            for above, below in zip(upper, lower, strict=True)
        )
