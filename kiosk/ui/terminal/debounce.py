"""Remembers which codes were read a moment ago, without keeping the codes."""

from hashlib import blake2b
from typing import Final

SAME_CODE_SECONDS: Final = 5.0
_REMEMBERED: Final = 32


class RecentScans:
    """Says whether a text was scanned in the last seconds; keeps at most 32 keyed digests."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is random and lives as long as the process."""
        self._secret = secret
        self._seen: dict[bytes, float] = {}

    def is_new(self, text: str, at: float) -> bool:
        """Say whether `text` was not new in the 5 s before `at` (monotonic seconds); note it."""
        code = blake2b(text.encode(), key=self._secret, digest_size=16).digest()
        recent = [item for item in self._seen.items() if at - item[1] < SAME_CODE_SECONDS]
        self._seen = dict(recent[-_REMEMBERED:])
        if code in self._seen:
            return False
        self._seen[code] = at
        return True
