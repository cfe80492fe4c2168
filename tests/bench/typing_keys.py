"""Row 2: from a letter key to its paint in a field."""

from pathlib import Path

from tests.bench.figures import Figure, timed
from tests.bench.line import Line, floor, kiosk

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LINE = 50
"""Letters in the field before it is emptied."""
_SEEN = 4
"""How many of the last letters have to be painted together."""


def typing(folder: Path, letters: int) -> list[Figure]:
    """Type `letters` into both in turn, one at a time, each into a quiet program."""
    kiosk_times: list[float] = []
    floor_times: list[float] = []
    with kiosk(folder) as line, floor("field") as bare:
        line.painted("Today   ")
        bare.painted("the field")
        for _ in range(-(-letters // _LINE)):
            line.read()
            line.press("c", "What should we call you?", "Finish and clear")
            line.quiet(0.1)
            bare.quiet(0.1)
            typed = "".join(_LETTERS[at % len(_LETTERS)] for at in range(_LINE))
            for at in range(1, len(typed) + 1):
                kiosk_times.append(_type(line, typed[:at]))
                floor_times.append(_type(bare, typed[:at]))
            line.press("\x1b", "Talk to someone", "Finish and clear")
            line.quiet(0.1)
            bare.press("\x1b", "the field")
    return [
        timed(2, "letter key to paint, p50", kiosk_times, floor_times, 2.0),
        timed(2, "letter key to paint, p99", kiosk_times, floor_times, 2.0, percent=99),
    ]


def _type(line: Line, value: str) -> float:
    """Type the last letter of `value`, which is then in the field."""
    took = line.press(value[-1], value[-_SEEN:])
    line.quiet()
    return took
