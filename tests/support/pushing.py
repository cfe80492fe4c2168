"""Sends a kiosk's outbox once, for tests that look at the sending alone."""

from kiosk.devices.clock import Clock
from kiosk.records.database.store import Records
from kiosk.sync.push import MOST_ROWS, Pushed, Pusher
from kiosk.sync.remote import Remote


def push_waiting(store: Records, remote: Remote, clock: Clock, most: int = MOST_ROWS) -> Pushed:
    """Send all that waits, in batches of at most `most` rows."""
    return Pusher(store, remote, clock, most).push()
