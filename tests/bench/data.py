"""Data folders for the figures: a sample clinic, and the same after years of use."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import SECRET_BYTES, CodeKind, derive_lookup, derive_name_key, encode
from kiosk.records.database.store import sqlite_module
from kiosk.vault.sealing import NAME_BOX_BYTES, lock_name

_SEALED_BYTES = 1300
"""About what a sealed name takes."""
_PER_SESSION = 20
_KEPT_PASSES = 2000
"""How many of the passes can be scanned; the others are only in the way."""
_CARDS = "INSERT INTO passcard VALUES (?, ?, NULL, ?, ?, ?, 'en', ?, NULL)"
_PEOPLE = "INSERT INTO participant VALUES (?, ?, NULL, ?, 'en', ?)"
_SESSIONS = (
    "INSERT INTO group_session (id, site_id, group_id, starts_at, ends_at, room, status)"
    " VALUES (?, ?, ?, ?, ?, '', 'scheduled')"
)
_CHECK_INS = (
    "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, session_id, lookup,"
    " kind, nth, occurred_at) VALUES (?, ?, ?, ?, 0, ?, ?, 'arrived', 0, ?)"
)


@dataclass(frozen=True, slots=True)
class Clinic:
    """A prepared data folder."""

    folder: Path
    site: bytes
    kiosk: bytes
    session: bytes
    """The session that is open now."""
    passes: tuple[str, ...] = ()
    """Digits of passes that can be scanned, each once."""

    @property
    def database(self) -> Path:
        """The file of its database."""
        return self.folder / "kiosk.db"

    def copy(self, folder: Path) -> "Clinic":
        """Copy the folder; nothing may have it open."""
        shutil.copytree(self.folder, folder)
        return Clinic(folder, self.site, self.kiosk, self.session, self.passes)


def sample_clinic(folder: Path) -> Clinic:
    """Make the sample clinic of `kiosk demo --prepare`."""
    command = [sys.executable, "-m", "kiosk", "demo", "--prepare"]
    environment = {**os.environ, "KIOSK_DATA_DIR": str(folder)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    database = sqlite_module().connect(folder / "kiosk.db")
    site, kiosk = database.execute("SELECT site_id, kiosk_id FROM sync_state").fetchone()
    soon = _stamp(datetime.now(UTC) + timedelta(minutes=30))
    (session,) = database.execute(
        "SELECT id FROM group_session WHERE starts_at <= ? ORDER BY starts_at DESC", (soon,)
    ).fetchone()
    database.close()
    return Clinic(folder, site, kiosk, session)


def well_used(clinic: Clinic, *, passes: int, check_ins: int) -> Clinic:
    """Fill the clinic's database in bulk, as if it had been used for years.

    Nobody analyses it: what the kiosk itself does about statistics is a part of what is measured.
    """
    chance = random.Random(12)
    secrets = [chance.randbytes(SECRET_BYTES) for _ in range(passes)]
    marks = [derive_lookup(secret) for secret in secrets]
    database = sqlite_module().connect(clinic.database, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN")
    _add_passes(database, clinic, chance, secrets)
    database.executemany(_SESSIONS, _sessions(clinic, check_ins // _PER_SESSION))
    database.executemany(_CHECK_INS, _arrivals(clinic, chance, marks, check_ins))
    database.execute("UPDATE sync_state SET last_seq = ?", (check_ins + 100,))
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    digits = tuple(encode(CodeKind.PASS, secret) for secret in secrets[:_KEPT_PASSES])
    return Clinic(clinic.folder, clinic.site, clinic.kiosk, clinic.session, digits)


def _add_passes(database: Any, clinic: Clinic, chance: random.Random, secrets: list[bytes]) -> None:
    began = datetime.now(UTC) - timedelta(days=2000)
    for number, secret in enumerate(secrets):
        at = began + timedelta(minutes=number)
        person, card = _id(at, chance), _id(at, chance)
        named = number < _KEPT_PASSES
        box = (
            lock_name("Mei", derive_name_key(secret)) if named else chance.randbytes(NAME_BOX_BYTES)
        )
        sealed = chance.randbytes(_SEALED_BYTES)
        database.execute(_PEOPLE, (person, clinic.site, sealed, _stamp(at)))
        database.execute(
            _CARDS, (card, clinic.site, derive_lookup(secret), person, box, _stamp(at))
        )


def _sessions(clinic: Clinic, count: int) -> Iterator[tuple[object, ...]]:
    """Yield past sessions, the last one a week ago."""
    for number in range(count):
        starts = _session_start(number, count)
        stop = starts + timedelta(minutes=30)
        yield _session_id(number), clinic.site, clinic.site, _stamp(starts), _stamp(stop)


def _arrivals(
    clinic: Clinic, chance: random.Random, marks: list[bytes], count: int
) -> Iterator[tuple[object, ...]]:
    sessions = count // _PER_SESSION
    for number in range(sessions):
        at = _session_start(number, sessions)
        stamp, session = _stamp(at), _session_id(number)
        for place, mark in enumerate(chance.sample(marks, _PER_SESSION)):
            seq = 100 + number * _PER_SESSION + place
            yield _id(at, chance), clinic.site, clinic.kiosk, seq, session, mark, stamp


def _session_start(number: int, count: int) -> datetime:
    last = datetime.now(UTC) - timedelta(days=7)
    return last - timedelta(minutes=30 * (count - number))


def _session_id(number: int) -> bytes:
    return (number + 1).to_bytes(16, "big")


def _id(at: datetime, chance: random.Random) -> bytes:
    return uuid7(at, chance.randbytes(ENTROPY_BYTES)).bytes


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
