"""Numbers for a monitor: the same as on the list, without anybody's keys."""

import pytest

from kiosk.domain.callbacks.actions import Claim
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.working_time import WorkingCalendar
from kiosk.exports.openmetrics import format_openmetrics
from kiosk.usecases.admin.metrics import MetricsReader
from tests.support import facts
from tests.support.calls import ask, caller, do
from tests.support.desks import NOON, Clinic

pytestmark = pytest.mark.central


def numbers(clinic: Clinic, *, is_for_desks: bool = True) -> dict[str, float]:
    calendar = WorkingCalendar(clinic.site.zone)
    given = (clinic.store, clinic.clock, clinic.site, clinic.rules, calendar)
    gauges = MetricsReader(*given, is_for_desks=is_for_desks).read()
    return {gauge.name: gauge.samples[0][1] for gauge in gauges if gauge.samples}


def test_they_are_those_of_the_list(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.records.site.contact_now", lambda _, here: here)
    _, second, third = (ask(clinic, name) for name in ("Mei", "Ravi", "Aisha"))
    clinic.clock.move(hours=22)
    facts.event(clinic, second, 1, EventKind.CLOSED, "declined")
    do(caller(clinic, "cal"), third, Claim())
    for days in (0, 0.2, 3, 7):
        clinic.clock.move(days=days)
        found, counts = numbers(clinic), clinic.callbacks.worklist().counts
        assert found["kiosk_waiting_requests"] == counts.open == 2
        assert found["kiosk_call_now_requests"] == counts.call_now
        assert found["kiosk_late_requests"] == counts.overdue
        assert found["kiosk_oldest_request_age_seconds"] == (clinic.clock.at - NOON).total_seconds()


def test_a_kiosk_that_knows_its_own_requests_alone_tells_of_none(clinic: Clinic) -> None:
    ask(clinic)
    assert not [name for name in numbers(clinic, is_for_desks=False) if "request" in name]


def test_a_name_ends_nothing_early() -> None:
    from kiosk.domain.health import Gauge

    odd = Gauge("kiosk_outbox_rows", 'A \\ "B"\n# EOF', (({"machine": 'a"}\n\\'}, 1.5),))
    assert format_openmetrics([odd]).splitlines() == [
        "# TYPE kiosk_outbox_rows gauge",
        "# UNIT kiosk_outbox_rows rows",
        '# HELP kiosk_outbox_rows A \\\\ \\"B\\" # EOF',
        'kiosk_outbox_rows{machine="a\\"} \\\\"} 1.500',
        "# EOF",
    ]
