"""Simulated kiosks of row 8: each with its own role and connection, some hundreds in a process."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random
from threading import Thread
from uuid import UUID

from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.errors import StoreError
from kiosk.records.central.connection import Address
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import payload
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.remote import Heartbeat

MOST_FACTS = 5
"""In one push: what a kiosk has when a fact wakes it."""
PERIOD = 3.0
"""Seconds between two pushes of a kiosk, where nothing else is asked for."""
_WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds after a failed contact, at most: hundreds at once are too many for a second."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one process has to do."""

    site: UUID
    machines: Sequence[tuple[UUID, Address]]
    paced: float
    """Seconds of one push a period each."""
    full: float
    """Seconds of one push after the other."""
    seed: int
    period: float
    """Seconds between two paced pushes of a kiosk."""


@dataclass(slots=True)
class Phase:
    """What came of one phase."""

    delays: list[float] = field(default_factory=list)
    """Seconds from when a push was due until its commit had answered."""
    facts: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """By the name of the fault."""
    took: float = 0.0


class Pusher:
    """One kiosk."""

    def __init__(self, site: UUID, kiosk: UUID, address: Address, chance: Random) -> None:
        self._remote = PostgresRemote(address, site, kiosk)
        self._site, self._kiosk, self._chance = site, kiosk, chance
        self._seq = 0

    def connect(self, phase: Phase) -> None:
        """Make the connection as the first contact does, and again after a while if it fails."""
        began = time.perf_counter()
        for wait in _WAITS:
            report = Heartbeat(datetime.now(UTC), None, 0, 0, "0.0.0")
            if self._try(partial(self._remote.contact, report), phase, began, 0):
                return
            time.sleep(self._chance.uniform(0, wait))

    def push_paced(self, phase: Phase, ends: float, period: float) -> None:
        """Push once a period until a moment of `perf_counter`, beginning at any moment."""
        due = time.perf_counter() + self._chance.uniform(0, period)
        while due < ends:
            time.sleep(max(due - time.perf_counter(), 0))
            self._push(phase, due)
            due += period

    def push_on(self, phase: Phase, ends: float) -> None:
        """Push again and again until a moment of `perf_counter`."""
        while (now := time.perf_counter()) < ends:
            self._push(phase, now)

    def close(self) -> None:
        """Let the connection go."""
        self._remote.close()

    def _push(self, phase: Phase, due: float) -> None:
        rows = [self._fact() for _ in range(self._chance.randint(1, MOST_FACTS))]
        self._try(lambda: self._remote.push(rows), phase, due, len(rows))

    def _try(self, deed: Callable[[], object], phase: Phase, due: float, facts: int) -> bool:
        try:
            deed()
        except StoreError as fault:
            phase.failed[type(fault).__name__] += 1
            return False
        phase.delays.append(time.perf_counter() - due)
        phase.facts += facts
        return True

    def _fact(self) -> Waiting:
        self._seq += 1
        now = datetime.now(UTC)
        id_ = uuid7(now, self._chance.randbytes(ENTROPY_BYTES))
        values = {
            "id": id_,
            "site_id": self._site,
            "kiosk_id": self._kiosk,
            "kiosk_seq": self._seq,
            "clock_doubtful": False,
            "session_id": self._site,
            "lookup": self._chance.randbytes(16),
            "kind": "arrived",
            "nth": 0,
            "occurred_at": now,
        }
        return Waiting(self._seq, self._seq, self._site, "check_in", id_, payload(values))


def work(plan: Plan, together: Barrier, answers: "Connection[list[Phase], None]") -> None:
    """Be all kiosks of one process, phase by phase beside other processes; sends the phases."""
    pushers = [
        Pusher(plan.site, kiosk, address, Random(f"{plan.seed} {number}"))
        for number, (kiosk, address) in enumerate(plan.machines)
    ]
    phases = []
    for seconds, deed in (
        (0.0, lambda pusher, phase, _: pusher.connect(phase)),
        (plan.paced, partial(Pusher.push_paced, period=plan.period)),
        (plan.full, Pusher.push_on),
    ):
        together.wait()
        phases.append(_all_at_once(pushers, deed, seconds))
    together.wait()
    for pusher in pushers:
        pusher.close()
    answers.send(phases)


def _all_at_once(
    pushers: Sequence[Pusher], deed: Callable[[Pusher, Phase, float], None], seconds: float
) -> Phase:
    parts = [Phase() for _ in pushers]
    began = time.perf_counter()
    threads = [
        Thread(target=deed, args=(pusher, part, began + seconds))
        for pusher, part in zip(pushers, parts, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return merged(parts, time.perf_counter() - began)


def merged(parts: Sequence[Phase], took: float) -> Phase:
    """Put what several did at once together."""
    return Phase(
        [delay for part in parts for delay in part.delays],
        sum(part.facts for part in parts),
        sum((part.failed for part in parts), Counter()),
        took,
    )
