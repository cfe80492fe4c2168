"""Row 8: hundreds of kiosks at one centre, directly and through PgBouncer where it is installed."""

import multiprocessing
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import wait
from random import Random
from uuid import UUID

import psycopg

from kiosk.domain.ids import uuid7
from kiosk.records.central.connection import Address
from tests.bench.figures import Figure, timed
from tests.bench.pushers import MOST_FACTS, PERIOD, Phase, Plan, merged, work
from tests.support.centres import Centre, centre_template, new_centre
from tests.support.pgbouncer import pooled
from tests.support.postgres import Server, own_server

_PROCESSES = 2
_SPARE = 40
"""Connections of the server beside those of the fleet."""
_LOOK = 0.2
_DIRECT = "direct"
_OPEN = "SELECT count(*) FROM pg_stat_activity WHERE starts_with(usename, 'k_')"

Fleet = Sequence[tuple[UUID, Address]]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a fleet fared."""

    connecting: Phase
    paced: Phase
    full: Phase
    connections: int
    """The most that the server had open."""

    @property
    def rate(self) -> float:
        """Facts a second at full speed."""
        return self.full.facts / self.full.took

    def __str__(self) -> str:
        """Say what no figure says."""
        lost = sum((self.paced.failed + self.full.failed).values())
        again = sum(self.connecting.failed.values())
        return (
            f"{self.connections} connections, made in {self.connecting.took:.1f} s"
            f" ({again} tries failed); paced"
            f" {self.paced.facts / self.paced.took:,.0f} facts/s, at full speed"
            f" {self.rate:,.0f} facts/s, {lost} pushes failed"
        )


def fleets(
    kiosks: int, paced: float, full: float, period: float = PERIOD, *, durable: bool = True
) -> list[Figure]:
    """Let one kiosk and then a fleet push, first one push a period each, then without a pause."""
    found: list[Figure] = []
    with (
        own_server(f"max_connections={kiosks + _SPARE}", durable=durable) as server,
        centre_template(server.url()) as template,
        new_centre(server.url(), template) as centre,
    ):
        site, machines = _enrol(centre, kiosks)
        alone = _run(centre, site, machines[:1], (full, full, period))
        for name in (_DIRECT, "PgBouncer") if _is_pooler_here() else (_DIRECT,):
            sys.stderr.write(f"Row 8: {kiosks} kiosks, {name}.\n")
            with _way(name, server, machines) as port:
                fleet = [(id_, replace(to, port=port)) for id_, to in machines]
                answer = _run(centre, site, fleet, (paced, full, period))
            found += _figures(f"{kiosks} kiosks, {name}", answer, alone)
    return found


def _enrol(centre: Centre, kiosks: int) -> tuple[UUID, Fleet]:
    chance = Random(8)
    now = datetime.now(UTC)
    site = uuid7(now, chance.randbytes(10))
    centre.add_site(site)
    ids = [uuid7(now, chance.randbytes(10)) for _ in range(kiosks)]
    return site, [(id_, centre.add_machine(site, id_)) for id_ in ids]


def _is_pooler_here() -> bool:
    return any(shutil.which("pgbouncer", path=place) for place in (None, "/usr/sbin"))


@contextmanager
def _way(name: str, server: Server, machines: Fleet) -> Iterator[int]:
    """Give the port of one way to the server."""
    if name == _DIRECT:
        yield server.port
    else:
        # A pool belongs to one role, and every kiosk has its own: more than one is never used.
        with pooled([address for _, address in machines], 1) as port:
            yield port


def _run(centre: Centre, site: UUID, fleet: Fleet, times: tuple[float, float, float]) -> Answer:
    """Run the kiosks in processes of their own and look how many connections there are."""
    paced, full, period = times
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", work.__module__])
    count = min(_PROCESSES, len(fleet))
    together = context.Barrier(count)
    answers, processes = [], []
    for number in range(count):
        plan = Plan(site, fleet[number::count], paced, full, number, period)
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(plan, together, there))
        process.start()
        there.close()
        answers.append(here)
        processes.append(process)
    most = 0
    with psycopg.connect(centre.url, autocommit=True) as owner:
        while waiting := [answer for answer in answers if not answer.poll()]:
            row = owner.execute(_OPEN).fetchone()
            most = max(most, int(row[0]) if row else 0)
            assert all(process.is_alive() or not process.exitcode for process in processes)
            wait(waiting, _LOOK)
    phases = [answer.recv() for answer in answers]
    for process in processes:
        process.join()
    connecting, even, fast = (
        merged(parts, max(part.took for part in parts)) for parts in zip(*phases, strict=True)
    )
    return Answer(connecting, even, fast, most)


def _figures(name: str, answer: Answer, alone: Answer) -> Iterator[Figure]:
    one_each = partial(timed, 8, measured=answer.paced.delays, floor=alone.full.delays, reach=None)
    no_pause = partial(one_each, measured=answer.full.delays)
    yield one_each(f"{name}: delay p50", notes=f"floor: one kiosk alone; {answer}")
    yield one_each(f"{name}: delay p99", percent=99)
    yield no_pause(f"{name}, no pause: delay p50")
    yield no_pause(f"{name}, no pause: delay p99", percent=99)
    what = f"{name}, no pause: facts/s"
    spread = f"{len(answer.full.delays)} pushes of 1 to {MOST_FACTS} facts"
    yield Figure(8, what, answer.rate, alone.rate, None, unit="/s", spread=spread)
