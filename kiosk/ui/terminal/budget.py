"""A token bucket: how much of something may happen in a second."""


class Budget:
    """Allows `rate` things a second, and as many at once after a pause."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left = rate
        self._at = 0.0

    def spend(self, at: float) -> bool:
        """Say whether one more thing may happen at `at` (monotonic seconds), and count it."""
        self._left = min(self._rate, self._left + max(0.0, at - self._at) * self._rate)
        self._at = max(self._at, at)
        if self._left < 1:
            return False
        self._left -= 1
        return True
