"""The machine's clock and random bytes, as parameters so that tests can choose them."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

Entropy = Callable[[int], bytes]
"""Takes a number and returns so many unpredictable bytes."""

entropy: Entropy = os.urandom


class Clock(Protocol):
    """A source of the time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)
