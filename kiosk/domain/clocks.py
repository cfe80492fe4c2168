"""When a kiosk's clock is not to be believed."""

from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=2)
"""How far a healthy clock may step back when it is set right over the network."""


def is_doubtful(now: datetime, last_fact_at: datetime) -> bool:
    """Say whether a clock at `now` stands before the latest fact of its own machine.

    Such a clock has lost its time or had a wrong one before; which of the two, nobody guesses.
    """
    return now < last_fact_at - TOLERANCE
