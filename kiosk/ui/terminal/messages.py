"""Events that the terminal's input sends to the app."""

from typing import Literal

from textual.events import Event

from kiosk.ui.terminal.scanner import Measured

InputKind = Literal["keys", "touch"]


class Scanned(Event, bubble=False):
    """A machine typed, or a code was pasted; posted to the app and never to a widget."""

    def __init__(self, text: str, measured: Measured | None = None) -> None:
        super().__init__()
        self.text = text
        """The characters as they arrived, at most 256, not decoded. Never log them."""
        self.measured = measured
        """How a test card was sent; None for anything else."""


class TakenBack(Event, bubble=False):
    """The last characters were a machine's: they are to leave the field they went into."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class TerminalAnswered(Event, bubble=False):
    """The terminal says something of itself; for the driver, which asked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class PicturesPossible(Event, bubble=False):
    """The terminal's answers allow for words as pictures from now on."""


class PicturesTried(Event, bubble=False):
    """Words have been drawn as pictures, or cannot be."""

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem
        """Why they cannot be drawn; empty where they can."""


class InputClosed(Event, bubble=False):
    """The terminal went away; nothing can be read from it any more."""


class InputKindChanged(Event, bubble=False):
    """The visitor changed from keys to touch, or back."""

    def __init__(self, kind: InputKind) -> None:
        super().__init__()
        self.kind: InputKind = kind
