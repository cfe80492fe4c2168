"""What makes a screen well laid out, as lists of offences in words."""

import re
from collections import Counter
from itertools import combinations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.visitor.screen import BesideCodeScreen
from kiosk.ui.widgets.buttons import Action, Pressable, Tile
from kiosk.ui.widgets.inputs import Choice, Field
from kiosk.ui.widgets.large_text import LargeText
from kiosk.ui.widgets.layout import Prose, Sheet
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.touch_keyboard import TouchKeys
from kiosk.ui.widgets.visitor_bar import Bar
from tests.support.contrast import ratio
from tests.support.pictures import Cell, cells
from tests.support.screens import Visitor

LEAST_CONTRAST = 7.0
ROWS, COLUMNS, NARROW_COLUMNS = 3, 20, 15
"""The least size of a button, in cells; the narrower one on screens narrower than 80."""
NAME_COLUMNS = 5
"""Of the name of a language in the foot, which can be taken back by the next tap."""
SHORT = 24
"""Rows below which the foot stands beside the code."""


def _leaves(visitor: Visitor) -> list[Widget]:
    kinds = (Static, Pressable, Field, Bar, TouchKeys, QrCode, LargeText)
    found = [one for one in visitor.screen.walk_children(Widget) if isinstance(one, kinds)]
    return [one for one in found if one.display and all(up.display for up in one.ancestors)]


def _region(widget: Widget) -> Region:
    return widget.screen.find_widget(widget).region


def cut_off(visitor: Visitor) -> list[str]:
    """What does not stand wholly on the screen or in its scrolling page."""
    page = next(iter(visitor.screen.query("#page")), None)
    offences = []
    for widget in _leaves(visitor):
        place = widget.screen.find_widget(widget)
        region, seen = place.region, place.visible_region
        scrolls = page is not None and page in widget.ancestors
        inside = seen.width == region.width if scrolls and seen.area else seen == region
        if scrolls and page is not None and not seen.area:
            inside = region.x >= page.region.x and region.right <= page.region.right
        if not inside or (not region.area and not _is_silent(widget)):
            offences.append(f"{widget!r} at {region}, seen {seen}")
    return offences


def _is_silent(widget: Widget) -> bool:
    return isinstance(widget, Static | LargeText) and not str(widget.render())


def out_of_reach(visitor: Visitor) -> list[str]:
    """Pages that are longer than the screen, with no button that shows the rest."""
    longer = [page for page in visitor.screen.query("#page") if page.max_scroll_y > 0]
    more = [one for one in visitor.screen.query("#more") if one.display]
    return [] if more else [f"{page!r} by {page.max_scroll_y}" for page in longer]


def scrolls_for_nothing(visitor: Visitor) -> list[str]:
    """Pages that scroll although what stands on them would fit with less air."""
    offences = []
    for page in visitor.screen.query(Sheet):
        rows: set[int] = set()
        for widget in _leaves(visitor):
            if page in widget.ancestors and not _is_silent(widget):
                region = widget.content_region
                least = ROWS if isinstance(widget, Pressable) else region.height
                if isinstance(widget, Tile):
                    least = max(least, widget.rows_for(widget.outer_size.width))
                    # Drawn letters reach to the edges of their tile.
                    rows |= {region.y - 1} if widget.large_height else set()
                rows |= set(range(region.y, region.y + least))
        if page.overflows and len(rows) <= page.container_size.height:
            offences.append(f"{page!r} scrolls by {page.max_scroll_y} for {len(rows)} rows")
    return offences


def says_more_wrongly(visitor: Visitor) -> list[str]:
    """A button for the rest of a page that is whole, or none for one that is not."""
    longer = any(page.overflows for page in visitor.screen.query(Sheet))
    more = any(one.display for one in visitor.screen.query("#more"))
    return [f"more: {more}, longer: {longer}"] if more and not longer else []


def out_of_sight(visitor: Visitor) -> list[str]:
    """A line to turn to, or what sending means, that has to be scrolled to."""
    screen = visitor.screen
    must = list(screen.query("HelpNowScreen .staff, HelpNowScreen Tile"))
    if any(send.display for send in screen.query("#send")):
        must += screen.query("#consent")
    seen = visitor.regions()
    return [f"{one!r}" for one in must if seen.get(one) != one.region]


def _wanted(widget: Widget) -> tuple[str, str]:
    """Return the words of a widget, and those it may leave out where there is little room."""
    if isinstance(widget, Tile):
        return (
            (widget.label, widget.more)
            if widget.is_brief
            else (f"{widget.label} {widget.more}", "")
        )
    if isinstance(widget, Action):
        return widget.label, ""
    if isinstance(widget, Choice):
        return widget.title, ""
    return str(widget.render()), ""


def _is_plain(widget: Widget) -> bool:
    """Say whether it holds words, and no table whose cells are wrapped one by one."""
    return not isinstance(widget, Static) or isinstance(widget.render(), str | Content)


