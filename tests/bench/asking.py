"""Fills a clinic's database with callback requests, as many visitors would have asked."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallLanguage,
    MessagePolicy,
    Window,
    format_reference,
)
from kiosk.domain.callbacks.state import AttemptResult, EventKind
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.staff import Purpose
from kiosk.records.database.store import Store, sqlite_module
from kiosk.usecases.callbacks.submission import CALLBACK_REQUEST
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.vault.keys import PublicSealingKey
from kiosk.vault.sealing import seal
from tests.bench.data import Clinic

NAMES = ("Mei", "Ravi", "Nur Aisyah", "王小明", "Siti", "Tan Ah Kow", "Priya", "முருகன்")
ATTEMPTED = 5
"""Every fifth request was rung once, by nobody who is still there."""
_OVER = timedelta(days=10)
"""The requests were made in so many days."""
_EMPTIED = (
    "DELETE FROM callback_event",
    "DELETE FROM callback_withdrawal",
    "DELETE FROM callback_request",
)
_REQUEST = (
    "INSERT INTO callback_request (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, ref,"
    " slip_lookup, sealed, call_language, windows, not_before, ui_language, consent_version,"
    " created_at) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, 'en', '2026-01', ?)"
)
_EVENT = (
    "INSERT INTO callback_event (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, request_id,"
    " revision, kind, outcome, by_staff, at) VALUES (?, ?, ?, ?, 0, ?, 1, ?, ?, ?, ?)"
)


def asked(clinic: Clinic, requests: int) -> Clinic:
    """Put open requests into the clinic's database, in the place of its own.

    Nothing may have it open.
    """
    store = Store.open(clinic.database)
    try:
        readers = load_sealing_keys(store, load_site(store))[Purpose.CALLBACKS]
    finally:
        store.close()
    chance = random.Random(5)
    database = sqlite_module().connect(clinic.database, isolation_level=None)
    database.execute("BEGIN")
    for emptied in _EMPTIED:
        database.execute(emptied)
    for number, made in enumerate(_times(requests)):
        request = uuid7(made, chance.randbytes(ENTROPY_BYTES))
        database.execute(_REQUEST, _row(clinic, chance, request, made, number, readers))
        if number % ATTEMPTED == 0:
            tried = made + timedelta(hours=2)
            event = uuid7(tried, chance.randbytes(ENTROPY_BYTES)).bytes
            who = (event, clinic.site, clinic.kiosk, 1000 + requests + number, request.bytes)
            what = EventKind.ATTEMPT.value, AttemptResult.NO_ANSWER.value
            database.execute(_EVENT, (*who, *what, clinic.site, _stamp(tried)))
    database.execute("UPDATE sync_state SET last_seq = ?", (1000 + 2 * requests,))
    database.execute("COMMIT")
    database.close()
    return clinic


def _times(count: int) -> Iterator[datetime]:
    now = datetime.now(UTC) - timedelta(hours=3)
    for number in range(count):
        yield now - _OVER * ((count - number) / count)


def _row(
    clinic: Clinic,
    chance: random.Random,
    request: UUID,
    made: datetime,
    number: int,
    readers: tuple[PublicSealingKey, ...],
) -> tuple[object, ...]:
    person = {
        "name": NAMES[number % len(NAMES)],
        "phone": f"+65{chance.randint(81_000_000, 98_999_999)}",
        "message_policy": chance.choice(list(MessagePolicy)).value,
        "answered_by_other": chance.choice(list(AnsweredByOther)).value,
        "share_with_team": chance.random() < 0.5,
        "reference": format_reference("7K", number),
        "created_at": made.isoformat(),
    }
    sealed = seal(
        person,
        purpose=Purpose.CALLBACKS.value,
        table=CALLBACK_REQUEST,
        record_id=request,
        recipients=readers,
    )
    return (
        request.bytes,
        clinic.site,
        clinic.kiosk,
        1000 + number,
        format_reference("7K", number),
        chance.randbytes(16),
        sealed,
        chance.choice(list(CallLanguage)).value,
        _windows(chance),
        _not_before(chance, made),
        _stamp(made),
    )


def _windows(chance: random.Random) -> str:
    named = [window.value for window in Window if window is not Window.ANY]
    wanted = chance.sample(named, chance.randint(0, 2))
    return ",".join(sorted(wanted)) or Window.ANY.value


def _not_before(chance: random.Random, made: datetime) -> str | None:
    later: date = made.date() + timedelta(days=chance.randint(1, 20))
    return later.isoformat() if chance.random() < 0.1 else None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
