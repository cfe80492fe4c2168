"""The sample clinic has a past whenever it is started: full reports, calls to make, odd records."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.attendance.anomalies import AnomalyKind
from kiosk.domain.attendance.roster import SessionStage
from kiosk.domain.callbacks.request import Source
from kiosk.domain.callbacks.state import Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import Worklist, WorklistPart, matches_filter
from kiosk.domain.callbacks.worklist import WorklistFilter as Filter
from kiosk.domain.policy import Rules
from kiosk.domain.statistics import AttendanceBlock, RequestsBlock
from kiosk.domain.working_time import WorkingCalendar
from kiosk.records.database.store import Store
from kiosk.usecases import sample_clinic, sample_past
from kiosk.usecases.access import Access
from kiosk.usecases.sample_clinic import (
    MANAGER,
    PASSPHRASE,
    STAFF,
    SampleClinic,
    new_sample_passes,
)
from kiosk.usecases.sample_past import BLOCKS
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.staff_desk import Context, SignedIn
from tests.support.desks import CHEAP, SetClock
from tests.support.new_files import files_made_at_once

MORNING = "2026-03-05T02:30:00+00:00"
"""A Thursday, 10:30 in Singapore."""
CLOCKS = (
    pytest.param(MORNING, id="weekday morning", marks=pytest.mark.full),
    pytest.param("2026-03-08T15:30:00+00:00", id="Sunday night"),
    pytest.param("2027-01-01T00:05:00+00:00", id="new year", marks=pytest.mark.full),
    pytest.param("2026-03-29T12:40:00+00:00", id="change in London", marks=pytest.mark.full),
    pytest.param("2026-11-01T21:15:00+00:00", id="change in LA", marks=pytest.mark.full),
)


class Demo:
    """A sample clinic with its past, and its desks."""

    def __init__(self, store: Store, at: str) -> None:
        self.store = store
        self.clock = SetClock()
        self.clock.at = datetime.fromisoformat(at)
        self.entropy = Random(7).randbytes
        self.clinic = SampleClinic(store, self.clock, self.entropy, CHEAP)
        self.clinic.complete(new_sample_passes(self.entropy), lambda _site, _keys: None)
        self.start()

    def start(self) -> None:
        self.clinic.plan_sessions()
        self.clinic.make_past()

    @property
    def access(self) -> Access:
        site = load_site(self.store)
        sealing, calendar = load_sealing_keys(self.store, site), WorkingCalendar(site.zone)
        return Access(
            Context(self.store, self.clock, self.entropy, site, sealing, Rules(), calendar), CHEAP
        )

    def signed_in(self, login: str) -> SignedIn:
        answer = self.access.sign_in(login, PASSPHRASE)
        assert isinstance(answer, SignedIn)
        return answer

    def worklist(self) -> Worklist:
        return self.access.callback_desk(self.signed_in(STAFF[1].login)).worklist()

    def count(self, table: str) -> int:
        return int(self.column(f"SELECT count(*) FROM {table}")[0])  # noqa: S608 - a fixed name

    def column(self, query: str) -> list[Any]:
        with self.store.read() as transaction:
            return list(transaction.connection().exec_driver_sql(query).scalars())


@contextmanager
def demo_at(folder: Path, at: str) -> Iterator[Demo]:
    with files_made_at_once():
        store = Store.open(folder / "kiosk.db", create=True)
    try:
        yield Demo(store, at)
    finally:
        store.close()


@pytest.fixture(scope="module", params=CLOCKS)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    with demo_at(tmp_path_factory.mktemp("demo"), request.param) as made:
        yield made


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the past be of two weeks and what has come since."""

    def begins(now: datetime, zone: ZoneInfo) -> datetime:
        day = now.astimezone(zone).date()
        monday = day - timedelta(days=14 + day.weekday())
        return datetime.combine(monday, time(), zone)

    for module in (sample_past, sample_clinic):
        monkeypatch.setattr(module, "past_begins", begins)


