"""The clinic's choices on which rules depend."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """The clinic's choices; the defaults are those of the sample settings."""

    opens_before: timedelta = timedelta(minutes=30)
    """How long before its start a session takes check-ins."""
    requests_kept: timedelta = timedelta(days=7)
    """How long sealed requests stay on a kiosk once central has confirmed them."""
    check_ins_kept: timedelta = timedelta(days=30)
    """How long check-ins stay on a kiosk once central has confirmed them."""
    claim: timedelta = timedelta(minutes=30)
    """How long a caller's claim on a request lasts."""
    first_attempt_days: int = 2
    """Working days within which a first attempt is due."""
    wish_days: int = 2
    """Working days for which a visitor's wish for a caller orders the list."""
    closed_requests_kept: timedelta = timedelta(days=180)
    """How long the clinic keeps requests that are closed or withdrawn."""
    attendance_kept: timedelta = timedelta(days=730)
    """How long the clinic keeps check-ins and head counts."""
    passes_kept: timedelta = timedelta(days=730)
    """How long passes and the names behind them are kept after their last use."""
    exports_kept: timedelta = timedelta(days=7)
    """How long files stay in the exports folder."""


LEAST_REQUESTS_KEPT = timedelta(days=7)
"""The shortest time that a clinic may choose for closed requests."""
LEAST_ATTENDANCE_KEPT = timedelta(days=30)
"""The shortest time that a clinic may choose for attendance."""
LEAST_PASSES_KEPT = timedelta(days=30)
"""The shortest time that a clinic may choose for passes."""
CHANGES_KEPT = timedelta(days=90)
"""How long the centre keeps what a desk changed, and how it was before."""
MOST_ERASED = 500
"""Marks of one person that the centre takes at once: rows, passes and slips."""
MOST_ERASED_A_DAY = 50
"""People whose data the desks of a clinic may erase within 24 hours."""
LONGEST_SESSION = timedelta(hours=24)
"""No session lasts longer; bounds the search for those that are still running."""
PRIVATE_NUMBER = "private"
"""The setting `calling_number` of a clinic whose calls show no number."""
