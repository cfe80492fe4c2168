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
_BESIDE, _LEAST_BESIDE = 46, 22
"""Columns of a screen that the text beside a large code keeps, and beside the smallest one."""
_ABOVE_AND_BELOW = 3
"""Rows of a screen that a code leaves to the foot."""


class QrCode(Widget):
    """Draws one code as large as the screen has room for; two halves of a cell by `▀`."""

    DEFAULT_CSS = """
    QrCode { width: auto; height: auto; background: #ffffff; color: #000000; }
    """

    def __init__(
        self,
        data: str,
        *,
        numeric: bool = False,
        below: int = 0,
        most: int | None = None,
        id: str | None = None,
    ) -> None:
        """`below`: how many rows what stands under the code takes; `most`: columns of a module."""
        super().__init__(id=id)
        self._modules = qr_matrix(data, numeric=numeric, quiet=_QUIET)
        self._below = below
        self._most = most
        self._quiet = _QUIET
        self._scale = 1

    def show(self, data: str, *, numeric: bool = False) -> None:
        """Draw another code in the same place."""
        self._modules = qr_matrix(data, numeric=numeric, quiet=_QUIET)
        self.refresh(layout=True)

    def on_resize(self) -> None:
        self._fit(self.screen.size)

    def has_room(self, screen: Size) -> bool:
        """Return whether the code, with the least quiet zone, fits on a screen beside its text."""
        modules = len(self._modules) - 2 * (_QUIET - _LEAST_QUIET)
        return modules <= min(2 * screen.height, screen.width - _LEAST_BESIDE)

    def _fit(self, screen: Size) -> None:
        """Choose how many columns, which are halves of rows too, a module has on a `screen`.

        Half of the quiet zone is left out where the screen is too small for all of it.
        """
        modules, rows = len(self._modules), screen.height - _ABOVE_AND_BELOW
        broad = (screen.width - _BESIDE) // modules
        high = 2 * (rows - self._below) // modules
        self._scale = max(1, min(broad, high, self._most or high))
        has_room = (modules + 1) // 2 <= rows and modules <= screen.width - _LEAST_BESIDE
        self._quiet = _QUIET if has_room else _LEAST_QUIET

    def _shown(self) -> tuple[tuple[bool, ...], ...]:
        """Return the modules with the quiet zone that is drawn now."""
        cut = _QUIET - self._quiet
        if not cut:
            return self._modules
        return tuple(row[cut:-cut] for row in self._modules[cut:-cut])

    @override
    def get_content_width(self, container: Size, viewport: Size) -> int:
        self._fit(viewport)
        return len(self._shown()) * self._scale

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._fit(viewport)
        return (len(self._shown()) * self._scale + 1) // 2

    def render_line(self, y: int) -> Strip:
        rows = self._shown()
        above, below = (2 * y) // self._scale, (2 * y + 1) // self._scale
        if above >= len(rows):
            return Strip.blank(self.size.width, Style(bgcolor=_LIGHT))
        upper = rows[above]
        lower = rows[below] if below < len(rows) else (False,) * len(upper)
        return Strip(
            Segment(
                "▀" * self._scale,
                Style(color=_DARK if over else _LIGHT, bgcolor=_DARK if under else _LIGHT),
            )
            for over, under in zip(upper, lower, strict=True)
        )