def test_reports_of_twelve_weeks_are_full(demo: Demo) -> None:
    desk = demo.access.oversight_desk(demo.signed_in(MANAGER.login))
    requests = desk.report(RequestsBlock, 6).blocks[-BLOCKS:]
    people = desk.report(AttendanceBlock, 6).blocks[-BLOCKS:]
    assert len(requests) == len(people) == BLOCKS
    for one in requests:
        assert one.total is not None
        assert None not in [week.requests for week in one.weeks]
        assert {"en", "zh", "ms", "ta"} <= {
            by.language for by in one.languages if by.requests and by.first_attempt.median
        }
        assert (one.first_attempt.p90, one.contact.p90) != (None, None)
        assert None not in one.reach
        assert {by.source for by in one.sources if by.requests} == {*Source}
    for block in people:
        assert block.total is not None
        assert sum(group.total is not None for group in block.groups) >= 2
        assert sum(hour is not None for day in block.busy for hour in day) >= 3
        first = block.first_visits
        assert None not in (first.people, first.met, first.came_again)


def test_the_worklist_has_something_in_every_view(demo: Demo) -> None:
    shown = demo.worklist()
    # Whether the caller is at a call at this very minute is a matter of the hour.
    for part in set(WorklistPart) - {WorklistPart.MINE}:
        assert any(matches_filter(row, Filter(part)) for row in shown.rows), part
    now = demo.clock.at
    named = {row.request.preferred_name: row for row in shown.rows if row.state.open}
    for name in ("Mei", "Aisyah", "Sam"):
        assert named[name].schedule.call_now
    assert not named["王小明"].schedule.call_now
    assert (named["王小明"].schedule.next_at or now) > now
    assert named["Uncle Lim"].schedule.late_by(now)
    states = {row.state.status for row in shown.rows}
    assert states >= set(RequestStatus) - {RequestStatus.CLAIMED}
    assert not any(row.request.unreadable for row in shown.rows)
    # Everything was worked on by the rules: whatever a table wants has happened.
    outcomes = {row.state.reason for row in shown.rows if row.state.reason}
    assert outcomes >= {
        Outcome.SESSION_BOOKED, Outcome.GROUP_JOINED, Outcome.INFORMATION_GIVEN,
        Outcome.TOLD_CARE_TEAM, Outcome.DECLINED, Outcome.NO_CAPACITY, Outcome.UNREACHABLE,
        Outcome.WRONG_NUMBER, Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.ESCALATED,
    }  # fmt: skip
    old = [row for row in shown.rows if now - row.request.created_at > timedelta(days=21)]
    assert [row for row in old if row.state.open] == []


def test_odd_records_and_a_silent_kiosk_wait_for_a_person(demo: Demo) -> None:
    manager = demo.signed_in(MANAGER.login)
    odd = {
        one.kind for one in demo.access.anomalies_desk(manager).anomalies() if one.needs_a_person
    }
    assert odd >= {
        AnomalyKind.REVOKED, AnomalyKind.CANCELLED, AnomalyKind.REFUSED,
        AnomalyKind.CLOCK_DOUBTFUL,
    }  # fmt: skip
    other, here = demo.access.oversight_desk(manager).kiosks()
    assert (here.here, here.needs) == (True, ())
    assert [sentence.split()[0] for sentence in other.needs] == ["No", "Its"]


def test_lists_of_past_sessions_are_closed_and_a_session_is_open_now(demo: Demo) -> None:
    desk = demo.access.roster_desk(demo.signed_in(STAFF[0].login))
    zone = load_site(demo.store).zone
    week = [demo.clock.at.astimezone(zone).date() - timedelta(days=day) for day in range(1, 8)]
    past = [card for day in week for card in desk.sessions(day)]
    stages = {card.stage for card in past}
    assert stages <= {SessionStage.RECONCILED, SessionStage.CANCELLED}
    assert len(past) == 4
    assert all(card.head_count == card.present for card in past if not card.cancelled_reason)
    names = [one.name for card in past for one in desk.roster(card.session.id).arrived]
    assert {"Devi", "Kumar"} & set(names)
    assert any(card.stage is SessionStage.OPEN for card in desk.sessions()) or any(
        card.stage is SessionStage.RUNNING for card in desk.sessions()
    )


