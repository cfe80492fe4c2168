"""When a kiosk's clock is not to be believed, and how its times are set right."""

from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=2)
"""How far a healthy clock may step back when it is set right over the network."""
FAR_OFF = timedelta(seconds=60)
"""A clock that was measured to be off by so much has its times corrected; below, they stay."""
FAR_OFF_MS = int(FAR_OFF / timedelta(milliseconds=1))


def is_doubtful(now: datetime, last_fact_at: datetime) -> bool:
    """Say whether a clock at `now` stands before the latest fact of its own machine.

    Such a clock has lost its time or had a wrong one before; which of the two, nobody guesses.
    """
    return now < last_fact_at - TOLERANCE


def is_far_off(offset_ms: int | None) -> bool:
    """Say whether a clock was measured to be so far off that its times are corrected.

    `offset_ms` is the centre's clock minus the machine's; None where it was never measured.
    """
    return offset_ms is not None and abs(offset_ms) >= FAR_OFF_MS


def corrected(at: datetime, offset_ms: int | None) -> datetime:
    """Return what the centre's clock said when a machine's clock said `at` (aware).

    Only a measurement corrects, nothing is guessed: a small offset, none, or one that leads out
    of the calendar leaves `at` as it is.
    """
    if offset_ms is None or not is_far_off(offset_ms):
        return at
    try:
        return at + timedelta(milliseconds=offset_ms)
    except OverflowError:
        return at
