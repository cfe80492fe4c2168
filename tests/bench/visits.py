"""Row 7: memory after many visits over memory after a hundred."""

import random
import sys
import time
from pathlib import Path

from kiosk.domain.passes import SECRET_BYTES, CodeKind, encode
from tests.bench.figures import Figure
from tests.bench.line import Line, kiosk

_FIRST = 100
_SCAN_EVERY = 3
_TELL_EVERY = 250


def remembering(folder: Path, visits: int) -> Figure:
    """Make `visits` visits one after the other on one kiosk; how it grows goes to stderr."""
    chance = random.Random(7)
    began = time.perf_counter()
    early = late = 0
    with kiosk(folder) as line:
        line.painted("Today   ")
        for number in range(1, visits + 1):
            _visit(line)
            if number % _SCAN_EVERY == 0:
                _scan(line, encode(CodeKind.PASS, chance.randbytes(SECRET_BYTES)))
            if number == min(_FIRST, visits):
                early = line.rss
            late = line.rss
            if number % _TELL_EVERY == 0:
                seconds = time.perf_counter() - began
                sys.stderr.write(f"  {number} visits, {late} KiB, {seconds:.0f} s\n")
    what = f"memory after {visits} visits, over {_FIRST}"
    return Figure(7, what, late / 1024, early / 1024, 1.05, unit="MB", spread="resident memory")


def _visit(line: Line) -> None:
    """Read an article, go back twice, begin a request, finish."""
    line.press("r", "Each takes a minute")
    line.press("\r", "Back")
    line.press("b", "Each takes a minute")
    line.press("b", "Talk to someone")
    line.press("c", "What should we call you?")
    line.press("mei", "mei")
    line.press("\r", "Step 2 of 6")
    line.press("81234567", "81234567")
    line.press("\x1b", "Talk to someone")


def _scan(line: Line, digits: str) -> None:
    line.press(digits, "Welcome")
    line.press("\x1b", "Talk to someone")
