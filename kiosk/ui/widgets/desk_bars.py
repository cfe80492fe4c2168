"""The foot of the desk's screens: every key that does something here, each to be clicked too."""

from collections.abc import Callable, Sequence
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

from kiosk.ui.screen import AskingScreen
from kiosk.ui.widgets.list import cell

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "f10": "F10",
    "left": "←",
    "right": "→",
}
_SPACINGS = ((2, 2), (2, 1), (0, 2), (0, 1))
"""Blanks around a key's sign, and between two keys: the first that needs the fewest rows."""
_EVER = float("-inf")
Place = tuple[int, int, "Key"]
"""The left edge of a key on its row, its width, and the key."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what it does in a word or two, and what runs then."""

    name: str
    """A lower-case letter or sign, or "enter", "escape", "space"."""
    words: str
    do: Callable[[], None]

    @property
    def label(self) -> str:
        """The key as it is printed on a keyboard."""
        return _NAMES.get(self.name, self.name.upper())

    @property
    def types(self) -> bool:
        """Whether the key is a character that a field would take."""
        return len(self.name) == 1

    def cells(self, around: int) -> int:
        """Its width when drawn with so many blanks around its sign."""
        return cell_len(self.label) + around + 1 + cell_len(self.words)


class KeyLine(Widget):
    """Draws keys in as few rows as they need, the last key at the right end of the last row.

    They move closer together before they take another row.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keyline--key"}
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: auto; background: $panel; color: $foreground; }
    KeyLine > .keyline--key { background: $primary; color: $surface; text-style: bold; }
    """

    class Clicked(Message):
        """A key was clicked."""

        def __init__(self, key: Key) -> None:
            super().__init__()
            self.key = key

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__()
        self._legend = tuple(keys)
        self._moved_at = _EVER
        """When a key came, went or changed last, in seconds of the app's clock."""
        self._changed_at: dict[str, float] = {}
        """When a key that was there got to do something else, by its name."""

    def show_keys(self, keys: Sequence[Key]) -> None:
        """Show other keys."""
        keys = tuple(keys)
        before, self._legend = self._legend, keys
        if [(k.name, k.words) for k in before] != [(k.name, k.words) for k in keys]:
            self.refresh(layout=True)
            self._note_change({key.name: key.words for key in before})

    def changed_at(self, name: str) -> float:
        """Return when a key got to do something else, in seconds of the app's clock."""
        return self._changed_at.get(name, _EVER)

    def _note_change(self, before: dict[str, str]) -> None:
        screen = self.screen
        if isinstance(screen, AskingScreen):
            self._moved_at = now = screen.monotonic()
            changed = (k.name for k in self._legend if before.get(k.name, k.words) != k.words)
            self._changed_at |= dict.fromkeys(changed, now)

    def _places(self, width: int) -> tuple[int, list[list[Place]]]:
        """Return the blanks around a sign, and the rows of keys."""
        spacings = [(around, self._rows(width, around, gap)) for around, gap in _SPACINGS]
        return min(spacings, key=lambda spaced: len(spaced[1]))

    def _rows(self, width: int, around: int, gap: int) -> list[list[Place]]:
        margin = max(1, (width - 118) // 2 + 1)
        rows: list[list[Place]] = [[]]
        left = margin
        for key in self._legend:
            cells = key.cells(around)
            if rows[-1] and left + cells > width - margin:
                _, beside, other = rows[-1][-1]
                rows.append([])
                left = margin
                fits = beside + gap + cells <= width - 2 * margin
                if key is self._legend[-1] and len(rows[-2]) > 1 and fits:
                    rows[-2].pop()  # the last key does not stand alone
                    rows[-1].append((margin, beside, other))
                    left += beside + gap
            rows[-1].append((left, cells, key))
            left += cells + gap
        if len(self._legend) > 1:
            edge, cells, key = rows[-1][-1]
            rows[-1][-1] = (max(edge, width - margin - cells), cells, key)
        return rows

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._places(width)[1])

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        ground = self.rich_style
        chip = self.get_component_rich_style("keyline--key")
        around, rows = self._places(width)
        segments: list[Segment] = []
        at = 0
        for left, cells, key in rows[y] if y < len(rows) else ():
            sign = key.label.center(len(key.label) + around)
            segments += (
                Segment(" " * (left - at), ground),
                Segment(sign, chip),
                Segment(f" {key.words}", ground),
            )
            at = left + cells
        segments.append(Segment(" " * max(0, width - at), ground))
        return Strip(segments).crop(0, width)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        screen = self.screen
        if isinstance(screen, AskingScreen) and not screen.takes_presses(self._moved_at):
            return
        _, rows = self._places(self.size.width)
        for left, cells, key in rows[int(event.y)] if event.y < len(rows) else ():
            if left <= event.x < left + cells:
                self.post_message(self.Clicked(key))


@dataclass(frozen=True, slots=True)
class TabLabel:
    """One view of several."""

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

        def __init__(self, tab: TabLabel) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tabs: Sequence[TabLabel], shown: str) -> None:
        """Take the letter of the tab that is shown."""
        super().__init__()
        self._tabs = tuple(tabs)
        self._letter = shown

    def show(self, letter: str) -> None:
        """Mark another tab as shown."""
        if letter != self._letter:
            self._letter = letter
            self.refresh()

    def _places(self, width: int) -> list[list[tuple[int, TabLabel, str]]]:
        """Return the rows, each of tabs with their left edges and words."""
        is_wide = sum(_cells(tab.words) for tab in self._tabs) <= width
        rows: list[list[tuple[int, TabLabel, str]]] = [[]]
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
    """Return the width of a tab in cells: a blank, its letter, a blank, the words, a blank."""
    return cell_len(words) + 4


@dataclass(frozen=True, slots=True)
class Ends:
    """What stands at the left and at the right."""

    left: str
    right: str
    short: str
    """For the right end where there is little room."""


class TopLine(Widget):
    """One row, on a tall screen three; a text at each end, the right one with a short form."""

    DEFAULT_CSS = """
    TopLine {
        dock: top; height: 1; background: $primary; color: $surface; text-style: bold;
    }
    """

    def __init__(self, ends: "Ends") -> None:
        super().__init__()
        self._ends = ends

    def show(self, ends: "Ends") -> None:
        """Show other text; nothing is drawn where it is the same."""
        if ends != self._ends:
            self._ends = ends
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y != self.size.height // 2:
            return Strip.blank(width, self.rich_style)
        margin = max(1, (width - 118) // 2 + 1)
        room = width - 2 * margin
        left, right = self._ends.left, self._ends.right
        if cell_len(left) + 2 + cell_len(right) > room:
            right = self._ends.short
        text = " " * margin + cell(left, max(0, room - cell_len(right) - 1)) + " " + right
        return Strip([Segment(cell(text, width), self.rich_style)], width)
