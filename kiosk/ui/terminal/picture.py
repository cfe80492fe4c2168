"""Painting what the next screen will show before Textual has mounted it."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.strip import Strip

from kiosk.ui.terminal.filters import ControlFilter

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
"""A synchronised update, so that the terminal shows all rows at once."""
_GROUND = Color(0, 0, 0)


def paint_at_once(app: App[int], rows: Sequence[Strip]) -> None:
    """Write `rows` from the top of the terminal on, at once.

    Textual's own picture must follow, whole, as it does after every change of screens: nothing
    here tells the compositor what was written. A headless app has no terminal to write to.
    """
    driver = app._driver
    if driver is None or app.is_headless:
        return
    clean = ControlFilter()
    out = [_BEGIN]
    for number, row in enumerate(rows, start=1):
        segments: list[Segment] = clean.apply(list(row), _GROUND)
        out.append(f"\x1b[{number};1H{Strip(segments).render(app.console)}")
    out.append(_END)
    driver.write("".join(out))
    driver.flush()
