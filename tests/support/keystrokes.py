"""Keys at their times, played to a recogniser as the driver does."""

from kiosk.domain.passes import HEAD
from kiosk.ui.terminal.scanner import Press, Scan, ScanRecogniser

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


def play(timed: list[Timed]) -> list[Press | Scan]:
    """Feed keys at their times, ticking at every deadline between them, and after the last."""
    recogniser, out = ScanRecogniser(), list[Press | Scan]()
    for press, at in timed:
        while (due := recogniser.deadline()) is not None and due < at:
            out += recogniser.tick(due)
        out += recogniser.feed(press, at)
    while (due := recogniser.deadline()) is not None:
        out += recogniser.tick(due)
    return out
