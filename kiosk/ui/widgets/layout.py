"""How screens lay out text: a sheet that scrolls, pairs, progress, Markdown; and focus moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import DockArrangeResult, WidgetPlacement
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from kiosk.content.braille import LARGE, LARGEST, SMALL, USUAL
from kiosk.ui.widgets.buttons import Tile
from kiosk.ui.widgets.large_text import LargeText, PageRole

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


SCROLL_KEYS = frozenset({"pagedown", "space", "pageup", "home", "end"})
_STEP = 3
"""Rows that an arrow key moves a text."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """How high the lines of drawn text are on a page, in dots; 0 where they are left out."""

    heading: int
    tiles: int
    lines: int
    """Of a tile: its title alone, or what is under it too."""
    sentence: int
    lead: int

    def of(self, role: PageRole) -> int:
        """Return the height for a sentence by what it is on its page."""
        return {
            PageRole.HEADING: self.heading,
            PageRole.SENTENCE: self.sentence,
            PageRole.LEAD: self.lead,
        }[role]


_DRAWN: tuple[_Drawn, ...] = (
    _Drawn(LARGEST, LARGE, 2, USUAL, USUAL),
    _Drawn(LARGE, USUAL, 2, USUAL, SMALL),
    _Drawn(USUAL, SMALL, 2, SMALL, SMALL),
    _Drawn(USUAL, SMALL, 1, SMALL, 0),
    _Drawn(SMALL, SMALL, 1, SMALL, 0),
    _Drawn(0, SMALL, 1, SMALL, 0),
    _Drawn(0, SMALL, 1, 0, 0),
    _Drawn(USUAL, 0, 1, SMALL, 0),
    _Drawn(SMALL, 0, 1, SMALL, 0),
    _Drawn(0, 0, 1, SMALL, 0),
    _Drawn(SMALL, 0, 1, 0, 0),
    _Drawn(0, 0, 1, 0, 0),
)
"""From the most a page can show to nothing: what can be pressed goes before what it is about."""
_PAGED_TILES, _PAGED_TEXT = _Drawn(0, SMALL, 1, 0, 0), _Drawn(SMALL, 0, 1, 0, SMALL)
"""What is drawn on a page of tiles, and on one of text, that may be longer than the screen."""
_ROWS_TO_PAGE = 24
"""Rows of a terminal from which on a page may be longer than it by what is drawn."""


class Sheet(VerticalScroll, can_focus=False):
    """Scrolls by the screen's keys and by the "More" action, never with an animation."""

    pages_tiles = False
    """Whether its tiles are rather drawn on several pages than left out."""

    @override
    def arrange(self, size: Size, optimal: bool = False) -> DockArrangeResult:
        """Place what stands on the page, with drawn text as large as all of it has room for.

        It is found anew at every layout, from the room and the texts alone, for what is arranged
        is kept for each size, and what is drawn is not. So a layout follows another one at most
        once: the same room and texts find the same heights, and nothing changes any more.
        """
        children = [one for one in self.displayed_children if _is_drawn(one)]
        before = [_heights(widget) for widget in children]
        if children:
            self._fit_drawn(size)
        for widget, heights in zip(children, before, strict=True):
            if _heights(widget) != heights:
                widget.refresh(layout=True)
        return super().arrange(size, optimal)

    def _fit_drawn(self, size: Size) -> None:
        """Draw on a page of `size` cells what it has room for."""
        children, viewport = self.displayed_children, self.app.viewport_size
        may_be_longer = viewport.height >= _ROWS_TO_PAGE
        for drawn in _DRAWN:
            if may_be_longer and self.pages_tiles and not drawn.tiles:
                break
            _set_heights(children, drawn)
            if _fit(children, size, viewport):
                return
        if may_be_longer:
            has_tiles = any(isinstance(widget, Tiles) for widget in children)
            _set_heights(children, _PAGED_TILES if has_tiles else _PAGED_TEXT)

    class Measured(Message):
        """Its text or its room has another size, or another part of the text is in view."""

    def on_mount(self) -> None:
        for name in ("virtual_size", "scroll_y"):
            self.watch(self, name, self._note_measure, init=False)

    def on_resize(self) -> None:
        self._note_measure()

    def _note_measure(self) -> None:
        self.post_message(self.Measured())

    @property
    def overflows(self) -> bool:
        """Whether there is more than fits."""
        return self.max_scroll_y > 0

    def read_on(self) -> None:
        """Show the next page, and the first one after the last; a tile is not shown in part."""
        if self.scroll_y >= self.max_scroll_y:
            self.scroll_home(animate=False)
            return
        top, bottom = self.scroll_y, self.scroll_y + self.container_size.height
        places = [
            tile.virtual_region.translate(tiles.virtual_region.offset)
            for tiles in self.query(Tiles)
            for tile in tiles.tiles
        ]
        cut = [place.y for place in places if top < place.y < bottom < place.bottom]
        if cut:
            self.scroll_to(y=cut[0], animate=False)
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


