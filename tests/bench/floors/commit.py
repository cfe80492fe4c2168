"""The floor of a scan: one key, the same commit in raw SQLite, one bare repaint of the screen.

Arguments: the database, then site, kiosk and session as hex. Key `x` commits; `c` clears.
"""

import json
import os
import sys
from datetime import UTC, datetime
from uuid import UUID

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

from kiosk.domain.ids import uuid7
from kiosk.records.database.store import sqlite_module

_NUMBER = (
    "UPDATE sync_state SET last_seq = last_seq + 1, last_fact_at = max(last_fact_at, ?)"
    " WHERE kiosk_id = ? RETURNING last_seq"
)
_CHECK_IN = (
    "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, session_id, lookup,"
    " kind, nth, occurred_at) VALUES (?, ?, ?, ?, 0, ?, ?, 'arrived', 0, ?)"
)
_OUTBOX = (
    "INSERT INTO outbox (kiosk_seq, site_id, table_name, row_id, payload)"
    " VALUES (?, ?, 'check_in', ?, ?)"
)


class Bare(App[None]):
    """Nothing but a text as large as the screen."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Static { width: 100%; height: 100%; content-align: center middle; }"

    def __init__(self, path: str, *ids: str) -> None:
        super().__init__()
        self._site, self._kiosk, self._session = (bytes.fromhex(one) for one in ids)
        self._database = sqlite_module().connect(path, isolation_level=None)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "wal_autocheckpoint=200"):
            self._database.execute(f"PRAGMA {pragma}")

    def compose(self) -> ComposeResult:
        yield Static("Ready", markup=False)

    def on_key(self, event: events.Key) -> None:
        shown = "Ready"
        if event.key == "x":
            self._commit()
            shown = "✓  Welcome, Mei\n\nYou are checked in.\nThe sample group, 3:00 pm"
        self.query_one(Static).update(shown)

    def _commit(self) -> None:
        now = datetime.now(UTC)
        stamp = now.strftime("%Y-%m-%d %H:%M:%S.%f")
        new, lookup = uuid7(now, os.urandom(10)).bytes, os.urandom(16)
        run = self._database.execute
        run("BEGIN IMMEDIATE")
        (number,) = run(_NUMBER, (stamp, self._kiosk)).fetchone()
        ids = (new, self._site, self._kiosk)
        run(_CHECK_IN, (*ids, number, self._session, lookup, stamp))
        run(_OUTBOX, (number, self._site, new, self._payload(number, now, new, lookup)))
        run("COMMIT")

    def _payload(self, number: int, now: datetime, new: bytes, lookup: bytes) -> str:
        return json.dumps(
            {
                "id": str(UUID(bytes=new)),
                "site_id": str(UUID(bytes=self._site)),
                "kiosk_id": str(UUID(bytes=self._kiosk)),
                "kiosk_seq": number,
                "clock_offset_ms": None,
                "clock_doubtful": False,
                "session_id": str(UUID(bytes=self._session)),
                "lookup": f"\\x{lookup.hex()}",
                "kind": "arrived",
                "reason": None,
                "void_of": None,
                "about": None,
                "nth": 0,
                "occurred_at": now.isoformat(),
                "by_staff": None,
            }
        )


Bare(*sys.argv[1:]).run()
