"""The machine's time and randomness, handed in so that tests can choose them."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

Entropy = Callable[[int], bytes]
"""Gives so many random bytes that nobody can foretell."""

entropy: Entropy = os.urandom


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        return datetime.now(UTC)
