"""A process that asks for calls in a loop and says so after each; killed by a test.

`python -m tests.support.submitter DATABASE SEED` prints one reference per line, after its commit.
"""

import sys
from datetime import timedelta
from pathlib import Path
from random import Random

from kiosk.devices.clock import SystemClock
from kiosk.domain.policy import Rules
from kiosk.records.database.store import Store
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.drafts import plain_draft


def main(path: Path, seed: int) -> None:
    """Submit until killed."""
    store = Store.open(path)
    site = load_site(store)
    sealing = load_sealing_keys(store, site)
    rules = Rules(opens_before=timedelta(minutes=30))
    desk = VisitorDesk(store, SystemClock(), Random(seed).randbytes, site, rules, sealing)
    while True:
        receipt = desk.request_callback(plain_draft(desk))
        sys.stdout.write(receipt.reference + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
