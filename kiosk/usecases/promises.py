"""The promise on a visitor's receipt: within how many working days most people get a call."""

from collections.abc import Collection
from datetime import datetime, timedelta

from kiosk.devices.clock import Clock
from kiosk.domain.promise import ENOUGH, promised_days
from kiosk.domain.working import WorkingCalendar
from kiosk.records import promises
from kiosk.records.store import Records
from kiosk.usecases.site import SiteFacts

_FRESH = timedelta(hours=1)
_LOOK_BACK = timedelta(days=180)
_MOST_REQUESTS = 500
"""The latest ones; older months say little of today."""


class Promise:
    """Measures the promise at most once an hour, so that no visitor waits for it."""

    def __init__(
        self, store: Records, clock: Clock, site: SiteFacts, calendar: WorkingCalendar
    ) -> None:
        self._store = store
        self._clock = clock
        self._site = site
        self._calendar = calendar
        self._measured: tuple[datetime, int] | None = None

    def days(self) -> int:
        """Give the number of working days."""
        now = self._clock.now()
        if self._measured is not None:
            at, days = self._measured
            if at <= now < at + _FRESH:
                return days
        with self._store.read() as transaction:
            found = promises.first_calls(
                transaction, self._site.site_id, now - _LOOK_BACK, _MOST_REQUESTS
            )
        days = promised_days(self._waits(found))
        self._measured = now, days
        return days

    def _waits(self, found: Collection[tuple[datetime, datetime]]) -> list[float]:
        # Asks no calendar in vain: its public holidays take a start a good while to load.
        if len(found) < ENOUGH:
            return []
        return [self._calendar.days_between(made, rung) for made, rung in found]
