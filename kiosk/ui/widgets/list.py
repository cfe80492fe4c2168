"""A long list with columns and a cursor; only the rows in view are ever drawn."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Literal, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kiosk.ui.screen import AskingScreen

GAP = 2
"""Blank cells between two columns."""
Tone = Literal["", "strong", "done"]
End = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a listing; widths are in cells."""

    title: str
    width: int
    """What its texts usually need."""
    least: int = 0
    """What it may shrink to; 0: it never shrinks."""
    rank: int = 0
    """Columns of the highest rank leave first where there is no room; 0 stays for good."""
    grows: bool = False
    """Whether it takes a share of what is left over."""
    right: bool = False
    """Whether it is aligned to the right, as numbers are."""
    keeps: End | None = None
    """Which end of its texts stays where they are cut, as long as they still differ from each
    other; None: the start, even where they then read alike.
    """

    @property
    def floor(self) -> int:
        """The least width it is drawn with."""
        return min(self.least or self.width, self.width)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is drawn: a cleaned text for each column, and how much it matters."""

    cells: tuple[str, ...]
    tone: Tone = ""
    """strong: bold; done: its first text is struck through."""
    warned: int | None = None
    """The place of the text that tells what is late or wrong: bold, in the colour of warnings."""


def fit(columns: Sequence[Column], room: int) -> tuple[int, ...]:
    """Return the width of each column in `room` cells, gaps not counted; 0 for those that leave.

    What remains is spread evenly over the shrunken ones, then over those that grow.
    """
    shown = list(range(len(columns)))
    while len(shown) > 1 and _needed([columns[i] for i in shown]) > room:
        leaving = [i for i in shown if columns[i].rank]
        if not leaving:
            break
        shown.remove(max(leaving, key=lambda i: (columns[i].rank, i)))
    widths = [columns[i].floor if i in shown else 0 for i in range(len(columns))]
    left = room - _needed([columns[i] for i in shown])
    while left > 0 and (short := [i for i in shown if widths[i] < columns[i].width]):
        for i in short[:left]:
            widths[i] += 1
        left -= len(short[:left])
    growing = [i for i in shown if columns[i].grows]
    for turn, i in enumerate(growing):
        more = max(0, left) // (len(growing) - turn)
        widths[i] += more
        left -= more
    return tuple(widths)


def cell(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` in exactly `width` cells, with an ellipsis where it is cut."""
    text = _cut_end(text, width)
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def cut_apart(texts: Collection[str], width: int, keeps: End) -> dict[str, str]:
    """Return how each text is written in up to `width` cells, so that as many as can be differ.

    The end that `keeps` names stays where that is enough; else what all begin with is cut, the
    other end, or the middle.
    """
    long = [text for text in texts if cell_len(text) > width]
    alike = _common_words(long)
    ways: list[Callable[[str, int], str]] = [
        _cut_end,
        partial(_cut_alike, alike, _cut_end),
        _cut_start,
        _cut_middle,
        partial(_cut_alike, alike, _cut_middle),
    ]
    if keeps == "end":
        ways[0], ways[2] = ways[2], ways[0]
    found = ({text: way(text, width) for text in long} for way in ways)
    short = {text: text for text in texts if cell_len(text) <= width}
    whole = len(set(texts))
    best: dict[str, str] = {}
    for cuts in found:
        cells = short | cuts
        if len(set(cells.values())) > len(set(best.values())):
            best = cells
        if len(set(best.values())) == whole:
            break
    return best


