"""Row 9: a week without the centre, and the catch-up after it, as a visitor feels them."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.data import Clinic, well_used
from tests.bench.figures import Figure, timed
from tests.bench.line import Line, kiosk
from tests.bench.scanning import scan
from tests.support.centres import centre_template, new_centre
from tests.support.linked import join, leave_alone
from tests.support.offline import fill_outbox, left_to_send
from tests.support.postgres import free_port, own_server

_SCHEDULE = "Today   "
_WARM_UP = 3
_ROUNDS = 3
"""Catch-ups: one is over too soon to time many visitors."""


def a_week_offline(
    clinic: Clinic, scratch: Path, starts: int, scans: int, facts: int
) -> Iterator[Figure]:
    """Compare a kiosk with so many unsent facts and its sync with one that has no centre."""
    used = well_used(clinic.copy(scratch / "used"), passes=2_000, check_ins=0)
    fill_outbox(used.folder, facts)
    alone, away = used.copy(scratch / "alone"), used.copy(scratch / "away")
    leave_alone(away.folder, free_port())
    notes = f"{facts:,} facts wait; the floor is the same kiosk without a centre"
    yield _starting(away, alone, starts, notes)
    yield from _scanning(away, alone, scans, notes)
    sys.stderr.write("Row 9: catching up.\n")
    yield from _catching_up(used, scratch, facts)


def _starting(away: Clinic, alone: Clinic, starts: int, notes: str) -> Figure:
    times: dict[Path, list[float]] = {away.folder: [], alone.folder: []}
    for number in range(starts + 1):
        for folder, found in times.items():
            with kiosk(folder) as line:
                took = line.painted(_SCHEDULE) - line.begun
            if number:
                found.append(took)
    what = "command to open desks, centre away"
    return timed(9, what, times[away.folder], times[alone.folder], 1.1, notes=notes)


def _scanning(away: Clinic, alone: Clinic, scans: int, notes: str) -> Iterator[Figure]:
    with _open(away) as line, _open(alone) as bare:
        pairs = [(scan(line, one), scan(bare, one)) for one in away.passes[: scans + _WARM_UP]]
    yield from _compared("scan to result, centre away", pairs[_WARM_UP:], notes)


def _catching_up(used: Clinic, scratch: Path, facts: int) -> Iterator[Figure]:
    """Scan while everything is sent to a server on this very machine."""
    pairs: list[tuple[float, float]] = []
    took: list[float] = []
    with ExitStack() as ending:
        server = ending.enter_context(own_server(durable=True))
        template = ending.enter_context(centre_template(server.url()))
        for number in range(_ROUNDS):
            with new_centre(server.url(), template) as centre:
                linked = used.copy(scratch / f"linked{number}")
                bare_folder = used.copy(scratch / f"bare{number}")
                join(linked.folder, centre)
                seconds, some = _one_catch_up(linked, bare_folder)
                sent = centre.count("check_in")
                if sent < facts:
                    raise AssertionError(f"{sent} of {facts} arrived")
            took.append(seconds)
            pairs += some
    notes = "the server runs on the same processors"
    yield from _compared("scan to result, while catching up", pairs, notes)
    rate = facts / min(took)
    yield Figure(
        9,
        f"catch-up of {facts:,} facts beside visits",
        sum(took) / len(took),
        min(took),
        None,
        unit="s",
        spread=f"{min(took):.1f}-{max(took):.1f} s, n={len(took)}",
        notes=f"mean beside the best of them: {rate:,.0f} facts/s",
    )


def _one_catch_up(linked: Clinic, bare_folder: Clinic) -> tuple[float, list[tuple[float, float]]]:
    """Return the seconds until nothing waited, and what scans took meanwhile on both kiosks."""
    passes = list(linked.passes)
    random.Random(9).shuffle(passes)
    pairs: list[tuple[float, float]] = []
    with _open(bare_folder) as bare, kiosk(linked.folder) as line:
        line.painted(_SCHEDULE)
        waiting = left = left_to_send(linked.folder)
        began = time.perf_counter()
        for one in passes:
            pair = (scan(line, one), scan(bare, one))
            if left < waiting:
                pairs.append(pair)
            else:
                # The sync lets the first screens come up before it begins.
                began = time.perf_counter()
            left = left_to_send(linked.folder)
            if left < 10:
                break
        return time.perf_counter() - began, pairs


def _compared(what: str, pairs: list[tuple[float, float]], notes: str) -> Iterator[Figure]:
    measured, floor = ([pair[side] for pair in pairs] for side in (0, 1))
    yield timed(9, what, measured, floor, 1.2, notes=notes)
    yield timed(9, f"{what}, p95", measured, floor, None, percent=95)


@contextmanager
def _open(clinic: Clinic) -> Iterator[Line]:
    with kiosk(clinic.folder) as line:
        line.painted(_SCHEDULE)
        yield line
