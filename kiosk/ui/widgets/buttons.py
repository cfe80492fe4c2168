"""What can be pressed: tiles, actions, and the row of actions."""

from typing import ClassVar

from textual import events
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from kiosk.content.braille import braille_lines
from kiosk.ui.screen import AskingScreen


class Pressable(Widget):
    """The base of tiles, actions and choices; it posts `Pressed` and draws nothing itself."""

    can_focus = True
    pressed_by: tuple[str, ...] = ("enter", "space")
    """The keys that press it while it has the focus."""
    is_mark: ClassVar[bool] = False
    """Whether a press only marks it, so that the next press elsewhere may come at once."""

    class Pressed(Message):
        """It was pressed."""

        def __init__(self, pressable: "Pressable") -> None:
            super().__init__()
            self.pressable = pressable

        @property
        def control(self) -> "Pressable":
            """The widget that was pressed, for `@on` selectors."""
            return self.pressable

    def __init__(
        self,
        title: str,
        *,
        letter: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.title = title
        """The text on it."""
        self.letter = letter
        """The key that presses it from anywhere on the screen, or empty."""
        self._pressed_at = float("-inf")
        """When it was pressed last, in seconds of the app's clock."""

    @property
    def label(self) -> str:
        """The text with the letter in front."""
        return f"{self.letter}  {self.title}" if self.letter else self.title

    def press(self) -> None:
        """Post `Pressed`, unless it cannot be pressed now or nobody can have read what it does.

        A second press at once is a hand that shakes, or a key that is held down; behind a press
        that leads on, it is not another wish either.
        """
        screen = self.screen
        if self.disabled or not self.display:
            return
        if isinstance(screen, AskingScreen):
            if not screen.takes_presses(self._pressed_at):
                return
            self._pressed_at = screen.monotonic()
            if not self.is_mark:
                screen.note_change()
        self.post_message(self.Pressed(self))

    def on_key(self, event: events.Key) -> None:
        if event.key in self.pressed_by:
            event.stop()
            self.press()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.press()


class Tile(Pressable):
    """A title and, where there is room, one line more."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tile--title", "tile--more"}
    DEFAULT_CSS = """
    Tile {
        background: $surface; border-left: outer $primary; padding: 0 2; height: 4;
        content-align: left middle;
    }
    Tile > .tile--title { text-style: bold; color: $primary; background: $surface; }
    Tile > .tile--more { color: $foreground; background: $surface; }
    Tile:focus {
        background: $primary; border-left: outer $foreground;
        outline-left: thick $foreground; outline-right: thick $foreground;
    }
    Tile:focus > .tile--title { text-style: bold; color: $surface; background: $primary; }
    Tile:focus > .tile--more { color: $surface; background: $primary; }
    """

    def __init__(
        self,
        title: str,
        more: str = "",
        *,
        letter: str = "",
        name: str | None = None,
        large: str = "",
        id: str | None = None,
    ) -> None:
        """`large`: title and more, a line each, in a language whose letters have to be drawn."""
        super().__init__(title, letter=letter, name=name, id=id)
        self.more = more
        """One short sentence under the title."""
        self.is_brief = False
        """Whether the sentence is left out, as on all tiles of its screen."""
        self.large = large
        self.large_height = 0
        """Of a drawn line in dots, where the page has room for it; else 0."""
        self.large_lines = 1
        """How many lines of `large` are drawn."""

    def render(self) -> Content:
        drawn = self._drawn(self.content_size.width)
        words = "\n".join((*drawn, self.label))
        title = Content.styled(words, self.get_visual_style("tile--title"))
        if not self.more or self.is_brief or not self._fits():
            return title
        more = Content.styled(self.more, self.get_visual_style("tile--more"))
        return Content("\n").join([title, more])

    def rows_for(self, width: int) -> int:
        """Return how many rows a tile of `width` cells needs for its text."""
        inside = max(1, width - self.gutter.width)
        lines = (self.label,) if self.is_brief or not self.more else (self.label, self.more)
        rows = sum(len(Content(line).wrap(inside)) for line in lines)
        return self.gutter.height + len(self._drawn(inside)) + rows

    def _drawn(self, inside: int) -> tuple[str, ...]:
        """Return the rows of the drawn title in `inside` cells."""
        lines = self.large.splitlines()[: self.large_lines] if self.large_height else []
        drawn = [braille_lines(line, inside, self.large_height) for line in lines]
        return tuple(row for rows in drawn for row in rows) if all(drawn) else ()

    def _fits(self) -> bool:
        """Return whether both lines have room, with each wrapped where it is too long."""
        return self.rows_for(self.outer_size.width) <= self.outer_size.height


class Action(Pressable):
    """One step: back, next, send. The one that matters most is `primary`.

    What cannot be taken back stands `apart`, at the other end of the row: never where a finger
    was that has just pressed "Next".
    """

    DEFAULT_CSS = """
    Action {
        height: 3; width: auto; min-width: 22; padding: 0 2; margin: 0 2 0 0;
        background: $panel; color: $foreground; content-align: center middle;
        text-style: bold;
    }
    Action.-primary { background: $primary; color: $surface; }
    Action:focus {
        background: $foreground; color: $surface; border: round $surface; padding: 0 1;
    }
    Action:disabled { background: $panel; color: $foreground; text-style: none; }
    """

    def __init__(
        self,
        title: str,
        *,
        letter: str = "",
        id: str | None = None,
        primary: bool = False,
        apart: bool = False,
    ) -> None:
        super().__init__(title, letter=letter, id=id)
        self.set_class(primary, "-primary")
        self.set_class(apart, "-apart")

    def render(self) -> Content:
        # One row has no room for a frame around what has the focus.
        is_marked = self.has_focus and not self.styles.border_top[0]
        return Content(f"› {self.label} ‹" if is_marked else self.label)


class Actions(Horizontal):
    """The row of actions above the foot."""

    DEFAULT_CSS: ClassVar[str] = """
    Actions { height: 3; width: 100%; max-width: 112; padding: 0 3; align-horizontal: left; }
    Actions > .-apart { dock: right; min-width: 20; margin: 0; }
    """
