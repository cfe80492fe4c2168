"""Row 3: from the last scanned character to the painted result, commit included."""

from pathlib import Path

from tests.bench.data import Clinic, well_used
from tests.bench.figures import Figure, timed
from tests.bench.line import Line, floor, kiosk

_BETWEEN_CHARACTERS = 0.001
_RESULT = ("Welcome, Mei", "You are checked in.", "This screen clears by itself")
"""What is new on the screen; the foot under it stays as it was."""


def scanning(
    clinic: Clinic, scratch: Path, scans: int, *, passes: int, check_ins: int
) -> list[Figure]:
    """Check in by scanner and commit by the floor in turn, `scans` times, on equal databases."""
    used = well_used(clinic.copy(scratch / "scanned"), passes=passes, check_ins=check_ins)
    same = used.copy(scratch / "committed")
    ids = (same.site.hex(), same.kiosk.hex(), same.session.hex())
    kiosk_times, floor_times = [], []
    with kiosk(used.folder) as line, floor("commit", str(same.database), *ids) as bare:
        line.painted("Today   ")
        bare.painted("Ready")
        for number, digits in enumerate(used.passes[: scans + 5]):
            scanned, commit = scan(line, digits), _commit(bare)
            # The first ones fill caches on both sides.
            if number >= 5:
                kiosk_times.append(scanned)
                floor_times.append(commit)
    notes = f"{passes:,} passes and {check_ins:,} check-ins in the database"
    what = "last scanned character to painted result"
    return [timed(3, what, kiosk_times, floor_times, 2.0, notes=notes)]


def scan(line: Line, digits: str) -> float:
    line.quiet(0.05)
    line.send(digits[:-1], pace=_BETWEEN_CHARACTERS)
    took = line.press(digits[-1], *_RESULT)
    line.quiet(0.05)
    line.press("\x1b", "Talk to someone", "Today   ", "Finish and clear")
    return took


def _commit(bare: Line) -> float:
    bare.quiet(0.05)
    took = bare.press("x", "Welcome, Mei")
    bare.quiet(0.05)
    bare.press("c", "Ready")
    return took
