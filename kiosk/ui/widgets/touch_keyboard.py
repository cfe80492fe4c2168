"""The on-screen keyboard: one widget that draws all keys, shown while the visitor uses touch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from kiosk.ui.terminal.app import LockedApp

DELETE, SHIFT, SPACE, SWITCH, MORE = "delete", "shift", "space", "switch", "more"
OFFERS: Final = tuple(f"offer-{number}" for number in range(9))
"""Keys whose character depends on what was typed before."""

_SIGNS: Final = (*range(0x0BBE, 0x0BC3), *range(0x0BC6, 0x0BC9), *range(0x0BCA, 0x0BCE))
"""Tamil vowel signs, and the pulli that takes the vowel away."""
_BEARER: Final = "\u0b95"
"""The first consonant, on which a key shows a sign."""

Rows = tuple[tuple[str, ...], ...]
Offer = Callable[[str], tuple[int, str, Sequence[str]]]
"""Takes the text before the cursor; returns how many of its last characters the offers take the
place of, what of them stays behind an offer, and the offers, the likeliest first."""


@dataclass(frozen=True, slots=True)
class KeyLayout:
    """The keys of one way of writing."""

    name: str
    """What the key says that leads here, where there is another layout."""
    rows: Rows
    offer: Offer | None = None
    """What the keys of `OFFERS` stand for."""


LETTERS: Final = KeyLayout(
    "abc",
    (
        (*"1234567890", DELETE),
        (*"qwertyuiop", "@"),
        (*"asdfghjkl", "'", "/"),
        (SHIFT, *"zxcvbnm", "-", ".", SPACE),
    ),
)
_PINYIN: Final[Rows] = (
    (*OFFERS, MORE, DELETE),
    (*"qwertyuiop",),
    (*"asdfghjkl", "'"),
    (*"zxcvbnm", SPACE),
)
_TAMIL: Final[Rows] = (
    (*"அஆஇஈஉஊஎஏஐஒஓஔ", DELETE),
    tuple("கஙசஞடணதநபமயர"),
    tuple("லவழளறனஜஷஸஹஃ"),
    (*(chr(sign) for sign in _SIGNS), SPACE),
)
"""Vowels, consonants, and what is written behind a consonant, in the order of the alphabet."""
PHONE: Final = KeyLayout(
    "",
    (
        ("1", "2", "3"),
        ("4", "5", "6"),
        ("7", "8", "9"),
        ("+", "0", DELETE),
    ),
)
PIN: Final = KeyLayout(
    "",
    (
        ("1", "2", "3"),
        ("4", "5", "6"),
        ("7", "8", "9"),
        ("0", DELETE),
    ),
)

_NOTHING: Final = (0, "", ())
_HIGH: Final = ((48, 6), (40, 5), (32, 4), (24, 3), (20, 2), (0, 1))
"""From so many rows of the terminal on, a row of keys has so many, with the gap under it."""
_GAP_FROM: Final = (7, 4)
"""Cells and rows of a key from which on a gap that presses nothing parts it from the next."""


class TouchKeys(Widget):
    """Takes taps in order, and leaves the focus where it is.

    A tap is a press and a release on one key: a finger that slides off presses nothing. One that
    stays, or a whole hand, presses nothing twice.
    """

    can_focus = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--even", "keys--odd", "keys--down"}
    DEFAULT_CSS = """
    TouchKeys { height: auto; width: 100%; max-width: 112; display: none; background: $background; }
    TouchKeys > .keys--even { background: $surface; color: $foreground; text-style: bold; }
    TouchKeys > .keys--odd { background: $panel; color: $foreground; text-style: bold; }
    TouchKeys > .keys--down { background: $primary; color: $surface; text-style: bold; }
    """

    class Typed(Message):
        """A key was tapped: a character, or `DELETE`."""

        def __init__(self, key: str, instead_of: int = 0) -> None:
            super().__init__()
            self.key = key
            self.instead_of = instead_of
            """How many characters before the cursor it takes the place of."""

    def __init__(
        self,
        *layouts: KeyLayout,
        labels: dict[str, str],
        capital: bool = False,
    ) -> None:
        """Take one layout or more, the first of which is shown first."""
        super().__init__()
        self._layouts = layouts
        self._layout = layouts[0]
        self._labels = labels
        self._capital = capital
        self._down: tuple[int, int] | None = None
        self._before = ""
        self._offered: tuple[int, str, Sequence[str]] = _NOTHING
        self._first = 0
        """Which of what is offered stands on the first of its keys."""

    @property
    def rows(self) -> Rows:
        """The keys that are shown now."""
        rows = self._layout.rows
        if len(self._layouts) > 1:
            rows = (*rows[:-1], (SWITCH, *rows[-1]))
        return rows

    def follow(self, before: str) -> None:
        """Offer what fits the text that stands before the cursor."""
        self._before = before
        self._first = 0
        self._offered = _NOTHING
        if self._layout.offer is not None:
            self._offered = self._layout.offer(before)
            self.refresh()

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of cells: as many as leave the page above its own."""
        high = next(high for least, high in _HIGH if viewport.height >= least)
        return high * len(self._layout.rows)

    @property
    def _high(self) -> int:
        """Rows of cells to a row of keys."""
        return max(1, self.size.height // len(self._layout.rows))

    def _spans(self, row: int) -> list[tuple[int, int]]:
        """Return the left edge of each key of `row`, and the edge behind it.

        All are alike wide, but for the space where its name needs the place of two.
        """
        keys, width = self.rows[row], self.size.width
        least = width // len(keys)
        places = [1 + (key == SPACE and cell_len(self._label(key)) >= least) for key in keys]
        edges = [width * place // sum(places) for place in accumulate(places, initial=0)]
        gap = int(width // len(keys) >= _GAP_FROM[0])
        return [(left, right - gap) for left, right in pairwise(edges)]

    def _key_at(self, x: int, y: int) -> tuple[int, int] | None:
        """Return the row and the column of the key at a cell; None between keys and beside them."""
        row, line = divmod(y, self._high)
        if not 0 <= row < len(self.rows) or line >= self._drawn:
            return None
        for column, (left, right) in enumerate(self._spans(row)):
            if left <= x < right:
                return row, column
        return None

    @property
    def _drawn(self) -> int:
        """Rows of cells that a key fills."""
        return self._high - int(self._high >= _GAP_FROM[1])

    def _text(self, key: str) -> str:
        """Return what tapping `key` types now."""
        if key == SPACE:
            return " "
        if key in OFFERS:
            return "".join(self._offered[2][self._first + OFFERS.index(key) :][:1])
        return key.upper() if self._capital and self._has_shift else key

    @property
    def _has_shift(self) -> bool:
        return SHIFT in self._layout.rows[-1]

    def _label(self, key: str) -> str:
        if key == SWITCH:
            return self._next_layout.name
        if key == MORE:
            return "»" if len(self._offered[2]) > len(OFFERS) else ""
        if len(key) == 1 and ord(key) in _SIGNS:
            return _BEARER + key
        return self._labels.get(key) or self._text(key)

    @property
    def _next_layout(self) -> KeyLayout:
        at = self._layouts.index(self._layout)
        return self._layouts[(at + 1) % len(self._layouts)]

    def render_line(self, y: int) -> Strip:
        row, line = divmod(y, self._high)
        if row >= len(self.rows) or line >= self._drawn:
            return Strip.blank(self.size.width, self.rich_style)
        segments, end = list[Segment](), 0
        for column, (left, right) in enumerate(self._spans(row)):
            segments.append(Segment(" " * (left - end), self.rich_style))
            text = self._label(self.rows[row][column]) if line == self._drawn // 2 else ""
            shade = "even" if (row + column) % 2 == 0 else "odd"
            if self._down == (row, column):
                shade = "down"
            style = self.get_component_rich_style(f"keys--{shade}")
            segments.append(Segment(_centred(text, right - left), style))
            end = right
        return Strip([*segments, Segment(" " * (self.size.width - end), self.rich_style)])

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self._down = self._key_at(event.x, event.y)
        if self._down is not None:
            # So that a release beside the keyboard is heard too.
            self.capture_mouse()
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        down, self._down = self._down, None
        self.release_mouse()
        self.refresh()
        if down is not None and self._key_at(event.x, event.y) == down:
            self._tap(self.rows[down[0]][down[1]])

    def _tap(self, key: str) -> None:
        app = self.app
        if isinstance(app, LockedApp) and not app.takes_again(f"touch {key}"):
            return
        if key == SHIFT:
            self._capital = not self._capital
        elif key == SWITCH:
            self._layout = self._next_layout
            self.follow(self._before)
        elif key == MORE:
            following = self._first + len(OFFERS)
            self._first = following if following < len(self._offered[2]) else 0
        elif key in OFFERS or (key == SPACE and self._offered[2]):
            self._choose(OFFERS[0] if key == SPACE else key)
        else:
            self.post_message(self.Typed(DELETE if key == DELETE else self._text(key)))
            if key != DELETE:
                self._capital = key == SPACE and self._has_shift
        self.refresh()

    def _choose(self, key: str) -> None:
        typed, rest, _ = self._offered
        if text := self._text(key):
            self.post_message(self.Typed(text + rest, typed))


def _centred(text: str, cells: int) -> str:
    """Return `text` in the middle of so many cells, and off the left edge where it can be."""
    room = max(0, cells - cell_len(text))
    left = max(room // 2, min(room, 1))
    return " " * left + text + " " * max(0, cells - left - cell_len(text))


def name_layouts(language: str, *, draws_tamil: bool) -> tuple[KeyLayout, ...]:
    """Return the ways to write a name in `language` (BCP 47), the usual one first.

    `draws_tamil`: whether the terminal can show Tamil letters.
    """
    match language.partition("-")[0]:
        case "zh":
            return KeyLayout("中", _PINYIN, _offer_characters), LETTERS
        case "ta" if draws_tamil:
            return KeyLayout("அ", _TAMIL), LETTERS
        case _:
            return (LETTERS,)


def _offer_characters(before: str) -> tuple[int, str, Sequence[str]]:
    # Read at the first key of a visit in Chinese.
    from kiosk.content.pinyin import characters_for

    return characters_for(before)


def key_labels(translate: Callable[[str], str]) -> dict[str, str]:
    """Return the labels of the keys that type no letter, by `translate` (a screen's `_`)."""
    _ = translate
    return {DELETE: _("Del"), SHIFT: _("Caps"), SPACE: _("Space")}
