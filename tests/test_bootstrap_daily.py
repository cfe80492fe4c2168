"""What a machine does once a day: when nobody is served, and when nobody else does it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from kiosk.bootstrap import daily
from kiosk.bootstrap.daily import DailyWork, has_visitors, start_daily
from kiosk.bootstrap.kiosk import Kiosk
from kiosk.domain.callbacks.state import EventKind
from kiosk.errors import StoreBusy
from kiosk.records.database.lock import lock_folder
from kiosk.settings import Settings
from tests.support import facts
from tests.support.desks import Clinic, open_clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic whose manager has agreed, with three requests that are to go."""
    with open_clinic(tmp_path) as made:
        made.access.oversight_desk(made.manager).run_retention()
        for _ in range(3):
            draft = made.draft()
            made.visitor.request_callback(draft)
            facts.event(made, draft.id, 1, EventKind.CLOSED, "declined")
        made.clock.move(days=190)
        # As if it had run every day since then.
        late = made.clock.at - timedelta(days=1)
        made.bend("UPDATE audit_event SET at=:at WHERE action LIKE 'retention%'", at=late)
        yield made


def work(
    clinic: Clinic, is_free: Callable[[], bool] = lambda: True, stop: Event | None = None
) -> DailyWork:
    kiosk = Kiosk(clinic.folder, Settings(), clinic.store, clinic.site, clinic.clock)
    return DailyWork(kiosk, is_free, stop)


def left(clinic: Clinic) -> int:
    return clinic.count("callback_request")


def test_nothing_is_deleted_while_a_visit_is_open(clinic: Clinic) -> None:
    work(clinic, is_free=lambda: False).look()
    assert left(clinic) == 3
    work(clinic, is_free=lambda: True).look()
    assert left(clinic) == 0


def test_who_comes_during_a_run_is_not_disturbed(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It waits before the next small transaction, and the end of the program does not wait."""
    monkeypatch.setattr("kiosk.records.retention.cutoff.IDS_AT_A_TIME", 1)
    monkeypatch.setattr(daily, "_PATIENCE_SECONDS", 0)
    asked: list[int] = []
    stop = Event()

    def is_free() -> bool:
        asked.append(left(clinic))
        if len(asked) > 5:
            stop.set()
        return len(asked) == 1

    with caplog.at_level(logging.INFO, "kiosk.daily"):
        work(clinic, is_free=is_free, stop=stop).look()
    assert asked[1:] == [2] * (len(asked) - 1)
    assert caplog.messages == ["the daily work was cut off by the end; it is completed later"]
    clinic.clock.move(hours=1)
    work(clinic).look()
    assert left(clinic) == 0


def test_trouble_is_logged_without_values_and_tried_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cleaned: list[int] = []

    def clean(_kiosk: Kiosk) -> None:
        cleaned.append(1)
        if len(cleaned) == 1:
            raise StoreBusy("Mei")

    monkeypatch.setattr(Kiosk, "clean", clean)
    looks = work(clinic)
    with caplog.at_level(logging.INFO, "kiosk.daily"):
        looks.look()
        looks.look()
        looks.look()
    assert caplog.messages == ["the daily work was not done: StoreBusy", "retention: 3 gone"]
    assert len(cleaned) == 2
    clinic.clock.move(days=1)
    looks.look()
    assert len(cleaned) == 3


def test_it_goes_on_in_a_thread_until_the_end(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Event()
    monkeypatch.setattr(daily, "_FIRST_SECONDS", 0)
    monkeypatch.setattr(DailyWork, "look", lambda _work: looked.set())
    kiosk = Kiosk(clinic.folder, Settings(), clinic.store, clinic.site, clinic.clock)
    with ExitStack() as opened:
        start_daily(kiosk, opened, lambda: True)
        assert looked.wait(10)
    assert not [thread for thread in enumerate_threads() if thread.name == "daily"]


def test_a_desk_leaves_it_to_the_kiosk_beside_it(tmp_path: Path) -> None:
    assert not has_visitors(tmp_path)
    with lock_folder(tmp_path, "visitor.lock"):
        assert has_visitors(tmp_path)
    assert not has_visitors(tmp_path)
