"""The foot of the desk's screens: every key that does something here, each to be clicked too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "f10": "F10",
    "left": "←",
    "right": "→",
}
_GAP = 2


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what it does in a word or two, and the doing."""

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

    @property
    def cells(self) -> int:
        """Its width when drawn."""
        return cell_len(self.label) + 2 + 1 + cell_len(self.words)


class KeyLine(Widget):
    """Draws keys in as many rows as they need, the last key at the right end of the last row."""

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

    def show_keys(self, keys: Sequence[Key]) -> None:
        """Show other keys."""
        keys = tuple(keys)
        before, self._legend = self._legend, keys
        if [(k.name, k.words) for k in before] != [(k.name, k.words) for k in keys]:
            self.refresh(layout=True)

    def _places(self, width: int) -> list[list[tuple[int, Key]]]:
        """Return the rows, each of keys with their left edges."""
        margin = max(1, (width - 118) // 2 + 1)
        rows: list[list[tuple[int, Key]]] = [[]]
        left = margin
        for key in self._legend:
            if rows[-1] and left + key.cells > width - margin:
                rows.append([])
                left = margin
            rows[-1].append((left, key))
            left += key.cells + _GAP
        if len(self._legend) > 1:
            edge, key = rows[-1][-1]
            rows[-1][-1] = (max(edge, width - margin - key.cells), key)
        return rows

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._places(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        ground = self.rich_style
        chip = self.get_component_rich_style("keyline--key")
        rows = self._places(width)
        segments: list[Segment] = []
        at = 0
        for left, key in rows[y] if y < len(rows) else ():
            segments += _drawn(key, left - at, ground, chip)
            at = left + key.cells
        segments.append(Segment(" " * max(0, width - at), ground))
        return Strip(segments).crop(0, width)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        rows = self._places(self.size.width)
        for left, key in rows[int(event.y)] if event.y < len(rows) else ():
            if left <= event.x < left + key.cells:
                self.post_message(self.Clicked(key))


def _drawn(key: Key, before: int, ground: Style, chip: Style) -> list[Segment]:
    return [
        Segment(" " * before, ground),
        Segment(f" {key.label} ", chip),
        Segment(f" {key.words}", ground),
    ]
