"""A kiosk's process without its screen: visitors on one thread, the sync on another.

It serves until so many visitors were served in all its lives, spread over so many seconds, and ends
once everything is sent and the folder holds `finish`.
"""

import os
import sys
import threading
import time
from pathlib import Path
from random import Random

from kiosk.devices.clock import SystemClock, entropy
from kiosk.domain.policy import Rules
from kiosk.records.central.link import read_link
from kiosk.records.database.store import Store
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.syncer import Syncer
from kiosk.usecases.central.contact import ProgramInfo
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.faults.visits import SERVED, TOLD, Visitors, served_by

FINISH, DRAINED = "finish", "drained"
"""Files in the folder: the word to end, and that everything has been sent."""
COMPLAINTS = "complaints"
_PAUSE = 0.05
"""Seconds between rounds."""
_LONGEST_PAUSE = 0.4
"""Seconds after trouble; a real kiosk waits longer, which would only make a run longer."""


def syncing(folder: Path, store: Store, served: threading.Event, chance: Random) -> None:
    """Run rounds until all is sent and nothing more comes; says so in the folder."""
    link = read_link(folder)
    assert link is not None
    remote = PostgresRemote(link.address, link.site_id, link.kiosk_id)
    site = load_site(store)
    syncer = Syncer(store, remote, SystemClock(), site, lambda: ProgramInfo("0.0.0", "2027-01-01"))
    while True:
        last = served.is_set()
        finish = (folder / FINISH).exists()
        done = syncer.round()
        drained = last and done.problem is None and not done.pending
        if drained:
            (folder / DRAINED).touch()
            if finish and not done.pulled:
                break
        time.sleep(chance.uniform(0, _LONGEST_PAUSE) if done.problem else _PAUSE)
    remote.close()


def serving(folder: Path, store: Store, facts: int, seconds: float, chance: Random) -> None:
    """Serve visitors and write down what each was told, after its commit."""
    site = load_site(store)
    desk = VisitorDesk(store, SystemClock(), entropy, site, Rules(), load_sealing_keys(store, site))
    (session,) = desk.sessions_today().open_now[:1]
    with (folder / TOLD).open("ab", buffering=0) as told:
        # Nothing joins what a kill has cut.
        told.write(b"\n")
        done = served_by(folder)
        visitors = Visitors(desk, session, site.symbols, chance, done)
        began = time.monotonic() - seconds * done / facts
        for number, rows in zip(range(done, facts), visitors.come(), strict=False):
            # One write: what follows the words is either whole or not there.
            told.write(("".join(row.line() for row in rows) + f"{SERVED}\n").encode())
            time.sleep(max(began + seconds * number / facts - time.monotonic(), 0))


def main(folder: Path, seed: str, facts: int, seconds: float) -> None:
    """Serve and send; ends by itself only when all is done."""
    store = Store.open(folder / "kiosk.db")
    served = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            syncing(folder, store, served, Random(f"{seed} sync"))
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=work)
    thread.start()
    serving(folder, store, facts, seconds, Random(f"{seed} visitors"))
    served.set()
    thread.join()
    store.close()
    sys.exit(1 if failed else 0)


def run(folder: Path, seed: str, facts: int, seconds: float) -> None:
    """Do so in a process of its own; what it complains of is kept beside its database."""
    with (folder / COMPLAINTS).open("ab") as complaints:
        os.dup2(complaints.fileno(), sys.stderr.fileno())
    main(folder, seed, facts, seconds)
