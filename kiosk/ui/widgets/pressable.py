"""Something large that can be pressed: by Enter, by its letter, or by a tap."""

from textual import events
from textual.message import Message
from textual.widget import Widget


class Pressable(Widget):
    """The base of tiles, actions and choices; it posts `Pressed` and draws nothing itself."""

    can_focus = True

    class Pressed(Message):
        """Somebody pressed it."""

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
        """The words on it."""
        self.letter = letter
        """The key that presses it from anywhere on the screen, or empty."""

    @property
    def label(self) -> str:
        """The words with the letter in front."""
        return f"{self.letter}  {self.title}" if self.letter else self.title

    def press(self) -> None:
        """Tell the screen, unless it cannot be pressed now."""
        if not self.disabled and self.display:
            self.post_message(self.Pressed(self))

    def on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "space"):
            event.stop()
            self.press()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.press()
