"""Does everything bad to three kiosks and their centre at once, and counts what it did."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from random import Random

from kiosk.devices.clock import entropy
from kiosk.domain.groups.groups import SessionPlan
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.errors import StoreError
from kiosk.usecases.groups.plan_import import add_sessions
from tests.faults import kiosk
from tests.faults.places import Clinic, Place, soon
from tests.faults.visits import served_by
from tests.support.postgres import Server
from tests.support.proxy import Proxy

PUSH = (b"json_to_recordset", b"COMMIT")
"""Said by a client whose facts are committed: only the answer to this tells it so."""
_BATCH_BYTES = 60_000
_LIVES = 8
"""Of one kiosk, at least."""
_LOOK = 0.1
"""Seconds between two looks at how far a kiosk is."""
_LOST = 13.0
"""Seconds; longer than the watchdog waits for an answer."""


Fault = Callable[[Proxy, Random], float]
"""Begins to spoil a line; gives for how many seconds."""


@dataclass
class Machine:
    """A kiosk's process, which may be killed and started again."""

    place: Place
    seed: str
    facts: int
    seconds: float
    lives: int = 0
    process: "ForkServerProcess | None" = None

    def start(self) -> None:
        """Start it; what it complains of is kept beside its database."""
        self.lives += 1
        seed = f"{self.seed} life {self.lives}"
        # From one that has imported everything: a kiosk that starts is no fault by itself.
        context = get_context("forkserver")
        context.set_forkserver_preload(["__main__", kiosk.__name__])
        self.process = context.Process(
            target=kiosk.run, args=(self.place.folder, seed, self.facts, self.seconds)
        )
        self.process.start()

    def kill(self) -> bool:
        """End it at once, as a power cut does; False where it had ended."""
        assert self.process is not None
        if self.process.exitcode is not None:
            return False
        self.process.kill()
        self.process.join()
        return True

    def check(self) -> None:
        """Say what happened where it has ended by itself, before its time."""
        assert self.process is not None
        code = self.process.exitcode
        complaints = self.place.folder / kiosk.COMPLAINTS
        told = complaints.read_text(encoding="utf-8") if complaints.exists() else ""
        assert not code, f"A kiosk ended with {code}: {told[-3000:]}"


@dataclass
class Conductor:
    """Faults by a seed: each goes on in a thread of its own until `stop` is set."""

    server: Server
    clinic: Clinic
    machines: Sequence[Machine]
    lines: Sequence[Proxy]
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)
    failed: list[BaseException] = field(default_factory=list)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Do harm while the block runs; then everything is whole again."""
        works = [self._on_server, self._on_kiosks, self._at_desk]
        for number, line in enumerate(self.lines):
            works.append(self._on_line(line, number))
        threads = [threading.Thread(target=self._guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
            for line in self.lines:
                line.pass_on()
        assert not self.failed, self.failed

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self.failed.append(error)
            self.stop.set()
            raise

    def _on_server(self) -> None:
        """Kill the whole server again and again; what was committed comes back from its log."""
        chance = Random(f"{self.seed} server")
        while not self.stop.wait(chance.uniform(3, 6)):
            self.server.kill()
            self.done["server killed"] += 1
            self.stop.wait(chance.uniform(0, 1.5))
            self.server.start()

    def _on_kiosks(self) -> None:
        """Kill kiosks again and again, each once it has served a few people in this life."""
        chance = Random(f"{self.seed} kiosks")
        while not self.stop.wait(chance.uniform(0, 1)):
            machine = chance.choice(self.machines)
            wanted = served_by(machine.place.folder) + chance.randrange(1, machine.facts // _LIVES)
            while served_by(machine.place.folder) < min(wanted, machine.facts):
                # A machine that is slow today would else be killed before it has begun.
                if self.stop.wait(_LOOK):
                    return
                machine.check()
            self.stop.wait(chance.uniform(0, _LOOK))
            if machine.kill():
                self.done["kiosk killed"] += 1
                self.stop.wait(chance.uniform(0, 1))
                machine.start()

    def _at_desk(self) -> None:
        """Plan sessions that the kiosks have to hear of, as far as the server is up."""
        chance = Random(f"{self.seed} desk")
        desk = self.clinic.desk()
        try:
            while not self.stop.wait(chance.uniform(0.1, 0.5)):
                starts = soon()
                plan = SessionPlan(
                    uuid7(starts, entropy(ENTROPY_BYTES)),
                    self.clinic.group,
                    starts,
                    starts + timedelta(hours=1),
                    "Room 2",
                )
                try:
                    add_sessions(desk, self.clinic.site, (plan,))
                except StoreError:
                    self.done["desk turned away"] += 1
                else:
                    self.done["session planned"] += 1
        finally:
            desk.close()

    def _on_line(self, line: Proxy, number: int) -> Callable[[], None]:
        chance = Random(f"{self.seed} line {number}")
        faults: list[Fault] = [cut, cut, slow, lose, lose, hold, vanish]
        first: list[Fault] = [lost_for_long] if number == self.seed % len(self.lines) else []

        def work() -> None:
            coming = list(first)
            while not self.stop.wait(chance.uniform(0.1, 0.8)):
                coming = coming or chance.sample(faults, len(faults))
                fault = coming.pop()
                self.stop.wait(fault(line, chance))
                line.pass_on()

        return work


def cut(line: Proxy, chance: Random) -> float:
    """Cut in the middle of a batch."""
    line.cut_after(chance.randrange(1, _BATCH_BYTES))
    return chance.uniform(0.5, 1.5)


def slow(line: Proxy, chance: Random) -> float:
    """Hold every piece back for a while."""
    line.delay(chance.uniform(0.02, 0.3))
    return chance.uniform(0.5, 2)


def lose(line: Proxy, chance: Random) -> float:
    """Lose the answer that says that facts are committed."""
    line.drop_answers(*PUSH)
    return chance.uniform(0.5, 1.5)


def hold(line: Proxy, chance: Random) -> float:
    """Let nothing through, then everything."""
    line.freeze()
    return chance.uniform(0.3, 2)


def vanish(line: Proxy, chance: Random) -> float:
    """Swallow everything for a while."""
    line.blackhole()
    return chance.uniform(0.5, 2)


def lost_for_long(line: Proxy, _chance: Random) -> float:
    """Hold the answer of a commit for longer than anybody waits."""
    line.freeze(*PUSH)
    return _LOST
