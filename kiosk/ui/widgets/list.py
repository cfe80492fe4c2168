"""A long list with columns and a cursor; only the rows in view are ever drawn."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
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
Tone = Literal["", "strong", "due", "done"]


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

    @property
    def floor(self) -> int:
        """The least width it is drawn with."""
        return min(self.least or self.width, self.width)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is drawn: a cleaned text for each column, and how much it matters."""

    cells: tuple[str, ...]
    tone: Tone = ""
    """strong: bold; due: bold in the colour of warnings; done: its first text is struck through."""


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
    if cell_len(text) > width:
        text = f"{set_cell_size(text, max(0, width - 1)).rstrip()}…" if width else ""
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def lay(columns: Sequence[Column], texts: Sequence[str], widths: Sequence[int]) -> tuple[str, str]:
    """Return the first text that is shown, and the rest of the row with all its blanks."""
    parts = [
        cell(text, width, right=column.right)
        for text, width, column in zip(texts, widths, columns, strict=True)
        if width
    ]
    row = (" " * GAP).join(parts)
    first = parts[0].rstrip() if parts else ""
    return first, row[len(first) :]


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
        "listing--head", "listing--row", "listing--strong", "listing--due", "listing--done",
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
    Listing > .listing--due { color: $warning; text-style: bold; }
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
            return self._strip("", titles, widths, self.get_component_rich_style("listing--head"))
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
            return self._strip("›", line.cells, widths, style)
        toned = row
        if line.tone:
            toned += self.get_component_rich_style(f"listing--{line.tone}", partial=True)
        rest = row if line.tone == "done" else toned  # why something is off has to be readable
        return self._strip("", line.cells, widths, rest, toned)

    def _strip(
        self,
        sign: str,
        cells: tuple[str, ...],
        widths: tuple[int, ...],
        style: Style,
        first: Style | None = None,
    ) -> Strip:
        width = self.size.width
        head, rest = lay(self._shape, cells, widths)
        left, right = cell(sign, _MARGIN), cell(rest, width - _MARGIN - cell_len(head))
        parts = ((left, style), (head, first or style), (right, style))
        return Strip([Segment(*part) for part in parts if part[0]], width)

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
