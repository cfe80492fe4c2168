"""How screens lay out text: a sheet that scrolls, pairs, progress, Markdown; and focus moves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


SCROLL_KEYS = frozenset({"pagedown", "space", "pageup", "home", "end"})
_STEP = 3
"""Rows that an arrow key moves a text."""


class Sheet(VerticalScroll, can_focus=False):
    """Scrolls by the screen's keys and by the "More" action, never with an animation."""

    @property
    def overflows(self) -> bool:
        """Whether there is more than fits."""
        return self.max_scroll_y > 0

    def read_on(self) -> None:
        """Show the next page, and the first one after the last."""
        if self.scroll_y >= self.max_scroll_y:
            self.scroll_home(animate=False)
        else:
            self.scroll_page_down(animate=False)

    def scroll_by_key(self, key: str) -> None:
        """Scroll by one of `SCROLL_KEYS`."""
        match key:
            case "pagedown" | "space":
                self.scroll_page_down(animate=False)
            case "pageup":
                self.scroll_page_up(animate=False)
            case "home":
                self.scroll_home(animate=False)
            case "end":
                self.scroll_end(animate=False)

    def scroll_by_arrow(self, direction: str) -> bool:
        """Move a text that holds nothing to focus up or down; return whether this did it."""
        holds_focusable = any(self in widget.ancestors for widget in self.screen.focus_chain)
        if direction not in ("up", "down") or not self.overflows or holds_focusable:
            return False
        self.scroll_relative(y=_STEP if direction == "down" else -_STEP, animate=False)
        return True


def neighbour(screen: Screen[None], direction: str) -> Widget | None:
    """Return the focusable widget nearest to the focus in `direction`.

    `direction` is "up", "down", "left" or "right"; without a focus, the first widget is meant.
    None where nothing lies that way.
    """
    chain = [widget for widget in screen.focus_chain if widget.region.area]
    here = screen.focused
    if here is None or here not in chain:
        return chain[0] if chain else None
    best: tuple[float, Widget] | None = None
    for widget in chain:
        distance = _distance(here.region, widget.region, direction)
        if widget is not here and distance is not None and (best is None or distance < best[0]):
            best = (distance, widget)
    return best[1] if best else None


def _distance(here: Region, there: Region, direction: str) -> float | None:
    """Return how far `there` lies from `here` in `direction`; None where it lies elsewhere."""
    along = {
        "up": here.y - there.bottom + 1,
        "down": there.y - here.bottom + 1,
        "left": here.x - there.right + 1,
        "right": there.x - here.right + 1,
    }[direction]
    if along <= 0:
        return None
    vertical = direction in ("up", "down")
    aside = abs(here.center[0] - there.center[0]) if vertical else abs(here.y - there.y) * 4
    return along * 4 + aside


def pairs(rows: Sequence[tuple[str, str]]) -> Table:
    """Return (label, text) as a table; what does not fit goes on below the text."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for label, text in rows:
        table.add_row(Text(label), Text(text))
    return table


_CELLS = 40


class Progress(Static):
    """Two lines; before anything is counted the bar is empty."""

    DEFAULT_CSS = """
    Progress { height: auto; color: $primary; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)

    def show(self, doing: str, done: int, of: int) -> None:
        """Show that `done` of `of` are `doing`, such as "Writing"; `of` is 0 until it is known."""
        full = _CELLS * done // of if of else 0
        counted = f"{done:,} of {of:,}" if of else ""
        self.update(f"{'█' * full}{'░' * (_CELLS - full)}\n{doing} {counted}".rstrip())


class _Themed:
    """Draws Markdown with styles of its own."""

    def __init__(self, markdown: str, styles: dict[str, str]) -> None:
        # A syntax highlighter comes with it, which the first screen does not wait for.
        from rich.markdown import Markdown
        from rich.theme import Theme

        self._text = Markdown(markdown, hyperlinks=False)
        self._theme = Theme(styles)

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        with console.use_theme(self._theme):
            yield from console.render(self._text, options)


class Prose(Static):
    """The text of our own files; Textual's Markdown widget takes ten times as long."""

    def __init__(self, markdown: str, styles: dict[str, str], *, id: str | None = None) -> None:
        super().__init__(_Themed(markdown, styles), id=id, markup=False)
