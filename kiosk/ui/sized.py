"""How a screen takes the look of its terminal's size, and keeps its focus while that is tiny."""

from textual.geometry import Size
from textual.widget import Widget

from kiosk.ui.terminal.app import LockedScreen

_TOO_SMALL = ("-slim", "-flat")
"""Classes of sizes at which a sentence stands for the whole page."""


class Sized(LockedScreen):
    """Marks itself with a class for its width and one for its height."""

    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (56, "-narrow"), (72, "-normal"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-short"), (22, "-mid"), (32, "-tall")]
    _hidden: Widget | None = None
    """What had the focus before the terminal became too small."""

    def dress(self, size: Size) -> None:
        """Take the look of a terminal of `size` before the first picture, so that nothing moves.

        Textual sets the same classes, but only once the screen has been drawn.
        """
        for room, points in (
            (size.width, self.HORIZONTAL_BREAKPOINTS),
            (size.height, self.VERTICAL_BREAKPOINTS),
        ):
            self.add_class([name for least, name in points if room >= least][-1])

    @property
    def is_too_small(self) -> bool:
        """Whether a sentence stands for the whole page."""
        return any(self.has_class(name) for name in _TOO_SMALL)

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """Remember what loses the focus because the page is hidden; no other field may get it."""
        if self.is_too_small and self.focused is widget and widget.is_attached:
            self._hidden = widget
            self.set_focus(None)
        else:
            super()._reset_focus(widget, avoiding)

    def on_resize(self) -> None:
        self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        """Give the focus back once the page is there again."""
        if self._hidden is not None and not self.is_too_small:
            if self.focused is None and self._hidden.is_attached:
                self.set_focus(self._hidden)
            self._hidden = None
