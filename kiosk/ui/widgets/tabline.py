"""A line of views of one list: each with its letter, the one that is shown inverted whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Tab:
    """One view."""

    letter: str
    """Lower case; the screen takes the key."""
    words: str
    short: str
    """Where there is little room."""


class TabLine(Widget):
    """Draws tabs in one row where they fit in long or short words, in several where not."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tabline--shown", "tabline--letter"}
    DEFAULT_CSS = """
    TabLine { height: auto; background: $background; color: $foreground; }
    TabLine > .tabline--letter { color: $primary; background: $background; text-style: bold; }
    TabLine > .tabline--shown { background: $primary; color: $surface; text-style: bold; }
    """

    class Clicked(Message):
        """A tab was clicked."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tabs: Sequence[Tab], shown: str) -> None:
        """Take the letter of the tab that is shown."""
        super().__init__()
        self._tabs = tuple(tabs)
        self._letter = shown

    def show(self, letter: str) -> None:
        """Mark another tab as shown."""
        if letter != self._letter:
            self._letter = letter
            self.refresh()

    def _places(self, width: int) -> list[list[tuple[int, Tab, str]]]:
        """Return the rows, each of tabs with their left edges and words."""
        is_wide = sum(_cells(tab.words) for tab in self._tabs) <= width
        rows: list[list[tuple[int, Tab, str]]] = [[]]
        left = 0
        for tab in self._tabs:
            words = tab.words if is_wide else tab.short
            if rows[-1] and left + _cells(words) > width:
                rows.append([])
                left = 0
            rows[-1].append((left, tab, words))
            left += _cells(words)
        return rows

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._places(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        rows = self._places(width)
        segments: list[Segment] = []
        for _, tab, words in rows[y] if y < len(rows) else ():
            is_shown = tab.letter == self._letter
            style = self.get_component_rich_style("tabline--shown") if is_shown else self.rich_style
            letter = style if is_shown else self.get_component_rich_style("tabline--letter")
            segments.append(Segment(f" {tab.letter.upper()}", letter))
            segments.append(Segment(f" {words} ", style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        rows = self._places(self.size.width)
        for left, tab, words in rows[int(event.y)] if event.y < len(rows) else ():
            if left <= event.x < left + _cells(words):
                self.post_message(self.Clicked(tab))


def _cells(words: str) -> int:
    """The width of a tab: a blank, its letter, a blank, the words, a blank."""
    return cell_len(words) + 4