def test_no_fact_is_of_the_future_and_numbers_are_nobodys(demo: Demo) -> None:
    for table, at in (
        ("check_in", "occurred_at"), ("head_count", "at"), ("callback_request", "created_at"),
        ("callback_event", "at"), ("callback_withdrawal", "at"), ("audit_event", "at"),
    ):  # fmt: skip
        latest = demo.column(f"SELECT max({at}) FROM {table}")[0]  # noqa: S608 - fixed names
        assert datetime.fromisoformat(f"{latest}+00:00") <= demo.clock.at
    rows = demo.access.callback_desk(demo.signed_in(STAFF[1].login)).export_rows(Filter())
    assert all(
        row.phone_e164.startswith(("+658123", "+656223", "+659123", "+447700900"))
        or not row.phone_e164
        for row in rows
    )
    # Only the clock that stood a day behind in every second week is in doubt.
    doubtful = {
        table: demo.column(f"SELECT count(*) FROM {table} WHERE clock_doubtful")[0]  # noqa: S608
        for table in ("check_in", "head_count", "callback_event", "callback_request")
    }
    weeks = doubtful.pop("callback_request")
    assert (set(doubtful.values()), weeks in range(6, 10)) == ({0}, True)


@pytest.mark.usefixtures("short")
def test_the_same_seed_makes_the_same_past(tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with demo_at(tmp_path / name, MORNING) as made:
            seen.append(
                [
                    made.column("SELECT kind || occurred_at FROM check_in ORDER BY id"),
                    made.column("SELECT kind || at FROM callback_event ORDER BY id"),
                    made.column("SELECT action || at FROM audit_event ORDER BY id"),
                ]
            )
    assert seen[0] == seen[1]


@pytest.mark.usefixtures("short")
def test_a_start_soon_after_changes_nothing_and_a_later_one_goes_on(tmp_path: Path) -> None:
    with demo_at(tmp_path, MORNING) as made:
        tables = ("check_in", "callback_request", "callback_event", "audit_event")
        before = [made.count(table) for table in tables]
        made.clock.move(hours=1)
        made.start()
        assert [made.count(table) for table in tables] == before
        made.clock.move(days=9, hours=5)
        made.start()
        shown = made.worklist()
        waiting = [row for row in shown.rows if row.request.preferred_name == "Uncle Lim"]
        assert Counter(row.state.status for row in waiting) == {
            RequestStatus.NEW: 1, RequestStatus.CLOSED: 1,
        }  # fmt: skip
        assert sum(row.schedule.call_now for row in shown.rows) >= 3
        old = [
            row
            for row in shown.rows
            if row.state.open and made.clock.at - row.request.created_at > timedelta(days=12)
        ]
        assert old == []


@pytest.mark.usefixtures("short")
def test_a_past_that_was_cut_off_is_made_by_the_next_start(tmp_path: Path) -> None:
    class PowerCutError(Exception):
        pass

    def cut() -> None:
        raise PowerCutError

    with files_made_at_once():
        store = Store.open(tmp_path / "kiosk.db", create=True)
    made = Demo.__new__(Demo)
    try:
        made.store, made.clock, made.entropy = store, SetClock(), Random(7).randbytes
        made.clinic = SampleClinic(store, made.clock, made.entropy, CHEAP)
        made.clinic.complete(new_sample_passes(made.entropy), lambda _site, _keys: None)
        cuts = iter([lambda: None, cut])
        with pytest.raises(PowerCutError):
            made.clinic.make_past(lambda: next(cuts)())
        few = made.count("check_in")
        made.clock.move(minutes=5)
        made.start()
        assert made.count("check_in") > 1.5 * few > 0
    finally:
        store.close()
