"""Rounds for as long as the kiosk runs."""

import logging
import random
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.domain.clock_sync import SyncProblem
from kiosk.errors import StoreBusy
from kiosk.records.database.lock import lock_folder
from kiosk.sync import syncer as sync_loop
from kiosk.sync.syncer import LOCK, Round, Syncer, locked_round, sync_until
from tests.support.desks import Clinic
from tests.support.facts import check_in
from tests.support.worlds import BadLine, TwinWorld

WELL = Round(0, 0, 0, 0, None)
TROUBLE = Round(0, 0, 0, 0, SyncProblem.AWAY)


class Waits(threading.Event):
    """Never waits, and keeps how long it was asked to; ends the loop after so many waits."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.asked: list[float] = []
        self._most = most

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0)
        if len(self.asked) >= self._most:
            self.set()
        return self.is_set()


@pytest.fixture(autouse=True)
def longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 1.0)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "kiosk")
    logging.getLogger("kiosk").propagate = True
    return caplog


def assert_logged(log: pytest.LogCaptureFixture, times: int) -> None:
    """Fail unless a ValueError of this file is what was logged, so many times."""
    lines = [(one.name, one.levelno) for one in log.records]
    assert lines == [("kiosk.sync", logging.ERROR)] * times
    place = rf"a round ended by ValueError at \S*{Path(__file__).name}:\d+"
    assert all(re.fullmatch(place, message) for message in log.messages)


def answering(
    syncer: Syncer, monkeypatch: pytest.MonkeyPatch, answer: Callable[[int], Round]
) -> list[int]:
    """Let the syncer's rounds be answered by their number; return those that were asked."""
    asked: list[int] = []

    def round_() -> Round:
        asked.append(len(asked))
        return answer(len(asked) - 1)

    monkeypatch.setattr(syncer, "round", round_)
    return asked


def test_a_new_fact_makes_a_round_and_silence_none(
    clinic: Clinic, world: TwinWorld, syncer: Syncer, tmp_path: Path
) -> None:
    heard: list[Round] = []

    def hear(done: Round) -> None:
        heard.append(done)
        if len(heard) == 1:
            check_in(clinic, clinic.id(), b"1" * 16)

    stop = Waits(5)
    sync_until(syncer, stop, tmp_path, hear)
    assert [done.sent for done in heard] == [1, 1]
    assert set(stop.asked) == {sync_loop.POLL_SECONDS}
    assert len(world.facts()) == 2


def test_trouble_is_waited_out_longer_each_time_until_it_ends(
    syncer: Syncer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(syncer, monkeypatch, lambda number: WELL if number == 8 else TROUBLE)
    stop = Waits(9)
    sync_until(syncer, stop, tmp_path)
    assert stop.asked == [1, 2, 4, 8, 16, 32, 60, 60, sync_loop.POLL_SECONDS]


def test_an_error_ends_no_loop_and_its_words_are_not_logged(
    syncer: Syncer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    def fail(_: int) -> Round:
        raise ValueError("Mei Ling +6581234567")

    asked = answering(syncer, monkeypatch, fail)
    sync_until(syncer, Waits(3), tmp_path)
    assert len(asked) == 3
    assert_logged(log, 3)
    assert "Mei" not in log.text


def test_an_error_of_the_look_at_new_facts_ends_no_loop(
    syncer: Syncer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    def fail() -> int:
        raise ValueError("6581234567")

    monkeypatch.setattr(syncer, "newest", fail)
    asked = answering(syncer, monkeypatch, lambda _: WELL)
    sync_until(syncer, Waits(3), tmp_path)
    assert len(asked) == 3
    assert_logged(log, 2)
    assert "6581234567" not in log.text


def test_one_program_at_a_time_works_on_a_folder(
    syncer: Syncer, world: TwinWorld, tmp_path: Path
) -> None:
    with lock_folder(tmp_path, LOCK):
        with pytest.raises(StoreBusy, match="sending just now"):
            locked_round(syncer, tmp_path)
        sync_until(syncer, Waits(2), tmp_path)
    assert world.facts() == []
    assert locked_round(syncer, tmp_path).sent == 1


def test_a_call_makes_a_round_at_once(
    syncer: Syncer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake = threading.Event()

    def answer(number: int) -> Round:
        if number < 3:
            wake.set()
        return WELL

    asked = answering(syncer, monkeypatch, answer)
    sync_until(syncer, Waits(1), tmp_path, wake=wake)
    assert len(asked) == 4


def test_a_loop_that_was_ended_before_does_nothing(
    syncer: Syncer, line: BadLine, tmp_path: Path
) -> None:
    stop = threading.Event()
    stop.set()
    sync_until(syncer, stop, tmp_path)
    assert syncer.newest() > 0
