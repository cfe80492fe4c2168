"""Counts failed tries under a name or for a PIN; the count survives a restart."""

import math
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlmodel import Session as Transaction

from kiosk.domain.backoff import FORGOTTEN_AFTER, wait_left
from kiosk.records import staff
from kiosk.usecases.site import SiteFacts


class Attempts:
    """The tries of one kind ("login" or "pin") on this machine."""

    def __init__(self, site: SiteFacts, kind: str) -> None:
        self._site = site
        self._kind = kind

    def begin(self, transaction: Transaction, now: datetime, name: str) -> int | None:
        """Count a try as failed until it succeeds, or give the seconds to wait before it.

        Names are counted whether or not they exist: else the wait would tell.
        """
        staff.forget_failures_before(transaction, now - FORGOTTEN_AFTER)
        digest = self._digest(name)
        failures = staff.failures(transaction, digest)
        if failures is None:
            staff.keep_failures(transaction, self._site.site_id, digest, 1, now)
            return None
        left = wait_left(failures.count, failures.last_at, now)
        if left > timedelta(0):
            if failures.last_at > now:
                # The clock went back: the wait begins anew, so that it ends at all.
                count = failures.count
                staff.keep_failures(transaction, self._site.site_id, digest, count, now)
            return math.ceil(left.total_seconds())
        staff.keep_failures(transaction, self._site.site_id, digest, failures.count + 1, now)
        return None

    def wait(self, transaction: Transaction, now: datetime, name: str) -> int:
        """Give the seconds to wait before the next try."""
        failures = staff.failures(transaction, self._digest(name))
        if failures is None:
            return 0
        return math.ceil(wait_left(failures.count, failures.last_at, now).total_seconds())

    def succeed(self, transaction: Transaction, name: str) -> None:
        """Begin the count anew."""
        staff.forget_failures(transaction, self._digest(name))

    def _digest(self, name: str) -> bytes:
        """Blur the name: people also type a passphrase into the wrong field."""
        text = f"{self._kind}\0{name}".encode("utf-8", "surrogatepass")
        key = self._site.site_id.bytes
        return blake2b(text, digest_size=16, key=key, person=b"kiosk.attempt").digest()
