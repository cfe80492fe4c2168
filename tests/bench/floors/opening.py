"""The floor of the worklist: each line that is read opens every request in a bare loop.

Argument: the data folder.
"""

import sys
from pathlib import Path

from tests.bench.caller import caller, open_each

with caller(Path(sys.argv[1])) as one:
    sealed, keys = one.sealed(), one.keys
    sys.stdout.write("Ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        open_each(sealed, keys)
        sys.stdout.write("Opened\n")
        sys.stdout.flush()
