"""Row 5: from asking for the worklist to its painted screen, and what is done on it after."""

import time
from pathlib import Path

from kiosk.usecases.sample_clinic import PASSPHRASE
from tests.bench.caller import LOGIN, caller
from tests.bench.figures import Figure, timed
from tests.bench.line import Line, desk, floor

_WARM = 1
"""Rounds that only fill caches, on both sides."""
_LOOKS = 30
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DOWN = "\x1b[B"
_CURSOR = "›"
_MENU, _LATE = "My own passphrase", "d late"
"""Words of the menu, and of the rows of requests that have waited for days."""


def worklist(folder: Path, rounds: int, keys: int, *, requests: int) -> list[Figure]:
    """Open the list and run the bare loop in turn, then use the list that is open."""
    opened, loops = [], []
    with desk(folder) as line, floor("opening", str(folder)) as bare:
        bare.painted("Ready")
        line.painted("Sign in with your own")
        for number in range(rounds + _WARM):
            _sign_in(line)
            took = line.press("c", f"{requests:,} of {requests:,}", f"{requests:,} open", _LATE)
            line.quiet(0.2)
            loop = bare.press("x\n", "Opened")
            if number >= _WARM:
                opened.append(took)
                loops.append(loop)
            if number < rounds:
                line.press("q", "Sign in with your own")
        used = _use(line, keys, f"{requests:,} of {requests:,}")
    what = f"worklist of {requests:,}: asked to painted"
    notes = (
        "sign-in done; of the requests every fifth was rung once, a quarter is named outside ASCII"
    )
    return [timed(5, what, opened, loops, 1.5, notes=notes), _looks(folder, loops), *used]


def _sign_in(line: Line) -> None:
    line.quiet(0.1)
    line.press(f"{LOGIN}\r", LOGIN)
    line.quiet(0.1)
    line.press(f"{PASSPHRASE}\r", _MENU)
    line.quiet(0.2)
    line.read()


def _use(line: Line, keys: int, full: str) -> list[Figure]:
    """Switch between two views, and go down the list, beside a letter in a bare app."""
    switches, steps, letters = [], [], []
    with floor("field") as bare:
        bare.painted("the field")
        for number in range(keys):
            line.quiet()
            line.press("e", "Nothing is with", "0 of")
            line.quiet()
            switches.append(line.press("o", full, _LATE))
            line.quiet()
            steps.append(line.press(_DOWN, _CURSOR))
            bare.quiet()
            letters.append(bare.press(_LETTERS[number % 26], _LETTERS[number % 26]))
            if number % 26 == 25:
                bare.press("\x1b", "the field")
        for _ in range(keys):
            line.quiet()
            steps.append(line.press(_DOWN, _CURSOR))
    return [
        timed(5, "another view to painted, p50", switches, letters, None),
        timed(5, "key down to painted, p50", steps, letters, None),
        timed(5, "key down to painted, p99", steps, letters, None, percent=99),
    ]


def _looks(folder: Path, loops: list[float]) -> Figure:
    """Look again at a list where nothing has changed, as the screen does every five seconds."""
    again = []
    with caller(folder) as one:
        opened = one.desk()
        opened.worklist()
        for _ in range(_LOOKS):
            began = time.perf_counter()
            opened.worklist()
            again.append(time.perf_counter() - began)
    return timed(5, "refresh without change", again, loops, None)
