"""A caller in a process of their own, who claims every request once told to; run by a test.

`python -m tests.support.claimer DATABASE LOGIN` prints "ready", waits for a line, and then prints
for each request its id and how the claim ended.
"""

import sys
from pathlib import Path
from random import SystemRandom

from kiosk.domain.callbacks.actions import Claim, HeldBy
from kiosk.domain.policy import Rules
from kiosk.domain.working_time import WorkingCalendar
from kiosk.records.database.store import Store
from kiosk.usecases.access import Access
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.staff_desk import Context, SignedIn
from tests.support.desks import CHEAP, PASSPHRASE, SetClock


def main(path: Path, login: str) -> None:
    """Claim all there is."""
    store = Store.open(path)
    site = load_site(store)
    sealing = load_sealing_keys(store, site)
    calendar = WorkingCalendar(site.zone)
    context = Context(
        store, SetClock(), SystemRandom().randbytes, site, sealing, Rules(), calendar, path.parent
    )
    access = Access(context, cost=CHEAP)
    signed_in = access.sign_in(login, PASSPHRASE)
    assert isinstance(signed_in, SignedIn)
    desk = access.callback_desk(signed_in)
    rows = desk.worklist().rows
    say("ready")
    sys.stdin.readline()
    for row in rows:
        answer = desk.act(row.request.id, row.state.revision, Claim())
        by = answer.login if isinstance(answer, HeldBy) else ""
        say(f"{row.request.id} {type(answer).__name__} {by}")
    store.close()


def say(line: str) -> None:
    """Tell the test at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
