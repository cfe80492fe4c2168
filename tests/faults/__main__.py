"""Runs the faults with one seed after the other and says what each run found."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.running import run


def main() -> int:
    """Run; 1 where any run lost or doubled something."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--facts", type=int, default=5000, help="visitors of each kiosk")
    parser.add_argument("--seconds", type=float, default=30, help="over which they come")
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    given = parser.parse_args()
    bad = 0
    for seed in range(given.seed, given.seed + given.runs):
        with tempfile.TemporaryDirectory(prefix="kiosk-faults-") as folder:
            outcome = run(seed, given.facts, given.seconds, Path(folder))
        sys.stdout.write(f"{outcome}\n")
        sys.stdout.flush()
        bad += bool(outcome.found.faults)
    sys.stdout.write(f"{given.runs} runs, {bad} bad\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