def _is_drawn(widget: Widget) -> bool:
    if isinstance(widget, Tiles):
        return any(tile.large for tile in widget.tiles)
    return isinstance(widget, LargeText)


def _heights(widget: Widget) -> tuple[int, ...]:
    """Return what is drawn of one child of a page, as numbers that differ where it does."""
    if isinstance(widget, Tiles):
        return tuple(tile.large_height * tile.large_lines for tile in widget.tiles)
    return (widget.height,) if isinstance(widget, LargeText) else ()


def _set_heights(children: Sequence[Widget], drawn: _Drawn) -> None:
    for widget in children:
        if isinstance(widget, LargeText):
            widget.height = drawn.of(widget.role)
        elif isinstance(widget, Tiles):
            for tile in widget.tiles:
                tile.large_height, tile.large_lines = drawn.tiles, drawn.lines


def _fit(widgets: Sequence[Widget], container: Size, viewport: Size) -> bool:
    """Return whether `widgets` fit on a page one below another, tiles at their least.

    What would not fit in any case is not measured, for it need not be drawn then.
    """
    taken, below = 0, 0
    for widget in widgets:
        margin = widget.styles.margin
        width = container.width - margin.width - widget.gutter.width
        taken += max(margin.top, below) + widget.gutter.height
        below = margin.bottom
        if isinstance(widget, Tiles):
            taken += widget.least_rows(width)
        else:
            taken += _rows_of_one(widget, container, viewport, width)
        if taken > container.height:
            return False
    return taken + below <= container.height


def _rows_of_one(widget: Widget, container: Size, viewport: Size, width: int) -> int:
    height, most = widget.styles.height, widget.styles.max_width
    if height is not None and height.cells:
        return height.cells
    if most is not None and most.cells:
        width = min(width, most.cells)
    return widget.get_content_height(container, viewport, width)


def _least_height(tile: Tile) -> int:
    """Return the least rows of a tile by the style sheet, 0 where it sets none."""
    least = tile.styles.min_height
    return int(least.cells or 0) if least is not None else 0


_HEIGHTS = (3, 12)
"""Rows of a tile: what a finger hits, and what still looks like one thing to press."""
_AIRY = 5
"""Rows of a tile before it shares more room with the gap to the next one."""


