"""Row 4: from facts in the outbox to facts at the centre, beside COPY into the same table."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg

from kiosk.devices.clock import SystemClock
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.records import outbox
from kiosk.records.central.connection import Address
from kiosk.records.database.store import Store
from kiosk.records.database.writing import add_fact_values
from kiosk.records.outbox import Waiting
from kiosk.records.schema.tables import CheckIn
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.push import MOST_ROWS
from tests.bench.figures import Figure, timed
from tests.faults.places import SYMBOLS, Clinic, Place, found_clinic
from tests.support.centres import centre_template, new_centre
from tests.support.postgres import new_database, own_server
from tests.support.pushing import push_waiting

COLUMNS = (
    "id, site_id, kiosk_id, kiosk_seq, clock_offset_ms, clock_doubtful, session_id, lookup, kind,"
    " reason, void_of, nth, occurred_at, by_staff"
)
_TEMP = "CREATE TEMP TABLE brought (LIKE check_in INCLUDING DEFAULTS) ON COMMIT DROP"
_COPY = f"COPY brought ({COLUMNS}) FROM STDIN"
_INSERT = (
    f"INSERT INTO check_in ({COLUMNS}) SELECT {COLUMNS} FROM brought"  # noqa: S608 - our own
    " ON CONFLICT DO NOTHING"
)
_SESSIONS = 50
_IN_ONE_WRITE = 1000
_SPAN = timedelta(days=7)
_REACH = 2.0
"""Half the rate of COPY takes twice as long."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One way into one empty centre."""

    owner: str
    """The owner's URL."""
    place: Place
    """A kiosk with a full outbox, whose address leads to this centre."""
    rows: Sequence[Waiting]
    """What is in its outbox."""
    lines: Sequence[bytes]
    """The same as COPY takes it."""

    def through_the_outbox(self) -> float:
        """Send as a kiosk does: read, push, drop what was confirmed."""
        store = Store.open(self.place.database)
        remote = self._remote(self.place.address)
        began = time.perf_counter()
        pushed = push_waiting(store, remote, SystemClock())
        took = time.perf_counter() - began
        remote.close()
        store.close()
        assert pushed.sent == len(self.rows), pushed
        return took

    def by_the_kiosk(self) -> float:
        """Push rows that lie ready, by the kiosk's own role."""
        return self._push(self._remote(self.place.address))

    def by_the_owner(self) -> float:
        """Push the same rows as the owner, whom row-level security does not ask."""
        url = psycopg.conninfo.conninfo_to_dict(self.owner)
        return self._push(self._remote(replace(self.place.address, role=str(url["user"]))))

    def copy_in_batches(self) -> float:
        """COPY as many rows a commit as the kiosk sends."""
        return self._copy(MOST_ROWS)

    def copy_at_once(self) -> float:
        """COPY everything in one transaction."""
        return self._copy(len(self.lines))

    def _copy(self, most: int) -> float:
        with psycopg.connect(self.owner) as connection:
            began = time.perf_counter()
            for first in range(0, len(self.lines), most):
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.execute(_TEMP)
                    with cursor.copy(_COPY) as copy:
                        copy.write(b"".join(self.lines[first : first + most]))
                    cursor.execute(_INSERT)
            return time.perf_counter() - began

    def _push(self, remote: PostgresRemote) -> float:
        began = time.perf_counter()
        for first in range(0, len(self.rows), MOST_ROWS):
            remote.push(self.rows[first : first + MOST_ROWS])
        took = time.perf_counter() - began
        remote.close()
        return took

    def _remote(self, address: Address) -> PostgresRemote:
        return PostgresRemote(address, self.rows[0].site_id, self.place.kiosk_id)


_FLOOR = "COPY and INSERT .. SELECT, all at once"
WAYS: Mapping[str, tuple[Callable[[Trial], float], float | None]] = {
    "outbox to centre": (Trial.through_the_outbox, _REACH),
    "the push alone": (Trial.by_the_kiosk, _REACH),
    "the push alone, by the owner": (Trial.by_the_owner, None),
    f"COPY, {MOST_ROWS:,} a commit": (Trial.copy_in_batches, None),
    _FLOOR: (Trial.copy_at_once, None),
}


