"""Prints the figures of one kiosk, each beside its floor of the same run."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.asking import asked
from tests.bench.caller import add_caller
from tests.bench.data import Clinic, sample_clinic
from tests.bench.exports import exporting
from tests.bench.figures import Figure, table
from tests.bench.fleet import fleets
from tests.bench.offline import a_week_offline
from tests.bench.push import pushing
from tests.bench.scanning import scanning
from tests.bench.speaking import speaking
from tests.bench.starting import starting
from tests.bench.typing_keys import typing
from tests.bench.visits import remembering
from tests.bench.worklist import worklist


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="few rounds, a small database")
    parser.add_argument("--visits", type=int, help="visits for row 7 (10000, small: 300)")
    parser.add_argument(
        "--requests", type=int, help="requests for rows 5 (10000) and 6 (100000); small: 500"
    )
    parser.add_argument("--facts", type=int, help="facts for row 4 (100000, small: 5000)")
    parser.add_argument("--kiosks", type=int, help="kiosks for row 8 (500, small: 20)")
    every = ",".join(map(str, range(1, 11)))
    parser.add_argument("--rows", default=every, help="which rows, for example 1,3")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def _figures(arguments: argparse.Namespace, scratch: Path) -> Iterator[Figure]:
    rows = {int(row) for row in arguments.rows.split(",")}
    small = arguments.small
    clinic = sample_clinic(scratch / "sample")
    if 1 in rows:
        sys.stderr.write("Row 1: starting.\n")
        yield from starting(clinic.folder, 5 if small else 25)
    if 2 in rows:
        sys.stderr.write("Row 2: typing.\n")
        yield from typing(clinic.folder, 150 if small else 1000)
    if 3 in rows:
        sys.stderr.write("Row 3: filling the database, then scanning.\n")
        size = (1_000, 10_000) if small else (100_000, 1_000_000)
        scans = 20 if small else 150
        yield from scanning(clinic, scratch, scans, passes=size[0], check_ins=size[1])
    if 4 in rows:
        facts = arguments.facts or (5_000 if small else 100_000)
        yield from pushing(scratch / "pushed", 3, facts=facts)
    if 5 in rows:
        requests = arguments.requests or (500 if small else 10_000)
        used = _asked(clinic, scratch / "worklist", requests, 5)
        yield from worklist(used.folder, 3 if small else 9, 20 if small else 150, requests=requests)
    if 6 in rows:
        requests = arguments.requests or (500 if small else 100_000)
        used = _asked(clinic, scratch / "exports", requests, 6)
        yield from exporting(used.folder, scratch, 3, requests=requests)
    if 8 in rows:
        kiosks = arguments.kiosks or (20 if small else 500)
        yield from fleets(kiosks, *((4, 2) if small else (15, 10)))
    if 9 in rows:
        sys.stderr.write("Row 9: a week without the centre.\n")
        starts, scans, facts = (3, 20, 5_000) if small else (9, 100, 50_000)
        yield from a_week_offline(clinic, scratch / "offline", starts, scans, facts)
    if 7 in rows:
        sys.stderr.write("Row 7: visits.\n")
        yield remembering(clinic.folder, arguments.visits or (300 if small else 10_000))
    yield from _spoken(rows, scratch, 5 if small else 25)


def _spoken(rows: set[int], scratch: Path, rounds: int) -> Iterator[Figure]:
    if 10 in rows:
        sys.stderr.write("Row 10: speaking.\n")
        yield from speaking(scratch, rounds)


def _asked(clinic: Clinic, folder: Path, requests: int, row: int) -> Clinic:
    """Copy the clinic, with a caller and so many requests."""
    sys.stderr.write(f"Row {row}: {requests} requests are made, then opened.\n")
    copied = clinic.copy(folder)
    add_caller(copied.folder)
    return asked(copied, requests)


def main() -> int:
    """Measure, print, and judge nothing: machines differ, ratios are for people to read."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as scratch:
        figures = list(_figures(arguments, Path(scratch)))
    if arguments.json:
        text = json.dumps([one.as_json() for one in figures], indent=2)
    else:
        text = table(figures)
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
