"""Row 7: memory after many visits over memory after a hundred."""

import random
import sys
import time
from functools import cache
from pathlib import Path

from kiosk.content.articles import articles
from kiosk.domain.passes import SECRET_BYTES, CodeKind, encode
from tests.bench.figures import Figure
from tests.bench.line import Line, kiosk
from tests.journeys.inside import LEAP
from tests.journeys.insight import Insight

_FIRST = 100
_SCAN_EVERY = 3
_TELL_EVERY = 250
_ESCAPE = "\x1b[27u"
"""As a terminal of the kitty protocol sends it: a bare one is waited out, and nobody times it."""


def remembering(folder: Path, visits: int) -> Figure:
    """Make `visits` visits one after the other on one kiosk; how it grows goes to stderr."""
    chance = random.Random(7)
    began = time.perf_counter()
    early = late = 0
    inside = Insight(folder.parent / "inside")
    with kiosk(folder, {**inside.variables(), LEAP: "0.5"}) as line:
        line.painted("Today   ")
        for number in range(1, visits + 1):
            _visit(line, inside)
            if number % _SCAN_EVERY == 0:
                _scan(line, encode(CodeKind.PASS, chance.randbytes(SECRET_BYTES)))
            if number == min(_FIRST, visits):
                early = line.rss
            late = line.rss
            if number == _FIRST or number % _TELL_EVERY == 0:
                took = time.perf_counter() - began
                left = took / number * (visits - number)
                sys.stderr.write(f"  {number} visits, {late} KiB, {left:.0f} s to go\n")
    what = f"memory after {visits} visits, over {_FIRST}"
    return Figure(7, what, late / 1024, early / 1024, 1.05, unit="MB", spread="resident memory")


def _visit(line: Line, inside: Insight) -> None:
    """Read an article, go back, begin a request, finish; what it takes to read is leapt over."""
    for key, words in (
        ("r", "Each takes a minute"),
        ("\r", _subheading()),
        ("b", "Each takes a minute"),
        ("b", "Talk to someone"),
        ("c", "What should we call you?"),
    ):
        line.quiet()
        inside.leave_alone(line)
        line.press(key, words)
    line.press("mei", "mei")
    line.press(_ESCAPE, "Talk to someone")


@cache
def _subheading() -> str:
    """Return words that stand in the first article and nowhere else."""
    lines = articles("en")[0].markdown.splitlines()
    return next(line for line in lines if line.startswith("## ")).removeprefix("## ")


def _scan(line: Line, digits: str) -> None:
    line.press(digits, "Welcome")
    line.press(_ESCAPE, "Talk to someone")
