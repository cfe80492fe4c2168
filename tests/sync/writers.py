"""Desks and kiosks write at the centre while one kiosk pulls in a loop: does it miss a row?"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from os import urandom
from random import Random
from uuid import UUID

from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.records.central.connection import Address
from kiosk.records.central.store import CentralStore
from kiosk.records.database.writing import add_reference
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import payload
from kiosk.records.schema.tables import Passcard, SupportGroup
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.syncer import Round
from kiosk.usecases.site import SiteInfo

WRITERS = 8
_ALL = range(WRITERS)
_MOST_IN_ONE = 5
Way = partial[None]


@dataclass(frozen=True, slots=True)
class Race:
    """What was written, and how it went."""

    written: frozenset[UUID]
    rounds: int
    seconds: float


def race(
    enrol: Callable[[str, UUID], Address],
    site: SiteInfo,
    pull: Callable[[], Round],
    rows: int,
) -> Race:
    """Let WRITERS machines write `rows` rows in transactions of 1 to 5, and pull until they end.

    Half of them are desks, which take turns; half are kiosks that push passes and take none. The
    machines come from `enrol(kind, id)`. Pulls once more after the last commit.
    """
    began, over = time.perf_counter(), threading.Event()
    each = [rows // WRITERS + (number < rows % WRITERS) for number in _ALL]
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        ways = [_way(enrol, site.site_id, "desk" if number % 2 else "kiosk") for number in _ALL]
        writing = [
            threads.submit(_write, way, count, Random(number))
            for number, (way, count) in enumerate(zip(ways, each, strict=True))
        ]
        pulling = threads.submit(_pull, pull, over)
        try:
            written = frozenset(id_ for one in writing for id_ in one.result())
        finally:
            over.set()
        rounds = pulling.result()
    return Race(written, rounds, time.perf_counter() - began)


def _way(enrol: Callable[[str, UUID], Address], site_id: UUID, kind: str) -> Way:
    """Enrol one more machine; return what writes rows of some ids in one transaction."""
    machine = _new_id()
    address = enrol(kind, machine)
    if kind == "desk":
        return partial(_add_groups, CentralStore(address, site_id), site_id)
    return partial(_push_passes, PostgresRemote(address, site_id, machine), site_id)


def _write(way: Way, rows: int, chance: Random) -> list[UUID]:
    """Write as one machine; return what was committed."""
    done: list[UUID] = []
    while len(done) < rows:
        ids = [_new_id() for _ in range(min(chance.randint(1, _MOST_IN_ONE), rows - len(done)))]
        way(ids)
        done += ids
    way.args[0].close()
    return done


def _add_groups(store: CentralStore, site_id: UUID, ids: Sequence[UUID]) -> None:
    with store.write() as transaction:
        for id_ in ids:
            row = SupportGroup(
                id=id_, site_id=site_id, name="G", public_label="R", language="en", room="1"
            )
            add_reference(transaction, row)


def _push_passes(remote: PostgresRemote, site_id: UUID, ids: Sequence[UUID]) -> None:
    now = datetime.now(UTC)
    rows = []
    for id_ in ids:
        card = Passcard(
            id=id_,
            site_id=site_id,
            lookup=id_.bytes,
            participant_id=id_,
            name_box=b"",
            language="en",
            created_at=now,
        )
        rows.append(Waiting(0, None, site_id, "passcard", id_, payload(card.model_dump())))
    remote.push(rows)


def _new_id() -> UUID:
    return uuid7(datetime.now(UTC), urandom(ENTROPY_BYTES))


def _pull(pull: Callable[[], Round], over: threading.Event) -> int:
    rounds = 0
    while True:
        last = over.is_set()
        done = pull()
        assert done.problem is None, done
        rounds += 1
        if last:
            return rounds
