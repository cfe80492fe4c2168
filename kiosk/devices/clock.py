"""The machine's clock and random bytes, as parameters so that tests can choose them."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

Entropy = Callable[[int], bytes]
"""Takes a number and returns so many unpredictable bytes."""

entropy: Entropy = os.urandom

_TIMEX_BYTES: Final = 512
"""More than a struct timex has."""
_TIME_ERROR: Final = 5


class Clock(Protocol):
    """A source of the time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...


def is_synchronised() -> bool | None:
    """Return whether the system keeps its clock by a time server; None where it does not say.

    adjtimex(2) returns TIME_ERROR for a clock that nothing has set of late.
    """
    import ctypes

    library = ctypes.CDLL(None)
    if not hasattr(library, "adjtimex"):
        return None
    # struct timex with its `modes` at 0, which asks and changes nothing.
    state: int = library.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else state != _TIME_ERROR


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)
