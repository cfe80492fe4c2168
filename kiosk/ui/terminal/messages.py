"""Events that the terminal's input sends to the app."""

from typing import Literal

from textual.events import Event

InputKind = Literal["keys", "touch"]


class Scanned(Event, bubble=False):
    """A code was scanned or pasted; posted to the app and never to a widget."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        """The characters as they arrived, at most 200, not decoded. Never log them."""


class InputClosed(Event, bubble=False):
    """The terminal went away; nothing can be read from it any more."""


class InputKindChanged(Event, bubble=False):
    """The visitor changed from keys to touch, or back."""

    def __init__(self, kind: InputKind) -> None:
        super().__init__()
        self.kind: InputKind = kind
