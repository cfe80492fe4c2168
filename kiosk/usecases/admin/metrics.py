"""Numbers for a monitor: what waits, what is late and who is silent; counts and times alone."""

from collections.abc import Callable, Mapping
from datetime import datetime, time

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.central.fleet import KioskView
from kiosk.domain.health import Gauge
from kiosk.domain.policy import Rules
from kiosk.domain.working_time import WorkingCalendar
from kiosk.records import audit
from kiosk.records import site as site_rows
from kiosk.records.callbacks import notices
from kiosk.records.database.store import Records
from kiosk.usecases import helplines
from kiosk.usecases.callbacks.counting import open_schedules
from kiosk.usecases.site import SiteInfo

_NONE: Mapping[str, str] = {}


class MetricsReader:
    """Reads the numbers of one machine; it signs nobody in and opens nothing that is sealed."""

    def __init__(
        self,
        store: Records,
        clock: Clock,
        site: SiteInfo,
        rules: Rules,
        calendar: WorkingCalendar,
        *,
        is_for_desks: bool,
    ) -> None:
        """Take the clinic; `is_for_desks` is whether this machine knows all of its requests."""
        self._store = store
        self._clock = clock
        self._site = site
        self._rules = rules
        self._calendar = calendar
        self._is_for_desks = is_for_desks

    def read(self) -> tuple[Gauge, ...]:
        """Return the numbers as they are now.

        What can be called now is counted by the hours that people have chosen, by the clinic's and
        by what was tried, as on the list; a caller's own languages do not count.
        """
        with self._store.read() as transaction:
            now = site_rows.contact_now(transaction, self._clock.now())
            gauges = [*self._of_machines(transaction, now), self._of_helplines(transaction, now)]
            if self._is_for_desks:
                gauges += self._of_requests(transaction, now)
                gauges += self._of_duties(transaction, now)
        written = _one(
            "kiosk_metrics_written_timestamp_seconds", "When this was written.", _at(now)
        )
        return (*gauges, written)

    def _of_requests(self, transaction: Transaction, now: datetime) -> tuple[Gauge, ...]:
        scheduler = Scheduler(now, self._calendar, self._rules.first_attempt_days)
        site = self._site
        found = list(open_schedules(transaction, site.site_id, scheduler, site.kiosk_id))
        call_now = sum(one.call_now for _, one in found)
        late = sum(one.late_by(now) is not None for _, one in found)
        oldest = max((_age(made, now) for made, _ in found), default=0.0)
        return (
            _one("kiosk_waiting_requests", "Requests that wait for staff.", len(found)),
            _one("kiosk_call_now_requests", "Those that can be called this minute.", call_now),
            _one("kiosk_late_requests", "Those whose next step is overdue.", late),
            _one("kiosk_oldest_request_age_seconds", "Age of the oldest of them.", oldest),
        )

    def _of_machines(self, transaction: Transaction, now: datetime) -> tuple[Gauge, ...]:
        site = self._site
        found = site_rows.all_machines(transaction, site.site_id, site.kiosk_id)
        views = [view for view in found if view.revoked_at is None]

        def each(name: str, about: str, measure: Callable[[KioskView], float | None]) -> Gauge:
            measured = [(_labels(view), measure(view)) for view in views]
            return Gauge(name, about, tuple((who, v) for who, v in measured if v is not None))

        return (
            each(
                "kiosk_last_contact_age_seconds",
                "Since a machine last spoke with the centre.",
                lambda view: None if view.contact_at is None else _age(view.contact_at, now),
            ),
            each("kiosk_outbox_rows", "Records that wait to be sent.", lambda view: view.pending),
            each(
                "kiosk_outbox_oldest_age_seconds",
                "Age of the oldest record that waits to be sent.",
                lambda view: _age(view.waiting_since, now) if view.waiting_since else None,
            ),
            each("kiosk_parked_rows", "Records that the centre refused.", lambda view: view.parked),
        )

    def _of_helplines(self, transaction: Transaction, now: datetime) -> Gauge:
        day = helplines.now_in_force(transaction, self._site, now).lines.review_by
        due = datetime.combine(day, time.min, self._site.zone)
        about = "When the helplines are to be checked again."
        return _one("kiosk_helplines_due_timestamp_seconds", about, _at(due))

    def _of_duties(self, transaction: Transaction, now: datetime) -> tuple[Gauge, ...]:
        site_id = self._site.site_id
        ran = audit.retention_past(transaction, site_id, now).done_at
        states = notices.read_states(transaction, site_id)
        unsent = max((_age(one.since, now) for one in states if one.since), default=0.0)
        refused = sum(one.refused for one in states)
        return (
            Gauge(
                "kiosk_retention_last_run_timestamp_seconds",
                "When retention last came to its end; missing where it never did.",
                () if ran is None else ((_NONE, _at(ran)),),
            ),
            _one("kiosk_unsent_notice_age_seconds", "Age of the oldest unsent notice.", unsent),
            _one("kiosk_refused_notices", "Notices that were refused for good.", refused),
        )


def _one(name: str, about: str, value: float) -> Gauge:
    return Gauge(name, about, ((_NONE, value),))


def _labels(view: KioskView) -> dict[str, str]:
    # Its code alone: people name machines as they like.
    return {"machine": view.symbols, "kind": str(view.kind)}


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def _at(moment: datetime) -> float:
    return moment.timestamp()
