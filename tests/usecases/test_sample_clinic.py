"""The sample clinic: always a session open now and another later today, whatever the time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.attendance.check_in import Session, SessionsToday, sessions_today
from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.worklist import PhoneContact
from kiosk.domain.passes import Code, CodeKind, decode
from kiosk.domain.phones import is_e164
from kiosk.domain.policy import Rules
from kiosk.domain.staff import Role
from kiosk.domain.working_time import WorkingCalendar
from kiosk.errors import SetupError
from kiosk.records import groups
from kiosk.records.database.store import Store
from kiosk.usecases import sample_clinic
from kiosk.usecases.access import Access
from kiosk.usecases.sample_clinic import (
    PASSPHRASE,
    PEOPLE,
    SampleClinic,
    SamplePass,
    new_sample_passes,
)
from kiosk.usecases.sample_past import SamplePast
from kiosk.usecases.sample_weeks import TODAY
from kiosk.usecases.setup import RecoveryKeys
from kiosk.usecases.site import SiteInfo, load_sealing_keys, load_site
from kiosk.usecases.staff_desk import Context, SignedIn
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.amounts import amount
from tests.support.desks import CHEAP, NOON, SetClock, open_clinic
from tests.support.new_files import files_made_at_once

MINUTE = timedelta(minutes=1)
INSTANTS = st.integers(0, 14 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
)
"""Any minute of the next years."""


class Sample:
    """A sample clinic with a clock that tests set."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = SetClock()
        self.entropy = Random(7).randbytes
        self.clinic = SampleClinic(store, self.clock, self.entropy, CHEAP)
        self.passes = new_sample_passes(self.entropy)
        self.kept: list[UUID] = []

    def keep(self, site_id: UUID, _keys: RecoveryKeys) -> None:
        self.kept.append(site_id)

    def complete(self) -> None:
        self.clinic.complete(self.passes, self.keep)

    @property
    def site(self) -> SiteInfo:
        return load_site(self.store)

    def sessions_today(self) -> SessionsToday:
        sealing = load_sealing_keys(self.store, self.site)
        desk = VisitorDesk(self.store, self.clock, self.entropy, self.site, Rules(), sealing)
        return desk.sessions_today()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Sample]:
    with files_made_at_once():
        store = Store.open(tmp_path / "kiosk.db", create=True)
    try:
        yield Sample(store)
    finally:
        store.close()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    store = Store.open(tmp_path_factory.mktemp("sample") / "kiosk.db", create=True)
    try:
        made = Sample(store)
        made.complete()
        yield made
    finally:
        store.close()


def _is_lively(found: SessionsToday) -> bool:
    return len(found.open_now) == 1 and len(found.later) >= 1


@settings(max_examples=amount(40, 200))
@given(at=INSTANTS)
def test_a_session_is_open_and_another_is_later_at_any_time(ready: Sample, at: datetime) -> None:
    """On the real database, as a start at `at` leaves it."""
    ready.clock.at = at
    ready.clinic.plan_sessions()
    assert _is_lively(ready.sessions_today())


def _planned(at: datetime) -> tuple[Session, ...]:
    """Give the sessions that a start at `at` plans, without a database."""
    block = (at - sample_clinic._EPOCH) // sample_clinic._BLOCK
    return _planned_in(sample_clinic._zone(at), block)


@lru_cache
def _planned_in(zone: ZoneInfo, block: int) -> tuple[Session, ...]:
    facts = SiteInfo(UUID(int=1), UUID(int=2), "", zone, "SG", "", "7K")
    plans = [sample_clinic._session(facts, block + ahead) for ahead in range(sample_clinic._AHEAD)]
    return tuple(Session(p.id, "", p.room, p.starts_at, p.ends_at) for p in plans)


@pytest.mark.parametrize("month", range(1, 13))
def test_every_minute_of_a_day_in_every_month(month: int) -> None:
    """All candidate zones, with and without daylight saving."""
    start = datetime(2026, month, 15, tzinfo=UTC)
    dull = [
        at
        for at in (start + MINUTE * number for number in range(24 * 60))
        if not _is_lively(
            sessions_today(_planned(at), at, sample_clinic._zone(at), Rules().opens_before)
        )
    ]
    assert dull == []


@pytest.mark.parametrize(
    "day", ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"], ids=["LA", "UK", "UK2", "LA2"]
)
def test_every_minute_of_the_days_on_which_clocks_change(day: str) -> None:
    start = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for at in (start + MINUTE * number for number in range(24 * 60)):
        zone = sample_clinic._zone(at)
        assert at.astimezone(zone).hour in sample_clinic._DAYTIME
        assert _is_lively(sessions_today(_planned(at), at, zone, Rules().opens_before))


@given(at=INSTANTS, hours=st.integers(0, 40))
def test_exactly_one_is_open_for_two_days_without_a_restart(at: datetime, hours: int) -> None:
    later = at + timedelta(hours=hours)
    found = sessions_today(_planned(at), later, sample_clinic._zone(at), Rules().opens_before)
    assert len(found.open_now) == 1


