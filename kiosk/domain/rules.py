"""What a clinic may set differently, as the rules take it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """The clinic's choices; the defaults are those of the sample settings."""

    opens_before: timedelta = timedelta(minutes=30)
    """How long before its start a session takes check-ins."""
    requests_kept: timedelta = timedelta(days=7)
    """How long sealed requests stay on a kiosk once the centre has confirmed them."""
    check_ins_kept: timedelta = timedelta(days=30)
    """How long check-ins stay on a kiosk once the centre has confirmed them."""


LONGEST_SESSION = timedelta(hours=24)
"""No session lasts longer; bounds the search for those that are still running."""