def pushing(scratch: Path, rounds: int, *, facts: int) -> list[Figure]:
    """Push `facts` check-ins into an empty centre in each way in turn, `rounds` times."""
    sys.stderr.write(f"Row 4: {facts} facts are made, then sent.\n")
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for trial, name in trials(scratch, rounds, facts):
        took = WAYS[name][0](trial)
        _check(trial, facts)
        times[name].append(took)
        sys.stderr.write(f"  {name}: {facts / took:,.0f} facts/s\n")
    floor = times[_FLOOR]
    return [
        timed(4, f"{facts:,} facts: {name}", times[name], floor, reach, notes=_notes(name))
        for name, (_, reach) in WAYS.items()
        if name != _FLOOR
    ]


def _notes(name: str) -> str:
    """Say once what the floor is."""
    floor = f"floor: {_FLOOR}, by the owner; all commits wait for the disk"
    return floor if name == next(iter(WAYS)) else ""


def trials(
    scratch: Path, rounds: int, facts: int, *, durable: bool = True
) -> Iterator[tuple[Trial, str]]:
    """Give every way so many times, each with a centre and an outbox of its own."""
    with (
        own_server(durable=durable) as server,
        centre_template(server.url()) as template,
        new_centre(server.url(), template) as centre,
    ):
        clinic = found_clinic(centre, scratch / "founder")
        place = clinic.add_kiosk(scratch / "kiosk", SYMBOLS[0])
        centre.engine.dispose()
        rows = _fill(clinic, place, facts)
        lines = [_line(row) for row in rows]
        for number in range(rounds):
            for count, name in enumerate(WAYS):
                folder = scratch / f"{number}-{count}"
                shutil.copytree(place.folder, folder)
                with new_database(server.url(), centre.address.database) as url:
                    with psycopg.connect(url, autocommit=True) as connection:
                        connection.execute("CHECKPOINT")
                    address = replace(place.address, database=url.rpartition("/")[2])
                    yield Trial(url, Place(folder, place.kiosk_id, address), rows, lines), name
                shutil.rmtree(folder)


def _fill(clinic: Clinic, place: Place, facts: int) -> list[Waiting]:
    """Let so many people check in at a kiosk whose centre is away."""
    chance = Random(4)
    store = Store.open(place.database)
    sessions = [uuid7(datetime.now(UTC), chance.randbytes(10)) for _ in range(_SESSIONS)]
    began = datetime.now(UTC) - _SPAN
    for first in range(0, facts, _IN_ONE_WRITE):
        with store.write() as transaction:
            for number in range(first, min(first + _IN_ONE_WRITE, facts)):
                at = began + _SPAN * (number / facts)
                values = {
                    "id": uuid7(at, chance.randbytes(ENTROPY_BYTES)),
                    "site_id": clinic.site.site_id,
                    "kiosk_id": place.kiosk_id,
                    "session_id": sessions[number * _SESSIONS // facts],
                    "lookup": chance.randbytes(16),
                    "kind": "arrived",
                    "occurred_at": at,
                }
                add_fact_values(transaction, CheckIn, values, at)
    with store.read() as transaction:
        rows = outbox.waiting(transaction, facts)
    store.close()
    return rows


def _line(row: Waiting) -> bytes:
    r"""Write a row as COPY reads it: tabs between, `\N` for nothing, backslashes doubled."""
    values = json.loads(row.payload)
    texts = (_cell(values[name]) for name in COLUMNS.split(", "))
    return ("\t".join(texts) + "\n").encode()


def _cell(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", r"\\")


def _check(trial: Trial, facts: int) -> None:
    """See that everything has arrived: a way that loses something is not fast."""
    with psycopg.connect(trial.owner) as connection:
        found = connection.execute("SELECT count(*), count(received_at) FROM check_in").fetchone()
    assert found is not None
    assert found[0] == facts, found
