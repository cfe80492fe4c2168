"""A kiosk's contact with central: what went wrong, when to try again, how far off its clock is."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from enum import StrEnum
from typing import Final

SURE_ENOUGH: Final = timedelta(seconds=1)
"""A clock measured to within this replaces any older measurement."""
TOLERANCE = timedelta(seconds=2)
"""How far a healthy clock may step back when it is set right over the network."""
FAR_OFF = timedelta(seconds=60)
"""A clock that was measured to be off by so much has its times corrected; below, they stay."""
FAR_OFF_MS = int(FAR_OFF / timedelta(milliseconds=1))
_FIRST_RETRY = timedelta(seconds=1)
_LONGEST_RETRY = timedelta(seconds=60)
_MOST_RETRY_DOUBLINGS = 6


class SyncProblem(StrEnum):
    """Why a contact with central did not go well."""

    AWAY = "away"
    SLOW = "slow"
    BUSY = "busy"
    FULL = "full"
    REFUSED = "refused"
    UNTRUSTED = "untrusted"
    DIFFERENT = "different"
    OLDER_CENTRAL = "older_centre"
    NEWER_CENTRAL = "newer_centre"
    UNKNOWN_SITE = "unknown_site"
    NOT_TAKEN = "not_taken"
    REVOKED = "revoked"


_SENTENCES: Final = {
    SyncProblem.AWAY: "The centre cannot be reached just now; it is tried again by itself.",
    SyncProblem.SLOW: "The centre answers too slowly just now; it is tried again by itself.",
    SyncProblem.BUSY: "The database is busy; it is tried again by itself.",
    SyncProblem.FULL: "A disk is full, here or at the centre; make room.",
    SyncProblem.REFUSED: (
        "The centre does not let this kiosk in: it was shut out, or its credentials were replaced;"
        " enrol it again with `kiosk central enrol`."
    ),
    SyncProblem.UNTRUSTED: (
        "The centre could not prove who it is (TLS); check its certificate and its address."
    ),
    SyncProblem.DIFFERENT: (
        "The centre is of another version than this kiosk; run `kiosk central init` with the"
        " newest version."
    ),
    SyncProblem.OLDER_CENTRAL: (
        "The centre is older than this kiosk; upgrade it by `kiosk central init` of this version."
    ),
    SyncProblem.NEWER_CENTRAL: (
        "This kiosk is too old for its centre; install the centre's version here."
    ),
    SyncProblem.UNKNOWN_SITE: (
        "The centre does not know this clinic; run `kiosk central init` from the clinic's machine,"
        " or restore the centre's backup."
    ),
    SyncProblem.NOT_TAKEN: (
        "The centre takes this kiosk's records no more though it lets it in; run"
        " `kiosk central init` again to mend its rights."
    ),
    SyncProblem.REVOKED: (
        "This kiosk was revoked; enrol it again, or empty it with `kiosk central reset`."
    ),
}


def describe_sync_problem(problem: SyncProblem, waiting: int = 0) -> str:
    """Return what is wrong in a sentence for staff, and that `waiting` records are safe."""
    if not waiting:
        return _SENTENCES[problem]
    records = "1 record waits" if waiting == 1 else f"{waiting} records wait"
    return f"{_SENTENCES[problem]} Nothing is lost: {records} here."


def retry_wait(failures: int, chance: float) -> timedelta:
    """Return the wait before central is asked again after so many failures in a row.

    Full jitter: any time between nothing and 1, 2, 4 … 60 seconds, by `chance` from 0 to 1, so
    that a fleet does not come back all at once (AWS Architecture Blog, "Exponential Backoff And
    Jitter").
    """
    if failures <= 0:
        return timedelta(0)
    doublings = min(failures - 1, _MOST_RETRY_DOUBLINGS)
    return min(_FIRST_RETRY * (1 << doublings), _LONGEST_RETRY) * chance


@dataclass(frozen=True, slots=True)
class ClockReading:
    """How far central's clock is from this machine's, by one question and its answer."""

    offset_ms: int
    """Central's clock minus this one."""
    doubt_ms: int
    """How far off the measurement may be: half of the time that the answer took."""


def read_clock(asked: datetime, answered: datetime, central: datetime) -> ClockReading | None:
    """Return how far off the clock is: `asked` and `answered` are its times around `central`'s.

    None where this machine's clock was set meanwhile, as far as that can be seen.
    """
    took = answered - asked
    if took < timedelta(0):
        return None
    offset = central - (asked + took / 2)
    return ClockReading(_milliseconds(offset), _milliseconds(took / 2))


def better_offset(known_ms: int | None, reading: ClockReading) -> int | None:
    """Return the offset in ms to keep: of a sure reading, or of one that proves the known wrong."""
    if known_ms is None or reading.doubt_ms <= _milliseconds(SURE_ENOUGH):
        return reading.offset_ms
    is_wrong = abs(reading.offset_ms - known_ms) > reading.doubt_ms
    return reading.offset_ms if is_wrong else known_ms


def _milliseconds(span: timedelta) -> int:
    return round(span / timedelta(milliseconds=1))


def is_doubtful(now: datetime, last_fact_at: datetime) -> bool:
    """Return whether a clock at `now` stands before the latest fact of its own machine.

    Such a clock has lost its time or had a wrong one before; which of the two, nobody guesses.
    """
    return now < last_fact_at - TOLERANCE


def is_far_off(offset_ms: int | None) -> bool:
    """Return whether a clock was measured to be so far off that its times are corrected.

    `offset_ms` is central's clock minus the machine's; None where it was never measured.
    """
    return offset_ms is not None and abs(offset_ms) >= FAR_OFF_MS


def corrected(at: datetime, offset_ms: int | None) -> datetime:
    """Return what central's clock said when a machine's clock said `at` (aware).

    Only a measurement corrects, nothing is guessed: a small offset, none, or one that leads out
    of the calendar leaves `at` as it is.
    """
    if offset_ms is None or not is_far_off(offset_ms):
        return at
    try:
        moved = at + timedelta(milliseconds=offset_ms)
    except OverflowError:
        return at
    # The first and the last year are left out: another zone would lead out of them.
    return moved if MINYEAR < moved.year < MAXYEAR else at