def test_a_clock_that_lost_its_battery_is_no_hindrance(ready: Sample) -> None:
    ready.clock.at = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
    ready.clinic.plan_sessions()
    assert _is_lively(ready.sessions_today())


def test_planning_again_adds_nothing(made: Sample) -> None:
    made.complete()
    made.clinic.plan_sessions()

    def planned() -> tuple[Session, ...]:
        far = timedelta(days=400)
        with made.store.read() as transaction:
            return groups.sessions_starting(transaction, made.site.site_id, NOON - far, NOON + far)

    before = planned()
    assert len(before) == sample_clinic._AHEAD
    made.clinic.plan_sessions()
    assert planned() == before
    made.clock.move(hours=2)
    made.clinic.plan_sessions()
    assert len(planned()) == len(before) + 1


def test_the_clinic_stays_where_it_is_daytime(made: Sample) -> None:
    made.complete()
    assert made.site.zone.key == "Asia/Singapore"
    made.clock.at = datetime(2026, 3, 2, 10, 59, tzinfo=UTC)
    made.clinic.plan_sessions()
    assert made.site.zone.key == "Asia/Singapore"
    made.clock.move(minutes=1)
    made.clinic.plan_sessions()
    assert made.site.zone.key == "Europe/London"


def test_staff_sign_in_with_what_the_command_says(made: Sample) -> None:
    made.complete()
    sealing = load_sealing_keys(made.store, made.site)
    context = Context(
        made.store,
        made.clock,
        made.entropy,
        made.site,
        sealing,
        Rules(),
        WorkingCalendar(made.site.zone),
    )
    access = Access(context, CHEAP)
    for login in Role:
        signed_in = access.sign_in(login.value, PASSPHRASE)
        assert isinstance(signed_in, SignedIn)
        assert signed_in.staff.roles == {login}


def test_the_passes_greet_by_name(made: Sample) -> None:
    assert [one.name for one in made.passes] == list(PEOPLE)
    for one in made.passes:
        code = decode(one.digits)
        assert isinstance(code, Code)
        assert code.kind is CodeKind.PASS
    assert len({one.digits for one in made.passes}) == len(PEOPLE)


def test_the_caller_finds_requests_to_call_each_once(
    made: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SamplePast, "weeks_to_do", lambda *_: ())
    monkeypatch.setattr(sample_clinic, "missing_weeks", lambda *_: ())
    made.complete()
    for _ in range(2):
        made.complete()
        made.clinic.make_past()
    sealing = load_sealing_keys(made.store, made.site)
    calendar = WorkingCalendar(made.site.zone)
    context = Context(made.store, made.clock, made.entropy, made.site, sealing, Rules(), calendar)
    access = Access(context, CHEAP)
    signed_in = access.sign_in("caller", PASSPHRASE)
    assert isinstance(signed_in, SignedIn)
    desk = access.callback_desk(signed_in)
    rows = desk.worklist().rows
    assert len(rows) == len({row.request.reference for row in rows}) == len(TODAY)
    assert not any(row.request.unreadable for row in rows)
    first = next(row for row in rows if row.request.preferred_name == "Mei")
    assert [twin.request.preferred_name for twin in desk.duplicates(first.request.id)] == [
        "Mei Mei"
    ]
    for row in rows:
        if row.state.status is RequestStatus.WITHDRAWN:
            continue
        contact = desk.reveal(row.request.id)
        assert isinstance(contact, PhoneContact)
        # Not by the numbering plan: one of them is set aside for drama, and is nobody's.
        assert is_e164(contact.e164)


def test_it_is_complete_once_and_only_then(made: Sample) -> None:
    assert not made.clinic.is_complete(made.passes)
    made.complete()
    assert made.clinic.is_complete(made.passes)
    made.complete()
    assert len(made.kept) == 1
    other = new_sample_passes(Random(8).randbytes)
    assert not made.clinic.is_complete((*made.passes, *other))


def test_making_it_leaves_no_failed_sign_in(made: Sample) -> None:
    """Else the first real mistake would be one of three."""
    made.complete()
    with made.store.read() as transaction:
        actions = transaction.connection().exec_driver_sql("SELECT action FROM audit_event")
        assert "sign_in_refused" not in {row.action for row in actions}


def test_a_damaged_pass_is_refused(made: Sample) -> None:
    with pytest.raises(SetupError, match="A sample pass is damaged"):
        made.clinic.complete((SamplePass("Mei", "0123"),), made.keep)


def test_another_clinic_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    with open_clinic(tmp_path) as clinic:
        intruder = SampleClinic(clinic.store, clinic.clock, clinic.entropy, CHEAP)
        with pytest.raises(SetupError, match="holds another clinic"):
            intruder.complete(new_sample_passes(clinic.entropy), lambda _site, _keys: None)
        assert clinic.count("support_group") == 0
        assert clinic.count("staff_account") == 1