def _common_words(texts: Sequence[str]) -> str:
    """Return what all the texts begin with, in whole words; nothing where there is but one."""
    if len(texts) < 2:
        return ""
    first, last = min(texts), max(texts)
    same = next(
        (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    return first[: first.rfind(" ", 0, same) + 1]


def _cut_end(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1).rstrip()}…" if width else ""


def _cut_start(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    start = len(text)
    while start and cell_len(text[start - 1 :]) < width:
        start -= 1
    while start < len(text) and not cell_len(text[start]):
        start += 1  # a sign on a letter that is cut
    return f"…{text[start:].lstrip()}" if width else ""


def _cut_middle(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    half = width // 2
    return f"{_cut_end(text, width - half)}{_cut_start(text, half + 1)[1:]}" if width > 1 else "…"


def _cut_alike(alike: str, cut: Callable[[str, int], str], text: str, width: int) -> str:
    """Return `text` without what it begins with alike, as far as needed, then `cut`."""
    rest = f"…{text.removeprefix(alike)}" if alike else text
    return _cut_start(text, width) if cell_len(rest) <= width else cut(rest, width)


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.floor for column in columns) + GAP * max(0, len(columns) - 1)


__all__ = ["Line", "Listing"]

Item = TypeVar("Item")
_MARGIN = 2
"""Cells at the left, where the cursor's sign stands, and at the right."""
_WHEEL = 3
"""Rows that a turn of the wheel moves."""


class Listing(ScrollView, Generic[Item]):
    """Shows any number of items, one row each; keeps the cursor on its item when they change."""

    can_focus = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "listing--head", "listing--row", "listing--strong", "listing--warned", "listing--done",
        "listing--cursor", "listing--resting",
    }  # fmt: skip
    DEFAULT_CSS = """
    Listing {
        height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1;
        background: $surface; color: $foreground;
    }
    Listing > .listing--head { background: $background; color: $foreground; text-style: bold; }
    Listing > .listing--row { background: $surface; color: $foreground; }
    Listing > .listing--strong { text-style: bold; }
    Listing > .listing--warned { color: $warning; text-style: bold; }
    Listing > .listing--done { text-style: strike; }
    Listing > .listing--cursor { background: $primary; color: $surface; text-style: bold; }
    Listing > .listing--resting { background: $panel; color: $foreground; text-style: bold; }
    """

    class Moved(Message):
        """The cursor stands on another item."""

        def __init__(self, listing: "Listing[Any]", key: Hashable) -> None:
            super().__init__()
            self.listing = listing
            self.key = key
            """The key of the item under the cursor."""

        @property
        def control(self) -> "Listing[Any]":
            """The listing, for `@on` selectors."""
            return self.listing

    class Chosen(Moved):
        """Enter or a second click: the item is to be opened."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        key: Callable[[Item], Hashable],
        draw: Callable[[Item], Line],
        empty: str = "",
        has_head: bool = True,
        id: str | None = None,
    ) -> None:
        """Take how items differ (`key`), how to draw one, and the text of an empty list.

        `has_head`: whether the titles of the columns stand above the rows.
        """
        super().__init__(id=id)
        self._shape = tuple(columns)
        self._key_of = key
        self._line_of = draw
        self._if_empty = empty
        self._above = 1 if has_head else 0
        """Rows above the first item."""
        self._items: Sequence[Item] = ()
        self._place_of: dict[Hashable, int] = {}
        self._at = 0
        self._came_at = float("-inf")
        """When another item came under the cursor by itself, in seconds of the app's clock."""
        self._drawn: dict[int, tuple[Line | None, bool]] = {}
        """By place: the line that was drawn there, and whether the cursor stood on it."""
        self._texts: dict[int, frozenset[str]] = {}
        """By column that `keeps` an end: all its texts."""
        self._cuts: dict[tuple[int, int], dict[str, str]] = {}
        """By such a column and its width: how its texts are cut."""

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self._items[self._at] if self._at < len(self._items) else None

    @property
    def chosen_key(self) -> Hashable:
        """The key of the item under the cursor; None in an empty list."""
        current = self.current
        return None if current is None else self._key_of(current)

    def set_rows(self, items: Sequence[Item]) -> None:
        """Show `items`; the cursor stays on its item, or in its place where that has gone."""
        before, at = self.chosen_key, self._at
        self._items = items
        self._place_of = {self._key_of(item): place for place, item in enumerate(items)}
        self._at = self._place_of.get(before, min(at, max(0, len(items) - 1)))
        self._measure()
        if self._at != at:
            self._keep_in_view()
        self._read_texts()
        self._redraw_changed()
        if self.chosen_key != before:
            self._note_change()
        if before is not None and self.chosen_key != before:
            self.post_message(self.Moved(self, self.chosen_key))

    def set_empty(self, text: str) -> None:
        """Show another text while the list is empty."""
        if text != self._if_empty:
            self._if_empty = text
            self.refresh()

    def move_to(self, key: Hashable) -> None:
        """Put the cursor on the item with `key`, if it is in the list."""
        if key in self._place_of:
            self._go(self._place_of[key])

    def choose(self) -> None:
        """Post that the item under the cursor is meant, once it can have been read there."""
        screen = self.screen
        is_early = isinstance(screen, AskingScreen) and not screen.takes_presses(self._came_at)
        if self.current is not None and not is_early:
            self.post_message(self.Chosen(self, self.chosen_key))

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self._items) - 1))
        if place == self._at or not self._items:
            return
        self._at = place
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Moved(self, self.chosen_key))

    @property
    def _page(self) -> int:
        """Rows of items that fit."""
        return max(1, self.size.height - self._above)

    def _measure(self) -> None:
        size = Size(self.size.width, len(self._items) + self._above)
        if size != self.virtual_size:
            self.virtual_size = size

    def _keep_in_view(self) -> None:
        top = int(self.scroll_offset.y)
        least, most = self._at - self._page + 1, self._at
        if not least <= top <= most and self.size.height:
            wanted = most if top > most else least
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)

    def _redraw_changed(self) -> None:
        """Repaint the rows in view that read differently now."""
        top = int(self.scroll_offset.y)
        in_view = range(top, top + self._page)
        self._drawn = {place: drawn for place, drawn in self._drawn.items() if place in in_view}
        for place in in_view:
            if (self._line(place), place == self._at) != self._drawn.get(place):
                self.refresh(Region(0, place - top + self._above, self.size.width, 1))

    def _read_texts(self) -> None:
        """Read the texts whose cuts depend on each other; repaint all where they are others."""
        places = [place for place, column in enumerate(self._shape) if column.keeps]
        lines = [self._line_of(item) for item in self._items] if places else []
        texts = {place: frozenset(line.cells[place] for line in lines) for place in places}
        if texts != self._texts:
            self._texts, self._cuts = texts, {}
            self.refresh()

    def _cut(self, place: int, text: str, width: int) -> str:
        """Return the text of a column in up to `width` cells."""
        keeps = self._shape[place].keeps
        if keeps is None or cell_len(text) <= width:
            return text
        if (place, width) not in self._cuts:
            self._cuts[place, width] = cut_apart(self._texts.get(place, ()), width, keeps)
        return self._cuts[place, width].get(text, text)

    def _line(self, place: int) -> Line | None:
        return self._line_of(self._items[place]) if place < len(self._items) else None

    def on_resize(self) -> None:
        self._measure()
        self._keep_in_view()

    def on_focus(self) -> None:
        self._note_change()
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _note_change(self) -> None:
        """Another item came under the cursor, or the keys came here, by no move of the cursor."""
        if self.is_attached and isinstance(self.screen, AskingScreen):
            self._came_at = self.screen.monotonic()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        widths = fit(self._shape, width - 2 * _MARGIN)
        if y < self._above:
            titles = tuple(column.title for column in self._shape)
            head = self.get_component_rich_style("listing--head")
            return self._strip("", Line(titles), widths, head)
        place = int(self.scroll_offset.y) + y - self._above
        row = self.get_component_rich_style("listing--row")
        line = self._line(place)
        self._drawn[place] = (line, place == self._at)
        if line is None:
            text = self._if_empty if not self._items and y == self._above else ""
            return Strip([Segment(" " * _MARGIN + cell(text, width - _MARGIN), row)], width)
        if place == self._at:
            name = "cursor" if self.has_focus else "resting"
            style = row + self.get_component_rich_style(f"listing--{name}")
            return self._strip("›", line, widths, style)
        marked: dict[int, Style] = {}
        if line.tone == "done":  # its first text alone: why something is off has to be readable
            first = next((n for n, wide in enumerate(widths) if wide), 0)
            marked[first] = row + self._toned("done")
        if line.warned is not None:
            marked[line.warned] = row + self._toned("warned")
        style = row + self._toned("strong") if line.tone == "strong" else row
        return self._strip("", line, widths, style, marked)

    def _toned(self, name: str) -> Style:
        return self.get_component_rich_style(f"listing--{name}", partial=True)

    def _strip(
        self,
        sign: str,
        line: Line,
        widths: tuple[int, ...],
        style: Style,
        marked: Mapping[int, Style] = MappingProxyType({}),
    ) -> Strip:
        """Return a row in one style, but for the texts at the places that are `marked`."""
        parts = [(cell(sign, _MARGIN), style)]
        used = _MARGIN
        for place, (text, width) in enumerate(zip(line.cells, widths, strict=True)):
            if not width:
                continue
            if used > _MARGIN:
                parts.append((" " * GAP, style))
            drawn = cell(self._cut(place, text, width), width, right=self._shape[place].right)
            words = drawn.rstrip()
            parts += [(words, marked.get(place, style)), (drawn[len(words) :], style)]
            used += width + GAP * (used > _MARGIN)
        parts.append((" " * max(0, self.size.width - used), style))
        return Strip([Segment(*part) for part in parts if part[0]]).crop(0, self.size.width)

    def on_key(self, event: events.Key) -> None:
        steps = {
            "up": -1, "down": 1, "pageup": -self._page, "pagedown": self._page,
            "home": -len(self._items), "end": len(self._items),
        }  # fmt: skip
        if event.key in steps:
            event.stop()
            self._go(self._at + steps[event.key])
        elif event.key == "enter":
            event.stop()
            self.choose()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        place = int(self.scroll_offset.y) + int(event.y) - self._above
        if event.y < self._above or place >= len(self._items):
            return
        if place == self._at:
            self.choose()
        else:
            self._go(place)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._turn(event, _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._turn(event, -_WHEEL)

    def _turn(self, event: events.MouseEvent, rows: int) -> None:
        event.prevent_default().stop()  # Textual's own way is animated
        self.scroll_relative(y=rows, animate=False, immediate=True)
