"""The foot of every screen: help now, languages, finish and clear, always in the same place."""

from collections.abc import Iterator
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kiosk.domain.health import LEAST_COLUMNS, LEAST_ROWS

Part = Literal["help", "language", "finish"]
Labels = dict[Part, tuple[str, ...]]
"""The text of each part, the longest first; the others serve where there is little room."""
_NARROW = 64
"""Columns under which the parts stand closer."""
_TIGHT = 90
"""Columns under which "help" and "finish" leave more room to the languages."""
_SIDES = 20, 16
"""Columns that "help" and "finish" have at least, and where the parts stand closer."""


class Slot(NamedTuple):
    """Some columns of the foot that are tapped alike."""

    part: Part
    text: str
    cells: int
    code: str = ""
    """The language that a tap here chooses."""


class Bar(Widget):
    """Three large buttons drawn as one widget; they take taps, the screen takes their keys.

    In the middle one the other languages stand by their names, each of which is a button.
    """

    HEIGHT: ClassVar[int] = 3

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "bar--help", "bar--language", "bar--name", "bar--finish",
    }  # fmt: skip
    DEFAULT_CSS = """
    Bar { dock: bottom; height: 3; background: $panel; color: $foreground; }
    Bar > .bar--help { background: $error; color: $surface; text-style: bold; }
    Bar > .bar--language { background: $panel; color: $foreground; }
    Bar > .bar--name { background: $surface; color: $primary; text-style: bold; }
    Bar > .bar--finish { background: $primary; color: $surface; text-style: bold; }
    """

    @staticmethod
    def fits(size: Size) -> bool:
        """Return whether a terminal of `size` has room for whole screens."""
        return size.width >= LEAST_COLUMNS and size.height >= LEAST_ROWS

    class Tapped(Message):
        """One of the three was tapped, or the name of a language."""

        def __init__(self, part: Part, code: str = "") -> None:
            super().__init__()
            self.part = part
            self.code = code
            """The language whose name was tapped, or empty."""

    def __init__(
        self, labels: Labels, names: tuple[tuple[str, str], ...] = (), *, too_small: str
    ) -> None:
        """Take the code and the name of each language that a tap chooses."""
        super().__init__()
        self.labels = labels
        self.names = names
        self._too_small = too_small
        self.notes: tuple[str, ...] = ()
        self._hints: tuple[str, ...] = ()
        self._down: tuple[Part, str] | None = None
        """Where the finger was put down that is on the screen now."""

    def relabel(self, labels: Labels, names: tuple[tuple[str, str], ...] = ()) -> None:
        """Show other text (letters, but function keys while the visitor types)."""
        if (labels, names) != (self.labels, self.names):
            self.labels, self.names = labels, names
            self.refresh()

    def note(self, notes: tuple[str, ...]) -> None:
        """Show the longest of `notes` that fits, the longest first, small above the languages."""
        if notes != self.notes:
            self.notes = notes
            self.refresh()

    def hint(self, hints: tuple[str, ...]) -> None:
        """Show the longest of `hints` that fits, the longest first, small under the languages."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def slots(self) -> tuple[Slot, ...]:
        """Return what stands beside each other, in drawing order."""
        width = self.size.width
        help_cells = max(22, cell_len(self.labels["help"][0]) + 4)
        finish_cells = max(24, cell_len(self.labels["finish"][0]) + 6)
        if width < _TIGHT:
            help_cells, finish_cells = self._side("help"), self._side("finish")
        return (
            Slot("help", self._text("help", help_cells), help_cells),
            *self._middle(width - help_cells - finish_cells),
            Slot("finish", self._text("finish", finish_cells), finish_cells),
        )

    def _side(self, part: Part) -> int:
        """Return the columns of a part at the side where there are few in all."""
        is_narrow = self.size.width < _NARROW
        label = self.labels[part][-1 if is_narrow else 0]
        return min(max(_SIDES[is_narrow], cell_len(label) + 2), 2 * self.size.width // 5)

    def _middle(self, room: int) -> Iterator[Slot]:
        """Yield the way to all languages, and the name of each where all of them have room."""
        for label, cells in self._splits() if self.names else ():
            left = room - cell_len(label) - 2
            if sum(cells) > left:
                continue
            more = (left - sum(cells)) // (len(cells) + 1)
            yield Slot("language", label, room - sum(cells) - more * len(cells))
            for (code, name), least in zip(self.names, cells, strict=True):
                yield Slot("language", name, least + more, code)
            return
        yield Slot("language", self._text("language", room), room)

    def _splits(self) -> Iterator[tuple[str, list[int]]]:
        """Yield what the middle can be, the best first: the way to all languages and the names.

        The names are alike wide, or as wide as each needs with a gap before it, or without one,
        or with one blank between two. The way is named rather than shown by its key alone.
        """
        apart = [cell_len(name) + 3 for _, name in self.names]
        alike = [max(apart)] * len(apart)
        close = [cells - 1 for cells in apart]
        *named, key = self.labels["language"]
        for cells in (alike, apart, close):
            yield from ((label, cells) for label in named)
        tight = [cells - 1 for cells in close]
        ended = [*tight[:-1], close[-1]]
        yield from ((key, cells) for cells in (alike, apart, close, ended, tight))

    def _text(self, part: Part, cells: int) -> str:
        """Return the longest text of a part that has room."""
        labels = self.labels[part]
        return next((one for one in labels if cell_len(one) <= cells - 2), labels[-1])

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self.screen.has_class("-flat") or self.screen.has_class("-slim"):
            text = self._too_small if y == height // 2 else ""
            return Strip([Segment(text.center(width)[:width], self.rich_style)])
        if height <= self.HEIGHT:
            slots = self.slots()
        else:
            part = _PARTS[min(y // self.HEIGHT, len(_PARTS) - 1)]
            slots = (Slot(part, self._text(part, width), width),)
        row = y % self.HEIGHT
        if row != 1:
            slots = tuple(slot._replace(text="") for slot in slots)
        if row != 1 and (self.notes or self._hints):
            slots = self._with_small(slots, self._hints if row else self.notes)
        return Strip([one for slot in slots for one in self._segments(slot)])

    @staticmethod
    def _with_small(slots: tuple[Slot, ...], texts: tuple[str, ...]) -> tuple[Slot, ...]:
        """Return a row, with the longest text that has room along all the languages."""
        middle = [slot for slot in slots if slot.part == "language"]
        if not middle:
            return slots
        cells = sum(slot.cells for slot in middle)
        text = next((one for one in texts if cell_len(one) <= cells - 2), "")
        whole = Slot("language", text, cells)
        before = slots.index(middle[0])
        return (*slots[:before], whole, *slots[before + len(middle) :])

    def _segments(self, slot: Slot) -> Iterator[Segment]:
        """Yield a slot's row: its text centred; a gap stands before a name with room."""
        cells = slot.cells
        if slot.code and cells > cell_len(slot.text) + 2:
            yield Segment(" ", self.get_component_rich_style("bar--language"))
            cells -= 1
        room = max(0, cells - cell_len(slot.text))
        left = max(room // 2, min(room, 1))
        style = self.get_component_rich_style("bar--name" if slot.code else f"bar--{slot.part}")
        yield Segment(set_cell_size(" " * left + slot.text, cells), style)

    def _slot_at(self, x: int, y: int) -> tuple[Part, str] | None:
        """Return the part, and the language whose name it is, at a place."""
        if self.size.height > self.HEIGHT:
            row = y // self.HEIGHT
            return (_PARTS[row], "") if row < len(_PARTS) else None
        left = 0
        for slot in self.slots():
            if left <= x < left + slot.cells:
                return slot.part, slot.code
            left += slot.cells
        return None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._down = self._slot_at(event.x, event.y)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        down, self._down = self._down, None
        if down is not None and self._slot_at(event.x, event.y) == down:
            self.post_message(self.Tapped(*down))


_PARTS: tuple[Part, ...] = ("help", "language", "finish")