_CELLS = re.compile("[\u2800-\u28ff]")
"""What is drawn beside the words of a widget, a test of its own."""
_MARKS = str.maketrans("▌█╭╮╰╯─│", "        ")
"""Bars and frames, which are no words."""


def _drawn(widget: Widget) -> str:
    size = widget.outer_size
    lines = widget.render_lines(Region(0, 0, size.width, size.height))
    text = " ".join(line.text for line in lines).translate(_MARKS)
    return " ".join(_CELLS.sub(" ", text).split())


def _squeezed(text: str) -> str:
    return "".join(text.split())


def torn(visitor: Visitor) -> list[str]:
    """Texts of which something is missing, or of which a word is broken although it would fit."""
    offences = []
    for widget in _leaves(visitor):
        if isinstance(
            widget, Prose | Field | Bar | TouchKeys | QrCode | LargeText
        ) or not _is_plain(widget):
            continue
        (words, more), drawn = _wanted(widget), _drawn(widget)
        allowed = {_squeezed(words), _squeezed(words + more)}
        without_marks = _squeezed(drawn)
        if isinstance(widget, Choice):
            without_marks = without_marks[without_marks.index(")" if "(" in drawn else "]") + 1 :]
        width = widget.content_size.width
        broken = [
            word
            for word in words.split()
            if cell_len(word) <= width and word not in drawn and word.isascii()
        ]
        if without_marks not in allowed or broken:
            offences.append(f"{widget!r}: {words!r} {more!r} is drawn as {drawn!r}")
    return offences


def too_small(visitor: Visitor) -> list[str]:
    """Buttons that are hard to hit."""
    columns = visitor.screen.size.width
    least = COLUMNS if columns >= 80 else NARROW_COLUMNS
    offences = []
    for widget in _leaves(visitor):
        if isinstance(widget, Pressable):
            width, height = _region(widget).size
            if width < least or height < ROWS:
                offences.append(f"{widget!r} is {width}x{height}")
        if isinstance(widget, Bar) and widget.size.height <= ROWS:
            offences += _small_in_foot(widget, least)
    return offences


def _small_in_foot(foot: Bar, least: int) -> list[str]:
    """The parts of the foot that are narrow, and the names of languages in its middle one."""
    parts: Counter[str] = Counter()
    names = {}
    for slot in foot.slots():
        parts[slot.part] += slot.cells
        if slot.code:
            names[slot.code] = slot.cells
    return [
        *(f"foot: {part} {cells}" for part, cells in parts.items() if cells < least),
        *(f"foot: {code} {cells}" for code, cells in names.items() if cells < NAME_COLUMNS),
    ]


def overlapping(visitor: Visitor) -> list[str]:
    """What covers something else."""
    seen = {one: one.screen.find_widget(one).visible_region for one in _leaves(visitor)}
    return [
        f"{one!r} {seen[one]} and {other!r} {seen[other]}"
        for one, other in combinations(seen, 2)
        if seen[one].intersection(seen[other]).area
    ]


def foot_elsewhere(visitor: Visitor) -> list[str]:
    """A foot that is not where it is on every other screen."""
    columns, rows = visitor.screen.size
    if isinstance(visitor.screen, BesideCodeScreen) and rows < SHORT:
        return []
    region = _region(visitor.screen.query_one(Bar))
    usual = Region(0, rows - ROWS, columns, ROWS)
    return [] if region == usual else [f"foot at {region}, not {usual}"]


def at_the_edge(visitor: Visitor) -> list[str]:
    """Sentences that touch the left or the right edge."""
    columns = visitor.screen.size.width
    offences = []
    for widget, read in visitor.reads_all(_leaves(visitor)).items():
        region = widget.screen.find_widget(widget).visible_region
        if isinstance(widget, Static | Tile | Choice | Action) and region.area:
            rows = [row.replace("▌", " ") for row in read]
            left = region.x == 0 and any(row[:1].strip() for row in rows)
            right = region.right == columns and any(row[-1:].strip() for row in rows)
            offences += [f"{widget!r}: {rows}"] if left or right else []
    return offences


def faint(visitor: Visitor) -> set[str]:
    """Signs that do not stand out from their ground; codes and what is covered left aside."""
    weak = set()
    for row in cells(visitor.strips()):
        for cell in row:
            if cell.sign.strip("\u2800 ▀▌▁▂▃▄▅▆▇█") and _contrast(cell) < LEAST_CONTRAST:
                weak.add(f"{cell.sign} {cell.text} on {cell.ground}")
    return weak


def _contrast(cell: Cell) -> float:
    text, ground = ("#{:02x}{:02x}{:02x}".format(*rgb) for rgb in (cell.text, cell.ground))
    return ratio(text, ground)


RULES = (
    cut_off, out_of_reach, scrolls_for_nothing, says_more_wrongly, out_of_sight, torn, too_small,
    overlapping, foot_elsewhere, at_the_edge,
)  # fmt: skip


def offences(visitor: Visitor) -> list[str]:
    """Everything that is wrong with the layout of the screen."""
    return [f"{rule.__name__}: {one}" for rule in RULES for one in rule(visitor)]
