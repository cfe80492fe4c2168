"""One run: kiosks serve, everything fails, all heals, and what is left is compared."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from kiosk.records.central.connection import central_engine, read_address
from kiosk.records.central.setup import set_up
from tests.faults.checking import Findings, examine
from tests.faults.conductor import Conductor, Machine
from tests.faults.kiosk import DRAINED, FINISH
from tests.faults.places import SYMBOLS, Clinic, Place, count_offers, found_clinic
from tests.faults.visits import served_by
from tests.support.centres import Centre
from tests.support.postgres import Server, own_server
from tests.support.proxy import Proxy

KIOSKS = 3
_PATIENCE = 600.0
"""Seconds for everything to be sent once all is whole again."""
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did and what it found."""

    seed: int
    done: Counter[str]
    found: Findings
    drained: float
    """Seconds from healing until all was sent."""
    took: float

    def __str__(self) -> str:
        """Say it in one line."""
        done = ", ".join(f"{what} {count}" for what, count in sorted(self.done.items()))
        found = self.found
        return (
            f"seed {self.seed}: {found.told} visitors, {found.facts} facts, "
            f"{found.absorbed} sent again and absorbed; {done}; "
            f"drained in {self.drained:.1f} s, {self.took:.0f} s in all; "
            + ("; ".join(found.faults) or "nothing lost, nothing twice")
        )


@contextmanager
def clinic_of_kiosks(folder: Path, *, kiosks: int = KIOSKS) -> "Iterator[Scene]":
    """Make a server, a centre, a clinic and its kiosks, each on a line of its own."""
    with ExitStack() as stack:
        server = stack.enter_context(own_server(durable=True))
        centre = _found(server)
        stack.callback(centre.engine.dispose)
        clinic = found_clinic(centre, folder / "founder")
        places, lines = [], []
        for symbols in SYMBOLS[:kiosks]:
            place = clinic.add_kiosk(folder / symbols, symbols)
            line = stack.enter_context(Proxy(server.port))
            clinic.link(place, line.port)
            places.append(place)
            lines.append(line)
        yield Scene(server, clinic, tuple(places), tuple(lines))


def _found(server: Server) -> Centre:
    """Found a centre that goes with its server: nobody tidies up after a power cut."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE kiosk")
    url = server.url("kiosk")
    engine = central_engine(read_address(url), 2)
    with engine.begin() as owner:
        set_up(owner, datetime.now(UTC))
    centre = Centre(url, engine)
    count_offers(centre)
    return centre


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a run needs."""

    server: Server
    clinic: Clinic
    places: tuple[Place, ...]
    lines: tuple[Proxy, ...]

    def run(self, seed: int, facts: int, seconds: float, *, harm: bool = True) -> Outcome:
        """Let every kiosk serve `facts` visitors over `seconds`, harmed all the while."""
        began = time.monotonic()
        machines = [
            Machine(place, f"{seed} kiosk {number}", facts, seconds)
            for number, place in enumerate(self.places)
        ]
        conductor = Conductor(self.server, self.clinic, machines, self.lines, seed)
        try:
            for machine in machines:
                machine.start()
            if harm:
                with conductor.working():
                    _wait(lambda: self._served(machines, facts), conductor, _PATIENCE + seconds)
            healed = time.monotonic()
            _finish(machines)
            drained = time.monotonic() - healed
        finally:
            for machine in machines:
                machine.kill()
        done = conductor.done
        for line in self.lines:
            done.update({f"line {mode}": count for mode, count in line.hits.items() if count})
        found = examine(self.clinic, self.places)
        return Outcome(seed, done, found, drained, time.monotonic() - began)

    def _served(self, machines: Sequence[Machine], facts: int) -> bool:
        return all(served_by(machine.place.folder) >= facts for machine in machines)


def _wait(done: Callable[[], bool], conductor: Conductor, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not done() and not conductor.stop.is_set():
        assert time.monotonic() < ends, "the kiosks do not come to an end"
        conductor.stop.wait(_LOOK)


def _finish(machines: Sequence[Machine]) -> None:
    """Wait until all is sent, then let every kiosk hear the last news and end."""
    ends = time.monotonic() + _PATIENCE
    for name in (DRAINED, FINISH):
        for machine in machines:
            if name == FINISH:
                (machine.place.folder / FINISH).touch()
                continue
            while not (machine.place.folder / DRAINED).exists():
                machine.check()
                assert time.monotonic() < ends, "not everything could be sent"
                time.sleep(_LOOK)
    for machine in machines:
        assert machine.process is not None
        machine.process.join(ends - time.monotonic())
        assert machine.process.exitcode is not None, "a kiosk does not end"
        machine.check()


def run(seed: int, facts: int, seconds: float, folder: Path) -> Outcome:
    """Do one run on a server of its own."""
    with clinic_of_kiosks(folder) as scene:
        return scene.run(seed, facts, seconds)
