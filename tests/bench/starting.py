"""Row 1: from the command to the first painted home."""

from pathlib import Path

from tests.bench.figures import Figure, timed
from tests.bench.line import Line, floor, kiosk

_SPLASH = "One moment, please."
_HOME = ("Talk to someone", "Withdraw a request", "Finish and clear")
_SCHEDULE = "Today   "
"""Comes from the database, so the desks are open once it is there."""


def starting(folder: Path, rounds: int) -> list[Figure]:
    """Start both in turn `rounds` times, after one round that only warms the disk."""
    splashes, homes, desks, floors = [], [], [], []
    for number in range(rounds + 1):
        with kiosk(folder) as line:
            splash = line.painted(_SPLASH) - line.begun
            home = line.painted(*_HOME) - line.begun
            desk = line.painted(_SCHEDULE) - line.begun
        bare = _first_home(floor("home"))
        if number:
            splashes.append(splash)
            homes.append(home)
            desks.append(desk)
            floors.append(bare)
    return [
        timed(1, "command to first painted home", homes, floors, 1.2),
        timed(1, "command to splash", splashes, floors, 0.25),
        timed(1, "command to open desks (behind the home screen)", desks, floors, None),
    ]


def _first_home(line: Line) -> float:
    with line:
        return line.painted(*_HOME) - line.begun
