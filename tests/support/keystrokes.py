"""Keys at their times, played to a recogniser as the driver does."""

from kiosk.domain.passes import HEAD
from kiosk.ui.terminal.scanner import Decided, KeyPlace, Press, ScanRecogniser

ENTER, TAB, LF, STX = (
    Press("enter", "\r"),
    Press("tab", "\t"),
    Press("ctrl+j", "\n"),
    Press("ctrl+b"),
)
SHIFT, UP = Press("left_shift"), Press("up")

Timed = tuple[Press, float]


def presses(text: str) -> list[Press]:
    return [Press(character, character) for character in text]


def mangled(text: str, row: str) -> str:
    return text.translate(dict(zip(map(ord, HEAD), row, strict=True)))


def every(seconds: float, *keys: Press) -> list[Timed]:
    return [(key, number * seconds) for number, key in enumerate(keys)]


def paced(gaps: list[int], *keys: Press) -> list[Timed]:
    """Return keys with the milliseconds between them, over and over."""
    at, timed = 0.0, list[Timed]()
    for number, key in enumerate(keys):
        timed.append((key, at))
        at += gaps[number % len(gaps)] / 1000
    return timed


def play(timed: list[Timed], place: KeyPlace = KeyPlace.DESK) -> Decided:
    """Feed keys at their times, ticking at every deadline between them, and after the last."""
    recogniser, out = ScanRecogniser(lambda: place), Decided()
    for press, at in timed:
        while (due := recogniser.deadline()) is not None and due < at:
            out += recogniser.tick(due)
        out += recogniser.feed(press, at)
    while (due := recogniser.deadline()) is not None:
        out += recogniser.tick(due)
    return out