class Tiles(Widget):
    """A page's tiles, as high as the page has room for, and all of one height if it can be.

    `grid-size` says how many columns there are, and `grid-gutter` how far apart they may stand.
    """

    DEFAULT_CSS = """
    Tiles { height: auto; width: 100%; grid-size: 2; grid-gutter: 1 2; }
    """

    def __init__(
        self,
        *,
        brief: bool = False,
        heights: tuple[int, int] = _HEIGHTS,
        id: str | None = None,
    ) -> None:
        """Take the least and the most rows of a tile.

        `brief`: whether the second lines may be left out where not all of them have room.
        """
        super().__init__(id=id)
        self._least, self._most = heights
        self._may_be_brief = brief
        self._are_brief = False
        """Whether they were, when they were placed last."""

    @override
    def arrange(self, size: Size, optimal: bool = False) -> DockArrangeResult:
        """Place the tiles by the room there is now, and by nothing that was found before."""
        needed = self._needed_in(size.width, size.height)
        brief = any(tile.is_brief for tile in self.tiles)
        if brief != self._are_brief:
            self._are_brief = brief
            for tile in self.tiles:
                tile.refresh()
        regions = self._regions(size.width, *self._aired(needed, size.height))
        placements = [
            WidgetPlacement(region, NULL_OFFSET, Spacing(), tile)
            for tile, region in zip(self.displayed_children, regions, strict=False)
        ]
        return DockArrangeResult(placements, set(self.displayed_children), Spacing())

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of all tiles, with as much air as what else the page shows leaves."""
        page = container.height + self.styles.margin.height
        room = page - self._rows_of_others(container, viewport)
        heights, gap = self._aired(self._needed_in(width, room), room)
        return sum(heights) + gap * (len(heights) - 1) if heights else 0

    def _needed_in(self, width: int, room: int) -> list[int]:
        """Return the rows that each row of tiles needs, brief where they do not fit otherwise."""
        needed = self._needed(width, brief=False)
        least = self._least_gap * (len(needed) - 1)
        if self._may_be_brief and not self._are_large and sum(needed) + least > room:
            return self._needed(width, brief=True)
        return needed

    def _aired(self, needed: list[int], room: int) -> tuple[list[int], int]:
        """Return the rows of each row of tiles, and of the gaps between, with all the air."""
        aired = needed, self._least_gap
        for gap in range(self._least_gap, self.styles.grid_gutter_horizontal + 1):
            high = min(self._most, (room + gap) // len(needed) - gap) if needed else 0
            if needed and high >= max(*needed, _AIRY * (gap - 1)):
                aired = [high] * len(needed), gap
        return aired

    @property
    def tiles(self) -> list[Tile]:
        """The tiles that are shown."""
        return [tile for tile in self.displayed_children if isinstance(tile, Tile)]

    def least_rows(self, width: int) -> int:
        """Return the rows of all tiles with the least air."""
        needed = self._needed(width, brief=self._may_be_brief and not self._are_large)
        return sum(needed) + self._least_gap * (len(needed) - 1)

    @property
    def _least_gap(self) -> int:
        """The least blank rows between two tiles.

        Drawn letters reach to the edges of theirs; large ones are there to be hit with ease.
        """
        return int(self._are_large or any(tile.large_height for tile in self.tiles))

    @property
    def _are_large(self) -> bool:
        """Whether the style sheet sets how high a tile is at least, however long the page gets."""
        return any(_least_height(tile) for tile in self.tiles)

    def _regions(self, width: int, heights: list[int], gap: int) -> list[Region]:
        """Return the place of each tile in `width` cells, by the rows of each row of them."""
        columns, beside = self._columns()
        edges = [(width + beside) * column // columns for column in range(columns + 1)]
        regions, top = [], 0
        for height in heights:
            for left, right in pairwise(edges):
                regions.append(Region(left, top, right - beside - left, height))
            top += height + gap
        return regions

    def _columns(self) -> tuple[int, int]:
        """Return how many columns there are, and how many cells lie between two."""
        return max(1, self.styles.grid_size_columns), self.styles.grid_gutter_vertical

    def _needed(self, width: int, *, brief: bool) -> list[int]:
        """Return the rows that each row of tiles needs for its text; set what is left out."""
        columns, beside = self._columns()
        cells = (width + beside) // columns - beside
        for tile in self.tiles:
            tile.is_brief = brief
        rows = [max(self._least, _least_height(tile), tile.rows_for(cells)) for tile in self.tiles]
        return [max(rows[start : start + columns]) for start in range(0, len(rows), columns)]

    def _rows_of_others(self, container: Size, viewport: Size) -> int:
        """Return how many rows of the page the tiles do not have, their own margin included."""
        taken, below = 0, 0
        for widget in self.parent.displayed_children if self.parent else ():
            margin = widget.styles.margin
            taken += max(margin.top, below)
            below = margin.bottom
            if widget is not self:
                width = container.width - margin.width - widget.gutter.width
                taken += widget.get_content_height(container, viewport, width)
                taken += widget.gutter.height
        return taken + below


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
        self.markdown = markdown
        """The text as it was given."""
