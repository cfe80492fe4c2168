"""A kiosk that has been without its centre for a long time, filled in bulk."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import SECRET_BYTES
from kiosk.records.database.store import sqlite_module
from kiosk.records.schema.columns import payload
from kiosk.records.schema.tables import CheckIn

_CHECK_IN = (
    "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, session_id, lookup,"
    " kind, nth, occurred_at) VALUES (?, ?, ?, ?, 0, ?, ?, 'arrived', 0, ?)"
)
_OUTBOX = (
    "INSERT INTO outbox (kiosk_seq, site_id, table_name, row_id, payload)"
    " VALUES (?, ?, 'check_in', ?, ?)"
)


def fill_outbox(folder: Path, facts: int, days: float = 7) -> None:
    """Let so many people have checked in over the last days, of whom the centre knows nothing."""
    chance = random.Random(4)
    database = sqlite_module().connect(folder / "kiosk.db", isolation_level=None)
    state = database.execute("SELECT site_id, kiosk_id, last_seq FROM sync_state").fetchone()
    (session,) = database.execute("SELECT id FROM group_session LIMIT 1").fetchone()
    site, machine, last = state
    now = datetime.now(UTC)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("BEGIN")
    for number in range(1, facts + 1):
        at = now - timedelta(days=days) * (1 - number / facts)
        fact = CheckIn(
            id=uuid7(at, chance.randbytes(ENTROPY_BYTES)),
            site_id=UUID(bytes=site),
            kiosk_id=UUID(bytes=machine),
            kiosk_seq=last + number,
            session_id=UUID(bytes=session),
            lookup=chance.randbytes(SECRET_BYTES),
            kind="arrived",
            occurred_at=at,
        )
        values = {name: getattr(fact, name) for name in CheckIn.model_fields}
        values.pop("received_at")
        stamp = at.strftime("%Y-%m-%d %H:%M:%S.%f")
        ids = (fact.id.bytes, site, machine, fact.kiosk_seq)
        database.execute(_CHECK_IN, (*ids, session, fact.lookup, stamp))
        database.execute(_OUTBOX, (fact.kiosk_seq, site, fact.id.bytes, payload(values)))
    database.execute("UPDATE sync_state SET last_seq = last_seq + ?", (facts,))
    database.execute("COMMIT")
    database.close()


def left_to_send(folder: Path) -> int:
    """Count what waits, from beside the program that sends."""
    path = (folder / "kiosk.db").absolute().as_uri()
    database = sqlite_module().connect(f"{path}?mode=ro", uri=True)
    try:
        return int(database.execute("SELECT count(*) FROM outbox").fetchone()[0])
    finally:
        database.close()
